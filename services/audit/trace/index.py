"""The names of every event in PostgreSQL, and the events themselves out of the log."""

from collections.abc import Collection, Sequence
from itertools import groupby

import asyncpg

from services.audit.trace.follow import MAX_EVENTS, Entry
from services.audit.trace.names import names_of
from shared.delivery import Delivery, Effects, Handler
from shared.events.envelope import decode
from shared.log.port import Log, LogReader, Record, TopicPartition
from shared.log.seek import record_of
from shared.store.store import Connection

READ_ON = 200
"""records between two wanted ones that are read through rather than jumped over"""
WAIT_SECONDS = 1.0


class Indexed:
    """The inbox's handler with the index before it: both in the inbox's own transaction."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def apply(self, connection: Connection, deliveries: Sequence[Delivery]) -> Effects:
        await store(connection, deliveries)
        return await self._handler.apply(connection, deliveries)


async def store(connection: Connection, deliveries: Sequence[Delivery]) -> None:
    """Known ones are left as they are: a reader may start anew."""
    rows = [
        (name, *d.at, d.record.seq, name == d.event.subject, d.record.offset)
        for d in deliveries
        for name in names_of(d.event)
    ]
    if rows:
        await connection.execute(_STORE, *map(list, zip(*rows, strict=True)))


class Found:
    """Finds events by name: places from the index, bytes from the log."""

    def __init__(self, pool: asyncpg.Pool, log: Log) -> None:
        self._pool = pool
        self._log = log

    async def __call__(self, names: Collection[str], own: bool) -> list[Entry]:
        """At most MAX_EVENTS + 1, the oldest numbers first. Raises LogUnavailable."""
        rows = await self._pool.fetch(_FIND, sorted(names), own, MAX_EVENTS + 1)
        found: list[Entry] = []
        for place, wanted in groupby(rows, key=lambda row: (row[0], row[1])):
            places = [(row[2], row[3]) for row in wanted]
            found += await self._read(TopicPartition(*place), places)
        return found

    async def _read(self, at: TopicPartition, wanted: Sequence[tuple[int, int]]) -> list[Entry]:
        found: list[Entry] = []
        read: dict[int, Record] = {}
        reader = await self._log.reader({at: wanted[0][1]})
        try:
            for seq, offset in wanted:
                if seq not in read:
                    read = await _near(reader, at, offset)
                # An offset is only a hint: where the topic was recreated, look by number.
                record = read.get(seq) or await record_of(self._log, at, seq)
                if record is not None:
                    found.append(Entry(at, seq, decode(record.body)))
        finally:
            await reader.close()
        return found


async def _near(reader: LogReader, at: TopicPartition, offset: int) -> dict[int, Record]:
    """The next records from this offset on, by number; the first copy of each."""
    await reader.seek(at, offset)
    read: dict[int, Record] = {}
    for record in (await reader.read(READ_ON, WAIT_SECONDS)).get(at, ()):
        read.setdefault(record.seq, record)
    return read


_STORE = """
INSERT INTO trace_names (name, topic, partition_no, seq, own, log_offset)
SELECT * FROM unnest($1::text[], $2::text[], $3::smallint[], $4::bigint[], $5::bool[], $6::bigint[])
ON CONFLICT DO NOTHING
"""
_FIND = """
SELECT topic, partition_no, seq, log_offset FROM trace_names
 WHERE name = ANY($1) AND (own OR NOT $2)
 GROUP BY topic, partition_no, seq, log_offset
 ORDER BY topic, partition_no, seq LIMIT $3
"""
