"""A plan is decided: the rest is paid, or what is missing comes back, once and exactly (INT-08)."""

import pytest

from services.payments.advance.asking import ReturnAdvance, return_advance
from services.payments.advance.decide import PlanMoney
from services.payments.advance.paying import PLAN_PAYMENTS
from services.payments.advance.refusals import PlanFundDiffers, SettlementNotInThisState
from services.payments.advance.settling import (
    AuthoriseSettlement,
    authorise_settlement,
    close_plan,
    decide_plan,
)
from services.payments.bank.payable import AnswerContradicts, NotPayable
from services.payments.hands import Hand, HandTwice
from services.payments.recovery.decide import recovery_id
from shared.delivery import CauseMissing
from shared.events.advances import AdvanceReturned
from shared.events.settlements import (
    RecoveryOpened,
    RecoveryReduced,
    SettlementDeferred,
    SettlementPaid,
    SettlementScheduled,
)
from tests.payments.advance.builders import (
    APPROVER,
    CLERK,
    ENTERPRISE,
    FILER,
    FUND,
    HANDLER,
    OFFICER,
    PLACE,
    PLAN,
    RELEASER,
    STREAM,
    TODAY,
    YUAN,
    Walk,
    answer,
    cancelled,
    decided,
    event_id,
    heard,
    names,
    started,
)


def test_what_was_earned_beyond_the_advance_is_paid() -> None:
    walk = started()
    walk.advance(100_000 * YUAN)
    [scheduled] = walk.decide(180_000 * YUAN)  # E31
    assert isinstance(scheduled, SettlementScheduled)
    [paid] = walk.settle()

    assert isinstance(paid, SettlementPaid)
    assert (paid.settlement_fen, paid.cleared_fen) == (80_000 * YUAN, 100_000 * YUAN)
    assert (paid.earned_fen, paid.advanced_fen, paid.passed) == (180_000 * YUAN, 100_000 * YUAN, 36)
    assert (scheduled.decided_partition, scheduled.decided_seq) == (PLACE.partition, PLACE.seq)
    assert walk.spread() == [-180_000 * YUAN, 0, 0, 180_000 * YUAN, 0]
    assert walk.money.stage == "settled"


def test_what_was_not_earned_of_the_advance_must_come_back() -> None:
    walk = started()
    walk.advance(100_000 * YUAN)
    [opened] = walk.decide(75_000 * YUAN)  # E32

    assert isinstance(opened, RecoveryOpened)
    assert (opened.amount_fen, opened.cause, opened.payee) == (
        25_000 * YUAN, "settlement", ENTERPRISE,
    )  # fmt: skip
    assert (opened.recovery, opened.plan) == (recovery_id(STREAM, event_id(0x11)), PLAN)
    assert walk.spread() == [-100_000 * YUAN, 0, 0, 75_000 * YUAN, 0]
    assert walk.balance(f"recovery/{opened.recovery}") == 25_000 * YUAN


def test_an_odd_fen_waits_for_the_settlement() -> None:
    walk = started(333_33)
    walk.advance(166_66)
    [scheduled] = walk.decide(333_33)

    assert isinstance(scheduled, SettlementScheduled)
    assert scheduled.settlement_fen == 166_67


def test_a_plan_that_earned_its_advance_exactly_is_closed_without_money() -> None:
    walk = started()
    walk.advance(500)
    [paid] = walk.decide(500)

    assert isinstance(paid, SettlementPaid)
    assert (paid.settlement_fen, paid.cleared_fen, paid.instruction) == (0, 500, None)
    assert walk.spread() == [-500, 0, 0, 500, 0]


def test_a_plan_that_got_nothing_and_earned_nothing_is_closed() -> None:
    walk = started()

    assert names(walk.decide(0)) == ["SettlementPaid"]
    assert not any(walk.balances.values())


def test_a_decision_that_is_delivered_again_settles_nothing() -> None:
    walk = started()
    walk.advance(100)
    walk.decide(500)

    assert not walk.decide(500)
    assert not walk.decide(900, revision=0)


def test_a_decision_before_the_approval_waits_for_it() -> None:
    with pytest.raises(CauseMissing):
        decide_plan(PlanMoney(), decided(5), heard(1), STREAM)


def test_a_decision_calls_off_what_has_not_left() -> None:
    walk = started()
    walk.ask(100)
    walk.ask(50)
    walk.authorise(1)

    assert names(walk.decide(500)) == [
        "AdvanceCancelled",
        "AdvanceCancelled",
        "SettlementScheduled",
    ]
    assert (walk.spread(), walk.room_fen) == ([0, 0, 0, 0, 0], 0)


@pytest.mark.parametrize(
    ("outcome", "rest", "fen"), [("paid", "SettlementScheduled", 400), ("returned", None, 500)]
)
def test_a_settlement_waits_for_the_bank_and_then_counts_what_left(
    outcome: str, rest: str | None, fen: int
) -> None:
    walk = started()
    walk.ask(100)
    walk.authorise()
    order = walk.release()
    walk.answer(order, "unknown")
    [deferred] = walk.decide(500)
    assert isinstance(deferred, SettlementDeferred)
    assert deferred.instruction == order
    assert walk.money.stage == "deferred"
    _, scheduled = walk.answer(order, outcome)

    assert isinstance(scheduled, SettlementScheduled)
    assert scheduled.settlement_fen == fen
    assert (scheduled.decided_seq, scheduled.passed) == (PLACE.seq, 36)


