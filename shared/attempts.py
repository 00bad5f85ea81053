"""At which records the process ended: after three ends at the same one, its stream parks."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from shared.delivery import Item
from shared.faults import TRANSIENT
from shared.log.port import LogRefused, PositionLost, Record, TopicPartition
from shared.pending import TooManyParked
from shared.store.commands import ClockBehind
from shared.store.store import Store

MAX_ENDS = 3
FIRST = 32
"""records in each of the first batches after a start: what a kill there makes slow is as short"""


class Zombie(Exception):
    """Another process has moved this position: what was done here is rolled back."""


class LostRace(Exception):
    """Requests changed a stream meanwhile, again and again: apply the batch later."""


RETRIED: tuple[type[BaseException], ...] = (
    *TRANSIENT,
    PositionLost,
    LogRefused,
    ClockBehind,
    LostRace,
    Zombie,
)
"""what passes by itself, or by reading from another place: tried again without moving"""
BLAMELESS: tuple[type[BaseException], ...] = (
    *RETRIED,
    TooManyParked,
    asyncio.CancelledError,
)
"""what says nothing about the record at hand"""


class Attempts:
    """One reader's ends. A partition with a mark goes on record by record.

    A process may have been killed anywhere in the last `unproved` records, a whole batch; so many
    come in small batches after a start, each with a mark.
    """

    def __init__(self, reader: str, store: Store, unproved: int) -> None:
        self._reader = reader
        self._store = store
        self._unproved = unproved
        self._ends: dict[TopicPartition, tuple[int, int]] = {}
        self._careful: dict[TopicPartition, int] = {}
        self._loaded = False

    async def load(self) -> None:
        """Once a process: a try that was under way is one more end.

        A process that ends before it has tried again, as when the log is down, counts nothing.
        """
        if self._loaded:
            return
        for topic, partition_no, seq, ends in await self._store.pool.fetch(_ENDED, self._reader):
            at = TopicPartition(topic, partition_no)
            self._ends[at] = (seq, ends)
            self._careful[at] = FIRST
        self._loaded = True

    def batches(self, items: Sequence[Item]) -> list[Sequence[Item]]:
        """The items in small batches after a start, afterwards all in one."""
        size = FIRST if self._unproved > 0 else max(1, len(items))
        return [items[n : n + size] for n in range(0, len(items), size)]

    def careful(self, at: TopicPartition) -> bool:
        return bool(self._careful.get(at))

    def hopeless(self, at: TopicPartition, record: Record) -> bool:
        """The process ended here three times."""
        return self._count(at, record.seq) >= MAX_ENDS

    @contextlib.asynccontextmanager
    async def batch(self, items: Sequence[Item]) -> AsyncIterator[None]:
        """A kill leaves no time to mark, so the first batches after a start are marked beforehand:
        the batch at which a process was killed is among the first records of the next.
        """
        marked = self._unproved > 0
        async with self.blamed(items):
            if marked:
                await self._mark(items, trying=True)
            yield
        if marked:
            await self._forget(items)
            self._unproved -= len(items)

    @contextlib.asynccontextmanager
    async def single(self, item: Item) -> AsyncIterator[None]:
        """One record of a partition with a mark."""
        at, _ = item
        async with self.blamed([item]):
            await self._mark([item], trying=True)
            yield
        await self._forget([item])
        self._careful[at] = max(0, self._careful.get(at, 0) - 1)

    @contextlib.asynccontextmanager
    async def blamed(self, items: Sequence[Item]) -> AsyncIterator[None]:
        """When the process ends inside, the mark stays; it goes when nobody is to blame."""
        blamed = True
        try:
            yield
            blamed = False
            self._passed(items)
        except BLAMELESS:
            blamed = False
            with contextlib.suppress(*TRANSIENT):
                await self._restore(items)
            raise
        finally:
            if blamed:
                with contextlib.suppress(*TRANSIENT):
                    await self._mark(items, trying=True)

    def _passed(self, items: Sequence[Item]) -> None:
        for at, record in items:
            if self._count(at, record.seq):
                del self._ends[at]

    def _count(self, at: TopicPartition, seq: int) -> int:
        known, ends = self._ends.get(at, (0, 0))
        return ends if known == seq else 0

    async def _mark(self, items: Sequence[Item], *, trying: bool) -> None:
        firsts = _firsts(items)
        await self._store.pool.execute(
            _MARK, self._reader, [at.topic for at in firsts], [at.partition for at in firsts],
            list(firsts.values()), [self._count(*place) for place in firsts.items()], trying,
        )  # fmt: skip

    async def _restore(self, items: Sequence[Item]) -> None:
        """Back to what was counted before this try."""
        firsts = _firsts(items)
        known = [(at, r) for at, r in items if self._count(at, firsts[at])]
        if fresh := [(at, r) for at, r in items if not self._count(at, firsts[at])]:
            await self._forget(fresh)
        if known:
            await self._mark(known, trying=False)

    async def _forget(self, items: Sequence[Item]) -> None:
        places = sorted({at for at, _ in items})
        await self._store.pool.execute(
            _FORGET, self._reader, [at.topic for at in places], [at.partition for at in places]
        )


def _firsts(items: Sequence[Item]) -> dict[TopicPartition, int]:
    firsts: dict[TopicPartition, int] = {}
    for at, record in items:
        firsts.setdefault(at, record.seq)
    return firsts


_ENDED = """
UPDATE inbox_attempts SET ends = ends + trying::int, trying = false WHERE reader = $1
RETURNING topic, partition_no, seq, ends
"""
_MARK = """
INSERT INTO inbox_attempts (reader, topic, partition_no, seq, ends, trying)
SELECT $1, m.*, $6 FROM unnest($2::text[], $3::smallint[], $4::bigint[], $5::int[]) AS m
ON CONFLICT (reader, topic, partition_no)
DO UPDATE SET seq = excluded.seq, ends = excluded.ends, trying = excluded.trying
"""
_FORGET = """
DELETE FROM inbox_attempts WHERE reader = $1
   AND (topic, partition_no) IN (SELECT * FROM unnest($2::text[], $3::smallint[]))
"""
