"""The rules of a debt: receipts, instalments, age, and giving up by two persons."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.payments.recovery.decide import (
    RECOVERIES,
    AgreeInstalments,
    ProposeWriteOff,
    ReceiveRecovery,
    Recovery,
    Stage,
    age_days,
    agree_instalments,
    changed,
    offset,
    opened,
    overdue_fen,
    propose_write_off,
    receive,
    recovery_id,
    write_off,
)
from services.payments.recovery.refusals import (
    InstalmentsWrong,
    MoreThanOwed,
    OffsetWithoutClause,
    RecoveryClosed,
    WriteOffNotProposed,
    WriteOffSamePerson,
)
from shared.events.settlements import (
    Instalment,
    RecoveryKeys,
    RecoveryOpened,
    RecoveryReceived,
    RecoveryWrittenOff,
)
from shared.store.commands import Decision, UnknownStream
from tests.folding import Happened, state_after

DEMANDED, DUE = date(2022, 1, 10), date(2022, 2, 9)
CAUSE = "0192aaaa-0000-7000-a000-000000000001"
DEMAND = RecoveryOpened(
    recovery=recovery_id("advance-1", CAUSE), payee_kind="enterprise", payee="E-1",
    plan="plan-1", amount_fen=1_000, cause="settlement", cause_event=CAUSE,
    demanded_on=DEMANDED, due_on=DUE, fund="ZJ-1",
)  # fmt: skip
DAY = timedelta(days=1)


def debt(*decided: tuple[Any, Any], actor: str = "officer-1") -> Recovery:
    """The debt after these rules were applied with these commands, one after the other."""
    one = opened(DEMAND)
    for rule, command in decided:
        one = after(one, rule(one, command), actor)
    return one


def after(one: Recovery, decision: Decision, actor: str = "officer-1") -> Recovery:
    [facts] = decision.events
    assert isinstance(facts, RecoveryKeys)
    [one] = changed([one], facts, actor)
    return one


def paid(fen: int) -> ReceiveRecovery:
    return ReceiveRecovery(fen, DUE, "B-1")


def parts(*sums: int) -> tuple[Instalment, ...]:
    return tuple(
        Instalment(due_on=DUE + DAY * 30 * n, amount_fen=fen) for n, fen in enumerate(sums)
    )


def test_one_cause_is_one_debt_in_each_stream() -> None:
    assert recovery_id("advance-1", CAUSE) == DEMAND.recovery
    assert recovery_id("payout-1", CAUSE) != DEMAND.recovery


def test_receipts_lower_the_balance_until_nothing_is_owed() -> None:
    half = debt((receive, paid(400)))
    none = debt((receive, paid(400)), (receive, paid(600)))

    assert (half.balance_fen, half.received_fen, half.stage) == (600, 400, Stage.OPEN)
    assert (none.balance_fen, none.stage) == (0, Stage.CLOSED)


def test_a_receipt_names_the_fund_that_the_money_left() -> None:
    [received] = receive(debt(), paid(400)).events

    assert isinstance(received, RecoveryReceived)
    assert (received.fund, received.balance_fen, received.plan) == ("ZJ-1", 600, "plan-1")


def test_no_more_is_received_than_is_owed() -> None:
    with pytest.raises(MoreThanOwed):
        receive(debt(), paid(1_001))


@pytest.mark.parametrize(
    "agreed",
    [
        parts(500, 499),
        parts(1_001),
        parts(0, 1_000),
        (*parts(500), *parts(500)),
        (Instalment(due_on=DEMANDED, amount_fen=1_000),),
    ],
)
def test_instalments_that_do_not_rise_or_do_not_add_up_are_refused(
    agreed: tuple[Instalment, ...],
) -> None:
    with pytest.raises(InstalmentsWrong):
        agree_instalments(debt(), AgreeInstalments(agreed, DEMANDED))


def test_a_debt_is_overdue_after_its_day() -> None:
    assert overdue_fen(debt(), DUE) == 0
    assert overdue_fen(debt(), DUE + DAY) == 1_000


def test_of_a_debt_in_parts_only_the_parts_that_are_due_are_overdue() -> None:
    agreed = (agree_instalments, AgreeInstalments(parts(300, 300, 400), DEMANDED))
    one = debt(agreed)

    assert [overdue_fen(one, DUE + DAY * n) for n in (0, 1, 31, 61)] == [0, 300, 600, 1_000]
    assert overdue_fen(debt(agreed, (receive, paid(350))), DUE + DAY * 31) == 250


def test_a_debt_grows_old_until_it_is_paid() -> None:
    assert age_days(debt(), DUE) == 30
    assert age_days(debt((receive, paid(1_000))), DUE) == 0


def test_a_debt_is_given_up_by_two_persons() -> None:
    proposed = debt((propose_write_off, ProposeWriteOff("dissolved", "HLD-10-4")))
    with pytest.raises(WriteOffSamePerson):
        write_off(proposed, "officer-1")
    [written_off] = write_off(proposed, "officer-2").events

    assert isinstance(written_off, RecoveryWrittenOff)
    assert (written_off.written_off_fen, written_off.balance_fen) == (1_000, 0)
    assert (written_off.proposed_by, written_off.reason) == ("officer-1", "dissolved")


def test_a_proposal_speaks_of_the_balance_that_it_saw() -> None:
    changed_since = debt((propose_write_off, ProposeWriteOff("dissolved")), (receive, paid(1)))

    with pytest.raises(WriteOffNotProposed):
        write_off(changed_since, "officer-2")


def test_nothing_is_taken_off_another_payment_without_a_clause() -> None:
    with pytest.raises(OffsetWithoutClause):
        offset(debt(), "payout-1")


@pytest.mark.parametrize(
    "run",
    [
        lambda one: receive(one, paid(1)),
        lambda one: agree_instalments(one, AgreeInstalments(parts(1), DEMANDED)),
        lambda one: propose_write_off(one, ProposeWriteOff("dissolved")),
        lambda one: write_off(one, "officer-2"),
        lambda one: offset(one, "payout-1"),
    ],
)
def test_a_paid_debt_is_closed(run: Any) -> None:
    with pytest.raises(RecoveryClosed):
        run(debt((receive, paid(1_000))))


def test_the_debts_of_a_stream_are_found_by_name() -> None:
    found = state_after(RECOVERIES, [Happened(DEMAND)], "advance-1")

    assert found.named(DEMAND.recovery).balance_fen == 1_000
    with pytest.raises(UnknownStream):
        found.named("recovery-2")
