"""The inbox: what other services said becomes effects here, in order, each exactly once."""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence

import asyncpg
import structlog

from shared.attempts import RETRIED, Attempts, LostRace, Zombie
from shared.clock import Clock
from shared.delivery import (
    BEHIND,
    ENDED,
    PARKED,
    CauseMissing,
    Delivery,
    Effects,
    Handler,
    Item,
    Kept,
    decoded,
    kept_of,
)
from shared.events.subject import subject_of
from shared.log.chain import GENESIS
from shared.log.port import Log, LogReader, Record, TopicPartition
from shared.log.seek import offset_of, record_of
from shared.log.verified import ForkFound, Verifier
from shared.pending import Head, Pending, TooManyParked
from shared.store.store import Connection, Store
from shared.store.unit import Appended

__all__ = [
    "CauseMissing",
    "Delivery",
    "Effects",
    "ForkFound",
    "Handler",
    "Inbox",
    "LostRace",
    "TooManyParked",
    "Zombie",
]

BATCH = 500
"""records applied in one transaction"""
WAIT_SECONDS = 0.25
GAP_SECONDS = 60.0
"""how long a missing number is waited for before the alarm"""
RESUME_SECONDS = 0.1
MAX_RESUMED = 200
"""kept streams looked at again in one round"""
MAX_TRIES = 10
"""how often a batch is applied again after requests changed its streams meanwhile"""
RETRY_SECONDS = 0.5

log = structlog.get_logger()


