"""Whose money a batch takes: that of the place where it was approved, whoever spoke first."""

from uuid import uuid4

from shared.http.identity import Role
from tests.payments.advance.builders import YUAN
from tests.payments.advance.plans import Plan
from tests.payments.conftest import Both
from tests.payments.money import Bureau, fund_body, judged

ELSEWHERE = "210200"


async def test_who_asked_first_from_elsewhere_moves_no_money_there(both: Both) -> None:
    bureau = await Bureau.opened(both, "HERE", 1_000 * YUAN)
    payee = f"E-{uuid4()}"
    asker = both.payments.person("asker-1", Role.INSTITUTION, org=payee)
    plan = Plan(both, bureau, f"plan-{uuid4()}", asker, payee)
    stranger = both.payments.person("stranger-1", Role.CLAIMANT, at=ELSEWHERE)
    first = await plan.ask(100, "first", stranger)
    await plan.hears(plan.approval(1_000 * YUAN))
    await plan.ask(500 * YUAN, "ask")
    await plan.account("acc")
    await plan.authorise(2, "auth")
    await judged(both)
    stream = plan.id.replace("plan-", "advance-")
    other = both.payments.person("releaser-9", Role.FINANCE_APPROVER, at=ELSEWHERE)
    officer = both.payments.person("officer-9", Role.FINANCE_OFFICER, at=ELSEWHERE)
    opened = await officer.post("/funds", fund_body("HERE", ELSEWHERE), key="places-fund")
    taken = await other.post("/batches", {"payables": [stream]}, key="places-taken")
    batch = await bureau.release(stream, key="places-here")

    assert (first.status, first.body["event"]) == (201, "AdvanceRefused")
    assert opened.status == 201
    assert (taken.status, taken.codes) == (403, ["JURISDICTION_REFUSED"])
    assert (batch.status, batch.body.get("amount_fen")) == (201, 500 * YUAN)
    assert (await bureau.balances())["transit"] == 500 * YUAN
