"""The events table and its guards: append, read, tail. PostgreSQL is where things are decided."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias, cast

import asyncpg

from shared.events.partition import partition_of
from shared.log.port import TopicPartition
from shared.store.append import APPEND, arguments, outcomes
from shared.store.coalesce import Coalescer
from shared.store.heights import Heights
from shared.store.journal import post
from shared.store.position import Position
from shared.store.unit import Appended, Holder, Outcome, Overdrawn, Replayed, SlotKey, Unit

MAX_RESENDS = 6
"""how often a batch that lost a race is sent again whole before its units go one by one"""

Connection: TypeAlias = (
    "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
)

_READ = """
SELECT 'event' AS what, e.stream_id AS a, e.version::text AS b, e.body AS c, NULL::bytea AS d,
       e.version AS n
  FROM unnest($1::smallint[], $2::text[]) AS s(partition_no, stream_id)
  JOIN events e USING (partition_no, stream_id)
UNION ALL
SELECT 'answer', i.stream_id, e.topic || '/' || e.partition_no || '/' || e.seq, i.answer,
       i.key || i.digest, 0
  FROM unnest($3::bytea[]) AS k(key) JOIN idempotency i USING (key)
  JOIN events e ON (e.partition_no, e.stream_id, e.version)
                 = (i.partition_no, i.stream_id, i.version)
UNION ALL
SELECT 'holder', r.kind, r.key, convert_to(r.stream_id, 'UTF8'), convert_to(r.note, 'UTF8'), 0
  FROM unnest($4::text[], $5::text[]) AS k(kind, key) JOIN reservations r USING (kind, key)
