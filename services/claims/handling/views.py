"""What an approval asks of other streams: the newest visit to the class, the newest notice."""

from collections.abc import Collection, Sequence

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
SELECT i.outcome, i.hands, n.notice, n.clause, n.closes_on, n.closed, n.objections_open,
       n.objections_upheld
  FROM (SELECT 1) AS one
  LEFT JOIN LATERAL (
    SELECT outcome, hands FROM inspections_made
     WHERE jurisdiction = ANY($2)
       AND (plan = $3 OR (plan IS NULL AND institution = $4 AND inspected_on BETWEEN $5 AND $6))
     ORDER BY inspected_at DESC, event_id DESC LIMIT 1) AS i ON true
  LEFT JOIN LATERAL (
    SELECT * FROM claims_noticed WHERE claim = $1
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
    row = await pool.fetchrow(
        _AROUND, stream_id, list(places), content.plan, content.institution,
        content.training_from, content.training_to,
    )  # fmt: skip
    assert row is not None
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
