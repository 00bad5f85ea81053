"""What readers ask of claims: the worklist, and who else names a certificate."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import asyncpg
import msgspec

from services.claims.claim.decide import Claim, Stage
from services.claims.claim.excepted import Excepted
from services.claims.document.papers import papers_shown
from shared.events.base import Facts
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
from shared.events.exceptions import ExceptionApproved, ExceptionProposed, ExceptionRefused
from shared.events.handling import ClaimAssigned, IdentityChecked
from shared.http.access import Owned
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
    ExceptionApproved: Stage.ACCEPTED,
}
_STAYS = (IdentityChecked, ClaimAssigned, ExceptionProposed, ExceptionRefused)
"""who looks at a claim, is told to, or asks for something, leaves it in its stage"""


class _Row(msgspec.Struct):
    """One row of claims_in_hand."""

    stream_id: str
    jurisdiction: str
    stage: str
    kind: str
    person: str
    certificate: str | None
    occupation: str
    level: str
    organisation: str | None
    filed_by: str
    amount_fen: int
    reasons: Sequence[str]
    conflicts: Sequence[str]
    version: int
    changed_at: datetime
    shown_sha256: str | None
    """of a calculation that proposes to approve, as long as it stands"""
    institution: str | None
    """that held the training"""


_COLUMNS = ", ".join(_Row.__struct_fields__)
# One document for all rows: a statement for each costs this process twice as much.
_PUT = f"""
INSERT INTO claims_in_hand ({_COLUMNS})
SELECT {_COLUMNS} FROM json_populate_recordset(NULL::claims_in_hand, $1::json) ORDER BY stream_id
ON CONFLICT (stream_id) DO UPDATE SET stage = excluded.stage, kind = excluded.kind,
    person = excluded.person, certificate = excluded.certificate, occupation = excluded.occupation,
    level = excluded.level, organisation = excluded.organisation,
    amount_fen = excluded.amount_fen, reasons = excluded.reasons, conflicts = excluded.conflicts,
    version = excluded.version, changed_at = excluded.changed_at,
    shown_sha256 = excluded.shown_sha256, institution = excluded.institution
"""  # noqa: S608 - column names of ours
_OTHERS = """
SELECT w.claim, o.stream_id FROM unnest($1::text[], $2::text[], $3::text[]) AS w(claim, certificate, person)
 CROSS JOIN LATERAL (
    SELECT stream_id FROM claims_in_hand c WHERE c.certificate = w.certificate AND c.person <> w.person
       AND c.stage NOT IN ('withdrawn', 'rejected', 'revoked', 'returned', 'imported')
     ORDER BY stream_id LIMIT 20) AS o
 ORDER BY w.claim, o.stream_id
"""  # noqa: E501
_SELECT = f"SELECT {_COLUMNS} FROM claims_in_hand "  # noqa: S608


async def project(connection: Connection, events: Sequence[Event]) -> None:
    """Of each claim only its newest event counts; every event carries the claim's keys."""
    own = [event for event in events if _moves(event.facts)]
    newest = {event.subject: event for event in own}
    filed_by = {event.subject: event.actor for event in reversed(own)}  # kept once the row is there
    rows = [_row(event, filed_by[subject]) for subject, event in newest.items()]
    if rows:
        await connection.execute(_PUT, msgspec.json.encode(rows).decode())


def _moves(facts: Facts) -> bool:
    return isinstance(facts, ClaimKeys) and not isinstance(facts, _STAYS)


def _row(event: Event, filed_by: str) -> _Row:
    facts = event.facts
    assert isinstance(facts, ClaimKeys)
    return _Row(
        event.subject, event.jurisdiction, _stage(facts), facts.kind, facts.person,
        facts.certificate, facts.occupation, facts.level, facts.organisation, filed_by,
        getattr(facts, "amount_fen", 0), getattr(facts, "reasons", ()),
        getattr(facts, "conflicts_with", ()), event.version, event.recorded_at, _shown(facts),
        facts.institution,
    )  # fmt: skip


def _shown(facts: ClaimKeys) -> str | None:
    if isinstance(facts, ClaimProposed) and facts.decision == "APPROVE":
        return facts.shown_sha256
    return None


def _stage(facts: ClaimKeys) -> str:
    if isinstance(facts, ClaimImported):
        return Stage.IMPORTED.value
    if isinstance(facts, ClaimContent):
        return Stage.SUBMITTED.value
    return STAGES[type(facts)].value


