"""What a claim's plan adds to its judgement: three-valued, and never a payout beside a plan."""

from dataclasses import replace

import pytest

from services.claims.claim.planned import (
    NO_PLAN,
    PlanOfClaim,
    plan_grounds,
    settled_by_plan,
    with_plan,
)
from shared.policy.cases import Judgement, Missing
from tests.claims.claim.builders import OCCUPATION, PLACE, content

ITS_PLAN = PlanOfClaim(
    stage="approved", jurisdiction=PLACE, kind="HLD.K.employee_skill", occupation=OCCUPATION,
    level="L4", payee_kind="enterprise", payee="ENT-1", on_roster=True,
)  # fmt: skip
CLAIM = content(plan="plan-1", payee_kind="enterprise", payee="ENT-1")


def reasons(plan: PlanOfClaim) -> list[tuple[str, str]]:
    return [(g.decision, g.code) for g in plan_grounds(CLAIM, PLACE, plan)]


def judgement(decision: str = "APPROVE") -> Judgement:
    held = decision == "HOLD"
    return Judgement(
        decision=decision,  # type: ignore[arg-type]
        amount_fen=200_000 if decision == "APPROVE" else 0,
        payee_kind="enterprise", steps=(), citations=(),
        reasons=() if decision == "APPROVE" else ("ITS_OWN",), flags=("A_FLAG",), conflicts=(),
        interpretations=(), missing=(Missing(fact="f", register="R", as_of=None),) if held else (),
        facts_used=(), year=2020, policy_id="P", version=1, content_sha256="0" * 64,
        on=CLAIM.claimed_on,
    )  # fmt: skip


@pytest.mark.parametrize("stage", ["approved", "completed", "decided"])
def test_a_plan_that_stands_adds_nothing(stage: str) -> None:
    plan = replace(ITS_PLAN, stage=stage)

    assert plan_grounds(CLAIM, PLACE, plan) == ()
    assert with_plan(judgement(), ()) == judgement()


def test_a_claim_without_a_plan_is_judged_without_one() -> None:
    assert plan_grounds(content(), PLACE, NO_PLAN) == ()


def test_what_nobody_knows_yet_holds_the_claim() -> None:
    assert reasons(NO_PLAN) == [("HOLD", "PLAN_UNKNOWN")]
    for stage in ("submitted", "returned", "accepted"):
        assert reasons(replace(ITS_PLAN, stage=stage)) == [("HOLD", "PLAN_NOT_APPROVED")]


@pytest.mark.parametrize("stage", ["rejected", "cancelled"])
def test_a_plan_that_ended_carries_no_claim(stage: str) -> None:
    assert reasons(replace(ITS_PLAN, stage=stage)) == [("REJECT", "PLAN_ENDED")]


@pytest.mark.parametrize(
    "other",
    [
        replace(ITS_PLAN, jurisdiction="211403"),
        replace(ITS_PLAN, kind="HLD.K.apprentice"),
        replace(ITS_PLAN, occupation="6-11-01-03"),
        replace(ITS_PLAN, level="L3"),
    ],
    ids=["place", "kind", "occupation", "level"],
)
def test_a_plan_of_another_sort_carries_no_claim(other: PlanOfClaim) -> None:
    assert reasons(other) == [("REJECT", "PLAN_DIFFERS")]


def test_who_is_not_on_the_roster_has_no_claim_of_the_plan() -> None:
    assert reasons(replace(ITS_PLAN, on_roster=False)) == [("REJECT", "NOT_ON_ROSTER")]


def test_the_strongest_decision_stands_with_all_its_reasons() -> None:
    unknown = plan_grounds(CLAIM, PLACE, NO_PLAN)
    stranger = plan_grounds(CLAIM, PLACE, replace(ITS_PLAN, on_roster=False))
    held = with_plan(judgement("HOLD"), unknown)

    assert (held.decision, held.reasons) == ("HOLD", ("ITS_OWN", "PLAN_UNKNOWN"))
    assert [each.fact for each in held.missing] == ["f", "plan"]
    refused = with_plan(judgement(), stranger)
    assert (refused.decision, refused.reasons) == ("REJECT", ("NOT_ON_ROSTER",))
    assert (refused.amount_fen, refused.payee_kind, refused.flags) == (0, None, ("A_FLAG",))
    assert with_plan(judgement("HOLD"), stranger).reasons == ("NOT_ON_ROSTER",)
    assert with_plan(judgement("REJECT"), unknown).reasons == ("ITS_OWN",)
    both = with_plan(judgement("REJECT"), stranger)
    assert both.reasons == ("ITS_OWN", "NOT_ON_ROSTER")


def test_only_a_claim_of_the_plans_own_payee_is_settled_by_the_plan() -> None:
    assert settled_by_plan(CLAIM, ITS_PLAN)
    for said in (
        content(plan="plan-1", payee_kind="enterprise", payee="ENT-2"),
        content(plan="plan-1", payee_kind="institution", payee="ENT-1"),
        content(plan="plan-1", payee_kind="enterprise", payee=None),
        content(plan="plan-1", payee_kind="individual", payee=None),
        content(plan=None, payee_kind="enterprise", payee="ENT-1"),
    ):
        assert not settled_by_plan(said, ITS_PLAN)
    own = content(plan="plan-1", payee_kind="individual", payee=None)
    assert not settled_by_plan(own, replace(ITS_PLAN, payee_kind="individual", payee=None))
