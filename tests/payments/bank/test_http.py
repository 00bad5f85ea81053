"""Money over real HTTP: from the budget to the bank's answer."""

from tests.payments.conftest import Both
from tests.payments.money import ACCOUNT, Bureau, with_account

PERSON = iter(range(30_000, 31_000))


async def test_a_payout_is_paid_from_its_fund(both: Both) -> None:
    bureau = await Bureau.opened(both, "LIFE", 1_000_000)
    payout = await bureau.authorised(with_account(next(PERSON)), "b-life")
    held = await bureau.balances()
    batch = await bureau.released(payout, key="b-life-r")
    header, [line, instruction, name, account, amount, _] = await bureau.file(batch["batch"])
    answer = await bureau.answer(
        batch["batch"], [f"{instruction},成功,{amount},2021-05-07,B-77,"], "b-life-a"
    )

    assert held == {"source": -1_000_000, "available": 800_000, "payable": 200_000}
    assert (batch["lines"], batch["amount_fen"]) == (1, 200_000)
    assert (line, name, account, amount) == ("1", "学员甲", ACCOUNT, "2000.00")
    assert header[0] == "序号"
    assert answer.body["counts"] == {"recorded": 1}
    assert (await bureau.state(payout, "paid"))["amount_fen"] == 200_000
    assert await bureau.balances() == {"source": -1_000_000, "available": 800_000, "spent": 200_000}
