"""Old books, sent again: corrected, reordered or in two files; each payment is recorded once."""

from collections.abc import Sequence
from itertools import count

from shared.http.identity import Role
from tests.payments.conftest import Both

HEADER = (
    "record,old_reference,jurisdiction,amount_yuan,payee_kind,payee,plan,base_yuan,paid_on,"
    "approved_by"
)
PLAN = count(1)


def advance(reference: str, plan: str, yuan: str = "100.00", base: str = "1000.00") -> str:
    money = f"{yuan},institution,52999999000000115P,{plan},{base}"
    return f"advance,{plan}-{reference},211402,{money},2020-03-01,PZ-1"


def table(rows: Sequence[str]) -> bytes:
    return "\n".join((HEADER, *rows, "")).encode()


async def imported(both: Both, rows: Sequence[str], key: str) -> list[str]:
    operator = both.payments.person("operator-1", Role.OPERATOR)
    answer = await operator.upload("/imports", table(rows), key=key)
    assert answer.status == 200, answer.body
    return [each["outcome"] for each in answer.body["outcomes"]]


async def test_a_corrected_file_adds_only_what_was_refused_before(both: Both) -> None:
    plan = f"PLAN-OLD-{next(PLAN)}"
    wrong = [advance("V-1", plan, yuan="x"), advance("V-2", plan)]
    right = [advance("V-1", plan), advance("V-2", plan)]

    assert await imported(both, wrong, f"{plan}-1") == ["refused", "imported"]
    assert await imported(both, right, f"{plan}-2") == ["imported", "already"]


async def test_the_order_of_the_rows_makes_no_other_payment(both: Both) -> None:
    plan = f"PLAN-OLD-{next(PLAN)}"
    rows = [advance(f"V-{n}", plan) for n in range(4)]

    assert await imported(both, rows, f"{plan}-1") == ["imported"] * 4
    assert await imported(both, rows[::-1], f"{plan}-2") == ["already"] * 4


async def test_two_lines_of_one_voucher_are_two_payments(both: Both) -> None:
    plan = f"PLAN-OLD-{next(PLAN)}"
    rows = [advance("V-1", plan), advance("V-1", plan)]

    assert await imported(both, rows, f"{plan}-1") == ["imported", "imported"]
    assert await imported(both, rows, f"{plan}-2") == ["already", "already"]
