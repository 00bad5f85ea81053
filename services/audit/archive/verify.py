"""Is the archive what the log said: numbers without gap, the chain recomputed from the bytes."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from services.audit.archive.files import ArchiveDamaged, ArchiveFile, Cover, covers, reading
from shared.log.chain import GENESIS, link
from shared.log.port import Record, TopicPartition

_ROWS_AT_ONCE = 1_000
_CHAINED = ["seq", "chain", "event_id", "body"]


class Head(NamedTuple):
    """The last archived event of a partition; seq 0 and the genesis chain before the first."""

    seq: int
    chain: bytes


class Gap(NamedTuple):
    """The log went on without this number."""

    expected: int
    seen: int


class Fork(Exception):
    """The log says another thing at a number than what was known or the chain demands (G2)."""

    def __init__(self, at: TopicPartition, seq: int, known: bytes, seen: bytes) -> None:
        super().__init__(at, seq, known, seen)
        self.at, self.seq, self.known, self.seen = at, seq, known, seen

    def __str__(self) -> str:
        place = f"{self.at.topic}/{self.at.partition}/{self.seq}"
        return f"fork at {place}: known {self.known.hex()[:16]}, seen {self.seen.hex()[:16]}"


class KnownChains:
    """Chains of archived events by seq; holds one file's chains at a time."""

    def __init__(self, files: Iterable[ArchiveFile]) -> None:
        self._files = list(files)
        self._loaded: ArchiveFile | None = None
        self._chains: list[bytes] = []

    def add(self, file: ArchiveFile) -> None:
        self._files.append(file)

    def at(self, seq: int) -> bytes | None:
        if self._loaded is None or not self._loaded.first <= seq <= self._loaded.last:
            holder = next((file for file in self._files if file.first <= seq <= file.last), None)
            if holder is None:
                return None
            self._loaded = holder
            self._chains = pq.read_table(holder.path, columns=["chain"], use_threads=False)[
                "chain"
            ].to_pylist()
        return self._chains[seq - self._loaded.first]


class Follower:
    """Follows one partition record by record and lets through only what continues the chain."""

    def __init__(self, at: TopicPartition, known: Cover) -> None:
        self.at = at
        self.start = head_of(known)
        self.seq, self.chain = self.start
        self.gap: Gap | None = None
        self.duplicates = 0
        self.highest = 0
        self.resume_offset = -1
        """offset of the last record taken before any gap: where the next reader begins"""
        self._archived = KnownChains(known.files)
        self._written_seq = self.start.seq
        self._fresh: list[bytes] = []

    def follow(self, records: Iterable[Record]) -> list[Record]:
        """The records that come next; drops known ones, waits at a gap. Raises Fork."""
        taken: list[Record] = []
        for record in records:
            # Once per event of the whole history: no call but `link` for those that come in order.
            seq, event_id, said, body, offset = record
            if seq != self.seq + 1:
                self._compare(record) if seq <= self.seq else self._miss(record)
                continue
            chain = link(self.chain, seq, event_id, body)
            if chain != said:
                raise Fork(self.at, seq, chain, said)
            self.seq, self.chain = seq, chain
            self._fresh.append(chain)
            taken.append(record)
            if self.gap is None:
                self.resume_offset = offset
            self.highest = max(self.highest, seq)
        return taken

    def _compare(self, record: Record) -> None:
        known = self._chain_of(record.seq)
        if known != record.chain:
            raise Fork(self.at, record.seq, known, record.chain)
        self.duplicates += 1
        if self.gap is None:
            self.resume_offset = record.offset
        self.highest = max(self.highest, record.seq)

    def _miss(self, record: Record) -> None:
        # Nothing after a gap is written; the relay sends the missing one and all later ones again.
        if self.gap is None:
            self.gap = Gap(self.seq + 1, record.seq)
        self.highest = max(self.highest, record.seq)

    def _chain_of(self, seq: int) -> bytes:
        if seq > self._written_seq:
            return self._fresh[seq - self._written_seq - 1]
        return self._archived.at(seq) or GENESIS

    def written(self, file: ArchiveFile) -> None:
        """Forget the chains that stand in a file now: memory does not grow with the history."""
        self._archived.add(file)
        del self._fresh[: file.last - self._written_seq]
        self._written_seq = file.last

    @property
    def open_gap(self) -> Gap | None:
        """The gap that is still open: a later record was seen that could not be taken."""
        return Gap(self.seq + 1, self.highest) if self.highest > self.seq else None


def head_of(known: Cover) -> Head:
    """Head by the last row of the last file: reads one row group of one column."""
    if not known.files:
        return Head(0, GENESIS)
    last = known.files[-1]
    with pq.ParquetFile(last.path) as file:
        table = file.read_row_group(
            file.num_row_groups - 1, columns=["seq", "chain"], use_threads=False
        )
    seq, chain = table["seq"][-1].as_py(), table["chain"][-1].as_py()
    if seq != last.last:
        raise ArchiveDamaged(f"{last.path.name} ends at {seq}")
    return Head(seq, chain)


def heads(folder: Path) -> Mapping[TopicPartition, Head]:
    """How far the archive has come: seq and chain of each partition that has events."""
    with reading(folder):
        return {at: head_of(known) for at, known in covers(folder).items() if known.files}


def verify(folder: Path) -> Mapping[TopicPartition, Head]:
    """Recompute every chain from the bytes. Returns the heads; raises Fork or ArchiveDamaged."""
    with reading(folder):
        return {at: _verified(at, known) for at, known in covers(folder).items() if known.files}


def _verified(at: TopicPartition, known: Cover) -> Head:
    head = Head(0, GENESIS)
    for file in known.files:
        head = verified_file(file, head)
    return head


def verified_file(file: ArchiveFile, before: Head) -> Head:
    """Head after this file when it follows on `before`. Raises Fork or ArchiveDamaged."""
    seq, chain = before
    with pq.ParquetFile(file.path) as parquet:
        for batch in parquet.iter_batches(_ROWS_AT_ONCE, columns=_CHAINED, use_threads=False):
            columns = (batch[name].to_pylist() for name in _CHAINED)
            for number, stored, event_id, body in zip(*columns, strict=True):
                if number != seq + 1:
                    raise ArchiveDamaged(f"{file.path.name}: {number} after {seq}")
                seq, chain = number, link(chain, number, event_id, body)
                if chain != stored:
                    raise Fork(file.at, seq, chain, stored)
    if seq != file.last:
        raise ArchiveDamaged(f"{file.path.name} ends at {seq}")
    return Head(seq, chain)
