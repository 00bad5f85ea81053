"""What must be true of the money at the end, from the events and from the books."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import UnionType

from services.cli.recover import BOOKS
from shared.events.advances import (
    AdvanceInstructed,
    AdvancePaid,
    AdvanceReturned,
)
from shared.events.base import Facts
from shared.events.envelope import Event
from shared.events.payouts import (
    PayoutCancelled,
    PayoutInstructed,
    PayoutPaid,
    PayoutReturned,
    PayoutReversed,
    PayoutScheduled,
)
from shared.events.plans import PlanApproved, PlanDecided
from shared.events.settlements import (
    RecoveryOpened,
    RecoveryReduced,
    SettlementCancelled,
    SettlementDeferred,
    SettlementInstructed,
    SettlementPaid,
    SettlementReturned,
    SettlementScheduled,
)
from shared.store.rebook import compare_journal
from shared.store.store import Store

Instructed = PayoutInstructed | AdvanceInstructed | SettlementInstructed
Paid = PayoutPaid | AdvancePaid | SettlementPaid
Returned = PayoutReturned | AdvanceReturned | SettlementReturned


@dataclass(frozen=True, slots=True)
class Money:
    """How much was looked at."""

    lines: int
    """of the journal"""
    orders: int
    paid: int
    returned: int
    plans: int
    """that were decided"""
    decided: int
    """revisions of them"""
    recoveries: int


async def money_holds(payments: Store, said: Sequence[Event]) -> Money:
    """AssertionError names the promise that was broken. `said` has each stream in its order."""
    lines = await journal_follows(payments)
    await never_below_zero(payments)
    orders = ordered_once(said)
    decided = decided_once(said)
    plans = plans_balance(said)
    return Money(
        lines, orders, _number(said, Paid), _number(said, Returned), plans, decided,
        _number(said, RecoveryOpened),
    )  # fmt: skip


async def journal_follows(payments: Store) -> int:
    """The journal is what the events book, and all its lines sum to zero."""
    found = await compare_journal(payments, BOOKS["payments"])
    assert found.sum_fen == 0, f"the journal is out by {found.sum_fen} fen"
    assert found.equal, f"journal and events differ: {found}"
    return found.lines


async def never_below_zero(payments: Store) -> None:
    """No fund has given what it had not, and no plan was advanced more than its ratio."""
    below = await payments.pool.fetch(
        "SELECT account, balance_fen FROM balances WHERE guarded AND balance_fen < 0"
    )
    assert not below, f"below zero: {list(map(tuple, below))}"
    above = await payments.pool.fetch(
        "SELECT plan FROM advance_rooms WHERE advanced_fen * 10000 > base_fen * max_ratio_bp"
    )
    assert not above, f"above the ratio: {list(map(tuple, above))}"


def ordered_once(said: Sequence[Event]) -> int:
    """Each order has an id of its own, goes out once, in one line of one file, and is paid or
    returned at most once; gives the number of orders.
    """
    sent = [(e.subject, e.facts) for e in said if isinstance(e.facts, Instructed)]
    paid = [e.facts.instruction for e in said if isinstance(e.facts, Paid)]
    back = [
        e.facts.instruction for e in said
        if isinstance(e.facts, Returned) and getattr(e.facts, "cause", "bank") == "bank"
    ]  # fmt: skip
    _once((facts.instruction for _, facts in sent), "instructed")
    _once(((facts.batch, facts.line) for _, facts in sent), "in one line")
    _once(filter(None, paid), "paid")
    _once(back, "returned")
    ids = {facts.instruction for _, facts in sent}
    answered = {*filter(None, paid), *back}
    assert answered <= ids, f"answered and never sent: {answered - ids}"
    for subject, number in Counter(subject for subject, f in sent if _is_payout(f)).items():
        again = sum(e.subject == subject and isinstance(e.facts, PayoutReturned) for e in said)
        assert number <= 1 + again, f"{subject} was sent {number} times, returned {again} times"
    return len(sent)


def decided_once(said: Sequence[Event]) -> int:
    """Revisions of a plan count from 1 on, and each says something new; gives their number."""
    revisions: dict[str, list[PlanDecided]] = defaultdict(list)
    for event in said:
        if isinstance(event.facts, PlanDecided):
            revisions[event.subject].append(event.facts)
    for plan, facts in revisions.items():
        numbers = [each.revision for each in facts]
        assert numbers == list(range(1, len(facts) + 1)), f"{plan}: revisions {numbers}"
        for before, after in pairwise(facts):
            same = (before.claims_sha256, before.earned, before.persons_fen) == (
                after.claims_sha256, after.earned, after.persons_fen,
            )  # fmt: skip
            assert not same, f"{plan}: revision {after.revision} says nothing new"
    return sum(map(len, revisions.values()))


@dataclass(slots=True)
class Plan:
    """One plan's money in fen, as the events leave it."""

    payee: tuple[str, str | None] = ("individual", None)
    earned: int = 0
    persons: int = 0
    """approved for persons themselves"""
    revision: int = 0
    heard: int = 0
    left: int = 0
    """advances and settlements that were paid, less what the bank or the payee gave back"""
    demanded: int = 0
    """demanded back, less what was earned after all"""
    open: int = 0
    """settlement that is still to be paid"""
    payouts: dict[str, int] = field(default_factory=dict)
    paid_payouts: dict[str, int] = field(default_factory=dict)


