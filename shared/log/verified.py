"""A reader that recomputes the chain: duplicates dropped, forks refused, gaps waited for."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from shared.log.chain import GENESIS, link
from shared.log.port import Record, TopicPartition

REMEMBERED = 2_048
"""chains kept per partition, so that a record sent again can be compared: two batches of a relay"""
MAX_HELD = 10_000
"""records kept per partition while a missing number is waited for; what comes behind them is not
kept, shows as the next gap, and is then looked for in the log"""


class ForkFound(Exception):
    """Two histories under one number (finding G2): stop and call people."""

    def __init__(self, at: TopicPartition, seq: int) -> None:
        super().__init__(f"{at.topic}/{at.partition} at {seq}")
        self.at = at
        self.seq = seq


@dataclass(slots=True)
class Verifier:
    """One partition's verified prefix: everything up to `seq`, with `chain`, is proved."""

    at: TopicPartition
    seq: int = 0
    chain: bytes = GENESIS
    offset: int = 0
    """offset after the last record that was applied or dropped"""
    recent: dict[int, bytes] = field(default_factory=dict)
    held: dict[int, Record] = field(default_factory=dict)
    doubted: list[Record] = field(default_factory=list)
    """records sent again whose chain is remembered no more: compare them with their first copy"""

    @property
    def gap(self) -> bool:
        """A number is missing: later ones have been seen, and none of them is applied."""
        return bool(self.held)

    def accept(self, records: Iterable[Record]) -> list[Record]:
        """The records that continue the prefix, in order. Raises ForkFound."""
        fresh: list[Record] = []
        for record in records:
            # Once per event of the whole history: no call but `link` for those that come in order.
            following: Record | None = record
            while following is not None:
                seq, event_id, chain, body, offset = following
                if seq != self.seq + 1:
                    self._same(record) if seq <= self.seq else self._hold(record)
                    break
                if link(self.chain, seq, event_id, body) != chain:
                    raise ForkFound(self.at, seq)
                self.seq, self.chain = seq, chain
                if offset >= self.offset:
                    self.offset = offset + 1
                self.recent[seq] = chain
                self.recent.pop(seq - REMEMBERED, None)
                fresh.append(following)
                following = self.held.pop(seq + 1, None) if self.held else None
        return fresh

    def to_compare(self) -> list[Record]:
        """The doubted records that prove all others: where each follows the one before, the last
        one's chain holds only if all are the same. Raises ForkFound where it does not hold.
        """
        doubted, self.doubted = self.doubted, []
        lasts: list[Record] = []
        for record in doubted:
            if lasts and record.seq == lasts[-1].seq + 1:
                before = lasts.pop()
                if link(before.chain, record.seq, record.event_id, record.body) != record.chain:
                    raise ForkFound(self.at, record.seq)
            lasts.append(record)
        return lasts

    def _same(self, record: Record) -> None:
        known = self.chain if record.seq == self.seq else self.recent.get(record.seq)
        if known is None and record.seq > 0:
            self.doubted.append(record)
        elif known != record.chain:
            raise ForkFound(self.at, record.seq)
        self.offset = max(self.offset, record.offset + 1)

    def _hold(self, record: Record) -> None:
        known = self.held.get(record.seq)
        if known is not None and known.chain != record.chain:
            raise ForkFound(self.at, record.seq)
        if len(self.held) < MAX_HELD:
            self.held[record.seq] = record
