"""A plan's money in any order of commands, deliveries and crashes: what must hold at each prefix.

`LEDGER_HISTORIES=2000 pytest tests/payments/advance/test_stateful.py` runs the same in full size.
"""

import os
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from services.payments.advance.asking import (
    TERM,
    CancelAdvance,
    ReturnAdvance,
    cancel_advance,
    expire_advance,
    return_advance,
)
from services.payments.advance.decide import PLAN_MONEY, Stage
from services.payments.advance.settling import AuthoriseSettlement, authorise_settlement
from services.payments.recovery.decide import (
    ProposeWriteOff,
    ReceiveRecovery,
    propose_write_off,
    receive,
    write_off,
)
from shared.books import fund_account
from shared.events.envelope import encode
from shared.store.commands import Decision, Refusal
from shared.store.journal import UNGUARDED
from tests.payments.advance.builders import (
    FUND,
    JURISDICTION,
    OFFICER,
    PLAN,
    TODAY,
    Walk,
    event_id,
)

HISTORIES = int(os.environ.get("LEDGER_HISTORIES", "40"))
STEPS = 40
LATER = 10
"""events after which a plan may be approved anew or decided, so that advances come before"""
BUDGET_FEN = 2_500
FEN = st.integers(1, 700)


class Exhausted(Exception):
    """The guard row of an account refuses, as PostgreSQL does."""


class Guarded(Walk):
    """A walk whose accounts never stand below zero, and that forgets nothing in a crash."""

    def take(self, decision: Decision, actor: str = "system") -> Any:
        before = (self.money, list(self.events), dict(self.balances), self.room_fen)
        facts = super().take(decision, actor)
        if any(fen < 0 for name, fen in self.balances.items() if not name.endswith(UNGUARDED)):
            self.money, self.events, self.balances, self.room_fen = before
            raise Exhausted
        return facts

    def crash(self) -> None:
        """State and journal are computed again from the bytes of the events."""
        events = PLAN_MONEY.events([encode(event) for event in self.events])
        money = PLAN_MONEY.fold([encode(event) for event in self.events])
        again = Guarded(money=money, events=list(events))
        again.balances = _budget()
        for event in events:
            again._book(event)
        assert (again.money, again.balances) == (self.money, self.balances)
        assert again.room_fen == self.room_fen


def _budget() -> dict[str, int]:
    given, free = (fund_account(JURISDICTION, FUND, name) for name in ("source", "available"))
    return {given: -BUDGET_FEN, free: BUDGET_FEN}


