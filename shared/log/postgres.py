"""The log in a PostgreSQL database of its own: the default of an installation on one machine."""

from collections.abc import Mapping, Sequence

import asyncpg

from shared.log.port import LogRefused, Record, TopicPartition, TopicState
from shared.log.postgres_client import connect, postgres_errors
from shared.log.postgres_reader import PostgresReader
from shared.log.postgres_writer import PostgresWriter

LOG_CONNECTIONS = 2
WRITER_CONNECTIONS = 4  # so many partitions commit at once, and share the flush to disk


class PostgresLog:
    """One database. Build it with `open`."""

    def __init__(self, dsn: str, pool: asyncpg.Pool) -> None:
        self._dsn = dsn
        self.pool = pool

    @classmethod
    async def open(cls, dsn: str) -> "PostgresLog":
        """Connect. Raises LogUnavailable, or LogRefused for a wrong role or database."""
        return cls(dsn, await connect(dsn, LOG_CONNECTIONS))

    async def create_topics(self, partitions: Mapping[str, int]) -> None:
        for topic, wanted in partitions.items():
            found = await self._count(topic)
            if found == 0:
                with postgres_errors(f"create {topic}"):
                    await self.pool.execute("SELECT create_topic($1, $2)", topic, wanted)
                found = await self._count(topic)
            if found != wanted:
                raise LogRefused(f"{topic} has {found} partitions, not {wanted}")

    async def partitions(self, topic: str) -> int:
        found = await self._count(topic)
        if found == 0:
            raise LogRefused(f"unknown topic {topic}")
        return found

    async def states(self, topics: Sequence[str]) -> Mapping[TopicPartition, TopicState]:
        with postgres_errors("states"):
            rows = await self.pool.fetch(
                "SELECT topic, partition_no, next_offset FROM heads WHERE topic = ANY($1)"
                " ORDER BY topic, partition_no",
                list(topics),
            )
        for topic in topics:
            if not any(row["topic"] == topic for row in rows):
                raise LogRefused(f"unknown topic {topic}")
        return {TopicPartition(topic, n): TopicState(0, end) for topic, n, end in rows}

    async def last(self, at: TopicPartition) -> Record | None:
        await self._check_places([at])
        with postgres_errors("read the last record"):
            row = await self.pool.fetchrow(
                'SELECT seq, event_id, chain, body, "offset" FROM records'
                ' WHERE topic = $1 AND partition_no = $2 ORDER BY "offset" DESC LIMIT 1',
                *at,
            )
        return None if row is None else Record(*row)

    async def writer(self) -> PostgresWriter:
        return PostgresWriter(await connect(self._dsn, WRITER_CONNECTIONS))

    async def reader(self, starts: Mapping[TopicPartition, int]) -> PostgresReader:
        await self._check_places(list(starts))
        return PostgresReader(await connect(self._dsn, 1), starts)

    async def close(self) -> None:
        with postgres_errors("close"):
            await self.pool.close()

    async def _count(self, topic: str) -> int:
        with postgres_errors("count partitions"):
            count = await self.pool.fetchval("SELECT count(*) FROM heads WHERE topic = $1", topic)
        return int(count)

    async def _check_places(self, places: Sequence[TopicPartition]) -> None:
        if not places:
            raise LogRefused("a reader needs at least one partition")
        counts = {topic: await self._count(topic) for topic in {at.topic for at in places}}
        for at in places:
            if not 0 <= at.partition < counts[at.topic]:
                raise LogRefused(f"unknown partition {at.topic}/{at.partition}")