def test_a_late_certificate_pays_the_difference() -> None:
    walk = started()
    walk.advance(100)
    walk.decide(500)
    walk.settle()
    [scheduled] = walk.decide(600, revision=2)
    assert isinstance(scheduled, SettlementScheduled)
    assert (scheduled.settled_before_fen, scheduled.settlement_fen) == (400, 100)
    walk.settle()

    assert walk.spread() == [-600, 0, 0, 600, 0]


def test_a_revoked_approval_takes_the_difference_back() -> None:
    walk = started()
    walk.advance(100)
    walk.decide(500)
    walk.settle()
    [opened] = walk.decide(450, revision=2)

    assert isinstance(opened, RecoveryOpened)
    assert (opened.amount_fen, opened.from_advance_fen) == (50, 0)
    assert walk.spread() == [-500, 0, 0, 450, 0]


def test_a_new_decision_supersedes_a_settlement_that_has_not_left() -> None:
    walk = started()
    walk.decide(500)
    command = AuthoriseSettlement(actor=OFFICER, fund=FUND)
    walk.take(authorise_settlement(walk.money, command), OFFICER)

    assert names(walk.decide(300, revision=2)) == ["SettlementCancelled", "SettlementScheduled"]
    assert walk.spread() == [0, 0, 0, 0, 0]


def test_a_new_decision_waits_for_a_settlement_at_the_bank() -> None:
    walk = started()
    walk.decide(500)
    command = AuthoriseSettlement(actor=OFFICER, fund=FUND)
    walk.take(authorise_settlement(walk.money, command), OFFICER)
    order = walk.release()

    assert names(walk.decide(300, revision=2)) == ["SettlementDeferred"]
    assert names(walk.answer(order, "paid")) == ["SettlementPaid", "RecoveryOpened"]
    assert walk.spread() == [-500, 0, 0, 300, 0]


def test_a_debt_shrinks_before_anything_more_is_paid() -> None:
    walk = started()
    walk.advance(100)
    walk.decide(40)
    [reduced, closed] = walk.decide(90, revision=2)
    [rest, scheduled] = walk.decide(120, revision=3)

    assert isinstance(reduced, RecoveryReduced)
    assert isinstance(rest, RecoveryReduced)
    assert isinstance(scheduled, SettlementScheduled)
    assert (reduced.reduced_fen, reduced.balance_fen) == (50, 10)
    assert names([closed]) == ["SettlementPaid"]
    assert (rest.reduced_fen, rest.balance_fen, scheduled.settlement_fen) == (10, 0, 20)


def test_a_cancelled_plan_gives_all_of_its_advances_back() -> None:
    walk = started()
    walk.advance(100)
    walk.ask(50)
    facts = walk.cancel_plan()

    assert names(facts) == ["AdvanceCancelled", "AdvancesClosed", "RecoveryOpened"]
    assert isinstance(facts[-1], RecoveryOpened)
    assert (facts[-1].amount_fen, facts[-1].cause) == (100, "plan_cancelled")
    assert walk.spread() == [-100, 0, 0, 0, 0]
    assert not walk.cancel_plan()


@pytest.mark.parametrize(("outcome", "more"), [("paid", ["RecoveryOpened"]), ("returned", [])])
def test_what_the_bank_pays_after_the_plan_was_cancelled_comes_back(
    outcome: str, more: list[str]
) -> None:
    walk = started()
    walk.ask(100)
    walk.authorise()
    order = walk.release()

    assert names(walk.cancel_plan()) == ["AdvancesClosed"]
    assert names(walk.answer(order, outcome))[1:] == more


def test_a_plan_that_was_never_approved_has_nothing_to_close() -> None:
    assert not close_plan(PlanMoney(), cancelled(), heard(1), STREAM).events


def test_the_settlement_is_authorised_by_none_of_the_plans_hands_and_from_its_fund() -> None:
    walk = started()
    walk.advance(100)
    walk.decide(500)
    for actor in (FILER, CLERK, APPROVER, "asker-2", HANDLER):
        with pytest.raises(HandTwice):
            authorise_settlement(walk.money, AuthoriseSettlement(actor=actor, fund=FUND))
    with pytest.raises(PlanFundDiffers):
        authorise_settlement(walk.money, AuthoriseSettlement(actor=OFFICER, fund="other"))


def test_who_handled_a_claim_of_the_plan_does_not_release_its_settlement() -> None:
    walk = started()
    walk.advance(100)
    order = walk.ask(200), walk.authorise(2), walk.release()
    walk.decide(500)  # waits for the bank, and remembers all the same
    walk.answer(order[-1], "paid")
    walk.take(
        authorise_settlement(walk.money, AuthoriseSettlement(actor=OFFICER, fund=FUND)), OFFICER
    )
    hands = PLAN_PAYMENTS.payment(walk.money, STREAM).hands
    assert Hand("handle", HANDLER) in hands


