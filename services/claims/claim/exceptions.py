"""What passes a limit in principle (原则上, INT-14): one officer asks, another decides. Pure."""

from dataclasses import dataclass
from typing import Any

from services.claims.claim.decide import Claim, Stage, expect, keys_of, other_person
from services.claims.claim.excepted import Excepted
from services.claims.claim.refusals import (
    ExceptionNotNeeded,
    ExceptionNotPossible,
    ExceptionUnknown,
)
from shared.events.claims import ExceptionCited
from shared.events.exceptions import ExceptionApproved, ExceptionProposed, ExceptionRefused
from shared.policy.cases import RecordedException
from shared.policy.limits import passable
from shared.policy.pack import Pack
from shared.store.commands import Decision

STOPPED = (Stage.PROPOSED, Stage.HELD)
"""a claim that was rejected for good needs another one that supersedes it"""


@dataclass(frozen=True, slots=True)
class ProposeException:
    actor: str
    clause: str
    reason: str


@dataclass(frozen=True, slots=True)
class ApproveException:
    """`reason`: why the second person says so; likewise for a refusal."""

    actor: str
    clause: str
    reason: str


@dataclass(frozen=True, slots=True)
class RefuseException:
    actor: str
    clause: str
    reason: str


def propose_exception(claim: Claim, command: ProposeException, pack: Pack) -> Decision:
    """Ask that a claim which a limit in principle stops may pass it (HLD-10-2, RD-13-2).

    Raises ExceptionNotPossible for a clause that is a must (ZB-2.4-3), ExceptionNotNeeded where
    the newest calculation or hold does not cite it.
    """
    expect(claim, "ask for an exception for", *STOPPED)
    other_person(command.actor, claim.filed_by)
    assert claim.content is not None
    clause = command.clause
    if clause not in passable(pack, claim.content.kind):
        raise ExceptionNotPossible(clause=clause)
    if clause not in claim.stopped_by or any(one.clause == clause for one in claim.exceptions):
        raise ExceptionNotNeeded(clause=clause)
    return Decision([ExceptionProposed(**keys_of(claim), clause=clause, reason=command.reason)])


def approve_exception(claim: Claim, command: ApproveException) -> Decision:
    """A second person lets the claim pass; it waits to be calculated anew."""
    return Decision([ExceptionApproved(**_second(claim, command))])


def refuse_exception(claim: Claim, command: RefuseException) -> Decision:
    """A second person does not; the calculation, or the hold, stands as it was."""
    return Decision([ExceptionRefused(**_second(claim, command))])


def recorded(claim: Claim) -> tuple[RecordedException, ...]:
    """What the policy may let pass: the exceptions that a second person approved."""
    return tuple(
        RecordedException(clause=one.clause, approvers=(one.proposed_by, one.approved_by))
        for one in claim.exceptions
        if one.approved_by is not None
    )


def cited(claim: Claim) -> tuple[ExceptionCited, ...]:
    """The same, as the approval names them."""
    return tuple(
        ExceptionCited(clause=one.clause, proposed_by=one.proposed_by, approved_by=one.approved_by)
        for one in claim.exceptions
        if one.approved_by is not None
    )


def hands_of(claim: Claim) -> tuple[str, ...]:
    """Everybody who asked for or approved an exception: none of them lets the money go."""
    hands = (hand for one in claim.exceptions for hand in (one.proposed_by, one.approved_by))
    return tuple(dict.fromkeys(hand for hand in hands if hand))


def askers(claim: Claim) -> tuple[str, ...]:
    """Who asked for an exception does not approve the claim; who approved it may."""
    return tuple(one.proposed_by for one in claim.exceptions)


def _second(claim: Claim, command: ApproveException | RefuseException) -> dict[str, Any]:
    """Neither who filed or accepted the claim nor who asked. Raises ExceptionUnknown."""
    expect(claim, "decide an exception for", *STOPPED)
    asked = _open(claim, command.clause)
    other_person(command.actor, (*claim.filed_by, claim.accepted_by or "", asked.proposed_by))
    return {
        **keys_of(claim),
        "clause": command.clause,
        "reason": command.reason,
        "proposed_by": asked.proposed_by,
    }


def _open(claim: Claim, clause: str) -> Excepted:
    for one in claim.exceptions:
        if one.clause == clause and one.approved_by is None:
            return one
    raise ExceptionUnknown(clause=clause)
