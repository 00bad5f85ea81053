"""Compares money and registers with examples/planted.json, down to the fen."""

from collections.abc import Iterator, Sequence

from services.cli.demo.bank import Batch
from services.cli.demo.expected import Key, PlanKey
from services.cli.demo.plans import Plan
from services.cli.demo.seen import Seen
from shared.events.base import PAYOUT_EVENTS


def plan_differences(key: Key, seen: Seen) -> Iterator[str]:
    """Each plan's money, the decisions on its claims, and the register that was down."""
    told = seen.answers.plans
    plans = told.plans if told else []
    if told is None or len(plans) != len(key.plans):
        yield f"plans: {len(plans)}, expected {len(key.plans)}"
        return
    for n, (plan, due) in enumerate(zip(plans, key.plans, strict=True), start=1):
        for name, found, expected in _sums(plan, due):
            if found != expected:
                yield f"plan {n}: {name} {found} fen, expected {expected}"
    approved = [one for one in told.decided if one.event == "ClaimApproved"]
    if len(approved) != key.passed:
        yield f"plans: {len(approved)} claims approved, expected {key.passed}"
    if told.waited != key.outage.waiting:
        yield f"{told.waited} claims waited for the register, expected {key.outage.waiting}"
    if key.outage.register not in {outage.register for outage in seen.outages()}:
        yield f"log: no outage of {key.outage.register}"


def _sums(plan: Plan, due: PlanKey) -> Iterator[tuple[str, int, int]]:
    money, debt = plan.money, plan.debt
    if money is None:
        yield "settled", 0, due.settlement_fen
        return
    yield "base", money.base_fen, due.base_fen
    yield "advanced", money.advanced_fen, due.advance_fen
    yield "earned", money.earned_fen, due.earned_fen
    yield "settled", money.settled_fen, due.settlement_fen
    yield "demanded", money.demanded_fen, due.recovery_fen
    yield "receivable", money.receivable_fen, 0
    yield "received", debt.received_fen if debt else 0, due.received_fen
    rest = due.recovery_fen - due.received_fen
    yield "still owed", debt.balance_fen if debt else 0, rest


def fund_differences(key: Key, seen: Seen) -> Iterator[str]:
    """What the fund holds, and that what was allocated is exactly what is somewhere."""
    fund, due = seen.answers.fund, key.fund
    if fund is None:
        yield "fund: not reconciled"
        return
    held = fund.balances
    for name, found, expected in (
        ("allocated", -held.source, due.allocated_fen),
        ("available", held.available, due.available_fen),
        ("payable", held.payable, due.payable_fen),
        ("in transit", held.transit, due.transit_fen),
        ("spent", held.spent, due.spent_fen),
        ("receivable", seen.receivable_fen(), due.receivable_fen),
        ("sum of all lines", fund.sum_fen, 0),
        ("allocated and not found", seen.missing_fen(), 0),
    ):
        if found != expected:
            yield f"fund: {name} {found} fen, expected {expected}"
    if not fund.balanced:
        yield "fund: its accounts do not hold what their lines say"
    yield from _batches(key, seen.answers.batches)
    yield from _payouts(key, seen)


def _batches(key: Key, batches: Sequence[Batch]) -> Iterator[str]:
    """One line is paid for each thing that is due; what came back was sent once more."""
    lines = sum(batch.lines for batch in batches)
    paid, returned = (
        sum(batch.paid for batch in batches), sum(batch.returned for batch in batches)
    )  # fmt: skip
    settled = sum(plan.settlement_fen > 0 for plan in key.plans)
    due = len(key.fund.payouts) + len(key.plans) + settled
    if (paid, returned, lines) != (due, 1, due + 1):
        yield f"batches: {lines} lines, {paid} paid, {returned} returned, expected {due} paid"


def _payouts(key: Key, seen: Seen) -> Iterator[str]:
    """What the log says of the payouts that the story paid."""
    counts = seen.counts()
    due = {"PayoutPaid": len(key.fund.payouts), "PayoutReturned": 1, "PayoutReissued": 1}
    for event, expected in due.items():
        if (found := counts[PAYOUT_EVENTS, event]) != expected:
            yield f"log: {found} {event}, expected {expected}"
    if (paid := seen.paid_fen()) != key.fund.payouts_fen:
        yield f"log: {paid} fen of payouts paid, expected {key.fund.payouts_fen}"
