"""What a plan has earned once its claims are decided, and when that is to be said. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from services.claims.plan.decide import Plan, Stage, expect, keys_of
from services.claims.plan.refusals import ClaimsStillOpen, NothingToDecide
from shared.events.base import MAX_HANDS, PayeeKind
from shared.events.plans import Earned, PlanDecided
from shared.store.commands import Decision

DECIDED = ("approved", "rejected", "revoked")
SETTLING = (Stage.COMPLETED, Stage.DECIDED, Stage.CANCELLED)


@dataclass(frozen=True, slots=True)
class ClaimOfPlan:
    """One claim that names the plan, as far as it has come. `amount_fen` is 0 unless approved."""

    claim: str
    person: str
    state: Literal["open", "approved", "rejected", "revoked", "withdrawn"]
    on_roster: bool = True
    payee_kind: PayeeKind = "individual"
    payee: str | None = None
    amount_fen: int = 0
    settled_by_plan: bool = False
    hands: Sequence[str] = ()
    """who filed, accepted, checked, inspected, verified and approved it"""


def settle_plan(plan: Plan, claims: Sequence[ClaimOfPlan]) -> Decision:
    """What the system says when the claims of a plan have moved; no event when nothing is due.

    First when the plan is completed, none of its claims is open and as many persons as passed have
    a decision; a plan that was cancelled after its approval owes what was advanced. Then again for
    every change: late claims wait for each other, but what was taken back does not wait.
    """
    if plan.approval is None or plan.stage not in SETTLING:
        return Decision([])
    decided = decided_now(plan, claims)
    before = plan.decided
    if before is not None and not _changed(before, decided):
        return Decision([])
    is_open = any(_waits(claim) for claim in claims)
    if is_open and (before is None or _total_fen(decided) >= _total_fen(before)):
        return Decision([])
    if plan.stage is Stage.COMPLETED and _persons_decided(claims) < _passed(plan):
        return Decision([])
    return Decision([decided])


def decide_plan(plan: Plan, claims: Sequence[ClaimOfPlan]) -> Decision:
    """A clerk does not wait for those who passed and never claimed. Open claims are decided first.

    Raises ClaimsStillOpen, and NothingToDecide when the newest revision says the same.
    """
    expect(plan, "decide", Stage.COMPLETED, Stage.DECIDED)
    if count := sum(map(_waits, claims)):
        raise ClaimsStillOpen(count=count)
    decided = decided_now(plan, claims)
    if plan.decided is not None and not _changed(plan.decided, decided):
        raise NothingToDecide(revision=plan.decided.revision)
    return Decision([decided])


def decided_now(plan: Plan, claims: Sequence[ClaimOfPlan]) -> PlanDecided:
    """The next revision as it would be said now."""
    assert plan.approval is not None
    told = [claim for claim in claims if claim.state in DECIDED]
    approved = [claim for claim in told if claim.state == "approved"]
    return PlanDecided(
        **keys_of(plan),
        revision=plan.decided.revision + 1 if plan.decided else 1,
        claims=len(told),
        approved=len(approved),
        rejected=len(told) - len(approved),
        earned=_earned(approved),
        persons_fen=sum(claim.amount_fen for claim in approved if not claim.settled_by_plan),
        claims_sha256=digest_of(told),
        tariff_sha256=plan.approval.policy.content_sha256,
        last_examined_on=plan.completion.examined_on if plan.completion else None,
        also_by=_hands(approved),
    )


def _hands(approved: Sequence[ClaimOfPlan]) -> tuple[str, ...]:
    """Of the claims that the settlement pays, each person once; at most 200."""
    hands = {hand for claim in approved if claim.settled_by_plan for hand in claim.hands}
    return tuple(sorted(hands))[:MAX_HANDS]


def digest_of(claims: Sequence[ClaimOfPlan]) -> str:
    """SHA-256 over lines `claim-… decision`, sorted, each with its line end."""
    lines = sorted(f"{claim.claim} {claim.state}\n" for claim in claims)
    return sha256("".join(lines).encode()).hexdigest()


def waiting_for(plan: Plan, claims: Sequence[ClaimOfPlan]) -> dict[str, int]:
    """Why the plan is not decided yet: how many claims are open, how many persons never claimed."""
    passed = _passed(plan) if plan.stage is Stage.COMPLETED else 0
    counts = {
        "open_claims": sum(map(_waits, claims)),
        "persons_without_decision": max(0, passed - _persons_decided(claims)),
    }
    return {name: count for name, count in counts.items() if count}


def _waits(claim: ClaimOfPlan) -> bool:
    """Open; a stranger's claim cannot hold up the plan's money."""
    return claim.state == "open" and claim.on_roster


def _persons_decided(claims: Sequence[ClaimOfPlan]) -> int:
    """A person with two claims has passed once, and a stranger has not."""
    return len({claim.person for claim in claims if claim.state in DECIDED and claim.on_roster})


def _passed(plan: Plan) -> int:
    return plan.completion.passed if plan.completion else 0


def _earned(approved: Sequence[ClaimOfPlan]) -> tuple[Earned, ...]:
    sums: dict[tuple[PayeeKind, str], list[int]] = defaultdict(list)
    for claim in approved:
        if claim.settled_by_plan:
            sums[claim.payee_kind, claim.payee or ""].append(claim.amount_fen)
    return tuple(
        Earned(payee_kind=kind, payee=payee or None, earned_fen=sum(fen), claims=len(fen))
        for (kind, payee), fen in sorted(sums.items())
    )


def _changed(before: PlanDecided, now: PlanDecided) -> bool:
    return (before.claims_sha256, before.earned, before.persons_fen) != (
        now.claims_sha256, now.earned, now.persons_fen,
    )  # fmt: skip


def _total_fen(decided: PlanDecided) -> int:
    return sum(each.earned_fen for each in decided.earned) + decided.persons_fen
