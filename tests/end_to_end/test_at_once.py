"""Many ask at once over HTTP for money that is not enough: exactly the lawful part passes."""

import asyncio
from collections import Counter

from shared.http.identity import Role
from tests.payments.advance.plans import Plan
from tests.three import Finance, Three

CLIENTS = 64
BASE_FEN, EACH_FEN = 1_000_000, 12_345


async def test_of_two_advances_of_sixty_percent_of_a_fund_exactly_one_is_authorised(
    ledger: Three,
) -> None:
    bureau = await Finance.opened(ledger, "SIXTY-ADVANCES", 1_000)
    plans = [await Plan.approved(ledger, bureau, 1_200) for _ in range(2)]
    for plan in plans:
        assert (await plan.ask(600, "ask")).body["event"] == "AdvanceRequested"
        assert (await plan.account("account")).status == 200
    answers = await asyncio.gather(*(plan.authorise(1, "authorise") for plan in plans))
    balances = await bureau.balances()

    assert sorted(answer.status for answer in answers) == [200, 409]
    assert [a.codes for a in answers if a.status == 409] == [["FUND_EXHAUSTED"]]
    assert balances == {"source": -1_000, "available": 400, "payable": 600}


async def test_of_many_clients_who_ask_for_one_plan_the_largest_lawful_sum_passes(
    ledger: Three,
) -> None:
    bureau = await Finance.opened(ledger, "RACING-ADVANCES", 0)
    plan = await Plan.approved(ledger, bureau, BASE_FEN)
    askers = [
        ledger.payments.person(f"asker-{n}", Role.INSTITUTION, org=plan.payee)
        for n in range(CLIENTS)
    ]
    answers = await asyncio.gather(
        *(plan.ask(EACH_FEN, f"race-{n}", asker) for n, asker in enumerate(askers))
    )
    told = Counter(answer.body["event"] for answer in answers)
    lawful = BASE_FEN // 2 // EACH_FEN

    assert {answer.status for answer in answers} == {201}
    assert told == {"AdvanceRequested": lawful, "AdvanceRefused": CLIENTS - lawful}
    assert {a.body.get("reason") for a in answers} == {None, "ADVANCE_RATIO"}
    assert (await plan.shown())["live_fen"] == lawful * EACH_FEN
    assert {answer.body["advance_no"] for answer in answers} == set(range(1, CLIENTS + 1))