ORDER BY n
"""

_TAIL = """
SELECT s.topic, s.partition_no, e.seq, e.event_id, e.body
  FROM unnest($1::text[], $2::smallint[], $3::bigint[]) AS s(topic, partition_no, seq)
 CROSS JOIN LATERAL (
    SELECT seq, event_id, body FROM events
     WHERE events.topic = s.topic AND events.partition_no = s.partition_no AND events.seq > s.seq
     ORDER BY events.seq LIMIT $4) AS e
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command must know before it decides: streams, an earlier answer, holders of slots."""

    streams: tuple[str, ...] = ()
    idempotency_key: bytes | None = None
    slots: tuple[SlotKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """The answer to Asked: bodies by stream, the stored answer with its digest, holders by slot."""

    bodies: Mapping[str, Sequence[bytes]]
    answered: tuple[bytes, Replayed] | None
    holders: Mapping[SlotKey, Holder]


class _NotTogether(Exception):
    """One of the units was refused, so none may stay."""


class Store:
    """One service's events. Every method may raise asyncpg or OS errors: nothing is known then."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        partitions: int,
        now: Callable[[], datetime],
        heights: Heights | None = None,
    ) -> None:
        self.pool = pool
        self._heights = heights or Heights()
        self.partitions = partitions
        self._now = now
        self.append: Coalescer[Unit, Outcome] = Coalescer(
            self.append_batch, max_batch=256, max_waiting=4096, keys=_keys
        )
        self.read: Coalescer[Asked, Known] = Coalescer(
            self._read_batch, max_batch=256, max_waiting=4096
        )

    def partition_of(self, stream_id: str) -> int:
        return partition_of(stream_id, self.partitions)

    async def append_batch(self, units: Sequence[Unit]) -> list[Outcome]:
        """Commit the units in one statement, an outcome each; units must share no key.

        Where money moves, one more statement posts it in the same transaction.
        """
        if any(unit.books for unit in units):
            return await self._booked(units)
        values = arguments(units, self._now())
        for attempt in range(MAX_RESENDS):
            try:
                became = outcomes(units, await self.pool.fetch(APPEND, *values))
            except (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError):
                await asyncio.sleep(0.001 * attempt)
            else:
                self.seen(p for o in became if isinstance(o, Appended) for p in o.positions)
                return became
        if len(units) == 1:
            raise asyncpg.UniqueViolationError("a unit lost every race")
        return [(await self.append_batch([unit]))[0] for unit in units]

    async def _booked(self, units: Sequence[Unit]) -> list[Outcome]:
        """The same with postings. A batch that would overdraw is halved: the earlier goes first."""
        for attempt in range(MAX_RESENDS):
            try:
                async with self.pool.acquire() as connection, connection.transaction():
                    became = await self.append_within(connection, units)
            except (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError):
                await asyncio.sleep(0.001 * attempt)
            except asyncpg.CheckViolationError as overdrawn:
                if len(units) == 1:
                    return [Overdrawn(overdrawn.constraint_name or "")]
                break
            else:
                self.seen(p for o in became if isinstance(o, Appended) for p in o.positions)
                return became
        if len(units) == 1:
            raise asyncpg.UniqueViolationError("a unit lost every race")
        half = len(units) // 2
        return [*await self.append_batch(units[:half]), *await self.append_batch(units[half:])]

    async def append_together(self, units: Sequence[Unit]) -> list[Outcome]:
        """All of the units in one transaction, or none: then each that stopped it has its reason,
        and the others' outcomes say nothing. An overdraft is told as the only outcome.
        """
        try:
            async with self.pool.acquire() as connection, connection.transaction():
                became = await self.append_within(connection, units)
                if not all(isinstance(outcome, Appended) for outcome in became):
                    raise _NotTogether
        except _NotTogether:
            return became
        except asyncpg.CheckViolationError as overdrawn:
            return [Overdrawn(overdrawn.constraint_name or "")]
        self.seen(p for o in became if isinstance(o, Appended) for p in o.positions)
        return became

    def seen(self, positions: Iterable[Position]) -> None:
        """These numbers are committed: a database without them is an older one."""
        self._heights.note(positions)

    async def append_within(self, connection: Connection, units: Sequence[Unit]) -> list[Outcome]:
        """The same inside a transaction of the caller, once; a lost race raises UniqueViolation.

        Only units that are appended post; CheckViolationError means that one would overdraw.
        """
        became = outcomes(units, await connection.fetch(APPEND, *arguments(units, self._now())))
        posting = [u for u, o in zip(units, became, strict=True) if isinstance(o, Appended)]
        if any(unit.books for unit in posting):
            lines = [line for unit in posting for line in unit.lines]
            await post(connection, lines, [room for unit in posting for room in unit.rooms])
        return became

    async def _read_batch(self, asked: Sequence[Asked]) -> list[Known]:
        streams = sorted({s for a in asked for s in a.streams})
        keys = sorted({a.idempotency_key for a in asked if a.idempotency_key})
        slots = sorted({slot for a in asked for slot in a.slots})
        rows = await self.pool.fetch(
            _READ,
            [self.partition_of(s) for s in streams],
            streams,
            keys,
            [kind for kind, _ in slots],
            [key for _, key in slots],
        )
        found = _sort_out(rows)
        return [found.of(a) for a in asked]

    async def load(self, stream_id: str) -> Sequence[bytes]:
        """The bodies of one stream in order; empty when there is none."""
        return (await self.read(Asked((stream_id,)))).bodies.get(stream_id, ())

    async def heads(self) -> dict[TopicPartition, int]:
        """The last number given, per topic and partition of this service."""
        rows = await self.pool.fetch("SELECT topic, partition_no, seq FROM heads")
        return {TopicPartition(r["topic"], r["partition_no"]): r["seq"] for r in rows}

    async def tail(
        self, after: Mapping[TopicPartition, int], limit: int
    ) -> Sequence[asyncpg.Record]:
        """Per partition the next `limit` events with a number above `after`: (topic, partition_no,
        seq, event_id, body), ordered inside each partition. One round trip."""
        rows = await self.pool.fetch(
            _TAIL,
            [at.topic for at in after],
            [at.partition for at in after],
            list(after.values()),
            limit,
        )
        return cast(Sequence[asyncpg.Record], rows)


@dataclass(slots=True)
class _Found:
    bodies: dict[str, list[bytes]]
    answers: dict[bytes, tuple[bytes, Replayed]]
    holders: dict[SlotKey, Holder]

    def of(self, asked: Asked) -> Known:
        return Known(
            {s: self.bodies[s] for s in asked.streams if s in self.bodies},
            self.answers.get(asked.idempotency_key) if asked.idempotency_key else None,
            {slot: self.holders[slot] for slot in asked.slots if slot in self.holders},
        )


def _sort_out(rows: Sequence[Any]) -> _Found:
    found = _Found({}, {}, {})
    for row in rows:
        if row["what"] == "event":
            found.bodies.setdefault(row["a"], []).append(row["c"])
        elif row["what"] == "answer":
            key, digest = row["d"][:32], row["d"][32:]
            found.answers[key] = (digest, Replayed(row["c"], Position.parse(row["b"])))
        else:
            found.holders[(row["a"], row["b"])] = Holder(row["c"].decode(), row["d"].decode())
    return found


def _keys(unit: Unit) -> list[Any]:
    keys: list[Any] = [event.stream_id for event in unit.events]
    keys += [(s.kind, s.key) for s in (*unit.takes, *unit.frees, *unit.records)]
    if unit.idempotency:
        keys.append(unit.idempotency.key)
    return keys
