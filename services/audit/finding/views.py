"""What readers ask of findings: the worklist of a jurisdiction's auditors."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from services.audit.finding.decide import Stage
from shared.events.cases import FindingProposed
from shared.events.envelope import Event
from shared.events.findings import (
    FindingConfirmed,
    FindingDismissed,
    FindingKeys,
    FindingLapsed,
    FindingOpened,
)
from shared.store.store import Connection

VIEW = "findings_in_hand"
MAX_PAGE = 200

_STAGES = {
    FindingProposed: Stage.PROPOSED,
    FindingConfirmed: Stage.CONFIRMED,
    FindingDismissed: Stage.DISMISSED,
    FindingLapsed: Stage.LAPSED,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One page of findings: those after `after`, of these filters, seen from these places."""

    seen: Sequence[str]
    rule: str | None = None
    stage: str | None = None
    tier: str | None = None
    after: str = ""
    limit: int = 50


async def project(connection: Connection, events: Sequence[Event]) -> None:
    """The findings' own table, event by event: there are few."""
    for event in events:
        if isinstance(event.facts, FindingOpened):
            await _open(connection, event, event.facts)
        elif isinstance(event.facts, FindingKeys) and type(event.facts) in _STAGES:
            await _move(connection, event)


async def _open(connection: Connection, event: Event, facts: FindingOpened) -> None:
    # The places of the evidence are those of its events, which were kept with the finding.
    await connection.execute(
        _OPEN,
        event.subject, facts.finding_id, facts.rule, facts.rule_version, facts.tier,
        Stage.OPENED.value, facts.subject, list(facts.clause), list(facts.claims),
        list(facts.payouts), facts.plan, facts.amount_fen, event.jurisdiction,
        facts.evidence_sha256, facts.explanation_zh, facts.explanation_en, event.version,
        event.recorded_at, [e.topic for e in facts.evidence],
        [e.partition for e in facts.evidence], [e.seq for e in facts.evidence],
        list(facts.persons),
    )  # fmt: skip


async def _move(connection: Connection, event: Event) -> None:
    facts = event.facts
    proposal = facts if isinstance(facts, FindingProposed) else None
    decided = isinstance(facts, FindingConfirmed | FindingDismissed)
    await connection.execute(
        _MOVE,
        event.subject, _STAGES[type(facts)].value, event.version, event.recorded_at, decided,
        proposal.outcome if proposal else None, event.actor if proposal else None,
    )  # fmt: skip


async def page(pool: asyncpg.Pool, asked: Asked) -> list[asyncpg.Record]:
    """Findings of which one event at least lies in a place that is seen, in the order of ids."""
    return await pool.fetch(
        _PAGE, list(asked.seen), asked.rule, asked.stage, asked.tier, asked.after,
        min(asked.limit, MAX_PAGE),
    )  # fmt: skip


async def places_of(pool: asyncpg.Pool, finding: str) -> frozenset[str]:
    """Jurisdictions of the events that the finding rests on; empty while it is not shown yet."""
    found = await pool.fetchval(
        "SELECT jurisdictions FROM findings_in_hand WHERE finding = $1", finding
    )
    return frozenset(found or ())


_OPEN = """
INSERT INTO findings_in_hand (finding, finding_id, rule, rule_version, tier, stage, subject,
    clauses, claims, payouts, plan, amount_fen, jurisdiction, jurisdictions, evidence_sha256,
    explanation_zh, explanation_en, version, opened_at, changed_at, persons)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
    (SELECT array_agg(DISTINCT place ORDER BY place) FROM (
        SELECT $13 AS place
        UNION ALL
        SELECT h.jurisdiction FROM hot_events h
          JOIN unnest($19::text[], $20::smallint[], $21::bigint[]) AS e(topic, partition_no, seq)
         USING (topic, partition_no, seq)) AS places),
    $14, $15, $16, $17, $18, $18, $22
ON CONFLICT (finding) DO UPDATE SET stage = excluded.stage, clauses = excluded.clauses,
    claims = excluded.claims, payouts = excluded.payouts, plan = excluded.plan,
    amount_fen = excluded.amount_fen, jurisdiction = excluded.jurisdiction,
    jurisdictions = excluded.jurisdictions, evidence_sha256 = excluded.evidence_sha256,
    explanation_zh = excluded.explanation_zh, explanation_en = excluded.explanation_en,
    proposed = NULL, proposed_by = NULL, version = excluded.version,
    changed_at = excluded.changed_at, persons = excluded.persons
"""
_MOVE = """
UPDATE findings_in_hand SET stage = $2, version = $3, changed_at = $4,
    proposed = CASE WHEN $5 THEN proposed ELSE $6 END,
    proposed_by = CASE WHEN $5 THEN proposed_by ELSE $7 END
 WHERE finding = $1
"""
_PAGE = """
SELECT finding, finding_id, rule, rule_version, tier, stage, subject, clauses, claims, payouts,
    plan, amount_fen, jurisdiction, evidence_sha256, explanation_zh, explanation_en, proposed,
    proposed_by, version, opened_at, changed_at
  FROM findings_in_hand
 WHERE jurisdictions && $1 AND ($2::text IS NULL OR rule = $2)
   AND ($3::text IS NULL OR stage = $3) AND ($4::text IS NULL OR tier = $4) AND finding > $5
 ORDER BY finding LIMIT $6
"""
