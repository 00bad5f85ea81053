"""How far a partition is in the log, in our own books: saved numbers, and the chain over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from shared.log.chain import GENESIS, link
from shared.log.port import Record, TopicPartition
from shared.store.store import Store

PAGE = 1_000


class Fork(Exception):
    """The log has another chain at a number that we sent: somebody rewrote history. Stop."""


class LogAhead(Exception):
    """The log has events that this database does not hold: it was restored to an earlier time.

    Nothing may be written until `claims-ledger recover` has taken them back.
    """


class EventsMissing(Exception):
    """The database has no event under a number that it gave: it was damaged. Stop."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a partition is in the log: the last number and the chain there."""

    seq: int
    chain: bytes


START = Mark(0, GENESIS)
Batch = dict[TopicPartition, list[Record]]


def chained(rows: Sequence[Any], marks: dict[TopicPartition, Mark]) -> Batch:
    """The rows as records, each partition chained on from its mark; `marks` moves on with them."""
    batch: Batch = {}
    for row in rows:
        topic, partition_no, seq, event_id, body = row
        at = TopicPartition(topic, partition_no)
        if seq != marks[at].seq + 1:
            raise EventsMissing(f"{topic}/{partition_no} has no event {marks[at].seq + 1}")
        chain = link(marks[at].chain, seq, event_id.bytes, body)
        batch.setdefault(at, []).append(Record(seq, event_id.bytes, chain, body))
        marks[at] = Mark(seq, chain)
    return batch


async def mark_at(store: Store, at: TopicPartition, seq: int) -> Mark:
    """Our own chain at a number, computed on from the nearest saved one. Raises EventsMissing."""
    mark = await _saved_before(store.pool, at, seq)
    while mark.seq < seq:
        rows = await store.tail({at: mark.seq}, min(PAGE, seq - mark.seq))
        if not rows:
            raise EventsMissing(f"{at.topic}/{at.partition} has no event {mark.seq + 1}")
        marks = {at: mark}
        chained(rows, marks)
        mark = marks[at]
    return mark


async def saved_marks(pool: asyncpg.Pool) -> dict[TopicPartition, Mark]:
    """The newest saved number and chain of each partition that was ever sent."""
    rows = await pool.fetch(
        "SELECT h.topic, h.partition_no, b.last_seq, b.chain FROM heads h CROSS JOIN LATERAL"
        " (SELECT last_seq, chain FROM relay_batches r WHERE r.topic = h.topic"
        "  AND r.partition_no = h.partition_no ORDER BY first_seq DESC LIMIT 1) AS b"
    )
    return {TopicPartition(r[0], r[1]): Mark(r[2], r[3]) for r in rows}


async def _saved_before(pool: asyncpg.Pool, at: TopicPartition, seq: int) -> Mark:
    """The last saved mark whose number is at most `seq`."""
    row = await pool.fetchrow(
        "SELECT last_seq, chain FROM relay_batches WHERE topic = $1 AND partition_no = $2"
        " AND first_seq <= $3 AND last_seq <= $3 ORDER BY first_seq DESC LIMIT 1",
        *at,
        seq,
    )
    return Mark(row[0], row[1]) if row else START


INSERT_BATCHES = (
    "INSERT INTO relay_batches (topic, partition_no, first_seq, last_seq, chain)"
    " SELECT * FROM unnest($1::text[], $2::smallint[], $3::bigint[], $4::bigint[], $5::bytea[])"
)
