"""What papers must know of the thing that they belong to: a claim or a plan."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from services.claims.claim import views as claim_views
from services.claims.claim.decide import CLAIM, Claim
from services.claims.document import decide
from services.claims.document.decide import AttachDocument, WithdrawDocument
from services.claims.document.papers import Papers
from services.claims.plan import views as plan_views
from services.claims.plan.decide import PLAN, Plan
from shared.http.access import Owned
from shared.store.commands import Aggregate, Decision

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Record(Generic[S]):
    """`name` is the variable of the path, and what the ids of its streams begin with."""

    name: str
    aggregate: Aggregate[S]
    owned: Callable[[S], Owned]
    papers: Callable[[S], Papers]
    person: Callable[[S], str | None]
    may_attach: Callable[[S, str], None]
    attach: Callable[[S, AttachDocument, str], Decision]
    withdraw: Callable[[S, WithdrawDocument, str], Decision]


def _person(claim: Claim) -> str | None:
    return claim.content.person if claim.content else None


def _nobody(_: Plan) -> None:
    return None


def _papers_of_claim(claim: Claim) -> Papers:
    return claim.papers


def _papers_of_plan(plan: Plan) -> Papers:
    return plan.papers


def _owned_plan(plan: Plan) -> Owned:
    """A plan belongs to organisations, not to the person who typed it."""
    record = plan_views.owned(plan)
    return Owned(record.jurisdiction, frozenset(), record.orgs)


OF_CLAIM: Record[Claim] = Record(
    "claim", CLAIM, claim_views.owned, _papers_of_claim, _person, decide.may_attach_to_claim,
    decide.attach_to_claim, decide.withdraw_from_claim,
)  # fmt: skip
OF_PLAN: Record[Plan] = Record(
    "plan", PLAN, _owned_plan, _papers_of_plan, _nobody, decide.may_attach_to_plan,
    decide.attach_to_plan, decide.withdraw_from_plan,
)  # fmt: skip