def test_a_settlement_that_is_not_scheduled_is_not_authorised() -> None:
    with pytest.raises(SettlementNotInThisState):
        authorise_settlement(started().money, AuthoriseSettlement(actor=OFFICER, fund=FUND))


def test_a_returned_settlement_leaves_again_only_to_another_account() -> None:
    walk = started()
    walk.decide(500)
    walk.settle("returned")
    assert walk.spread() == [-500, 500, 0, 0, 0]
    with pytest.raises(NotPayable):
        PLAN_PAYMENTS.payment(walk.money, STREAM)
    walk.name_account("b2" * 16)
    first = dict(walk.money.answers)
    order = walk.release()
    walk.answer(order, "paid")

    assert order not in first  # another order: the bank never sees one id twice
    assert walk.spread() == [-500, 0, 0, 500, 0]


def test_nothing_is_released_without_an_account_or_by_a_hand_of_the_plan() -> None:
    walk = Walk()
    walk.approve()
    walk.ask(100)
    walk.authorise()
    with pytest.raises(NotPayable):
        PLAN_PAYMENTS.payment(walk.money, STREAM)
    walk.name_account()
    payment = PLAN_PAYMENTS.payment(walk.money, STREAM)

    actors = {hand.actor for hand in payment.hands}
    assert actors == {FILER, CLERK, APPROVER, "asker-1", "asker-2", OFFICER}
    assert (payment.approvals, payment.amount_fen, payment.fund) == ((PLACE,), 100, FUND)


def test_only_one_order_of_a_plan_is_at_the_bank() -> None:
    walk = started()
    walk.ask(100)
    walk.ask(50)
    walk.authorise(1)
    walk.authorise(2)
    order = walk.release()
    with pytest.raises(NotPayable):
        PLAN_PAYMENTS.payment(walk.money, STREAM)
    walk.answer(order, "paid")

    assert PLAN_PAYMENTS.payment(walk.money, STREAM).amount_fen == 50


def test_the_same_word_of_the_bank_again_changes_nothing_and_another_one_is_refused() -> None:
    walk = started()
    walk.ask(100)
    walk.authorise()
    order = walk.release()
    walk.answer(order, "unknown")
    assert not walk.answer(order, "unknown")
    walk.answer(order, "paid")

    assert not walk.answer(order, "paid")
    assert not walk.answer(order, "unknown")
    with pytest.raises(AnswerContradicts):
        PLAN_PAYMENTS.answer(walk.money, STREAM, answer(order, "returned"))
    with pytest.raises(AnswerContradicts):
        PLAN_PAYMENTS.answer(walk.money, STREAM, answer("f" * 32, "paid"))


def test_an_advance_that_the_bank_returns_is_free_again() -> None:
    walk = started()
    [returned] = walk.advance(100, "returned")

    assert isinstance(returned, AdvanceReturned)
    assert (returned.cause, returned.reason) == ("bank", "NAME_WRONG")
    assert (walk.spread(), walk.room_fen) == ([0, 0, 0, 0, 0], 0)


def test_an_advance_that_the_payee_gave_back_was_paid_by_the_bank_all_the_same() -> None:
    walk = started()
    walk.advance(100)
    [(order, _)] = walk.money.answers
    walk.take(return_advance(walk.money, ReturnAdvance(number=1, on=TODAY, bank_reference="B-9")))

    assert not walk.answer(order, "paid")
    with pytest.raises(AnswerContradicts):
        PLAN_PAYMENTS.answer(walk.money, STREAM, answer(order, "returned"))


def test_an_answer_to_an_earlier_settlement_is_known_after_a_new_decision() -> None:
    walk = started()
    walk.decide(500)
    walk.settle()
    [(order, _)] = walk.money.answers
    walk.decide(600, revision=2)

    assert not walk.answer(order, "paid")


def test_the_order_names_the_file_and_who_authorised_it() -> None:
    walk = started()
    walk.ask(100)
    walk.authorise()
    order = walk.release()
    line = PLAN_PAYMENTS.line(walk.events[-1], "batch-1")

    assert line is not None
    assert (line.instruction, line.amount_fen, line.payee) == (order, 100, ENTERPRISE)
    assert PLAN_PAYMENTS.line(walk.events[-1], "batch-2") is None
    assert PLAN_PAYMENTS.line(walk.events[0], "batch-1") is None
    assert walk.money.advances[0].released_by == RELEASER
    assert walk.money.advances[0].authorised_by == OFFICER


def test_what_was_approved_of_a_cancelled_plan_is_still_earned() -> None:
    walk = started()
    walk.advance(100)
    walk.cancel_plan()
    [reduced, closed] = walk.decide(30)

    assert isinstance(reduced, RecoveryReduced)
    assert (reduced.reduced_fen, reduced.balance_fen) == (30, 70)
    assert names([closed]) == ["SettlementPaid"]
    assert walk.spread() == [-100, 0, 0, 30, 0]
