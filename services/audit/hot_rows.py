"""Hot rows in PostgreSQL: the events of each rule's keys, and what the rules hold now."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from services.audit.replay.keyed import HotRow, RuleKey
from shared.events.findings import FindingOpened
from shared.inbox import Delivery
from shared.store.store import Connection

MAX_ROWS = 20_000
"""rows that one round of judging may hold; a larger batch is judged in halves"""


class TooManyRows(Exception):
    """The keys of this batch have more rows together than one round may hold."""


async def store(
    connection: Connection, touching: Sequence[tuple[Delivery, Collection[RuleKey]]]
) -> None:
    """Keep events under their keys. Known ones are left as they are: a reader may start anew."""
    places = [(d.at.topic, d.at.partition, d.record.seq) for d, _ in touching]
    await connection.execute(
        _STORE_EVENTS,
        [topic for topic, _, _ in places],
        [partition for _, partition, _ in places],
        [seq for _, _, seq in places],
        [delivery.event.jurisdiction for delivery, _ in touching],
        [delivery.record.body for delivery, _ in touching],
    )
    keyed = [
        (key, place)
        for (_, keys), place in zip(touching, places, strict=True)
        for key in sorted(keys)
    ]
    await connection.execute(
        _STORE_KEYS,
        [key.rule for key, _ in keyed],
        [key.key for key, _ in keyed],
        [topic for _, (topic, _, _) in keyed],
        [partition for _, (_, partition, _) in keyed],
        [seq for _, (_, _, seq) in keyed],
    )


async def fetch(
    connection: Connection, keys: Collection[RuleKey], limit: int | None
) -> list[HotRow]:
    """All rows of these keys. Raises TooManyRows above `limit`."""
    ordered = sorted(keys)
    rows = await connection.fetch(
        _FETCH,
        [key.rule for key in ordered],
        [key.key for key in ordered],
        None if limit is None else limit + 1,
    )
    if limit is not None and len(rows) > limit:
        raise TooManyRows(len(rows))
    return [HotRow(row[0], row[1], row[2], row[3]) for row in rows]


async def held(connection: Connection, subjects: Collection[RuleKey]) -> dict[str, RuleKey]:
    """Finding id → (rule, subject) of what the rules held of these subjects until now."""
    ordered = sorted(subjects)
    rows = await connection.fetch(_HELD, [s.rule for s in ordered], [s.key for s in ordered])
    return {row[2]: RuleKey(row[0], row[1]) for row in rows}


async def hold(
    connection: Connection,
    before: Mapping[str, RuleKey],
    found: Iterable[FindingOpened],
) -> None:
    """Let `found` be what is held, where `before` was."""
    now = {one.finding_id: RuleKey(one.rule, one.subject) for one in found}
    gone = sorted((*before[one], one) for one in before.keys() - now.keys())
    new = sorted((*now[one], one) for one in now.keys() - before.keys())
    for statement, rows in ((_LET_GO, gone), (_HOLD, new)):
        if rows:
            columns = [list(column) for column in zip(*rows, strict=True)]
            await connection.execute(statement, *columns)


_STORE_EVENTS = """
INSERT INTO hot_events (topic, partition_no, seq, jurisdiction, body)
SELECT * FROM unnest($1::text[], $2::smallint[], $3::bigint[], $4::text[], $5::bytea[])
ON CONFLICT DO NOTHING
"""
_STORE_KEYS = """
INSERT INTO hot_keys (rule, key, topic, partition_no, seq)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::bigint[])
ON CONFLICT DO NOTHING
"""
_FETCH = """
SELECT e.topic, e.partition_no, e.seq, e.body FROM (
    SELECT DISTINCT h.topic, h.partition_no, h.seq
      FROM unnest($1::text[], $2::text[]) AS k(rule, key) JOIN hot_keys h USING (rule, key)
     LIMIT $3) AS p
  JOIN hot_events e USING (topic, partition_no, seq)
"""
_HELD = """
SELECT rule, subject, finding_id FROM findings_held
  JOIN unnest($1::text[], $2::text[]) AS s(rule, subject) USING (rule, subject)
"""
_HOLD = """
INSERT INTO findings_held (rule, subject, finding_id)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
"""
_LET_GO = """
DELETE FROM findings_held f USING unnest($1::text[], $2::text[], $3::text[]) AS g(r, s, i)
 WHERE (f.rule, f.subject, f.finding_id) = (g.r, g.s, g.i)
"""
