"""The inbox: what other services said becomes effects here, in order, each exactly once."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import asyncpg
import structlog

from shared.clock import Clock
from shared.events.envelope import Event, Undecodable, UnknownType, decode
from shared.events.subject import subject_of
from shared.faults import TRANSIENT
from shared.log.chain import GENESIS
from shared.log.port import Log, LogReader, Record, TopicPartition
from shared.log.seek import offset_of, record_of
from shared.log.verified import ForkFound, Verifier
from shared.store.store import Connection, Store
from shared.store.unit import Appended, Unit

BATCH = 500
"""records applied in one transaction"""
WAIT_SECONDS = 0.25
GAP_SECONDS = 60.0
"""how long a missing number is waited for before the alarm"""
RESUME_SECONDS = 0.1
MAX_RESUMED = 200
"""kept events looked at again in one round"""
MAX_TRIES = 10
"""how often a batch is applied again after requests changed its streams meanwhile"""
MAX_ENDS = 3
"""process ends at the same record before its stream parks"""
MAX_PARKED_A_MINUTE = 20
RETRY_SECONDS = 0.5

log = structlog.get_logger()


class TooManyParked(Exception):
    """More than 20 streams parked for one cause in a minute: it is not the streams. Stop."""


class Zombie(Exception):
    """Another process has moved this position: what was done here is rolled back."""


class LostRace(Exception):
    """A request changed a stream meanwhile: apply the batch again."""


class CauseMissing(Exception):
    """The reaction needs an event that has not arrived: it waits for that stream and version."""

    def __init__(self, stream_id: str, version: int = 1) -> None:
        super().__init__(f"{stream_id} version {version}")
        self.stream_id = stream_id
        self.version = version


@dataclass(frozen=True, slots=True)
class Delivery:
    """One verified record and the event in it."""

    at: TopicPartition
    record: Record
    event: Event


@dataclass(slots=True)
class Effects:
    """What a batch leads to: units to append, and deliveries that wait for their cause."""

    units: list[Unit] = field(default_factory=list)
    waiting: list[tuple[Delivery, CauseMissing]] = field(default_factory=list)


class Handler(Protocol):
    """A service's reactions. It may write to read tables through `connection`."""

    async def apply(self, connection: Connection, deliveries: Sequence[Delivery]) -> Effects: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """An event that is read and not applied, and why."""

    at: TopicPartition
    record: Record
    stream_id: str
    state: str
    cause: str
    detail: str = ""
    for_stream: str | None = None
    for_version: int | None = None


