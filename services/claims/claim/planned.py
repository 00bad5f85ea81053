"""A claim of a plan: does the plan stand, is it this one, is the person on its roster? Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from shared.events.base import Level, PayeeKind
from shared.events.claims import ClaimContent
from shared.policy.cases import Decision, Ground, Judgement, Missing

STANDING = ("approved", "completed", "decided")
ENDED = ("rejected", "cancelled")
_RANK: Mapping[Decision, int] = {"APPROVE": 0, "HOLD": 1, "REJECT": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOfClaim:
    """The plan that a claim names, as the read tables show it. `stage` None: there is none."""

    stage: str | None = None
    jurisdiction: str = ""
    kind: str = ""
    occupation: str = ""
    level: Level = "none"
    payee_kind: PayeeKind | None = None
    payee: str | None = None
    on_roster: bool = False


NO_PLAN = PlanOfClaim()


def plan_grounds(content: ClaimContent, jurisdiction: str, plan: PlanOfClaim) -> tuple[Ground, ...]:
    """Why the plan does not carry the claim; empty where it does, and for claims without a plan.

    What nobody knows yet holds the claim: a plan that is not there may come, one that is not
    approved may be approved. What is known to be otherwise is a reason to refuse.
    """
    if content.plan is None:
        return ()
    if plan.stage is None:
        return (_unknown("PLAN_UNKNOWN", "plan"),)
    if plan.stage in ENDED:
        return (Ground(decision="REJECT", code="PLAN_ENDED"),)
    grounds = []
    if plan.stage not in STANDING:
        grounds.append(_unknown("PLAN_NOT_APPROVED", "plan_approval"))
    said = (jurisdiction, content.kind, content.occupation, content.level)
    if said != (plan.jurisdiction, plan.kind, plan.occupation, plan.level):
        grounds.append(Ground(decision="REJECT", code="PLAN_DIFFERS"))
    if not plan.on_roster:
        grounds.append(Ground(decision="REJECT", code="NOT_ON_ROSTER"))
    return tuple(grounds)


def with_plan(judgement: Judgement, grounds: Sequence[Ground]) -> Judgement:
    """What the policy said, and what the plan adds: the strongest decision and all its reasons."""
    if not grounds:
        return judgement
    said: list[Decision] = [judgement.decision]
    said += [ground.decision for ground in grounds if ground.decision != "FLAG"]
    decision = max(said, key=lambda each: _RANK[each])
    deciding = [ground for ground in grounds if ground.decision == decision]
    own = judgement.decision == decision
    codes = (*(judgement.reasons if own else ()), *(ground.code for ground in deciding))
    missing = (*(judgement.missing if own else ()), *(m for g in deciding for m in g.missing))
    return msgspec.structs.replace(
        judgement,
        decision=decision,
        amount_fen=0,
        payee_kind=None,
        steps=(),
        citations=judgement.citations if own else (),
        conflicts=judgement.conflicts if own else (),
        reasons=tuple(dict.fromkeys(codes)),
        missing=tuple(dict.fromkeys(missing)),
    )


def settled_by_plan(content: ClaimContent, plan: PlanOfClaim) -> bool:
    """Whether the claim is an entitlement of its plan: who is paid is the plan's own payee.

    Such a claim leaves by the plan's settlement alone, never by a payout (design section 3).
    """
    if content.plan is None or content.payee is None or content.payee_kind == "individual":
        return False
    return (content.payee_kind, content.payee) == (plan.payee_kind, plan.payee)


def _unknown(code: str, fact: str) -> Ground:
    missing = Missing(fact=fact, register="PLAN", as_of=None)
    return Ground(decision="HOLD", code=code, missing=(missing,))
