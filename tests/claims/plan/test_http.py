"""The life of a plan over real HTTP: filed, approved, attended, completed, decided."""

from tests.claims.plan.office import (
    ENTERPRISE,
    RATE_FEN,
    PlanOffice,
    plan,
    skill_claim,
    skill_plan,
)
from tests.installation import Running


async def test_a_plan_is_filed_listed_accepted_approved_and_shows_its_base(
    claims: Running,
) -> None:
    """Worked example E24: 40 × 5,000.00 = 200,000.00, half of it in advance."""
    office = PlanOffice(claims)
    plan_id = await office.accepted(plan(1), range(61_000, 61_040), "life-p1")
    approved = await office.approve(plan_id, "life-p1", fund="FUND-1")
    shown = await office.says(plan_id, approved.position)

    assert approved.body["base_fen"] == 40 * RATE_FEN == 20_000_000
    assert shown["stage"] == "approved"
    assert shown["waits_for"] == [{"what": "completion"}]
    pinned = {name: shown["approval"][name] for name in ("base_fen", "max_ratio_bp", "persons")}
    assert pinned == {"base_fen": 20_000_000, "max_ratio_bp": 5_000, "persons": 40}
    assert shown["approval"]["advance_clause"] == "HLD-10-4"
    assert shown["approval"]["payee_kind"] == "enterprise"
    assert shown["approval"]["settlement_due_on"] == "2021-05-29"
    assert (shown["approval"]["filed_by"], shown["approval"]["accepted_by"]) == (
        "planner-1", "plan-clerk-1",
    )  # fmt: skip


async def test_claims_of_a_completed_plan_make_it_decided_by_itself(claims: Running) -> None:
    office = PlanOffice(claims)
    persons = range(61_100, 61_103)
    plan_id = await office.approved(skill_plan(2, 3), persons, "decided")
    await office.complete(plan_id, passed=2, key="decided")
    for person in persons[:2]:
        claim_id = await office.claims.approved(skill_claim(plan_id, person), f"decided-{person}")
        approval = (await office.clerk.get(f"/claims/{claim_id}")).body["approval"]
        assert approval["settled_by_plan"] is True
    shown = await office.until_decided(plan_id, 1)

    assert shown["stage"] == "decided"
    assert shown["waits_for"] == []
    decided = shown["decided"]
    assert (decided["claims"], decided["approved"], decided["rejected"]) == (2, 2, 0)
    assert decided["earned"] == [
        {"payee_kind": "enterprise", "payee": ENTERPRISE, "earned_fen": 400_000, "claims": 2}
    ]
    assert decided["persons_fen"] == 0
