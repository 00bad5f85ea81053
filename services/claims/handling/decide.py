"""What officials do around a claim: assign it, check the person, visit the class. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.claims.claim.decide import Claim, Stage, expect, keys_of, other_person
from services.claims.handling.refusals import InspectionInFuture
from shared.events.base import CLAIM_EVENTS
from shared.events.envelope import Event
from shared.events.handling import ClaimAssigned, IdentityChecked, InspectionRecorded
from shared.store.commands import Aggregate, Decision

Method = Literal["in_person", "face", "register", "phone"]
IdentityOutcome = Literal["confirmed", "not_confirmed", "unclear"]
InspectionOutcome = Literal["in_order", "defects", "nobody_there", "shut"]
OPEN = (Stage.SUBMITTED, Stage.ACCEPTED, Stage.PROPOSED, Stage.HELD)
"""stages in which officials may still look at a claim"""


@dataclass(frozen=True, slots=True)
class AssignClaim:
    reviewer: str
    office: str
    assigned_by: Literal["rota", "chosen"]
    candidates: int | None = None


@dataclass(frozen=True, slots=True)
class CheckIdentity:
    """One look at the person and the papers (HLD-15-2)."""

    actor: str
    method: Method
    outcome: IdentityOutcome
    number_check: Literal["valid", "old15", "invalid"] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class RecordInspection:
    """One visit on the spot (HLD-15-2); `now` is when it is recorded."""

    actor: str
    now: datetime
    inspected_at: datetime
    inspectors: tuple[str, ...]
    outcome: InspectionOutcome
    counted: int | None = None
    expected: int | None = None
    session: str | None = None
    reasons: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Visited:
    """What was visited: a plan's class, or a class of an institution."""

    plan: str | None = None
    institution: str | None = None


def assign_claim(claim: Claim, command: AssignClaim) -> Decision:
    """Give the claim to somebody who may look at it: nobody who filed it."""
    expect(claim, "assign", *OPEN)
    other_person(command.reviewer, claim.filed_by)
    assigned = ClaimAssigned(
        **keys_of(claim),
        reviewer=command.reviewer,
        office=command.office,
        assigned_by=command.assigned_by,
        candidates=command.candidates,
    )
    return Decision([assigned])


def check_identity(claim: Claim, command: CheckIdentity) -> Decision:
    """HLD-15-2. The newest check counts; a correction of the claim voids it."""
    expect(claim, "check the identity of", *OPEN)
    other_person(command.actor, (*claim.filed_by, claim.accepted_by or "", *claim.inspectors))
    checked = IdentityChecked(
        **keys_of(claim),
        method=command.method,
        outcome=command.outcome,
        number_check=command.number_check,
        note=command.note,
    )
    return Decision([checked])


def inspect_claim(claim: Claim, command: RecordInspection, stream_id: str) -> Decision:
    """HLD-15-2. The visit to the class of this claim, recorded with the claim itself."""
    expect(claim, "inspect", *OPEN)
    for hand in hands_of(command):
        other_person(hand, (*claim.filed_by, claim.accepted_by or "", *claim.checkers))
    assert claim.content is not None
    visited = Visited(claim.content.plan, claim.content.institution)
    return Decision([_inspected(command, visited, stream_id)])


def inspect_class(inspected: int, command: RecordInspection, visited: Visited) -> Decision:
    """HLD-15-2. A visit to a class; the claims of it are found when they are approved."""
    return Decision([_inspected(command, visited, None)])


def hands_of(command: RecordInspection) -> tuple[str, ...]:
    """Everybody who took part, the one who records first."""
    return tuple(dict.fromkeys((command.actor, *command.inspectors)))


def _inspected(
    command: RecordInspection, visited: Visited, claim: str | None
) -> InspectionRecorded:
    if command.inspected_at > command.now:
        raise InspectionInFuture
    return InspectionRecorded(
        plan=visited.plan,
        claim=claim,
        institution=visited.institution,
        session=command.session,
        inspected_at=command.inspected_at,
        inspectors=hands_of(command),
        outcome=command.outcome,
        counted=command.counted,
        expected=command.expected,
        reasons=command.reasons,
        note=command.note,
    )


def _count(version: int, event: Event) -> int:
    return event.version


INSPECTION: Aggregate[int] = Aggregate("/claims", CLAIM_EVENTS, 0, _count)
"""a visit to a class is a stream of one event"""
