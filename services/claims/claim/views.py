"""What readers ask of claims: the worklist, and who else names a certificate."""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from services.claims.claim.decide import Stage
from shared.events.claims import (
    ApprovalRevoked,
    ClaimAccepted,
    ClaimApproved,
    ClaimContent,
    ClaimHeld,
    ClaimImported,
    ClaimKeys,
    ClaimProposed,
    ClaimRejected,
    ClaimReturned,
    ClaimWithdrawn,
)
from shared.events.envelope import Event
from shared.store.store import Connection

VIEW = "claims_in_hand"
MAX_PAGE = 200

STAGES: Mapping[type, Stage] = {
    ClaimAccepted: Stage.ACCEPTED,
    ClaimReturned: Stage.RETURNED,
    ClaimProposed: Stage.PROPOSED,
    ClaimApproved: Stage.APPROVED,
    ClaimRejected: Stage.REJECTED,
    ClaimHeld: Stage.HELD,
    ClaimWithdrawn: Stage.WITHDRAWN,
    ApprovalRevoked: Stage.REVOKED,
}

_COLUMNS = (
    "stream_id, jurisdiction, stage, kind, person, certificate, occupation, level, organisation,"
    " filed_by, amount_fen, reasons, conflicts, version, changed_at"
)
_PUT = f"""
INSERT INTO claims_in_hand ({_COLUMNS})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (stream_id) DO UPDATE SET stage = excluded.stage, kind = excluded.kind,
    person = excluded.person, certificate = excluded.certificate, occupation = excluded.occupation,
    level = excluded.level, organisation = excluded.organisation,
    amount_fen = excluded.amount_fen, reasons = excluded.reasons, conflicts = excluded.conflicts,
    version = excluded.version, changed_at = excluded.changed_at
"""  # noqa: S608 - column names of ours
_SELECT = f"SELECT {_COLUMNS} FROM claims_in_hand "  # noqa: S608


async def project(connection: Connection, events: Sequence[Event]) -> None:
    """Of each claim only its newest event counts; every event carries the claim's keys."""
    own = [event for event in events if isinstance(event.facts, ClaimKeys)]
    newest = {event.subject: event for event in own}
    filed_by = {event.subject: event.actor for event in reversed(own)}  # kept once the row is there
    rows = [_row(event, filed_by[subject]) for subject, event in newest.items()]
    if rows:
        await connection.executemany(_PUT, rows)


def _row(event: Event, filed_by: str) -> tuple[Any, ...]:
    facts = event.facts
    assert isinstance(facts, ClaimKeys)
    return (
        event.subject, event.jurisdiction, _stage(facts), facts.kind, facts.person,
        facts.certificate, facts.occupation, facts.level, facts.organisation, filed_by,
        getattr(facts, "amount_fen", 0), list(getattr(facts, "reasons", ())),
        list(getattr(facts, "conflicts_with", ())), event.version, event.recorded_at,
    )  # fmt: skip


def _stage(facts: ClaimKeys) -> str:
    if isinstance(facts, ClaimImported):
        return Stage.IMPORTED.value
    if isinstance(facts, ClaimContent):
        return Stage.SUBMITTED.value
    return STAGES[type(facts)].value


async def others_with(pool: asyncpg.Pool, certificate: str, person: str) -> tuple[str, ...]:
    """Open claims of other persons that name this certificate (worked example E91)."""
    rows = await pool.fetch(
        "SELECT stream_id FROM claims_in_hand WHERE certificate = $1 AND person <> $2"
        " AND stage NOT IN ('withdrawn', 'rejected', 'revoked') ORDER BY stream_id LIMIT 20",
        certificate,
        person,
    )
    return tuple(row["stream_id"] for row in rows)


async def worklist(
    pool: asyncpg.Pool, jurisdictions: Sequence[str], stage: str | None, after: str, limit: int
) -> list[asyncpg.Record]:
    """Claims of these jurisdictions after a claim id, in the order of ids; at most 200."""
    return await pool.fetch(
        _SELECT + "WHERE jurisdiction = ANY($1) AND ($2::text IS NULL OR stage = $2)"
        " AND stream_id > $3 ORDER BY stream_id LIMIT $4",
        list(jurisdictions),
        stage,
        after,
        min(limit, MAX_PAGE),
    )


async def own_claims(
    pool: asyncpg.Pool, organisation: str, filed_by: str, after: str, limit: int
) -> list[asyncpg.Record]:
    """Claims that this organisation, or this person, filed."""
    return await pool.fetch(
        _SELECT + "WHERE ((organisation IS NOT NULL AND organisation = $1) OR filed_by = $2)"
        " AND stream_id > $3 ORDER BY stream_id LIMIT $4",
        organisation,
        filed_by,
        after,
        min(limit, MAX_PAGE),
    )
