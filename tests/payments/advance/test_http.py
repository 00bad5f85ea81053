"""A plan's money over real HTTP: the worked examples of advance, settlement and recovery."""

from uuid import uuid4

import pytest

from shared.http.identity import Role
from tests.payments.advance.builders import DUE_ON, YUAN
from tests.payments.advance.plans import Plan
from tests.payments.conftest import Both
from tests.payments.money import Bureau


@pytest.fixture(scope="session")
async def bureau(both: Both) -> Bureau:
    return await Bureau.opened(both, "PLANS", 10_000_000 * YUAN)


async def test_an_advance_is_paid_and_the_rest_settled(both: Both, bureau: Bureau) -> None:
    plan = await Plan.approved(both, bureau, 200_000 * YUAN)
    await plan.advance(100_000 * YUAN, "e24")  # E24
    await plan.decided(180_000 * YUAN)  # E31
    due = await plan.shown()
    assert (await plan.settle("set")).body["event"] == "SettlementAuthorised"
    await plan.pays("set-pay")
    shown = await plan.shown()

    assert (due["state"], due["settlement_fen"]) == ("settlement scheduled", 80_000 * YUAN)
    assert (shown["state"], shown["advanced_fen"], shown["settled_fen"]) == (
        "settled", 100_000 * YUAN, 80_000 * YUAN,
    )  # fmt: skip
    assert (shown["receivable_fen"], shown["recoveries"]) == (0, [])


async def test_what_was_not_earned_is_demanded_and_received(both: Both, bureau: Bureau) -> None:
    plan = await Plan.approved(both, bureau, 200_000 * YUAN)
    await plan.advance(100_000 * YUAN, "e32")
    await plan.decided(75_000 * YUAN)  # E32
    recovery = await plan.recovery()
    debt = (await bureau.officer.get(f"/recoveries/{recovery}")).body
    other = await Plan.approved(both, bureau, 200_000 * YUAN, payee=plan.payee)
    waits = await other.ask(100, "waits")
    received = await bureau.officer.post(
        f"/recoveries/{recovery}/receipts",
        {"received_fen": 25_000 * YUAN, "received_on": "2021-06-01", "bank_reference": "R-1"},
        key=plan.key("rec"),
    )
    await bureau.officer.get("/recoveries", received.position)
    passes = await other.ask(100, "passes")

    assert (debt["amount_fen"], debt["cause"]) == (25_000 * YUAN, "settlement")
    assert (waits.body["event"], waits.body["reason"]) == ("AdvanceRefused", "RECOVERY_OPEN")
    assert passes.body["event"] == "AdvanceRequested"


@pytest.mark.parametrize(
    ("base_fen", "fen", "event"),
    [
        (200_000 * YUAN, 100_020 * YUAN, "AdvanceRefused"),  # E25
        (333_33, 166_66, "AdvanceRequested"),  # E28
        (333_33, 166_67, "AdvanceRefused"),
    ],
)
async def test_the_ratio_is_kept_to_the_fen(
    both: Both, bureau: Bureau, base_fen: int, fen: int, event: str
) -> None:
    plan = await Plan.approved(both, bureau, base_fen)
    first = await plan.ask(fen, "ratio")
    again = await plan.ask(fen, "ratio")

    assert (first.status, first.body["event"]) == (201, event)
    assert (again.body, again.position) == (first.body, first.position)
    assert first.body.get("reason") == ("ADVANCE_RATIO" if event == "AdvanceRefused" else None)


async def test_a_person_who_asks_is_refused_by_an_event(both: Both, bureau: Bureau) -> None:
    plan = await Plan.approved(both, bureau, 1_000)
    trainee = both.payments.person("trainee-1", Role.CLAIMANT)
    asked = await plan.ask(100, "person", trainee)  # E29

    assert (asked.body["event"], asked.body["reason"]) == ("AdvanceRefused", "ADVANCE_PAYEE")


async def test_a_plan_that_nobody_approved_is_refused_by_an_event_and_may_come_later(
    both: Both, bureau: Bureau
) -> None:
    plan = Plan(both, bureau, f"plan-{uuid4()}", both.payments.person(
        "asker-1", Role.INSTITUTION, org="E-LATER"), "E-LATER")  # fmt: skip
    early = await plan.ask(100, "early")
    again = await plan.ask(100, "again")
    await plan.hears(plan.approval(1_000))
    later = await plan.ask(100, "later")

    assert (early.status, early.body["reason"]) == (201, "PLAN_NOT_APPROVED")
    assert (again.body["advance_no"], later.body["advance_no"]) == (2, 3)
    assert later.body["event"] == "AdvanceRequested"


async def test_an_advance_that_the_bank_returns_may_be_asked_for_again(
    both: Both, bureau: Bureau
) -> None:
    plan = await Plan.approved(both, bureau, 1_000)
    await plan.ask(500, "ret")
    await plan.account("ret-acc")
    await plan.authorise(1, "ret-auth")
    await plan.pays("ret-pay", "退回", "NAME_WRONG")

    assert (await plan.shown())["live_fen"] == 0
    assert (await plan.ask(500, "ret-2")).body["event"] == "AdvanceRequested"


