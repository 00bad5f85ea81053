"""What a plan is granted: the policy says how much, an approver says yes or no."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.claims.claim.judgement import policy_used
from services.claims.claim.paying import notice_clause, sources_clause
from services.claims.plan.decide import (
    Plan,
    Stage,
    expect,
    identities_of,
    keys_of,
    other_person,
)
from services.claims.plan.refusals import (
    NotWhatWasShown,
    PlanNotInThisState,
    SettlementTooEarly,
    StalePlan,
)
from services.claims.plan.tariff import Terms, terms_of
from shared.events.base import MAX_HANDS
from shared.events.plans import PlanApproved, PlanRejected
from shared.policy.pack import Pack
from shared.policy.sources import sources_of
from shared.store.commands import Decision


@dataclass(frozen=True, slots=True)
class ApprovePlan:
    """`plan_version`, `roster_revision` and `base_fen` are what the approver was shown."""

    actor: str
    plan_version: int
    roster_revision: int
    base_fen: int
    fund: str | None = None
    settlement_due_on: date | None = None


@dataclass(frozen=True, slots=True)
class RejectPlan:
    actor: str
    reasons: tuple[str, ...]
    citations: tuple[str, ...] = ()
    note: str = ""


def approve_plan(plan: Plan, command: ApprovePlan, pack: Pack) -> Decision:
    """Pins the base of the advances with the policy that gives it (HLD-10-4, INT-07)."""
    expect(plan, "approve", Stage.ACCEPTED)
    shown = (command.plan_version, command.roster_revision)
    if shown != (plan.content_version, plan.roster_revision):
        raise StalePlan(version=plan.content_version, revision=plan.roster_revision)
    other_person(command.actor, _before(plan))
    terms = terms_of(plan, pack)
    if command.base_fen != terms.base_fen:
        raise NotWhatWasShown(shown=command.base_fen, base=terms.base_fen)
    assert plan.content is not None
    due_on = command.settlement_due_on or terms.settlement_due_on
    if due_on < plan.content.ends_on:
        raise SettlementTooEarly(ends_on=plan.content.ends_on.isoformat())
    return Decision([_approved(plan, command, terms, due_on, pack)])


def _approved(
    plan: Plan, command: ApprovePlan, terms: Terms, due_on: date, pack: Pack
) -> PlanApproved:
    content = plan.content
    assert content is not None
    return PlanApproved(
        **keys_of(plan),
        kind=content.kind,
        occupation=content.occupation,
        level=content.level,
        starts_on=content.starts_on,
        ends_on=content.ends_on,
        persons=terms.persons,
        plan_version=plan.content_version,
        roster_revision=plan.roster_revision,
        budget_fen=content.budget_fen,
        base_fen=terms.base_fen,
        max_ratio_bp=terms.max_ratio_bp,
        advance_clause=terms.clause,
        settlement_due_on=due_on,
        payee_kind=terms.payee_kind,
        payee=terms.payee,
        fund=command.fund,
        policy=policy_used(pack),
        filed_by=plan.filed_by[0],
        accepted_by=plan.accepted_by,
        also_by=plan.filed_by[1:][:MAX_HANDS],
        notice_clause=notice_clause(pack, content.kind),
        sources=sources_of(pack, content.kind),
        sources_clause=sources_clause(pack, content.kind),
    )


def reject_plan(plan: Plan, command: RejectPlan) -> Decision:
    """Refused, and free to be filed again. A plan that was approved once is cancelled instead: its
    advances must come back.
    """
    expect(plan, "reject", Stage.SUBMITTED, Stage.ACCEPTED)
    if plan.approval is not None:
        raise PlanNotInThisState(command="reject", state=Stage.APPROVED.value)
    other_person(command.actor, _before(plan))
    rejected = PlanRejected(
        **keys_of(plan), reasons=command.reasons, citations=command.citations, note=command.note
    )
    return Decision([rejected], frees=identities_of(plan))


def _before(plan: Plan) -> Sequence[str]:
    return (*plan.filed_by, plan.accepted_by or "")
