"""The one statement that commits a batch of units: check, then insert, numbers last.

Each CTE reads the count of the one before it, because PostgreSQL leaves the order of effects inside
one statement open: idempotency, then slots, then the heads' locks, then events. A race that this
snapshot cannot see raises a unique violation: nothing stays, and the batch is sent again, whole.
"""

from collections.abc import Sequence
from typing import Any

import asyncpg

from shared.store.position import Position
from shared.store.unit import (
    Appended,
    KeyReused,
    Outcome,
    Replayed,
    Reservation,
    SlotTaken,
    Unit,
    VersionConflict,
)

APPEND = """
WITH c AS MATERIALIZED (
    SELECT * FROM unnest($1::int[], $2::bytea[], $3::bytea[], $4::bytea[], $5::text[], $6::int[], $7::smallint[])
        AS c(unit, key, digest, answer, stream_id, version, partition_no)
), ev AS MATERIALIZED (
    SELECT * FROM unnest($8::int[], $9::text[], $10::smallint[], $11::text[], $12::int[], $13::uuid[], $14::bytea[])
        WITH ORDINALITY AS e(unit, topic, partition_no, stream_id, version, event_id, body, n)
), slot AS MATERIALIZED (
    SELECT * FROM unnest($15::int[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[])
        AS s(unit, mode, kind, key, stream_id, note)
), bad AS MATERIALIZED (
    SELECT c.unit, CASE WHEN i.digest = c.digest THEN 'replayed' ELSE 'reused' END AS why,
           i.answer, e.topic AS a, e.stream_id AS b, e.partition_no::text AS c, e.seq AS d
      FROM c JOIN idempotency i USING (key)
      LEFT JOIN events e ON (e.partition_no, e.stream_id, e.version) = (i.partition_no, i.stream_id, i.version)
    UNION ALL
    SELECT slot.unit, 'taken', convert_to(r.note, 'UTF8'), slot.kind, r.stream_id, slot.key, NULL
      FROM slot JOIN reservations r USING (kind, key)
     WHERE slot.mode = 'take' AND r.stream_id <> slot.stream_id
    UNION ALL
    SELECT ev.unit, 'version', NULL, NULL, ev.stream_id, NULL, NULL
      FROM ev JOIN events e ON (e.partition_no, e.stream_id, e.version) = (ev.partition_no, ev.stream_id, ev.version)
), good AS MATERIALIZED (
    SELECT DISTINCT unit FROM ev WHERE unit NOT IN (SELECT unit FROM bad)
), i AS (
    INSERT INTO idempotency (key, digest, answer, stream_id, version, partition_no, created_at)
    SELECT key, digest, answer, stream_id, version, partition_no, $21
      FROM c JOIN good USING (unit) ORDER BY key RETURNING 1
), d AS (
    DELETE FROM reservations r USING slot JOIN good USING (unit)
     WHERE slot.mode = 'free' AND (r.kind, r.key, r.stream_id) = (slot.kind, slot.key, slot.stream_id)
       AND (SELECT count(*) FROM i) >= 0 RETURNING 1
), r AS (
    INSERT INTO reservations (kind, key, stream_id, note)
    SELECT kind, key, stream_id, note FROM slot JOIN good USING (unit)
     WHERE mode = 'take' AND (SELECT count(*) FROM d) >= 0
       AND NOT EXISTS (SELECT FROM reservations x WHERE (x.kind, x.key, x.stream_id) = (slot.kind, slot.key, slot.stream_id))
     ORDER BY kind, key RETURNING 1
), s AS (
    INSERT INTO reservations (kind, key, stream_id, note)
    SELECT DISTINCT ON (kind, key) kind, key, stream_id, note FROM slot JOIN good USING (unit)
     WHERE mode = 'record' AND (SELECT count(*) FROM r) >= 0 ORDER BY kind, key, unit
    ON CONFLICT DO NOTHING RETURNING 1
), counts AS MATERIALIZED (
    SELECT topic, partition_no, count(*) AS k FROM ev JOIN good USING (unit)
     WHERE (SELECT count(*) FROM s) >= 0 GROUP BY topic, partition_no
), l AS MATERIALIZED (
    SELECT h.topic, h.partition_no, counts.k FROM heads h JOIN counts USING (topic, partition_no)
     ORDER BY h.topic, h.partition_no FOR UPDATE OF h
), u AS (
    UPDATE heads h SET seq = h.seq + l.k FROM l
     WHERE (h.topic, h.partition_no) = (l.topic, l.partition_no)
    RETURNING h.topic, h.partition_no, h.seq - l.k AS base
), numbered AS MATERIALIZED (
    SELECT ev.*, u.base + row_number() OVER (PARTITION BY ev.topic, ev.partition_no ORDER BY ev.n) AS seq
      FROM ev JOIN good USING (unit) JOIN u USING (topic, partition_no)
), e AS (
    INSERT INTO events (partition_no, stream_id, version, topic, seq, event_id, body)
    SELECT partition_no, stream_id, version, topic, seq, event_id, body
      FROM numbered ORDER BY partition_no, stream_id, version RETURNING 1
)
SELECT 0 AS unit, 'numbers' AS why, NULL AS answer, NULL AS a, NULL AS b, NULL AS c,
       (SELECT count(*) FROM e) AS d, (SELECT array_agg(seq ORDER BY n) FROM numbered) AS numbers
UNION ALL
SELECT unit, why, answer, a, b, c, d, NULL FROM bad
"""  # noqa: E501 - one statement reads better whole