Item = tuple[TopicPartition, Record]


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
        self._clock = clock
        self._verifiers: dict[TopicPartition, Verifier] = {}
        self._saved: dict[TopicPartition, int] = {}
        self._ends: dict[TopicPartition, tuple[int, int]] = {}
        self._careful: dict[TopicPartition, int] = {}
        self._parked_at: deque[tuple[float, str]] = deque()
        self._gap_since: dict[TopicPartition, float] = {}
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
            f"gap at {at.topic}/{at.partition} after {self._verifiers[at].seq}"
            for at, since in self._gap_since.items()
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
                reader = await self._open()
                try:
                    while True:
                        await self.turn(reader)
                finally:
                    await reader.close()
            except TRANSIENT as failed:
                log.warning("inbox_retries", reader=self.name, cause=type(failed).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    async def _open(self) -> LogReader:
        """Start from our own saved positions; the broker's are never asked."""
        states = await self._log.states(self._topics)
        pool = self._store.pool
        await pool.execute(
            _CREATE, self.name, [a.topic for a in states], [a.partition for a in states]
        )
        rows = await pool.fetch(_POSITIONS, self.name)
        for topic, partition_no, seq, ends in await pool.fetch(_ENDS, self.name):
            self._ends[TopicPartition(topic, partition_no)] = (seq, ends)
            self._careful[TopicPartition(topic, partition_no)] = BATCH
        starts = {}
        for topic, partition_no, seq, saved, chain in rows:
            at = TopicPartition(topic, partition_no)
            if at not in states:
                continue
            offset = saved
            if not states[at].start_offset <= saved <= states[at].end_offset:
                # deleted and recreated: the same numbers stand at other offsets
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
            self._watch_gap(verifier)
        if fresh:
            await self._apply(fresh)
        if time.monotonic() - self._resumed_at > RESUME_SECONDS:
            await self._resume()
            self._resumed_at = time.monotonic()

    async def _compare_doubted(self, verifier: Verifier) -> None:
        """A record sent again, older than we remember, must equal its first copy in the log."""
        doubted, verifier.doubted = verifier.doubted, []
        for record in doubted:
            first = await record_of(self._log, verifier.at, record.seq)
            if first is not None and first.chain != record.chain:
                raise ForkFound(verifier.at, record.seq)

    def _watch_gap(self, verifier: Verifier) -> None:
        at = verifier.at
        if not verifier.gap:
            self._gap_since.pop(at, None)
        elif at not in self._gap_since:
            self._gap_since[at] = time.monotonic()
            log.warning("gap", topic=at.topic, partition=at.partition, after=verifier.seq)

    async def _apply(self, fresh: Sequence[Item]) -> None:
        """All in one transaction; record by record near one at which the process ended before."""
        if not any(self._careful.get(at) for at, _ in fresh):
            async with self._blamed(fresh):
                await self._commit(fresh)
            return
        for at, record in fresh:
            self._careful[at] = max(0, self._careful.get(at, 0) - 1)
            ends = await self._count_end(at, record)
            async with self._blamed([(at, record)]):
                await self._commit([(at, record)], park=ends >= MAX_ENDS)
            await self._store.pool.execute(_FORGET_END, self.name, *at)

    @contextlib.asynccontextmanager
    async def _blamed(self, items: Sequence[Item]) -> AsyncIterator[None]:
        """When the process ends inside, leave a mark: the next one goes on record by record."""
        done = False
        try:
            yield
            done = True
        finally:
            if not done:
                with contextlib.suppress(*TRANSIENT):
                    await self._mark(items)

    async def _mark(self, items: Sequence[Item]) -> None:
        firsts: dict[TopicPartition, int] = {}
        for at, record in items:
            firsts.setdefault(at, record.seq)
        for at, seq in firsts.items():
            await self._store.pool.execute(_MARK_END, self.name, *at, seq)

    async def _count_end(self, at: TopicPartition, record: Record) -> int:
        """Counted before the record is applied: which attempt this is."""
        return int(await self._store.pool.fetchval(_COUNT_END, self.name, *at, record.seq))

    async def _commit(self, items: Sequence[Item], *, park: bool = False) -> None:
        """Positions, effects and events in one transaction, with the heads' locks taken last."""
        for _ in range(MAX_TRIES):
            try:
                async with self._store.pool.acquire() as connection, connection.transaction():
                    await self._move(connection, items)
                    await self._effects(connection, items, park=park)
            except (LostRace, asyncpg.UniqueViolationError):
                continue
            for at, record in items:
                self._saved[at] = record.seq
            self.applied += len(items)
            return
        raise LostRace

    async def _move(self, connection: Connection, items: Sequence[Item]) -> None:
        lasts = dict(items)
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
        kept += [
            Kept(
                d.at, d.record, d.event.subject, "waiting", "cause", str(c), c.stream_id, c.version
            )
            for d, c in effects.waiting
        ]
        await self._keep(connection, kept)
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
        blocked = {
            row[0] for row in await connection.fetch(_BLOCKED, self.name, sorted(set(subjects)))
        }
        for (at, record), subject in zip(items, subjects, strict=True):
            if subject in blocked:
                kept.append(Kept(at, record, subject, "parked", "behind"))
                continue
            read = _decoded(at, record) if not park else ("ended", "the process ended here")
            if isinstance(read, Delivery):
                deliveries.append(read)
            else:
                kept.append(Kept(at, record, subject, "parked", *read))
                blocked.add(subject)
        return deliveries, kept

    async def _keep(self, connection: Connection, kept: Sequence[Kept]) -> None:
        for k in kept:
            await connection.execute(
                _KEEP, self.name, *k.at, k.record.seq, k.stream_id, k.state, k.cause,
                k.detail[:500], k.for_stream, k.for_version, k.record.event_id, k.record.body,
                self._clock.now(),
            )  # fmt: skip
            if k.state == "parked" and k.cause != "behind":
                log.error("stream_parked", stream=k.stream_id, cause=k.cause, seq=k.record.seq)
                self._count_parked(k.cause)

    def _count_parked(self, cause: str) -> None:
        now = time.monotonic()
        self._parked_at.append((now, cause))
        while self._parked_at and now - self._parked_at[0][0] > 60:
            self._parked_at.popleft()
        if sum(c == cause for _, c in self._parked_at) > MAX_PARKED_A_MINUTE:
            raise TooManyParked(cause)

    async def _resume(self) -> None:
        """Streams whose cause has come, or that were released, run on in their order."""
        rows = await self._store.pool.fetch(_WAITING, self.name, MAX_RESUMED)
        for stream_id, for_stream, for_version in rows:
            if for_stream and len(await self._store.load(for_stream)) < for_version:
                continue
            with contextlib.suppress(
                LostRace, asyncpg.UniqueViolationError
            ):  # the next round tries again
                await self._resume_stream(stream_id)

    async def _resume_stream(self, stream_id: str) -> None:
        async with self._store.pool.acquire() as connection, connection.transaction():
            taken = await connection.fetch(_TAKE, self.name, stream_id)
            items = sorted(
                (TopicPartition(r[0], r[1]), Record(r[2], r[3], b"", r[4])) for r in taken
            )
            await self._effects(connection, items)


def _decoded(at: TopicPartition, record: Record) -> Delivery | tuple[str, str]:
    try:
        return Delivery(at, record, decode(record.body))
    except UnknownType as unknown:
        return "unknown type", str(unknown)
    except Undecodable as refused:
        return "undecodable", str(refused)


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
_ENDS = "SELECT topic, partition_no, seq, ends FROM inbox_attempts WHERE reader = $1"
_MARK_END = """
INSERT INTO inbox_attempts (reader, topic, partition_no, seq, ends) VALUES ($1, $2, $3, $4, 0)
ON CONFLICT DO NOTHING
"""
_COUNT_END = """
INSERT INTO inbox_attempts AS a (reader, topic, partition_no, seq, ends) VALUES ($1, $2, $3, $4, 1)
ON CONFLICT (reader, topic, partition_no) DO UPDATE
   SET ends = CASE WHEN a.seq = excluded.seq THEN a.ends + 1 ELSE 1 END, seq = excluded.seq
RETURNING ends
"""
_FORGET_END = """
DELETE FROM inbox_attempts WHERE reader = $1 AND topic = $2 AND partition_no = $3
"""
_BLOCKED = "SELECT DISTINCT stream_id FROM inbox_pending WHERE reader = $1 AND stream_id = ANY($2)"
_KEEP = """
INSERT INTO inbox_pending (reader, topic, partition_no, seq, stream_id, state, cause, detail,
    for_stream, for_version, event_id, body, since)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""
_WAITING = """
SELECT DISTINCT ON (stream_id) stream_id, for_stream, for_version FROM inbox_pending
 WHERE reader = $1 AND state = 'waiting' ORDER BY stream_id, topic, partition_no, seq LIMIT $2
"""
_TAKE = """
DELETE FROM inbox_pending WHERE reader = $1 AND stream_id = $2
RETURNING topic, partition_no, seq, event_id, body
"""
