"""The checks of the crash test see what they are there for: a history that is wrong fails them."""

import msgspec
import pytest

from shared.events.advances import AdvancePaid
from shared.events.base import REGISTRY, Facts
from shared.events.envelope import Event
from shared.events.payouts import PayoutInstructed, PayoutPaid
from shared.events.plans import Earned, PlanApproved, PlanDecided
from shared.events.settlements import SettlementPaid
from tests.events.builders import example
from tests.faults.money import decided_once, ordered_once, plans_balance

PLAN, PAYEE = "plan-1", "E-1"


def said(facts: type[Facts], subject: str = "payout-1", **words: object) -> Event:
    """An event of this type; what is not named does not matter."""
    event = example(REGISTRY[f"{facts.__name__}.v1"])
    changed = msgspec.structs.replace(event.facts, **words)
    return msgspec.structs.replace(event, subject=subject, facts=changed)


def decided(revision: int, fen: int) -> Event:
    earned = (Earned(payee_kind="enterprise", payee=PAYEE, earned_fen=fen, claims=1),)
    return said(
        PlanDecided, PLAN, plan=PLAN, revision=revision, earned=earned, persons_fen=0,
        claims_sha256="0" * 64,
    )  # fmt: skip


def history(settled_fen: int) -> list[Event]:
    """Advanced 100, earned 250."""
    return [
        said(PlanApproved, PLAN, plan=PLAN, payee_kind="enterprise", payee=PAYEE),
        decided(1, 250),
        said(AdvancePaid, "advance-1", plan=PLAN, advance_fen=100),
        said(SettlementPaid, "advance-1", plan=PLAN, settlement_fen=settled_fen, revision=1),
    ]


def test_a_plan_that_was_paid_what_it_earned_passes_and_one_fen_more_does_not() -> None:
    assert plans_balance(history(150)) == 1
    with pytest.raises(AssertionError, match="is out"):
        plans_balance(history(151))


def test_a_decision_that_payments_never_heard_is_seen() -> None:
    with pytest.raises(AssertionError, match="has heard"):
        plans_balance([*history(150), decided(2, 300)])


def test_a_decision_that_is_said_twice_is_seen() -> None:
    assert decided_once([decided(1, 100), decided(2, 200)]) == 2
    with pytest.raises(AssertionError, match="nothing new"):
        decided_once([decided(1, 100), decided(2, 100)])
    with pytest.raises(AssertionError, match="revisions"):
        decided_once([decided(1, 100), decided(1, 100)])


def test_an_order_that_leaves_or_is_paid_twice_is_seen() -> None:
    sent = said(PayoutInstructed, instruction="I-1", batch="batch-1", line=1)
    again = said(PayoutInstructed, instruction="I-2", batch="batch-2", line=1)
    paid = said(PayoutPaid, instruction="I-1")

    assert ordered_once([sent, paid]) == 1
    with pytest.raises(AssertionError, match="instructed more than once"):
        ordered_once([sent, sent, paid])
    with pytest.raises(AssertionError, match="paid more than once"):
        ordered_once([sent, paid, paid])
    with pytest.raises(AssertionError, match="never sent"):
        ordered_once([again, paid])
    with pytest.raises(AssertionError, match="was sent 2 times"):
        ordered_once([sent, again, paid])
