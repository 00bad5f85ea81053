"""Every order in which two topics can arrive, each one tried: the end is the same."""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

import pytest

from services.payments.advance.decide import Stage
from shared.delivery import CauseMissing
from tests.payments.advance.builders import Walk, started

Step = Callable[[Walk, str], object]


def interleavings(first: Sequence[Step], second: Sequence[Step]) -> Iterator[list[Step]]:
    """All orders of both in which each keeps its own."""
    total = len(first) + len(second)
    for places in combinations(range(total), len(first)):
        a, b = iter(first), iter(second)
        yield [next(a) if place in places else next(b) for place in range(total)]


def decide(earned_fen: int, revision: int) -> Step:
    return lambda walk, _: walk.decide(earned_fen, revision)


def says(outcome: str) -> Step:
    return lambda walk, order: walk.answer(order, outcome)


def end(walk: Walk) -> tuple[object, ...]:
    """What people, the bank and the books see once everything that is owed has been paid."""
    if walk.money.settlement and walk.money.settlement.stage is Stage.SCHEDULED:
        walk.settle()
    money = walk.money
    debts = sum(debt.balance_fen for debt in money.recoveries)
    revision = money.decided.revision if money.decided else 0
    return (
        money.advanced_fen, money.settled_fen, money.demanded_fen, debts, money.receivable_fen,
        money.deferred, revision, money.live_fen, *walk.spread(),
    )  # fmt: skip


@pytest.mark.parametrize("earned", [(500, 300), (40, 90), (500, 40), (40, 500), (100, 100)])
@pytest.mark.parametrize("outcome", ["paid", "returned"])
def test_no_order_of_decisions_and_bank_answers_changes_the_end(
    earned: tuple[int, int], outcome: str
) -> None:
    decisions = [decide(earned[0], 1), decide(earned[1], 2), decide(earned[0], 1)]
    bank = [says("unknown"), says(outcome), says(outcome)]
    ends, tried = set(), 0
    for order in interleavings(decisions, bank):
        walk = started(1_000)
        walk.ask(100)
        walk.authorise()
        instruction = walk.release()
        for step in order:
            step(walk, instruction)
        tried += 1
        ends.add(end(walk))

    assert tried == 20
    assert len(ends) == 1


@pytest.mark.parametrize("outcome", ["paid", "returned"])
def test_no_order_of_a_cancelled_plan_and_the_bank_changes_the_end(outcome: str) -> None:
    def gone(walk: Walk, _: str) -> object:
        return walk.cancel_plan()

    ends = set()
    for order in interleavings([gone, gone], [says("unknown"), says(outcome), says(outcome)]):
        walk = started(1_000)
        walk.ask(100)
        walk.ask(50)
        walk.authorise()
        instruction = walk.release()
        for step in order:
            step(walk, instruction)
        ends.add(end(walk))

    assert len(ends) == 1


def test_a_decision_that_overtakes_its_approval_waits_and_ends_the_same() -> None:
    early, late = Walk(), Walk()
    with pytest.raises(CauseMissing):
        early.decide(500)
    for walk in (early, late):
        walk.approve()
        walk.name_account()
        walk.decide(500)

    assert end(early) == end(late)
