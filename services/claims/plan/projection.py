"""From events to the read tables of plans: the plans, their trainees, their claims, what is due."""

from collections.abc import Mapping, Sequence

from services.claims.claim.decide import Stage as ClaimStage
from services.claims.plan.decide import Stage
from shared.events.base import Facts
from shared.events.claims import (
    ApprovalRevoked,
    ClaimAccepted,
    ClaimApproved,
    ClaimContent,
    ClaimCorrected,
    ClaimHeld,
    ClaimKeys,
    ClaimProposed,
    ClaimRejected,
    ClaimReturned,
    ClaimSubmitted,
    ClaimWithdrawn,
)
from shared.events.envelope import Event
from shared.events.exceptions import ExceptionApproved
from shared.events.plans import (
    PlanAccepted,
    PlanApproved,
    PlanCancelled,
    PlanChanged,
    PlanCompleted,
    PlanContent,
    PlanDecided,
    PlanRejected,
    PlanReturned,
    PlanSubmitted,
    RosterListed,
)
from shared.store.store import Connection

STAGES: Mapping[type[Facts], Stage] = {
    PlanSubmitted: Stage.SUBMITTED,
    PlanChanged: Stage.SUBMITTED,
    PlanAccepted: Stage.ACCEPTED,
    PlanReturned: Stage.RETURNED,
    PlanApproved: Stage.APPROVED,
    PlanRejected: Stage.REJECTED,
    PlanCancelled: Stage.CANCELLED,
    PlanCompleted: Stage.COMPLETED,
    PlanDecided: Stage.DECIDED,
}
STATES: Mapping[type[Facts], tuple[str, ClaimStage]] = {
    ClaimSubmitted: ("open", ClaimStage.SUBMITTED),
    ClaimCorrected: ("open", ClaimStage.SUBMITTED),
    ClaimAccepted: ("open", ClaimStage.ACCEPTED),
    ClaimReturned: ("open", ClaimStage.RETURNED),
    ClaimProposed: ("open", ClaimStage.PROPOSED),
    ClaimHeld: ("open", ClaimStage.HELD),
    ExceptionApproved: ("open", ClaimStage.ACCEPTED),
    ClaimApproved: ("approved", ClaimStage.APPROVED),
    ClaimRejected: ("rejected", ClaimStage.REJECTED),
    ClaimWithdrawn: ("withdrawn", ClaimStage.WITHDRAWN),
    ApprovalRevoked: ("revoked", ClaimStage.REVOKED),
}
"""an old decision names a plan of the old books: the ledger settles none of them"""
MOVING = (
    ClaimCorrected, ClaimApproved, ClaimRejected, ClaimWithdrawn, ApprovalRevoked,
    PlanCompleted, PlanCancelled, RosterListed,
)  # fmt: skip
"""what may make a plan decided, or decided anew"""


async def project(connection: Connection, events: Sequence[Event]) -> None:
    """Plans one event after the other, of each claim only its newest."""
    for event in events:
        if type(event.facts) in STAGES or isinstance(event.facts, RosterListed):
            await _plan(connection, event)
    moved = await _claims(connection, events)
    due = {
        event.facts.plan: (event.id, event.correlation_id)
        for event in events
        if isinstance(event.facts, MOVING) and event.facts.plan
    }
    due |= moved
    if due:
        rows = [(plan, *cause) for plan, cause in due.items()]
        await connection.executemany(_DUE, rows)


async def _plan(connection: Connection, event: Event) -> None:
    match event.facts:
        case PlanContent() as content:
            await _content(connection, event, content)
        case RosterListed() as listed:
            await _roster(connection, event, listed)
        case PlanApproved() as approved:
            await connection.execute(
                _APPROVED, event.subject, approved.base_fen, approved.payee_kind, approved.payee,
                approved.fund,
            )  # fmt: skip
    if isinstance(event.facts, RosterListed):
        await connection.execute(_LISTED, event.subject, event.version, event.recorded_at)
        return
    stage = STAGES[type(event.facts)]
    await connection.execute(_STAGE, event.subject, stage.value, event.version, event.recorded_at)


async def _content(connection: Connection, event: Event, content: PlanContent) -> None:
    await connection.execute(
        _CONTENT, event.subject, event.jurisdiction, Stage.SUBMITTED.value, content.kind,
        content.occupation, content.level, content.starts_on, content.ends_on,
        content.institution, content.organisation, event.actor, content.persons,
        content.budget_fen, event.version, event.recorded_at,
    )  # fmt: skip