def plans_balance(said: Sequence[Event]) -> int:
    """Per plan: advances + settlement + payouts − returns − recoveries = approved, or it is open.

    Gives how many plans were decided.
    """
    plans: dict[str, Plan] = defaultdict(Plan)
    for event in said:
        if plan := getattr(event.facts, "plan", None):
            _follow(plans[plan], event)
    decided = {name: plan for name, plan in plans.items() if plan.revision}
    for name, plan in decided.items():
        assert plan.heard == plan.revision, f"{name}: payments has heard {plan.heard}: {plan}"
        assert plan.left - plan.demanded + plan.open == plan.earned, f"{name} is out: {plan}"
        entitled = sum(plan.payouts.values())
        assert entitled == plan.persons, f"{name}: payouts of {entitled} for {plan.persons}"
        assert plan.paid_payouts.items() <= plan.payouts.items(), f"{name} paid otherwise: {plan}"
    return len(decided)


def _follow(plan: Plan, event: Event) -> None:
    match event.facts:
        case PlanApproved(payee_kind=kind, payee=payee):
            plan.payee = (kind, payee)
        case PlanDecided() as said:
            plan.revision, plan.persons = said.revision, said.persons_fen
            mine = [e.earned_fen for e in said.earned if (e.payee_kind, e.payee) == plan.payee]
            plan.earned = sum(mine)
        case AdvancePaid(advance_fen=fen):
            plan.left += fen
        case AdvanceReturned(cause="payee", advance_fen=fen):
            plan.left -= fen
        case PayoutScheduled(amount_fen=fen):
            plan.payouts[event.subject] = fen
        case PayoutCancelled():
            plan.payouts.pop(event.subject, None)
        case PayoutPaid(amount_fen=fen):
            plan.paid_payouts[event.subject] = fen
        case PayoutReversed():
            plan.paid_payouts.pop(event.subject, None)
        case _:
            _settled(plan, event.facts)


def _settled(plan: Plan, facts: Facts) -> None:
    match facts:
        case SettlementScheduled(settlement_fen=fen, revision=revision):
            plan.open, plan.heard = fen, max(plan.heard, revision)
        case SettlementPaid(settlement_fen=fen, revision=revision):
            plan.left += fen
            plan.open, plan.heard = 0, max(plan.heard, revision)
        case SettlementCancelled():
            plan.open = 0
        case SettlementDeferred(revision=revision):
            plan.heard = max(plan.heard, revision)
        case RecoveryOpened(cause="settlement", amount_fen=fen, revision=int(revision)):
            plan.demanded += fen
            plan.heard = max(plan.heard, revision)
        case RecoveryReduced(reduced_fen=fen, revision=int()):
            plan.demanded -= fen
        case _:
            pass


def _number(said: Iterable[Event], kinds: type[Facts] | UnionType) -> int:
    return sum(isinstance(event.facts, kinds) for event in said)


def _is_payout(facts: Facts) -> bool:
    return isinstance(facts, PayoutInstructed)


def _once(ids: Iterable[object], what: str) -> None:
    twice = [each for each, number in Counter(ids).items() if number > 1]
    assert not twice, f"{what} more than once: {twice}"
