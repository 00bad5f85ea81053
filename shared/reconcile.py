"""PostgreSQL and the log side by side: the same bytes under the same numbers, or where not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.log.port import Log, LogReader, LogUnavailable, Record, TopicPartition
from shared.log.verified import ForkFound, Verifier
from shared.marks import Mark, mark_at
from shared.store.store import Store

PAGE = 1_000
WAIT_SECONDS = 1.0
MAX_SILENT_READS = 30


@dataclass(frozen=True, slots=True)
class Difference:
    """The first number of a partition at which the two differ, and how."""

    topic: str
    partition: int
    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One partition: events in the database, different numbers and copies in the log."""

    database: int
    log: int
    copies: int


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What `claims-ledger reconcile` says."""

    partitions: Mapping[TopicPartition, Compared]
    differences: Sequence[Difference]

    @property
    def equal(self) -> bool:
        return not self.differences


async def reconcile(store: Store, log: Log) -> Reconciled:
    """Compare every event with the log, byte for byte, by topic and partition.

    Reads the log up to its end at the start. Events that are committed and not yet sent are a
    difference too, so run it when the relay has nothing left. Raises LogUnavailable, LogRefused.
    """
    places = list(await store.heads())
    states = await log.states(sorted({at.topic for at in places}))
    parts = {at: _Part(store, at) for at in places}
    reader = await log.reader({at: states[at].start_offset for at in places})
    try:
        await _read(reader, parts, {at: states[at].end_offset for at in places})
    finally:
        await reader.close()
    heads = await store.heads()
    for at, part in parts.items():
        part.finish(heads[at])
    return Reconciled(
        {at: Compared(heads[at], part.proved.seq, part.copies) for at, part in parts.items()},
        [part.difference for part in parts.values() if part.difference],
    )


async def _read(
    reader: LogReader, parts: Mapping[TopicPartition, "_Part"], ends: Mapping[TopicPartition, int]
) -> None:
    silent = 0
    while any(reader.position(at) < end for at, end in ends.items()):
        found = await reader.read(PAGE, WAIT_SECONDS)
        silent = 0 if found else silent + 1
        if silent > MAX_SILENT_READS:
            raise LogUnavailable("the log gives nothing before its end")
        for at, records in found.items():
            await parts[at].accept([r for r in records if r.offset < ends[at]])


class _Part:
    """One partition; it stops at its first difference."""

    def __init__(self, store: Store, at: TopicPartition) -> None:
        self._store = store
        self._at = at
        self.proved = Verifier(at)
        self._read = 0
        self.difference: Difference | None = None

    @property
    def copies(self) -> int:
        """Records that were sent again; not counted behind a difference."""
        return 0 if self.difference else self._read - self.proved.seq - len(self.proved.held)

    async def accept(self, records: Sequence[Record]) -> None:
        if self.difference:
            return
        before = self.proved.seq
        self._read += len(records)
        try:
            fresh = self.proved.accept(records)
            doubted = self.proved.to_compare()
        except ForkFound as fork:
            self._differ(fork.seq, "the log's chain does not hold")
            return
        for copy in doubted:
            if Mark(copy.seq, copy.chain) != await mark_at(self._store, self._at, copy.seq):
                self._differ(copy.seq, "the log's chain does not hold")
                return
        if fresh:
            await self._compare(before, fresh)

    async def _compare(self, before: int, fresh: Sequence[Record]) -> None:
        rows = await self._store.tail({self._at: before}, len(fresh))
        for n, record in enumerate(fresh):
            if n >= len(rows) or rows[n][2] != record.seq:
                self._differ(record.seq, "in the log only")
                return
            if (rows[n][3].bytes, rows[n][4]) != (record.event_id, record.body):
                self._differ(record.seq, "other bytes")
                return

    def finish(self, head: int) -> None:
        if self.difference:
            return
        if self.proved.gap:
            self._differ(self.proved.seq + 1, "missing in the log")
        elif self.proved.seq < head:
            self._differ(self.proved.seq + 1, "in the database only: not yet sent, or lost")

    def _differ(self, seq: int, what: str) -> None:
        self.difference = Difference(*self._at, seq, what)