async def test_a_debt_is_given_up_by_two_persons_only(both: Both, bureau: Bureau) -> None:
    plan = await Plan.approved(both, bureau, 1_000)
    await plan.advance(400, "wo")
    await plan.cancelled()
    path = f"/recoveries/{await plan.recovery()}"
    early = await bureau.approver.post(f"{path}/write-off/approve", {}, key=plan.key("w0"))
    both_roles = both.payments.person("boss", Role.FINANCE_OFFICER, Role.FINANCE_APPROVER)
    await both_roles.post(f"{path}/write-off", {"reason": "dissolved"}, key=plan.key("w1"))
    own = await both_roles.post(f"{path}/write-off/approve", {}, key=plan.key("w2"))
    given_up = await bureau.approver.post(f"{path}/write-off/approve", {}, key=plan.key("w3"))
    shown = await bureau.officer.get(path, given_up.position)

    assert (early.status, early.codes) == (409, ["WRITE_OFF_NOT_PROPOSED"])
    assert (own.status, own.codes) == (409, ["WRITE_OFF_SAME_PERSON"])
    assert (shown.body["state"], shown.body["written_off_fen"]) == ("closed", 400)


async def test_a_debt_is_paid_in_parts_and_never_taken_off_another_payment(
    both: Both, bureau: Bureau
) -> None:
    plan = await Plan.approved(both, bureau, 1_000)
    await plan.advance(400, "parts")
    await plan.cancelled()
    path = f"/recoveries/{await plan.recovery()}"
    parts = [{"due_on": f"2099-0{n}-01", "amount_fen": 200} for n in (1, 2)]
    agreed = await bureau.officer.post(
        f"{path}/instalments", {"instalments": parts}, key=plan.key("p1")
    )
    wrong = await bureau.officer.post(
        f"{path}/instalments", {"instalments": parts[:1]}, key=plan.key("p2")
    )
    taken = await bureau.officer.post(f"{path}/offset", {"against": "payout-1"}, key=plan.key("p3"))
    shown = await bureau.officer.get(path, agreed.position)

    assert agreed.body["event"] == "RecoveryInstalmentsAgreed"
    assert (wrong.status, wrong.codes) == (409, ["RECOVERY_INSTALMENTS_WRONG"])
    assert (taken.status, taken.codes) == (409, ["OFFSET_WITHOUT_CLAUSE"])
    assert (len(shown.body["instalments"]), shown.body["overdue_fen"]) == (2, 0)


async def test_a_plan_belongs_to_its_own_city_and_its_own_people(
    both: Both, bureau: Bureau
) -> None:
    plan = await Plan.approved(both, bureau, 1_000)
    person = both.payments.person
    other = person("asker-9", Role.INSTITUTION, org="E-OTHER")
    foreign = person("officer-9", Role.FINANCE_OFFICER, at="210200")
    body = {"fund": bureau.fund}
    refused = [
        (await plan.ask(100, "own", other), "NOT_OWN_RECORD"),
        (await other.get(plan.path), "NOT_OWN_RECORD"),
        (await plan.ask(100, "far", foreign), "JURISDICTION_REFUSED"),
        (await foreign.get(plan.path), "JURISDICTION_REFUSED"),
        (await foreign.post(f"{plan.path}/settlement/authorise", body, key="far-2"),
         "FUND_UNKNOWN"),
    ]  # fmt: skip
    listed = await foreign.get("/plans")

    for answer, code in refused[:4]:
        assert (answer.status, answer.codes) == (403, [code])
    assert listed.body == {"plans": []}


async def test_bad_input_about_a_plan_writes_nothing(both: Both, bureau: Bureau) -> None:
    plan = await Plan.approved(both, bureau, 1_000)
    await plan.ask(100, "bad")
    officer = bureau.officer
    before = await both.payments.event_count()
    path = f"{plan.path}/advances"
    answers = [
        (await plan.ask(0, "b1"), 422, "AMOUNT_ZERO"),
        (await officer.post(f"{path}/9/authorise", {"fund": bureau.fund}, key="b2"), 409,
         "ADVANCE_UNKNOWN"),
        (await officer.post(f"{path}/1/authorise", {"fund": "none"}, key="b3"), 409,
         "FUND_UNKNOWN"),
        (await officer.post(f"{path}/x/authorise", {"fund": bureau.fund}, key="b4"), 404,
         "RESOURCE_UNKNOWN"),
        (await officer.post("/plans/plan-1/advances", {"advance_fen": 1}, key="b5"), 404,
         "RESOURCE_UNKNOWN"),
        (await officer.get(f"/plans/plan-{uuid4()}"), 404, "RESOURCE_UNKNOWN"),
        (await officer.get("/recoveries/recovery-1"), 404, "RESOURCE_UNKNOWN"),
        (await bureau.approver.post(
            f"{plan.path}/settlement/extend",
            {"due_on": DUE_ON.isoformat(), "reason": "exam"}, key="b6"), 409,
         "EXTENSION_NOT_LATER"),
        (await plan.settle("b7"), 409, "SETTLEMENT_NOT_IN_THIS_STATE"),
    ]  # fmt: skip
    for answer, status, code in answers:
        assert (answer.status, answer.codes[-1]) == (status, code), answer.body
        assert not answer.body["detail_zh"].isascii()
    assert await both.payments.event_count() == before