class PlanMoneyMachine(RuleBasedStateMachine):
    """One plan, its payee, two officers, a bank and the claims service, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.walk = Guarded(balances=_budget())
        self.approvals = self.revision = 0
        self.earned: dict[int, int] = {}
        self.orders: list[str] = []
        self.answers: dict[str, str] = {}

    def _try(self, run: Any) -> None:
        """A refusal writes nothing."""
        before = len(self.walk.events)
        try:
            run()
        except (Refusal, Exhausted):
            assert len(self.walk.events) == before

    @initialize(base_fen=st.integers(600, 1_500))
    def begin(self, base_fen: int) -> None:
        self.approve(base_fen)
        self.walk.name_account("a1" * 16)

    @rule(fen=st.integers(1, 300))
    def order(self, fen: int) -> None:
        """Asked, authorised and released without a stop between."""
        self.ask(fen)
        self.authorise(len(self.walk.money.advances))
        self.release()

    @precondition(lambda self: self.walk.money.settlement)
    @rule()
    def order_settlement(self) -> None:
        self.authorise_settlement()
        self.release()

    @precondition(lambda self: self.walk.money.order_at_bank)
    @rule(paid=st.booleans())
    def bank_answers(self, paid: bool) -> None:
        self.walk.answer(self.orders[-1], "paid" if paid else "returned")
        self.answers[self.orders[-1]] = "paid" if paid else "returned"

    @precondition(lambda self: len(self.walk.events) > LATER)
    @rule(base_fen=st.integers(100, 1_500))
    def approve(self, base_fen: int) -> None:
        self.approvals += 1
        version = self.approvals + 1
        self.walk.approve(base_fen, plan_version=version)
        assert not self.walk.approve(base_fen, plan_version=version)  # delivered again

    @rule(fen=FEN)
    def ask(self, fen: int) -> None:
        before = self.walk.money
        said = self.walk.ask(fen)
        if len(said) == 1:
            assert before.base is not None
            assert self.walk.money.live_fen * 10_000 <= before.base.base_fen * 5_000

    @rule(number=st.integers(1, 6))
    def authorise(self, number: int) -> None:
        self._try(lambda: self.walk.authorise(number))

    @rule(number=st.integers(1, 6))
    def call_off(self, number: int) -> None:
        command = CancelAdvance(number=number, cause="payee")
        self._try(lambda: self.walk.take(cancel_advance(self.walk.money, command)))

    @rule(number=st.integers(1, 6))
    def expire(self, number: int) -> None:
        day = TODAY + TERM + timedelta(days=1)
        self._try(lambda: self.walk.take(expire_advance(self.walk.money, number, day, event_id(9))))

    @rule(number=st.integers(1, 6))
    def give_back(self, number: int) -> None:
        command = ReturnAdvance(number=number, on=TODAY, bank_reference="B-1")
        self._try(lambda: self.walk.take(return_advance(self.walk.money, command)))

    @rule(account=st.sampled_from(("a1" * 16, "b2" * 16)))
    def name_account(self, account: str) -> None:
        self._try(lambda: self.walk.name_account(account))

    @rule()
    def release(self) -> None:
        self._try(lambda: self.orders.append(self.walk.release()))

    @precondition(lambda self: self.orders)
    @rule(outcome=st.sampled_from(("paid", "returned", "unknown")), newest=st.booleans())
    def bank_says(self, outcome: str, newest: bool) -> None:
        order = self.orders[-1 if newest else 0]
        self._try(lambda: self.walk.answer(order, outcome))
        if self.walk.money.order_at_bank != order:
            outcome = self.answers.setdefault(order, outcome)
            assert not self.walk.answer(order, outcome)  # delivered again

    @precondition(lambda self: len(self.walk.events) > LATER)
    @rule(earned_fen=st.integers(0, 1_500))
    def decide(self, earned_fen: int) -> None:
        self.revision += 1
        self.earned[self.revision] = earned_fen
        self.walk.decide(earned_fen, self.revision)
        assert not self.walk.decide(earned_fen, self.revision)  # delivered again
        assert not self.walk.decide(999, self.revision - 1)  # an older one comes late

    @precondition(lambda self: len(self.walk.events) > 2 * LATER)
    @rule()
    def cancel_plan(self) -> None:
        self.walk.cancel_plan()
        assert not self.walk.cancel_plan()

    @rule()
    def authorise_settlement(self) -> None:
        command = AuthoriseSettlement(actor=OFFICER, fund=FUND)
        self._try(lambda: self.walk.take(authorise_settlement(self.walk.money, command), OFFICER))

    @precondition(lambda self: self.walk.money.recoveries)
    @rule(fen=FEN)
    def receive(self, fen: int) -> None:
        command = ReceiveRecovery(fen, TODAY, "B-7")
        debt = self.walk.money.recoveries[-1]
        self._try(lambda: self.walk.take(receive(debt, command)))

    @precondition(lambda self: self.walk.money.recoveries)
    @rule()
    def give_up(self) -> None:
        debt = self.walk.money.recoveries[-1]
        if debt.proposal is None:
            command = ProposeWriteOff("insolvent")
            self._try(lambda: self.walk.take(propose_write_off(debt, command), OFFICER))
        else:
            self._try(lambda: self.walk.take(write_off(debt, "officer-9")))

    @rule()
    def crash(self) -> None:
        self.walk.crash()

    @invariant()
    def all_lines_sum_to_zero(self) -> None:
        assert sum(self.walk.balances.values()) == 0

    @invariant()
    def the_room_is_what_counts(self) -> None:
        assert self.walk.room_fen == self.walk.money.live_fen

    @invariant()
    def the_debts_stand_in_the_books(self) -> None:
        money = self.walk.money
        assert self.walk.balance(f"advance/{PLAN}") == money.receivable_fen
        for debt in money.recoveries:
            assert self.walk.balance(f"recovery/{debt.id}") == debt.balance_fen

    @invariant()
    def what_left_less_what_must_come_back_was_earned_or_is_open(self) -> None:
        """Advances + settlement − recoveries = approved, or it is still open (design 3)."""
        money = self.walk.money
        owed = 0
        if money.settlement is not None and money.settlement.stage is not Stage.PAID:
            owed = money.settlement.due.settlement_fen
        if money.order_at_bank is not None and (money.deferred or money.closed):
            assert owed == 0 or money.settlement is not None
            return  # the bank has not said what left
        net = money.advanced_fen + money.settled_fen - money.demanded_fen
        if money.decided is not None:
            assert net + owed == self.earned[money.decided.revision]
            assert money.decided.revision == self.revision
            assert self._spent() + owed == self.earned[self.revision]
        elif money.closed:
            assert (net, owed) == (0, 0)

    def _spent(self) -> int:
        """What left for good: a settled plan's earnings stand there, and no fen more."""
        receivable = self.walk.money.receivable_fen
        return self.walk.fund("spent") + receivable


def test_a_plans_money_adds_up_whatever_happens_and_in_whatever_order() -> None:
    run_state_machine_as_test(
        PlanMoneyMachine,
        settings=settings(
            max_examples=HISTORIES, stateful_step_count=STEPS, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
