"""Does each event follow the one before it in its stream? Told once for every event (rule G1)."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from services.audit.replay.keyed import Break
from shared.events.base import FINDING_EVENTS
from shared.inbox import Delivery
from shared.store.store import Connection


class _Head(NamedTuple):
    """The newest event of a stream that was looked at; (0, 0) before the first."""

    version: int
    seq: int


_NONE = _Head(0, 0)
_Stream = tuple[str, str]


async def follow(connection: Connection, deliveries: Sequence[Delivery]) -> list[Break]:
    """What in this batch does not follow; kept, and the heads moved. Known numbers do not count
    again: a reader may start anew. Findings are left out: they are what is judged with.
    """
    fresh = [d for d in deliveries if d.at.topic != FINDING_EVENTS]
    if not fresh:
        return []
    newest = {(d.at.topic, d.event.subject): _Head(d.event.version, d.record.seq) for d in fresh}
    rows = await connection.fetch(
        _FOLLOW,
        [topic for topic, _ in newest],
        [stream for _, stream in newest],
        [head.version for head in newest.values()],
        [head.seq for head in newest.values()],
    )
    heads = {(row[0], row[1]): _Head(row[2], row[3]) for row in rows}
    found = breaks_of(fresh, heads)
    if found:
        columns = [list(column) for column in zip(*found, strict=True)]
        await connection.execute(_KEEP, *columns)
    return found


def breaks_of(deliveries: Sequence[Delivery], heads: dict[_Stream, _Head]) -> list[Break]:
    """`heads`: where each stream stood before; moved on."""
    found = []
    for delivery in deliveries:
        at, event, seq = delivery.at, delivery.event, delivery.record.seq
        before = heads.get((at.topic, event.subject), _NONE)
        if seq <= before.seq:
            continue
        heads[at.topic, event.subject] = _Head(event.version, seq)
        if event.version != before.version + 1:
            found.append(
                Break(
                    at.topic, at.partition, seq, event.id, event.subject, event.version,
                    before.version,
                )
            )  # fmt: skip
    return found


async def breaks(connection: Connection, streams: Collection[str]) -> tuple[Break, ...]:
    """All breaks of these streams, in the order of the log."""
    rows = await connection.fetch(_BREAKS, sorted(streams)) if streams else []
    return tuple(Break(*row) for row in rows)


_FOLLOW = """
WITH said AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::bigint[])
        AS s(topic, stream_id, version, seq)),
known AS (
    SELECT h.* FROM stream_heads h JOIN said USING (topic, stream_id)),
moved AS (
    INSERT INTO stream_heads AS h (topic, stream_id, version, seq) SELECT * FROM said
    ON CONFLICT (topic, stream_id) DO UPDATE SET version = excluded.version, seq = excluded.seq
     WHERE h.seq < excluded.seq)
SELECT topic, stream_id, version, seq FROM known
"""
_KEEP = """
INSERT INTO stream_breaks
    (topic, partition_no, seq, event_id, stream_id, version, before_version)
SELECT * FROM unnest($1::text[], $2::smallint[], $3::bigint[], $4::text[], $5::text[],
    $6::integer[], $7::integer[])
ON CONFLICT DO NOTHING
"""
_BREAKS = """
SELECT topic, partition_no, seq, event_id, stream_id, version, before_version
  FROM stream_breaks WHERE stream_id = ANY($1::text[]) ORDER BY topic, partition_no, seq
"""
