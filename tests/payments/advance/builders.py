"""Builders of a plan's money: what is heard, what is asked, and a plan that walks through it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.payments.advance.asking import (
    AuthoriseAdvance,
    ChangePlanAccount,
    RequestAdvance,
    authorise_advance,
    change_plan_account,
    request_advance,
    set_base,
)
from services.payments.advance.decide import PLAN_MONEY, PlanMoney
from services.payments.advance.paying import PLAN_PAYMENTS
from services.payments.advance.settling import (
    AuthoriseSettlement,
    Heard,
    authorise_settlement,
    close_plan,
    decide_plan,
)
from services.payments.bank.payable import Answer, Place, Release
from shared.books import book
from shared.events.base import CLAIM_EVENTS, Facts
from shared.events.claims import PolicyUsed
from shared.events.envelope import Event
from shared.events.plans import Earned, PlanApproved, PlanCancelled, PlanDecided
from shared.ids import advance_id
from shared.store.commands import Decision

NUMBER = "0f8fad5b-d9cb-469f-a165-70867728950e"
PLAN = f"plan-{NUMBER}"
STREAM = advance_id(PLAN)
ENTERPRISE = "E-GANGTIE"
FUND = "ZJ-2021"
JURISDICTION = "211402"
START = datetime(2021, 5, 6, 1, 0, tzinfo=UTC)
TODAY = date(2021, 5, 6)
DUE_ON = date(2022, 3, 31)
PLACE = Place(CLAIM_EVENTS, 3, 17)
HANDLER = "clerk-of-claims"
"""handled a claim that the settlement pays"""
FILER, CLERK, APPROVER, ASKER, OFFICER, RELEASER = (
    "filer-1", "clerk-1", "approver-1", "asker-1", "officer-1", "officer-2",
)  # fmt: skip
POLICY = PolicyUsed(policy_id="HLD", version=1, content_sha256="0" * 64)
YUAN = 100


def event_id(number: int) -> str:
    return f"0192aaaa-0000-7000-a000-{number:012x}"


def approved(base_fen: int = 200_000 * YUAN, **said: Any) -> PlanApproved:
    facts: dict[str, Any] = {
        "plan": PLAN, "organisation": ENTERPRISE, "kind": "HLD.K.apprentice",
        "occupation": "6-18-01-07", "level": "L4", "starts_on": date(2021, 1, 1),
        "ends_on": date(2021, 12, 31), "persons": 40, "plan_version": 2, "roster_revision": 1,
        "budget_fen": base_fen, "base_fen": base_fen, "max_ratio_bp": 5_000,
        "advance_clause": "HLD-10-4", "settlement_due_on": DUE_ON, "payee_kind": "enterprise",
        "payee": ENTERPRISE, "policy": POLICY, "filed_by": FILER, "accepted_by": CLERK,
    }  # fmt: skip
    return PlanApproved(**{**facts, **said})


def decided(
    earned_fen: int, revision: int = 1, also_by: tuple[str, ...] = (HANDLER,)
) -> PlanDecided:
    mine = Earned(payee_kind="enterprise", payee=ENTERPRISE, earned_fen=earned_fen, claims=36)
    other = Earned(payee_kind="institution", payee="other", earned_fen=7_777, claims=1)
    return PlanDecided(
        plan=PLAN, revision=revision, claims=40, approved=36, rejected=4, earned=(other, mine),
        persons_fen=5_555, claims_sha256="0" * 64, also_by=also_by,
    )  # fmt: skip


def cancelled() -> PlanCancelled:
    return PlanCancelled(plan=PLAN, reason="too few persons", by="filer")


def asked(advance_fen: int, **said: Any) -> RequestAdvance:
    facts: dict[str, Any] = {
        "plan": PLAN, "advance_fen": advance_fen, "payee_kind": "institution",
        "payee": ENTERPRISE, "on": TODAY,
    }  # fmt: skip
    return RequestAdvance(**{**facts, **said})


def answer(instruction: str, outcome: Any, reference: str = "B-1") -> Answer:
    return Answer(
        instruction=instruction, outcome=outcome, on=TODAY, at=START, bank_reference=reference,
        reason="NAME_WRONG" if outcome == "returned" else "",
    )  # fmt: skip


def heard(number: int) -> Heard:
    return Heard(event_id(number), START, PLACE)


@dataclass
class Walk:
    """A plan's money as its commands change it: every decision is folded and booked at once."""

    money: PlanMoney = field(default_factory=PlanMoney)
    events: list[Event] = field(default_factory=list)
    balances: dict[str, int] = field(default_factory=dict)
    room_fen: int = 0

    def take(self, decision: Decision, actor: str = "system") -> Sequence[Facts]:
        for facts in decision.events:
            number = len(self.events) + 1
            at = START + timedelta(seconds=number)
            event = Event(
                id=event_id(0x100 + number), source=f"/payments/{JURISDICTION}", subject=STREAM,
                version=number, recorded_at=at, occurred_at=at, jurisdiction=JURISDICTION,
                actor=actor, correlation_id="test", facts=facts,
            )  # fmt: skip
            self.events.append(event)
            self.money = PLAN_MONEY.evolve(self.money, event)
            self._book(event)
        return decision.events

    def _book(self, event: Event) -> None:
        booking = book(event)
        for source, target, fen in booking.moves:
            self.balances[source] = self.balances.get(source, 0) - fen
            self.balances[target] = self.balances.get(target, 0) + fen
        self.room_fen += sum(room.by_fen for room in booking.rooms)

    def approve(self, base_fen: int = 200_000 * YUAN, **said: Any) -> Sequence[Facts]:
        facts = approved(base_fen, **said)
        return self.take(set_base(self.money, facts, event_id(1), APPROVER, PLACE))

    def ask(self, advance_fen: int, **said: Any) -> Sequence[Facts]:
        return self.take(request_advance(self.money, asked(advance_fen, **said)), ASKER)

    def name_account(self, account: str = "a1" * 16, actor: str = "asker-2") -> Sequence[Facts]:
        command = ChangePlanAccount(
            actor=actor, account=account, person="11" * 16, sealed={}, requested_by="institution"
        )
        return self.take(change_plan_account(self.money, command), actor)

    def authorise(self, number: int = 1, actor: str = OFFICER, fund: str = FUND) -> Sequence[Facts]:
        command = AuthoriseAdvance(actor=actor, number=number, fund=fund)
        return self.take(authorise_advance(self.money, command), actor)

    def release(self, actor: str = RELEASER) -> str:
        payment = PLAN_PAYMENTS.payment(self.money, STREAM)
        order = Release(
            batch="batch-1", line=1, instruction=payment.instruction, bank_file_sha256="0" * 64,
            judged=(), overridden_by=(), sealed={},
        )  # fmt: skip
        self.take(PLAN_PAYMENTS.instruct(self.money, order), actor)
        return payment.instruction

    def answer(self, instruction: str, outcome: Any) -> Sequence[Facts]:
        said = PLAN_PAYMENTS.answer(self.money, STREAM, answer(instruction, outcome))
        return self.take(said, RELEASER)

    def advance(self, advance_fen: int, outcome: Any = "paid") -> Sequence[Facts]:
        """From the request to the bank's answer."""
        self.ask(advance_fen)
        if self.money.account is None:
            self.name_account()
        self.authorise(len(self.money.advances))
        return self.answer(self.release(), outcome)

    def decide(self, earned_fen: int, revision: int = 1) -> Sequence[Facts]:
        cause = heard(0x10 + revision)
        return self.take(decide_plan(self.money, decided(earned_fen, revision), cause, STREAM))

    def cancel_plan(self) -> Sequence[Facts]:
        return self.take(close_plan(self.money, cancelled(), heard(0x50), STREAM))

    def settle(self, outcome: Any = "paid", fund: str = FUND) -> Sequence[Facts]:
        """From the scheduled settlement to the bank's answer."""
        command = AuthoriseSettlement(actor=OFFICER, fund=fund)
        self.take(authorise_settlement(self.money, command), OFFICER)
        return self.answer(self.release(), outcome)

    def balance(self, account: str) -> int:
        return self.balances.get(account, 0)

    def fund(self, account: str) -> int:
        return self.balance(f"fund/{JURISDICTION}/{FUND}/{account}")

    def spread(self) -> Sequence[int]:
        """Available, payable, transit, spent, and the payee's debt as an advance."""
        of_fund = [self.fund(name) for name in ("available", "payable", "transit", "spent")]
        return [*of_fund, self.balance(f"advance/{PLAN}")]


def names(facts: Sequence[Facts]) -> list[str]:
    return [type(each).__name__ for each in facts]


def started(base_fen: int = 200_000 * YUAN) -> Walk:
    """A plan that was approved and whose payee's account is known."""
    walk = Walk()
    walk.approve(base_fen)
    walk.name_account()
    return walk