async def others_with(pool: asyncpg.Pool, certificate: str, person: str) -> tuple[str, ...]:
    """Claims of other persons that name this certificate and are before the office (E91).

    A returned one is not: so a clerk ends a dispute. What was decided before the ledger counts by
    the slots that it holds.
    """
    rows = await pool.fetch(_OTHERS, [""], [certificate], [person])
    return tuple(row["stream_id"] for row in rows)


async def others_with_each(
    pool: asyncpg.Pool, contents: Mapping[str, ClaimContent]
) -> dict[str, tuple[str, ...]]:
    """The same for many claims by id, in one round trip; a claim without others is left out."""
    asked = [(s, c.certificate, c.person) for s, c in contents.items() if c.certificate]
    found: dict[str, tuple[str, ...]] = {}
    if asked:
        streams, certificates, persons = (list(column) for column in zip(*asked, strict=True))
        for row in await pool.fetch(_OTHERS, streams, certificates, persons):
            found[row["claim"]] = (*found.get(row["claim"], ()), row["stream_id"])
    return found


async def worklist(
    pool: asyncpg.Pool,
    jurisdictions: Sequence[str],
    stage: str | None,
    institution: str | None,
    after: str,
    limit: int,
) -> list[asyncpg.Record]:
    """Claims of these jurisdictions after a claim id, in the order of ids; at most 200."""
    return await pool.fetch(
        _SELECT + "WHERE jurisdiction = ANY($1) AND ($2::text IS NULL OR stage = $2)"
        " AND ($3::text IS NULL OR institution = $3)"
        " AND stream_id > $4 ORDER BY stream_id LIMIT $5",
        list(jurisdictions),
        stage,
        institution,
        after,
        min(limit, MAX_PAGE),
    )


async def own_claims(
    pool: asyncpg.Pool,
    organisation: str | None,
    filed_by: str | None,
    stage: str | None,
    institution: str | None,
    after: str,
    limit: int,
) -> list[asyncpg.Record]:
    """Claims that this organisation, or this person, filed; at most 200."""
    return await pool.fetch(
        _SELECT + "WHERE (organisation = $1 OR filed_by = $2)"
        " AND ($3::text IS NULL OR stage = $3) AND ($4::text IS NULL OR institution = $4)"
        " AND stream_id > $5 ORDER BY stream_id LIMIT $6",
        organisation,
        filed_by,
        stage,
        institution,
        after,
        min(limit, MAX_PAGE),
    )


def owned(claim: Claim) -> Owned:
    """Whose the claim is: its place, who filed it, and the institution that filed it."""
    facts = claim.content or claim.imported
    organisation = facts.organisation if facts else None
    return Owned(
        claim.jurisdiction,
        frozenset(claim.filed_by),
        frozenset({organisation} if organisation else ()),
    )


def shown(stream_id: str, claim: Claim) -> dict[str, object]:
    """The claim for a reader: references and codes, nothing sealed."""
    facts = claim.content or claim.imported
    said = _plain(facts) if facts else {}
    said.pop("sealed", None)
    result: dict[str, object] = {
        "claim": stream_id,
        "stage": claim.stage.value,
        "version": claim.version,
        "jurisdiction": claim.jurisdiction,
        "filed_by": list(claim.filed_by),
        "content": said,
        "documents": papers_shown(claim.papers),
    }
    if claim.accepted_by is not None:
        result["accepted_by"] = claim.accepted_by
    if claim.assigned_to is not None:
        result["assigned_to"] = claim.assigned_to
    for name, looked in (("identity", claim.identity), ("inspection", claim.inspection)):
        if looked is not None:
            result[name] = {"outcome": looked.outcome, "by": list(looked.hands)}
    if claim.exceptions:
        result["exceptions"] = [_exception(one) for one in claim.exceptions]
    if claim.proposal is not None:
        result["proposal"] = {**_plain(claim.proposal), "proposal_version": claim.proposal_version}
    if claim.approval is not None:
        result["approval"] = _plain(claim.approval)
    return result


def listed(rows: Sequence[asyncpg.Record]) -> dict[str, object]:
    """One page; `next`, where there is one, is what to ask after for the following page."""
    claims = [
        {"claim" if k == "stream_id" else k: v for k, v in row.items() if v is not None}
        for row in rows
    ]
    return {"claims": claims, "next": claims[-1]["claim"]} if claims else {"claims": []}


def _exception(excepted: Excepted) -> dict[str, object]:
    said = {
        "clause": excepted.clause,
        "reason": excepted.reason,
        "proposed_by": excepted.proposed_by,
        "approved_by": excepted.approved_by,
    }
    return {name: value for name, value in said.items() if value is not None}


def _plain(facts: object) -> dict[str, object]:
    return dict(msgspec.to_builtins(facts))
