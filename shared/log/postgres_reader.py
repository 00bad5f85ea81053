"""Reads the PostgreSQL log: all partitions in one round trip, polled with a growing pause."""

import asyncio
from collections.abc import Mapping, Sequence
from time import monotonic

import asyncpg

from shared.log.port import PositionLost, Record, TopicPartition
from shared.log.postgres_client import postgres_errors

BUSY_SECONDS = 0.005
IDLE_SECONDS = 0.050
MAX_READ_BYTES = 16 * 1024 * 1024

# The heads come first, so that a partition without news costs one look. A partition behind its
# position gives one row without a record: the log was recreated. The sum is taken over lengths
# only, and a body is unpacked only when it is sent.
POLL = """
SELECT place, "offset", seq, event_id, chain, body FROM (
    SELECT found.*, sum(octet_length(body)) OVER (ROWS UNBOUNDED PRECEDING) AS bytes FROM (
        SELECT wanted.place, r."offset", r.seq, r.event_id, r.chain, r.body
        FROM (
            SELECT w.* FROM unnest($1::text[], $2::smallint[], $3::bigint[])
                WITH ORDINALITY AS w (topic, partition_no, position, place)
            JOIN heads h ON h.topic = w.topic AND h.partition_no = w.partition_no
            WHERE h.next_offset <> w.position
            ORDER BY w.place
        ) AS wanted
        LEFT JOIN LATERAL (
            SELECT * FROM records r
            WHERE r.topic = wanted.topic AND r.partition_no = wanted.partition_no
                AND r."offset" >= wanted.position
            ORDER BY r."offset" LIMIT $4
        ) AS r ON true
        LIMIT $4
    ) AS found
) AS summed
WHERE bytes IS NULL OR bytes - octet_length(body) < $5
"""


class PostgresReader:
    """One connection, opened again by the next `read` when it was lost."""

    def __init__(self, pool: asyncpg.Pool, starts: Mapping[TopicPartition, int]) -> None:
        self.pool = pool
        self._positions = dict(starts)
        self._order = list(starts)
        self._pause_seconds = BUSY_SECONDS

    async def read(
        self, max_records: int, wait_seconds: float
    ) -> Mapping[TopicPartition, Sequence[Record]]:
        deadline = monotonic() + wait_seconds
        while not (found := await self._poll(max_records)):
            left = deadline - monotonic()
            if left <= 0:
                return {}
            await asyncio.sleep(min(self._pause_seconds, left))
            self._pause_seconds = min(self._pause_seconds * 2, IDLE_SECONDS)
        self._pause_seconds = BUSY_SECONDS
        for at, records in found.items():
            self._positions[at] = records[-1].offset + 1
        return found

    async def seek(self, at: TopicPartition, offset: int) -> None:
        if at not in self._positions:
            raise KeyError(at)
        self._positions[at] = offset

    def position(self, at: TopicPartition) -> int:
        return self._positions[at]

    async def close(self) -> None:
        with postgres_errors("close"):
            await self.pool.close()

    async def _poll(self, max_records: int) -> Mapping[TopicPartition, list[Record]]:
        order = self._turn()
        topics = [at.topic for at in order]
        partitions = [at.partition for at in order]
        positions = [self._positions[at] for at in order]
        with postgres_errors("read"):
            rows = await self.pool.fetch(
                POLL, topics, partitions, positions, max_records, MAX_READ_BYTES
            )
        found: dict[TopicPartition, list[Record]] = {}
        for place, offset, seq, event_id, chain, body in rows:
            at = order[place - 1]
            if offset is None:
                raise PositionLost(
                    f"{at.topic}/{at.partition} ends before offset {self._positions[at]}"
                )
            found.setdefault(at, []).append(Record(seq, event_id, chain, body, offset))
        return found

    def _turn(self) -> list[TopicPartition]:
        """Another partition is first each time, or a long one would keep the others waiting."""
        self._order = self._order[1:] + self._order[:1]
        return self._order