class Inbox:
    """One reader of some topics with one handler; all partitions, no broker group."""

    def __init__(
        self,
        name: str,
        store: Store,
        log_: Log,
        topics: Sequence[str],
        handler: Handler,
        clock: Clock,
    ) -> None:
        self.name = name
        self._store = store
        self._log = log_
        self._topics = tuple(topics)
        self._handler = handler
        self._pending = Pending(name, store, clock)
        self._attempts = Attempts(name, store, BATCH)
        self._verifiers: dict[TopicPartition, Verifier] = {}
        self._saved: dict[TopicPartition, int] = {}
        self._gaps: dict[TopicPartition, tuple[int, float]] = {}
        self._resumed_at = 0.0
        self.applied = 0

    @property
    def positions(self) -> Mapping[TopicPartition, int]:
        """The last number applied, per topic and partition."""
        return dict(self._saved)

    def alarms(self) -> list[str]:
        """Why this reader is not well, for /readyz; empty when it is."""
        now = time.monotonic()
        return [
            f"gap at {at.topic}/{at.partition} after {after}"
            for at, (after, since) in self._gaps.items()
            if now - since > GAP_SECONDS
        ]

    async def lag(self) -> int:
        """Records in the log beyond what was applied; duplicates count, since they must be read."""
        states = await self._log.states(self._topics)
        return sum(
            max(0, state.end_offset - self._verifiers[at].offset)
            for at, state in states.items()
            if at in self._verifiers
        )

    async def run(self) -> None:
        """Read and apply for ever. Database and network are retried; all else ends the process."""
        while True:
            try:
                reader = await self.open()
                try:
                    while True:
                        await self.turn(reader)
                finally:
                    await reader.close()
            except RETRIED as failed:
                log.warning("inbox_retries", reader=self.name, cause=type(failed).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    async def open(self) -> LogReader:
        """Start from our own saved positions; the broker's are never asked.

        An offset is only a hint: where the topic was recreated, the same numbers stand elsewhere.
        """
        states = await self._log.states(self._topics)
        pool = self._store.pool
        await pool.execute(
            _CREATE, self.name, [a.topic for a in states], [a.partition for a in states]
        )
        await self._attempts.load()
        starts = {}
        for topic, partition_no, seq, saved, chain in await pool.fetch(_POSITIONS, self.name):
            at = TopicPartition(topic, partition_no)
            if at not in states:
                continue
            offset = saved
            if not states[at].start_offset <= saved <= states[at].end_offset:
                offset = await offset_of(self._log, at, seq + 1)
            starts[at] = offset
            self._saved[at] = seq
            self._verifiers[at] = Verifier(at, seq, chain if seq else GENESIS, offset)
        return await self._log.reader(starts)

    async def turn(self, reader: LogReader) -> None:
        """Read once, apply what is new, look again at what waits."""
        found = await reader.read(BATCH, WAIT_SECONDS)
        fresh: list[Item] = []
        for at, records in found.items():
            verifier = self._verifiers[at]
            fresh += [(at, record) for record in verifier.accept(records)]
            await self._compare_doubted(verifier)
            await self._watch_gap(reader, verifier)
        for n in range(0, len(fresh), BATCH):  # what a gap held back comes at once
            await self._apply(fresh[n : n + BATCH])
        if time.monotonic() - self._resumed_at > RESUME_SECONDS:
            for head in await self._pending.ready(MAX_RESUMED):
                await self._resume(head)
            self._resumed_at = time.monotonic()

    async def _compare_doubted(self, verifier: Verifier) -> None:
        """A record sent again, older than we remember, must equal its first copy in the log."""
        for record in verifier.to_compare():
            first = await record_of(self._log, verifier.at, record.seq)
            if first is not None and first.chain != record.chain:
                raise ForkFound(verifier.at, record.seq)

    async def _watch_gap(self, reader: LogReader, verifier: Verifier) -> None:
        """Look once for the missing number in the whole log, then read on for it."""
        at = verifier.at
        if not verifier.gap:
            self._gaps.pop(at, None)
            return
        if at in self._gaps and self._gaps[at][0] == verifier.seq:
            return
        self._gaps[at] = (verifier.seq, time.monotonic())
        log.warning("gap", topic=at.topic, partition=at.partition, after=verifier.seq)
        missing = await record_of(self._log, at, verifier.seq + 1)
        if missing is not None:
            await reader.seek(at, missing.offset)
            verifier.offset = missing.offset

    async def _apply(self, fresh: Sequence[Item]) -> None:
        """All in one transaction; record by record near one at which the process ended before."""
        for items in self._attempts.batches(fresh):
            if whole := [item for item in items if not self._attempts.careful(item[0])]:
                async with self._attempts.batch(whole):
                    await self._commit(whole)
            await self._one_by_one([item for item in items if self._attempts.careful(item[0])])

    async def _one_by_one(self, items: Sequence[Item]) -> None:
        for item in items:
            hopeless = self._attempts.hopeless(*item)
            async with self._attempts.single(item):
                await self._commit([item], park=hopeless)

    async def _commit(self, items: Sequence[Item], *, park: bool = False) -> None:
        """Positions, effects and events in one transaction, with the heads' locks taken last."""
        for attempt in range(MAX_TRIES):
            try:
                async with self._store.pool.acquire() as connection, connection.transaction():
                    await self._move(connection, items)
                    await self._effects(connection, items, park=park)
            except (LostRace, asyncpg.UniqueViolationError):
                await asyncio.sleep(0.005 * attempt)
                continue
            for at, record in items:
                self._saved[at] = record.seq
            self.applied += len(items)
            return
        raise LostRace

    async def _move(self, connection: Connection, items: Sequence[Item]) -> None:
        lasts = dict(sorted(items, key=lambda item: (item[0], item[1].seq)))
        moved = await connection.fetch(
            _MOVE,
            self.name,
            [at.topic for at in lasts],
            [at.partition for at in lasts],
            [self._saved[at] for at in lasts],
            [record.seq for record in lasts.values()],
            [record.offset + 1 for record in lasts.values()],
            [record.chain for record in lasts.values()],
        )
        if len(moved) != len(lasts):
            raise Zombie(self.name)

    async def _effects(
        self, connection: Connection, items: Sequence[Item], *, park: bool = False
    ) -> None:
        deliveries, kept = await self._sort(connection, items, park=park)
        effects = await self._handler.apply(connection, deliveries)
        await self._pending.keep(connection, [*kept, *kept_of(effects.waiting)])
        if effects.units:
            outcomes = await self._store.append_within(connection, effects.units)
            if not all(isinstance(outcome, Appended) for outcome in outcomes):
                raise LostRace

    async def _sort(
        self, connection: Connection, items: Sequence[Item], *, park: bool
    ) -> tuple[list[Delivery], list[Kept]]:
        """What to apply now, and what stays behind an event of its own stream that is kept."""
        deliveries: list[Delivery] = []
        kept: list[Kept] = []
        subjects = [subject_of(r.body) or f"{at.topic}/{at.partition}/{r.seq}" for at, r in items]
        blocked = await self._pending.blocked(connection, subjects)
        for (at, record), subject in zip(items, subjects, strict=True):
            if subject in blocked:
                kept.append(Kept(at, record, subject, blocked[subject], BEHIND))
                continue
            read = (ENDED, "the process ended here three times") if park else decoded(at, record)
            if isinstance(read, Delivery):
                deliveries.append(read)
            else:
                kept.append(Kept(at, record, subject, PARKED, *read))
                blocked[subject] = PARKED
        return deliveries, kept

    async def _resume(self, head: Head) -> None:
        """A stream whose cause has come, or that was released, runs on in its order."""
        item = (head.at, Record(head.seq, b"", b"", b""))
        park = self._attempts.hopeless(*item)
        async with self._attempts.blamed([item]):
            # The next round tries again what lost a race.
            with contextlib.suppress(LostRace, asyncpg.UniqueViolationError):
                async with self._store.pool.acquire() as connection, connection.transaction():
                    taken = await self._pending.take(connection, head)
                    await self._effects(connection, taken, park=park)


_CREATE = """
INSERT INTO inbox_positions (reader, topic, partition_no, seq, log_offset, chain)
SELECT $1, topic, partition_no, 0, 0, ''::bytea
  FROM unnest($2::text[], $3::smallint[]) AS p(topic, partition_no) ON CONFLICT DO NOTHING
"""
_POSITIONS = """
SELECT topic, partition_no, seq, log_offset, chain FROM inbox_positions WHERE reader = $1
"""
_MOVE = """
UPDATE inbox_positions p SET seq = n.seq, log_offset = n.log_offset, chain = n.chain
  FROM unnest($2::text[], $3::smallint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bytea[])
    AS n(topic, partition_no, expected, seq, log_offset, chain)
 WHERE p.reader = $1 AND (p.topic, p.partition_no) = (n.topic, n.partition_no)
   AND p.seq = n.expected
RETURNING 1
"""
