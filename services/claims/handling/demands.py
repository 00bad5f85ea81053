"""What a claim still waits for: the steps that its pack demands (HLD-15-2, HLD-13-1). Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.claims.claim.decide import Claim, Looked, Stage, other_person
from services.claims.handling.refusals import DemandsNotMet
from shared.policy.pack import Demand, Pack


@dataclass(frozen=True, slots=True)
class Noticed:
    """The newest public notice that lists the claim."""

    notice: str
    closes_on: date
    closed: bool
    objections_open: int
    objections_upheld: int
    clause: str


@dataclass(frozen=True, slots=True)
class Around:
    """What other streams say of the claim: the newest inspection of its class, its notice."""

    inspection: Looked | None = None
    notice: Noticed | None = None


NOTHING_AROUND = Around()


@dataclass(frozen=True, slots=True)
class Waiting:
    """One step that has not been taken: a stable code, the clause, and before what it must be."""

    code: str
    step: str
    clause: str
    before: Literal["approval", "payment"]


def waits_for(claim: Claim, pack: Pack, around: Around) -> tuple[Waiting, ...]:
    """Every demanded step that is still open, in the pack's order; none for a decided claim.

    After the approval only what comes before the payment is left.
    """
    if claim.content is None or claim.stage in _ENDED:
        return ()
    demands = pack.demands.get(claim.content.kind)
    steps = demands.steps if demands else ()
    if claim.stage is Stage.APPROVED:
        steps = tuple(step for step in steps if step.before == "payment")
    open_ = ((step, _open(step, claim, around)) for step in steps)
    found = [Waiting(code, s.step, s.clause, s.before) for s, code in open_ if code is not None]
    return (*found, *_objected(claim, around))


_ENDED = (Stage.REJECTED, Stage.WITHDRAWN, Stage.REVOKED, Stage.IMPORTED)


def require_met(claim: Claim, pack: Pack, around: Around) -> None:
    """Raises DemandsNotMet with every step that must come before the approval and has not."""
    waiting = [one for one in waits_for(claim, pack, around) if one.before == "approval"]
    if waiting:
        raise DemandsNotMet(tuple((one.code, one.clause) for one in waiting))


def require_other_inspectors(claim: Claim, around: Around, verifiers: tuple[str, ...] = ()) -> None:
    """Four eyes for the inspection that counts: nobody of it handled the claim, or answered for a
    register by hand. Raises SamePersonTwice.
    """
    inspected = inspection_of(claim, around)
    for hand in inspected.hands if inspected else ():
        other_person(hand, (*claim.filed_by, claim.accepted_by or "", *claim.checkers, *verifiers))


def hands_before(claim: Claim, around: Around) -> tuple[str, ...]:
    """Everybody who has acted on the claim so far and must not decide it."""
    visitors = around.inspection.hands if around.inspection else ()
    accepted = (claim.accepted_by,) if claim.accepted_by else ()
    return (*claim.filed_by, *accepted, *claim.checkers, *claim.inspectors, *visitors)


def inspection_of(claim: Claim, around: Around) -> Looked | None:
    """The inspection that counts: that of the claim itself, else that of its class."""
    return claim.inspection or around.inspection


def _open(step: Demand, claim: Claim, around: Around) -> str | None:
    match step.step:
        case "identity_check":
            return _looked(claim.identity, "confirmed", "IDENTITY_NOT_CHECKED", "IDENTITY_DOUBTED")
        case "inspection":
            found = inspection_of(claim, around)
            return _looked(found, "in_order", "NOT_INSPECTED", "INSPECTION_FAILED")
        case "notice":
            if around.notice is None:
                return "NOT_NOTICED"
            return None if around.notice.closed else "NOTICE_OPEN"


def _looked(looked: Looked | None, good: str, missing: str, bad: str) -> str | None:
    if looked is None:
        return missing
    return None if looked.outcome == good else bad


def _objected(claim: Claim, around: Around) -> list[Waiting]:
    """An objection that is open, or was found right, stands in the way whatever the pack says."""
    notice = around.notice
    if notice is None:
        return []
    before: Literal["approval", "payment"] = (
        "payment" if claim.stage is Stage.APPROVED else "approval"
    )
    counts = {
        "OBJECTION_OPEN": notice.objections_open,
        "OBJECTION_UPHELD": notice.objections_upheld,
    }
    return [
        Waiting(code, "objection", notice.clause, before) for code, count in counts.items() if count
    ]