async def _roster(connection: Connection, event: Event, listed: RosterListed) -> None:
    await connection.execute(
        _TRAINEES, event.subject, [e.person for e in listed.entries],
        [e.row for e in listed.entries], [e.change for e in listed.entries],
        [e.enrolled_on for e in listed.entries], [e.group for e in listed.entries],
        [e.employer for e in listed.entries], listed.revision,
    )  # fmt: skip


async def _claims(connection: Connection, events: Sequence[Event]) -> dict[str, tuple[str, str]]:
    """Plans that lost a claim to a correction, with the event that took it."""
    newest = {e.subject: e for e in events if type(e.facts) in STATES}
    corrected = {e.subject: e for e in events if isinstance(e.facts, ClaimCorrected)}
    left = await connection.fetch(_LEFT, list(corrected)) if corrected else []
    rows = [
        _row(event) for event in newest.values() if isinstance(event.facts, ClaimKeys)
        and event.facts.plan
    ]  # fmt: skip
    if rows:
        await connection.executemany(_CLAIM, rows)
    return {plan: (corrected[c].id, corrected[c].correlation_id) for c, plan in left}


def _row(event: Event) -> tuple[object, ...]:
    facts = event.facts
    assert isinstance(facts, ClaimKeys)
    state, stage = STATES[type(facts)]
    approved = facts if isinstance(facts, ClaimApproved) else None
    payee = facts if isinstance(facts, ClaimApproved | ClaimContent) else None
    return (
        event.subject, facts.plan, facts.person, state, stage.value,
        payee.payee_kind if payee else "individual", payee.payee if payee else None,
        approved.amount_fen if approved else 0, approved.settled_by_plan if approved else False,
        _hands(approved, event.actor) if approved else [],
    )  # fmt: skip


def _hands(approved: ClaimApproved, approver: str) -> list[str]:
    named = (
        approved.filed_by, approved.accepted_by, approved.inspected_by, approved.verified_by,
        *approved.also_by, approver,
    )  # fmt: skip
    return sorted({actor for actor in named if actor})


_CONTENT = """
INSERT INTO plans_in_hand (stream_id, jurisdiction, stage, kind, occupation, level, starts_on,
    ends_on, institution, organisation, filed_by, persons, budget_fen, version, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (stream_id) DO UPDATE SET kind = excluded.kind, occupation = excluded.occupation,
    level = excluded.level, starts_on = excluded.starts_on, ends_on = excluded.ends_on,
    institution = excluded.institution, persons = excluded.persons,
    budget_fen = excluded.budget_fen
"""
_STAGE = """
UPDATE plans_in_hand SET version = $3, changed_at = $4,
    stage = CASE WHEN stage = 'cancelled' THEN stage ELSE $2 END WHERE stream_id = $1
"""
_LISTED = """
UPDATE plans_in_hand SET version = $2, changed_at = $3,
    enrolled = (SELECT count(*) FROM plan_trainees WHERE plan = $1 AND change = 'enrolled'),
    stage = CASE WHEN stage IN ('accepted', 'returned') THEN 'submitted' ELSE stage END
 WHERE stream_id = $1
"""
_APPROVED = """
UPDATE plans_in_hand SET base_fen = $2, payee_kind = $3, payee = $4, fund = $5 WHERE stream_id = $1
"""
_TRAINEES = """
INSERT INTO plan_trainees (plan, person, row_no, change, enrolled_on, person_group, employer,
    revision)
SELECT DISTINCT ON (person) $1, person, row_no, change, enrolled_on, person_group, employer, $8
  FROM unnest($2::text[], $3::bigint[], $4::text[], $5::date[], $6::text[], $7::text[])
    WITH ORDINALITY AS e(person, row_no, change, enrolled_on, person_group, employer, n)
 ORDER BY person, n DESC
ON CONFLICT (plan, person) DO UPDATE SET row_no = excluded.row_no, change = excluded.change,
    enrolled_on = excluded.enrolled_on, person_group = excluded.person_group,
    employer = excluded.employer, revision = excluded.revision
"""
_CLAIM = """
INSERT INTO plan_claims (claim, plan, person, state, stage, payee_kind, payee, amount_fen,
    settled_by_plan, hands)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (claim) DO UPDATE SET plan = excluded.plan, person = excluded.person,
    state = excluded.state, stage = excluded.stage, amount_fen = excluded.amount_fen,
    settled_by_plan = excluded.settled_by_plan, payee_kind = excluded.payee_kind,
    payee = excluded.payee, hands = excluded.hands
"""
_LEFT = "DELETE FROM plan_claims WHERE claim = ANY($1::text[]) RETURNING claim, plan"
_DUE = """
INSERT INTO plans_due (plan, cause, correlation) VALUES ($1, $2, $3)
ON CONFLICT (plan) DO UPDATE SET cause = excluded.cause, correlation = excluded.correlation
"""
