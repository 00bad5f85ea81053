"""Histories of payments' own machine, judged: the rules of a plan's money follow it to the fen."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from services.audit.detectors.rules import load_rules
from services.audit.replay.full import replay
from services.audit.replay.report import load_findings
from services.payments.advance.decide import OWED, PlanMoney, Stage
from services.payments.advance.settling import Heard, decide_plan
from services.payments.recovery.decide import (
    AgreeInstalments,
    ProposeWriteOff,
    ReceiveRecovery,
    agree_instalments,
    propose_write_off,
    receive,
    write_off,
)
from shared.books import AVAILABLE, fund_account
from shared.events.base import Facts
from shared.events.settlements import Instalment, RecoveryKeys, RecoveryOpened, SettlementPaid
from shared.store.commands import Decision
from tests.audit.histories import History, archived
from tests.audit.money import day_opened
from tests.payments.advance.builders import (
    APPROVER,
    DUE_ON,
    FUND,
    JURISDICTION,
    OFFICER,
    PLACE,
    PLAN,
    START,
    STREAM,
    TODAY,
    approved,
    cancelled,
    decided,
    event_id,
    names,
)
from tests.payments.advance.test_stateful import Guarded, PlanMoneyMachine, _budget

MONEY = tuple(one for one in load_rules() if one.id in ("D5", "D7", "D9"))
PLANS, STEPS = 60, 40
DAY = timedelta(days=1)
BACK_BY = TODAY + timedelta(days=60)
Told = Sequence[tuple[Facts, str]]
Stakes = dict[str, int]


@dataclass
class Aloud(Guarded):
    """A walk that also keeps what claims said, in front of what payments answered."""

    told: list[tuple[Facts, str]] = field(default_factory=list)

    def take(self, decision: Decision, actor: str = "system") -> Any:
        facts = super().take(decision, actor)
        self.told += [(one, actor) for one in facts]
        return facts

    def approve(self, base_fen: int = 1_000, **said: Any) -> Sequence[Facts]:
        return self._after(approved(base_fen, **said), super().approve(base_fen, **said), APPROVER)

    def decide(self, earned_fen: int, revision: int = 1) -> Sequence[Facts]:
        return self._after(decided(earned_fen, revision), super().decide(earned_fen, revision))

    def cancel_plan(self) -> Sequence[Facts]:
        return self._after(cancelled(), super().cancel_plan())

    def _after(
        self, cause: Facts, answer: Sequence[Facts], actor: str = "system"
    ) -> Sequence[Facts]:
        """What was delivered before has no answer, and was said before."""
        if answer:
            self.told.insert(len(self.told) - len(answer), (cause, actor))
        return answer

    def settle_all(self) -> None:
        """To its lawful end: the bank answers, the plan is decided, what is owed is paid."""
        self.balances[fund_account(JURISDICTION, FUND, AVAILABLE)] = 10**6
        if self.money.order_at_bank is not None:
            self.answer(self.money.order_at_bank, "paid")
        if self.money.decided is None and not self.money.closed:
            self.decide(300, 99)
        settlement = self.money.settlement
        if settlement is not None and settlement.stage in OWED:
            self._pay(settlement.stage)
        for number, debt in enumerate(self.money.recoveries):
            if debt.balance_fen and debt.amount_fen % 2:
                self.take(propose_write_off(debt, ProposeWriteOff("insolvent")), OFFICER)
                self.take(write_off(self.money.recoveries[number], "officer-9"), "officer-9")
            elif debt.balance_fen:
                self.take(receive(debt, ReceiveRecovery(debt.balance_fen, TODAY, "B-9")))

    def _pay(self, stage: Stage) -> None:
        if not self.money.corrected:
            self.name_account("c3" * 16)
        if stage is Stage.SCHEDULED:
            self.settle()
        else:
            self.answer(self.release(), "paid")


class Driven(PlanMoneyMachine):
    """The same machine, each step drawn from one seed: the same histories in every run."""

    def __init__(self, chance: Random) -> None:
        super().__init__()
        self.aloud = Aloud(balances=_budget())
        self.walk = self.aloud
        self.chance = chance

    def run(self) -> Aloud:
        self.begin(self.chance.randint(600, 1_500))
        for _ in range(self.chance.randint(5, STEPS)):
            self.chance.choice(RULES)(self)
            self.the_debts_stand_in_the_books()
        return self.aloud

    def bank(self) -> None:
        if self.walk.money.order_at_bank:
            self.bank_answers(self.chance.random() < 0.8)

    def settlement(self) -> None:
        if self.walk.money.settlement:
            self.order_settlement()

    def debt(self) -> None:
        if self.walk.money.recoveries:
            self.chance.choice((self.give_up, partial(self.receive, self.chance.randint(1, 300))))()

    def decision(self) -> None:
        if self.chance.random() < 0.5:
            self.decide(self.chance.choice((0, 90, 250, 600, 1_400)))

    def cancelled(self) -> None:
        if self.chance.random() < 0.1:
            self.cancel_plan()

    def another_base(self) -> None:
        """Smaller, between the request and the officer."""
        self.ask(self.chance.randint(1, 250))
        self.approve(self.chance.randint(100, 1_500))
        self.authorise(len(self.walk.money.advances))

    def advance(self) -> None:
        self.order(self.chance.randint(1, 300))

    def early(self) -> None:
        self.chance.choice((self.give_back, self.call_off, self.expire))(self.chance.randint(1, 3))


RULES: Sequence[Callable[[Driven], None]] = (
    Driven.advance, Driven.advance, Driven.bank, Driven.bank, Driven.decision, Driven.settlement,
    Driven.debt, Driven.another_base, Driven.early, Driven.cancelled,
    Driven.authorise_settlement, Driven.crash,
)  # fmt: skip


def walks() -> Iterator[Aloud]:
    """Always the same ones."""
    chance = Random(7)
    return (Driven(chance).run() for _ in range(PLANS))


def tell(history: History, number: int, told: Told) -> str:
    """One plan of many: its plan and its debts under names of their own."""
    plan = f"plan-{number}"
    for facts, actor in told:
        said: dict[str, Any] = {"plan": plan} if hasattr(facts, "plan") else {}
        if isinstance(facts, RecoveryKeys):
            said["recovery"] = f"{facts.recovery}-{number}"
        mine = msgspec.structs.replace(facts, **said)
        of_claims = type(facts).__name__ in ("PlanApproved", "PlanDecided", "PlanCancelled")
        history.add(plan if of_claims else f"advance-{plan}", mine, actor)
    return plan


async def judged(history: History, tmp_path: Path) -> dict[str, Stakes]:
    """Rule, plan and sum at stake, when every term is over."""
    for day in (BACK_BY + DAY, DUE_ON + DAY):
        day_opened(history, day)
    archive = await archived(history, tmp_path / "archive")
    replay(archive, MONEY, {}, None, tmp_path / "out")
    found: dict[str, Stakes] = {each.id: {} for each in MONEY}
    for one in load_findings(tmp_path / "out"):
        assert one.amount_fen is not None
        found[one.rule][one.subject] = one.amount_fen
    return found


def begun() -> History:
    history = History()
    day_opened(history, TODAY)
    return history


def unsettled_fen(walk: Aloud) -> int:
    """Advances that are neither earned nor returned, and what is owed in their place."""
    if any(isinstance(event.facts, SettlementPaid) for event in walk.events):
        return 0
    return walk.money.receivable_fen + sum(debt.balance_fen for debt in walk.money.recoveries)


def gap_fen(money: PlanMoney) -> int:
    """What left beyond what was earned, and neither came back nor was given up."""
    if money.decided is None and not money.closed:
        return 0
    earned = money.decided.earned_fen if money.decided else 0
    back = sum(debt.received_fen + debt.written_off_fen for debt in money.recoveries)
    return max(0, money.advanced_fen + money.settled_fen - back - earned)


async def test_lawful_histories_that_are_settled_in_time_have_no_finding(tmp_path: Path) -> None:
    history = begun()
    kinds = set()
    for number, walk in enumerate(walks(), start=1):
        walk.settle_all()
        tell(history, number, walk.told)
        kinds |= {type(facts).__name__ for facts, _ in walk.told}

    assert await judged(history, tmp_path) == {"D5": {}, "D7": {}, "D9": {}}
    assert kinds >= {
        "RecoveryReduced", "RecoveryWrittenOff", "RecoveryReceived", "SettlementDeferred",
        "SettlementCancelled", "SettlementPaid", "AdvancesClosed", "AdvanceReturned",
    }  # fmt: skip


async def test_wherever_a_history_stops_the_sums_at_stake_are_those_of_payments(
    tmp_path: Path,
) -> None:
    history = begun()
    late: Stakes = {}
    gaps: Stakes = {}
    for number, walk in enumerate(walks(), start=1):
        plan = tell(history, number, walk.told)
        late[plan], gaps[plan] = unsettled_fen(walk), gap_fen(walk.money)

    found = await judged(history, tmp_path)

    assert found["D5"] == {}
    assert found["D7"] == {plan: fen for plan, fen in late.items() if fen}
    assert found["D9"] == {plan: fen for plan, fen in gaps.items() if fen}
    assert min(len(found["D7"]), len(found["D9"])) > 1  # so there was something to find


async def test_what_was_paid_beyond_the_earned_and_never_demanded_is_found(
    tmp_path: Path,
) -> None:
    history = begun()
    expected: Stakes = {}
    for number, walk in enumerate(walks(), start=1):
        walk.settle_all()
        debts = [one for one, _ in walk.told if isinstance(one, RecoveryOpened)]
        whole = debts and walk.money.recoveries[-1].received_fen == debts[-1].amount_fen
        hidden = debts[-1].recovery if whole and number % 2 else None
        kept = [
            (one, actor) for one, actor in walk.told
            if not (isinstance(one, RecoveryKeys) and one.recovery == hidden)
        ]  # fmt: skip
        plan = tell(history, number, kept)
        if hidden:
            expected[plan] = debts[-1].amount_fen

    assert expected
    found = await judged(history, tmp_path)
    assert (found["D5"], found["D9"]) == ({}, expected)


def started() -> Aloud:
    walk = Aloud(balances={fund_account(JURISDICTION, FUND, AVAILABLE): 10**6})
    walk.approve(1_000)
    walk.name_account()
    return walk


async def test_a_debt_that_shrank_is_what_is_left_of_it(tmp_path: Path) -> None:
    history = begun()
    walk = started()
    walk.advance(500)
    walk.decide(100)
    late = Heard(event_id(0x12), START + (DUE_ON + DAY - TODAY), PLACE)
    answer = walk.take(decide_plan(walk.money, decided(350, revision=2), late, STREAM))
    walk.told.insert(len(walk.told) - len(answer), (decided(350, revision=2), "system"))
    assert names(answer) == ["RecoveryReduced", "SettlementPaid"]
    tell(history, 1, walk.told)

    found = await judged(history, tmp_path)

    assert found == {"D5": {}, "D7": {"plan-1": 150}, "D9": {"plan-1": 150}}


async def test_a_settlement_beyond_the_earned_is_a_gap_without_any_advance_too(
    tmp_path: Path,
) -> None:
    history = begun()
    walk = started()
    walk.decide(900)
    walk.settle()
    walk.decide(400, revision=2)
    tell(history, 1, walk.told)

    assert await judged(history, tmp_path) == {"D5": {}, "D7": {}, "D9": {"plan-1": 500}}


@pytest.mark.parametrize("days", [0, 1])
async def test_agreed_instalments_have_until_the_last_of_them(tmp_path: Path, days: int) -> None:
    history = begun()
    last = date(2021, 10, 1)
    walk = started()
    walk.advance(500)
    walk.decide(100)
    parts = [Instalment(due_on=day, amount_fen=200) for day in (date(2021, 8, 1), last)]
    (debt,) = walk.money.recoveries
    walk.take(agree_instalments(debt, AgreeInstalments(tuple(parts), TODAY)))
    for part in parts:
        (debt,) = walk.money.recoveries
        late = days * DAY if part.due_on == last else 0 * DAY
        walk.take(receive(debt, ReceiveRecovery(200, part.due_on + late, "B-1")))
    tell(history, 1, walk.told)

    assert (await judged(history, tmp_path))["D9"] == ({"plan-1": 200} if days else {})


async def test_an_approval_with_an_earlier_end_takes_no_day_away(tmp_path: Path) -> None:
    history = begun()
    walk = started()
    walk.advance(500)
    walk.approve(1_000, plan_version=3, ends_on=date(2021, 6, 30), settlement_due_on=BACK_BY)
    assert walk.money.due_on == DUE_ON
    tell(history, 1, walk.told)
    day_opened(history, DUE_ON)
    archive = await archived(history, tmp_path / "archive")

    assert replay(archive, MONEY, {}, None, tmp_path / "out").findings == 0
    assert PLAN not in {one.subject for one in load_findings(tmp_path / "out")}
