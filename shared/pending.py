"""Events that an inbox has read and keeps: they wait for their cause, or their stream is parked."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg
import structlog

from shared.clock import Clock
from shared.delivery import BEHIND, CAUSE, PARKED, RELEASED, WAITING, Item, Kept
from shared.log.port import Record, TopicPartition
from shared.store.store import Connection, Store

MAX_PARKED_A_MINUTE = 20
MAX_DETAIL = 500

log = structlog.get_logger()


class TooManyParked(Exception):
    """More than 20 streams parked for one cause in a minute: it is not the streams. Stop."""


@dataclass(frozen=True, slots=True)
class Head:
    """The first kept event of a stream; what stands behind it waits for it."""

    stream_id: str
    at: TopicPartition
    seq: int
    cause: str
    for_stream: str | None
    for_version: int | None


@dataclass(frozen=True, slots=True)
class Parked:
    """One parked stream, as `claims-ledger parked list` shows it."""

    reader: str
    stream_id: str
    topic: str
    partition: int
    seq: int
    cause: str
    detail: str
    since: datetime
    behind: int
    """how many later events of the stream wait behind this one"""


class Pending:
    """The kept events of one reader."""

    def __init__(self, reader: str, store: Store, clock: Clock) -> None:
        self._reader = reader
        self._store = store
        self._clock = clock
        self._parked: dict[tuple[str, str], float] = {}
        self._after = ""

    async def blocked(self, connection: Connection, streams: Sequence[str]) -> dict[str, str]:
        """Which of these streams have a kept event, and in which state."""
        rows = await connection.fetch(_BLOCKED, self._reader, sorted(set(streams)))
        return {row[0]: row[1] for row in rows}

    async def keep(self, connection: Connection, kept: Sequence[Kept]) -> None:
        """Keep these in the caller's transaction. Raises TooManyParked: then nothing is kept."""
        for k in kept:
            await connection.execute(
                _KEEP, self._reader, *k.at, k.record.seq, k.stream_id, k.state, k.cause,
                k.detail[:MAX_DETAIL], k.for_stream, k.for_version, k.record.event_id,
                k.record.body, self._clock.now(),
            )  # fmt: skip
            if k.state == PARKED and k.cause != BEHIND:
                self._count(k)

    def _count(self, kept: Kept) -> None:
        """By stream, so that a transaction that is tried again counts once."""
        now = time.monotonic()
        self._parked = {key: at for key, at in self._parked.items() if now - at <= 60}
        known = (kept.cause, kept.stream_id) in self._parked
        self._parked.setdefault((kept.cause, kept.stream_id), now)
        if sum(cause == kept.cause for cause, _ in self._parked) > MAX_PARKED_A_MINUTE:
            raise TooManyParked(kept.cause)
        if not known:
            log.error("stream_parked", stream=kept.stream_id, cause=kept.cause, seq=kept.record.seq)

    async def ready(self, limit: int) -> list[Head]:
        """Of the next `limit` waiting streams those whose cause has come, or that were released.

        Each call goes on behind the one before, so that none starves behind others.
        """
        rows = await self._store.pool.fetch(_WAITING, self._reader, self._after, limit)
        self._after = rows[-1][0] if len(rows) == limit else ""
        heads = [Head(r[0], TopicPartition(r[1], r[2]), *r[3:]) for r in rows]
        here = await self._versions({h.for_stream for h in heads if h.for_stream})
        return [
            h for h in heads
            if h.for_stream is None or here.get(h.for_stream, 0) >= (h.for_version or 1)
        ]  # fmt: skip

    async def _versions(self, streams: set[str]) -> dict[str, int]:
        if not streams:
            return {}
        named = sorted(streams)
        places = [self._store.partition_of(stream) for stream in named]
        rows = await self._store.pool.fetch(_VERSIONS, places, named)
        return {row[0]: row[1] for row in rows}

    async def take(self, connection: Connection, head: Head) -> list[Item]:
        """All kept events of the stream, in order, out of the table.

        The position's lock comes first: a reader elsewhere that is just keeping another event of
        the stream must have ended, or that event would stay behind nothing.
        """
        await connection.execute(_LOCK, self._reader, *head.at)
        taken = await connection.fetch(_TAKE, self._reader, head.stream_id)
        return sorted((TopicPartition(r[0], r[1]), Record(r[2], r[3], b"", r[4])) for r in taken)


async def list_parked(pool: asyncpg.Pool) -> list[Parked]:
    """The parked streams of all readers of this database, the oldest first."""
    rows = await pool.fetch(_LIST, PARKED, BEHIND)
    return [Parked(*row) for row in rows]


async def release(pool: asyncpg.Pool, stream_id: str) -> int:
    """Let a parked stream run on, by the running service, in its order; gives its kept events.

    What still cannot be applied parks again. 0: the stream is not parked.
    """
    return int(await pool.fetchval(_RELEASE, stream_id, WAITING, RELEASED, BEHIND, PARKED))


_BLOCKED = """
SELECT stream_id, min(state) FROM inbox_pending WHERE reader = $1 AND stream_id = ANY($2)
 GROUP BY stream_id
"""
_KEEP = """
INSERT INTO inbox_pending (reader, topic, partition_no, seq, stream_id, state, cause, detail,
    for_stream, for_version, event_id, body, since)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""
_WAITING = f"""
SELECT stream_id, topic, partition_no, seq, cause, for_stream, for_version FROM inbox_pending
 WHERE reader = $1 AND state = '{WAITING}' AND cause IN ('{CAUSE}', '{RELEASED}')
   AND stream_id > $2
 ORDER BY stream_id LIMIT $3
"""  # noqa: S608 - words of ours
_VERSIONS = """
SELECT s.stream_id, max(e.version) FROM unnest($1::smallint[], $2::text[]) AS s(partition_no, stream_id)
  JOIN events e USING (partition_no, stream_id) GROUP BY s.stream_id
"""  # noqa: E501
_LOCK = """
SELECT 1 FROM inbox_positions WHERE reader = $1 AND topic = $2 AND partition_no = $3 FOR UPDATE
"""
_TAKE = """
DELETE FROM inbox_pending WHERE reader = $1 AND stream_id = $2
RETURNING topic, partition_no, seq, event_id, body
"""
_LIST = """
SELECT p.reader, p.stream_id, p.topic, p.partition_no, p.seq, p.cause, p.detail, p.since,
       (SELECT count(*) FROM inbox_pending b
         WHERE (b.reader, b.stream_id) = (p.reader, p.stream_id) AND b.cause = $2)::int
  FROM inbox_pending p WHERE p.state = $1 AND p.cause <> $2
 ORDER BY p.since, p.reader, p.topic, p.partition_no, p.seq
"""
_RELEASE = """
WITH released AS (
    UPDATE inbox_pending SET state = $2, cause = CASE WHEN cause = $4 THEN $4 ELSE $3 END
     WHERE stream_id = $1 AND state = $5 RETURNING 1
) SELECT count(*) FROM released
"""
