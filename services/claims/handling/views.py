"""What an approval asks of other streams: the newest visit to the class, the newest notice."""

from collections.abc import Collection, Mapping, Sequence

import asyncpg

from services.claims.claim.decide import Looked
from services.claims.handling.demands import Around, Noticed, Waiting
from shared.clock import SHANGHAI
from shared.events.claims import ClaimContent
from shared.events.envelope import Event
from shared.events.handling import InspectionRecorded
from shared.store.store import Connection

_PUT = """
INSERT INTO inspections_made
       (event_id, jurisdiction, plan, institution, inspected_on, inspected_at, outcome, hands)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
"""
_AROUND = """
SELECT w.claim, i.outcome, i.hands, n.notice, n.clause, n.closes_on, n.closed, n.objections_open,
       n.objections_upheld
  FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::date[])
    AS w(claim, plan, institution, training_from, training_to)
  LEFT JOIN LATERAL (
    SELECT outcome, hands FROM inspections_made v
     WHERE v.jurisdiction = ANY($6)
       AND (v.plan = w.plan OR (v.plan IS NULL AND v.institution = w.institution
            AND v.inspected_on BETWEEN w.training_from AND w.training_to))
     ORDER BY inspected_at DESC, event_id DESC LIMIT 1) AS i ON true
  LEFT JOIN LATERAL (
    SELECT * FROM claims_noticed c WHERE c.claim = w.claim
     ORDER BY published_at DESC, notice DESC LIMIT 1) AS n ON true
"""


async def project(connection: Connection, events: Sequence[Event]) -> None:
    """Visits to classes; one that names a claim stands in the claim's own stream."""
    rows = [
        (
            event.id, event.jurisdiction, facts.plan, facts.institution,
            facts.inspected_at.astimezone(SHANGHAI).date(), facts.inspected_at, facts.outcome,
            list(dict.fromkeys((event.actor, *facts.inspectors))),
        )
        for event in events
        if isinstance(facts := event.facts, InspectionRecorded) and facts.claim is None
    ]  # fmt: skip
    if rows:
        await connection.executemany(_PUT, rows)


async def around(
    pool: asyncpg.Pool, stream_id: str, content: ClaimContent, places: Collection[str]
) -> Around:
    """What stands around the claim; `places` are the codes whose inspectors count for it.

    A visit counts for the claims of its plan, or of its institution's classes on that day.
    """
    return (await around_each(pool, {stream_id: content}, places))[stream_id]


async def around_each(
    pool: asyncpg.Pool, contents: Mapping[str, ClaimContent], places: Collection[str]
) -> dict[str, Around]:
    """The same for many claims by id, in one round trip."""
    asked = [
        (stream, c.plan, c.institution, c.training_from, c.training_to)
        for stream, c in contents.items()
    ]
    columns = [list(column) for column in zip(*asked, strict=True)]
    rows = await pool.fetch(_AROUND, *columns, list(places))
    return {row["claim"]: _around(row) for row in rows}


def _around(row: asyncpg.Record) -> Around:
    visit = Looked(row["outcome"], tuple(row["hands"])) if row["outcome"] else None
    noticed = None
    if row["notice"]:
        noticed = Noticed(
            row["notice"], row["closes_on"], row["closed"], row["objections_open"],
            row["objections_upheld"], row["clause"],
        )  # fmt: skip
    return Around(visit, noticed)


def waiting_shown(waiting: Sequence[Waiting]) -> list[dict[str, str]]:
    """What a claim waits for, as a reader sees it."""
    return [
        {"code": one.code, "step": one.step, "clause": one.clause, "before": one.before}
        for one in waiting
    ]
