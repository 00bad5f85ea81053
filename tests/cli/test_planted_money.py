"""The demonstration's verdict on money and registers: each fen that is not as planted is told."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.audit.replay.report import Report
from services.audit.replaying import Compared
from services.cli.demo.attractions import attractions
from services.cli.demo.bank import Batch, bank_says
from services.cli.demo.compare_money import fund_differences, plan_differences
from services.cli.demo.decisions import Decided
from services.cli.demo.expected import example
from services.cli.demo.fund import Balances, Reconciliation
from services.cli.demo.plans import Debt, Plan, PlanMoney, PlansTold, with_plan
from services.cli.demo.seen import Seen
from services.cli.demo.story import Answers
from services.cli.people import ENTERPRISES
from services.cli.reading import Entry
from services.cli.welcome import Request
from services.payments.bank.file import PaymentLine, render
from shared.events.base import PAYOUT_EVENTS, VERIFICATION_EVENTS, Facts
from shared.events.envelope import Event
from shared.events.payouts import PayoutPaid, PayoutReissued, PayoutReturned
from shared.events.verifications import RegisterOutageRecorded
from shared.log.port import TopicPartition
from shared.tables.outcomes import FileAnswer
from tests.events.builders import START, filled

EXAMPLE = example(Path("examples"))
KEY = EXAMPLE.key
NOTHING = FileAnswer(sha256="", encoding="utf-8", rows=0, counts={}, outcomes=[])
REPLAY = Report(
    until={}, rule_pack_sha256="", events=0, parked=0, rules=(), findings=0, amount_fen=0,
    findings_sha256="",
)  # fmt: skip


def plans() -> list[Plan]:
    return [plan(n) for n in range(len(KEY.plans))]


def plan(n: int) -> Plan:
    due = KEY.plans[n]
    money = PlanMoney(
        plan=f"plan-{n}", state="settled", base_fen=due.base_fen, advanced_fen=due.advance_fen,
        settled_fen=due.settlement_fen, demanded_fen=due.recovery_fen, receivable_fen=0,
        earned_fen=due.earned_fen,
    )  # fmt: skip
    rest = due.recovery_fen - due.received_fen
    debt = Debt("recovery-1", due.recovery_fen, due.received_fen, rest)
    owed = debt if due.recovery_fen else None
    return Plan(EXAMPLE.plans[n], ENTERPRISES[n], f"plan-{n}", [], money, owed)


def told() -> PlansTold:
    approved = [Decided(n, f"claim-{n}", "ClaimApproved", (), ()) for n in range(KEY.passed)]
    return PlansTold(plans(), [], approved, KEY.outage.waiting)


def reconciled(**changes: int) -> Reconciliation:
    due = KEY.fund
    held = Balances(
        -due.allocated_fen, due.available_fen, due.payable_fen, due.transit_fen, due.spent_fen, 0
    )
    return Reconciliation("SKILL-2021", msgspec.structs.replace(held, **changes), 0, True)


def entry(topic: str, facts: Facts) -> Entry:
    event = Event(
        id="1", source="/x", subject="stream-1", version=1, recorded_at=START, occurred_at=START,
        jurisdiction="999999", actor="system", correlation_id="x", facts=facts,
    )  # fmt: skip
    return Entry(TopicPartition(topic, 0), 1, event)


def logged() -> list[Entry]:
    """The outage, and every payout paid: all the money in the first of them."""
    rest = len(KEY.fund.payouts) - 1
    sums = [KEY.fund.payouts_fen - rest, *[1] * rest]
    paid = [msgspec.structs.replace(filled(PayoutPaid), amount_fen=fen) for fen in sums]
    payouts: list[Facts] = [filled(PayoutReturned), filled(PayoutReissued), *paid]
    outage = msgspec.structs.replace(filled(RegisterOutageRecorded), register=KEY.outage.register)
    return [entry(VERIFICATION_EVENTS, outage), *(entry(PAYOUT_EVENTS, one) for one in payouts)]


def seen(**answers: Any) -> Seen:
    rows = len(KEY.fund.payouts)
    batches = [
        Batch("batch-1", "payouts", rows, KEY.fund.payouts_fen, rows - 1, 1),
        Batch("batch-2", "payout, reissued", 1, 1, 1, 0),
        Batch("batch-3", "advances", 2, 2, 2, 0),
        Batch("batch-4", "settlement", 1, 1, 1, 0),
    ]
    basis: dict[str, Any] = {"batches": batches, "plans": told(), "fund": reconciled()}
    said = Answers(NOTHING, NOTHING, NOTHING, **(basis | answers))
    return Seen(said, logged(), {}, Compared(REPLAY, {}, [], (), {}))


def of(found: Seen) -> list[str]:
    return [*plan_differences(KEY, found), *fund_differences(KEY, found)]


def test_money_that_ends_as_planted_has_no_difference() -> None:
    assert of(seen()) == []


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("base_fen", "base"),
        ("advanced_fen", "advanced"),
        ("earned_fen", "earned"),
        ("settled_fen", "settled"),
        ("demanded_fen", "demanded"),
        ("receivable_fen", "receivable"),
    ],
)
def test_one_fen_too_much_in_a_plan_is_a_difference(name: str, word: str) -> None:
    changed = told()
    money = changed.plans[0].money
    assert money is not None
    more = getattr(money, name) + 1
    changed.plans[0].money = msgspec.structs.replace(money, **{name: more})
    assert f"plan 1: {word} {more} fen, expected {more - 1}" in of(seen(plans=changed))


def test_a_plan_that_was_not_settled_is_a_difference() -> None:
    changed = told()
    changed.plans[0].money = None
    assert "plan 1: settled 0 fen, expected 8000000" in of(seen(plans=changed))


def test_a_receipt_of_another_sum_is_a_difference() -> None:
    changed = told()
    debt = changed.plans[1].debt
    assert debt is not None
    changed.plans[1].debt = msgspec.structs.replace(debt, received_fen=1, balance_fen=2_499_999)
    said = of(seen(plans=changed))
    assert "plan 2: received 1 fen, expected 500000" in said
    assert "fund: receivable 2499999 fen, expected 2000000" in said


def test_plans_that_are_missing_are_a_difference() -> None:
    assert "plans: 0, expected 2" in of(seen(plans=None))


def test_a_claim_of_a_plan_that_is_not_approved_is_a_difference() -> None:
    short = told()
    short.decided.pop()
    assert of(seen(plans=short)) == [
        f"plans: {KEY.passed - 1} claims approved, expected {KEY.passed}"
    ]


@pytest.mark.parametrize("name", ["available", "payable", "transit", "spent"])
def test_one_fen_that_lies_elsewhere_in_the_fund_is_a_difference(name: str) -> None:
    more = getattr(reconciled().balances, name) + 1
    said = of(seen(fund=reconciled(**{name: more})))
    assert "fund: allocated and not found -1 fen, expected 0" in said
    assert len(said) == 2


@pytest.mark.parametrize("changes", [{"sum_fen": 1}, {"balanced": False}])
def test_a_journal_that_does_not_balance_is_a_difference(changes: dict[str, Any]) -> None:
    [said] = of(seen(fund=msgspec.structs.replace(reconciled(), **changes)))
    assert said in (
        "fund: sum of all lines 1 fen, expected 0",
        "fund: its accounts do not hold what their lines say",
    )


def test_a_fund_that_nobody_reconciled_is_a_difference() -> None:
    assert of(seen(fund=None)) == ["fund: not reconciled"]


def test_a_payout_that_did_not_come_back_is_a_difference() -> None:
    [said] = of(seen(batches=[]))
    assert said == "batches: 0 lines, 0 paid, 0 returned, expected 27 paid"


def test_a_payout_that_the_log_does_not_show_as_paid_is_a_difference() -> None:
    found = seen()
    due = len(KEY.fund.payouts)
    assert of(replace(found, entries=found.entries[:-1])) == [
        f"log: {due - 1} PayoutPaid, expected {due}",
        f"log: {KEY.fund.payouts_fen - 1} fen of payouts paid, expected {KEY.fund.payouts_fen}",
    ]


def test_a_register_that_nobody_waited_for_is_a_difference() -> None:
    quick = told()
    quick.waited = 50
    found = seen(plans=quick)
    without = replace(found, entries=found.entries[1:])
    assert of(without) == [
        "50 claims waited for the register, expected 51",
        "log: no outage of CERT_REG",
    ]


def test_the_enterprises_of_the_plans_have_tokens_of_their_own() -> None:
    assert [one.enterprise for one in EXAMPLE.plans] == [one.org for one in ENTERPRISES]


def test_the_bank_answers_each_line_of_its_file_and_sends_one_back() -> None:
    lines = [PaymentLine(n, f"{n:032x}", "学员甲", "6222", 100 * n) for n in (1, 2)]
    header, first, second, *rest = bank_says(render(lines), {1}).decode().split("\n")
    assert header == "指令号,结果,金额,日期,流水号,原因"
    assert first.split(",")[:3] == [f"{1:032x}", "成功", "1.00"]
    assert second.split(",")[:3] == [f"{2:032x}", "退回", "2.00"]
    assert rest == [""]


def test_each_certificate_names_the_plan_that_it_is_claimed_for() -> None:
    table = with_plan(b"a,b\n1,2\n3,4\n", "plan-1").decode()
    assert table == "a,b,班次编号\n1,2,plan-1\n3,4,plan-1\n"


def test_what_to_try_names_the_plans_of_this_run_and_a_picture() -> None:
    found = attractions(seen(), "http://127.0.0.1:1")
    lines = [one for one in found if isinstance(one, str)]
    reads = [(one.service, one.path) for one in found if isinstance(one, Request)]

    assert lines[-1] == ".venv/bin/claims-ledger trace plan-0 --svg plan.svg"
    assert "http://127.0.0.1:1/control/CERT_REG" in lines[0]
    assert ("claims", "/claims/waiting") in reads
    assert ("payments", "/plans/plan-1") in reads
    assert ("payments", "/batches/batch-1") in reads