def arguments(units: Sequence[Unit], now: Any) -> list[Any]:
    """The statement's parameters for these units, column by column."""
    asked = [(n, u.idempotency, u.events[-1]) for n, u in enumerate(units) if u.idempotency]
    events = [(n, event) for n, unit in enumerate(units) for event in unit.events]
    slots = [
        (n, mode, slot)
        for n, unit in enumerate(units)
        for mode, wanted in (("take", unit.takes), ("free", unit.frees), ("record", unit.records))
        for slot in wanted
    ]
    return [
        [n for n, _, _ in asked],
        [i.key for _, i, _ in asked],
        [i.digest for _, i, _ in asked],
        [i.answer for _, i, _ in asked],
        [e.stream_id for _, _, e in asked],
        [e.version for _, _, e in asked],
        [e.partition_no for _, _, e in asked],
        [n for n, _ in events],
        [e.topic for _, e in events],
        [e.partition_no for _, e in events],
        [e.stream_id for _, e in events],
        [e.version for _, e in events],
        [e.event_id for _, e in events],
        [e.body for _, e in events],
        [n for n, _, _ in slots],
        [mode for _, mode, _ in slots],
        [s.kind for _, _, s in slots],
        [s.key for _, _, s in slots],
        [s.stream_id for _, _, s in slots],
        [s.note for _, _, s in slots],
        now,
    ]


def outcomes(units: Sequence[Unit], rows: Sequence[asyncpg.Record]) -> list[Outcome]:
    """What became of each unit: an outcome of its own, in the order of the units."""
    refused: dict[int, list[asyncpg.Record]] = {}
    numbers: list[int] = []
    for row in rows:
        if row["why"] == "numbers":
            numbers = row["numbers"] or []
        else:
            refused.setdefault(row["unit"], []).append(row)
    given = iter(numbers)
    return [
        _refusal(refused[n])
        if n in refused
        else Appended(tuple(Position(e.topic, e.partition_no, next(given)) for e in unit.events))
        for n, unit in enumerate(units)
    ]


def _refusal(rows: Sequence[asyncpg.Record]) -> Outcome:
    """Idempotency outranks every other refusal; a stale version is decided again first."""
    by_why = {row["why"]: row for row in rows}
    if row := by_why.get("replayed"):
        return Replayed(row["answer"], Position(row["a"], int(row["c"]), row["d"]))
    if "reused" in by_why:
        return KeyReused()
    if row := by_why.get("version"):
        return VersionConflict(row["b"])
    taken = [
        Reservation(r["a"], r["c"], r["b"], r["answer"].decode())
        for r in rows
        if r["why"] == "taken"
    ]
    return SlotTaken(tuple(sorted(taken)))
