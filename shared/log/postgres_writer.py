"""Appends to the PostgreSQL log: one statement and one commit per call, or per few megabytes."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence

import asyncpg

from shared.log.port import MAX_BODY_BYTES, LogRefused, LogUnavailable, Record, TopicPartition
from shared.log.postgres_client import postgres_errors

MAX_STATEMENT_RECORDS = 2_000
MAX_STATEMENT_BYTES = 4 * 1024 * 1024
APPEND = "SELECT append_records($1, $2, $3, $4, $5, $6)"


class PostgresWriter:
    """A pool of its own. The first append without an answer kills it: whether the server committed
    that one is unknown, so nothing may follow it. A refusal rolled back, and kills nothing.
    """

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self._next: dict[TopicPartition, int] = {}
        self._locks: defaultdict[TopicPartition, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._dead = False

    async def append(self, at: TopicPartition, records: Sequence[Record]) -> None:
        self._check_alive()
        _refuse_oversize(at, records)
        async with self._locks[at]:
            self._check_alive()
            answered = False
            try:
                for part in _parts(records):
                    await self._append(at, part)
                answered = True
            except LogRefused:
                answered = True
                raise
            finally:
                if not answered:
                    self._dead = True
                    self.pool.terminate()

    async def close(self) -> None:
        if self._dead:
            return
        self._dead = True
        with postgres_errors("close"):
            await self.pool.close()

    def _check_alive(self) -> None:
        if self._dead:
            raise LogUnavailable("the writer is dead: close it and open a new one")

    async def _append(self, at: TopicPartition, records: Sequence[Record]) -> None:
        seqs, event_ids, chains, bodies, _ = zip(*records, strict=True)
        with postgres_errors(f"append to {at.topic}/{at.partition}"):
            first = await self.pool.fetchval(APPEND, *at, seqs, event_ids, chains, bodies)
        if first < self._next.get(at, 0):
            raise LogUnavailable(f"{at.topic}/{at.partition} ran back to {first}")
        self._next[at] = first + len(records)


def _refuse_oversize(at: TopicPartition, records: Sequence[Record]) -> None:
    for record in records:
        if len(record.body) > MAX_BODY_BYTES:
            raise LogRefused(
                f"{at.topic}/{at.partition} seq {record.seq}: {len(record.body)} bytes, "
                f"at most {MAX_BODY_BYTES}"
            )


def _parts(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    """In order; a part ends before it passes one of the two limits of a statement."""
    begin = size = 0
    for n, record in enumerate(records):
        size += len(record.body)
        if n > begin and (size > MAX_STATEMENT_BYTES or n - begin == MAX_STATEMENT_RECORDS):
            yield records[begin:n]
            begin, size = n, len(record.body)
    if begin < len(records):
        yield records[begin:]
