"""A plan's money in each of its states, and each command, reaction and answer of the bank."""

from datetime import timedelta

from services.payments.advance.asking import (
    TERM,
    AuthoriseAdvance,
    CancelAdvance,
    ChangePlanAccount,
    ExtendSettlement,
    ReturnAdvance,
    authorise_advance,
    cancel_advance,
    change_plan_account,
    expire_advance,
    extend_settlement,
    request_advance,
    return_advance,
    set_base,
)
from services.payments.advance.decide import PlanMoney
from services.payments.advance.paying import PLAN_PAYMENTS
from services.payments.advance.schemas import STATES as NAMES
from services.payments.advance.settling import (
    AuthoriseSettlement,
    authorise_settlement,
    close_plan,
    decide_plan,
)
from services.payments.bank.payable import NotPayable, Release
from shared.delivery import CauseMissing
from shared.store.commands import Decision, Refusal
from tests.payments.advance.builders import (
    APPROVER,
    DUE_ON,
    FUND,
    OFFICER,
    PLACE,
    STREAM,
    TODAY,
    Walk,
    answer,
    approved,
    asked,
    cancelled,
    decided,
    event_id,
    heard,
    started,
)
from tests.states import NOTHING, Table


def _advanced(*steps: str) -> Walk:
    """A plan with one advance that went these steps."""
    walk = started(1_000)
    walk.ask(100)
    if "authorised" in steps:
        walk.authorise()
    if "instructed" in steps:
        order = walk.release()
        for outcome in ("unknown", "paid", "returned"):
            if outcome in steps:
                walk.answer(order, outcome)
    return walk


def _decided(*steps: str) -> Walk:
    """A plan that earned 500 and whose settlement went these steps."""
    walk = started(1_000)
    walk.decide(500)
    if "authorised" in steps:
        walk.take(authorise_settlement(walk.money, _SETTLE), OFFICER)
        order = walk.release()
        for outcome in steps[1:]:
            walk.answer(order, outcome)
    return walk


def _deferred() -> Walk:
    walk = _advanced("authorised", "instructed")
    walk.decide(500)
    return walk


def _closed() -> Walk:
    walk = _advanced("authorised", "instructed", "paid")
    walk.cancel_plan()
    return walk


def _authorised_settlement() -> Walk:
    walk = _decided()
    walk.take(authorise_settlement(walk.money, _SETTLE), OFFICER)
    return walk


_SETTLE = AuthoriseSettlement(actor=OFFICER, fund=FUND)
_PAID = ("authorised", "instructed", "paid")
STATES = {
    "new": PlanMoney(),
    "open": started(1_000).money,
    "open, requested": _advanced().money,
    "open, authorised": _advanced("authorised").money,
    "open, instructed": _advanced("authorised", "instructed").money,
    "open, unknown": _advanced("authorised", "instructed", "unknown").money,
    "open, paid": _advanced(*_PAID).money,
    "open, returned": _advanced("authorised", "instructed", "returned").money,
    "deferred": _deferred().money,
    "settlement scheduled": _decided().money,
    "settlement authorised": _authorised_settlement().money,
    "settlement instructed": _decided("authorised").money,
    "settlement unknown": _decided("authorised", "unknown").money,
    "settlement returned": _decided("authorised", "returned").money,
    "settled": _decided("authorised", "paid").money,
    "closed": _closed().money,
}


def _release(money: PlanMoney) -> Decision:
    payment = PLAN_PAYMENTS.payment(money, STREAM)
    order = Release(
        batch="batch-1", line=1, instruction=payment.instruction, bank_file_sha256="0" * 64,
        judged=(), overridden_by=(), sealed={},
    )  # fmt: skip
    return PLAN_PAYMENTS.instruct(money, order)


class Waits(Refusal):
    """Not refused: the event is kept until the plan's approval has been heard."""

    code = "waits"


def _decide(money: PlanMoney) -> Decision:
    try:
        return decide_plan(money, decided(50, 2), heard(0x12), STREAM)
    except CauseMissing:
        raise Waits from None


def _bank(money: PlanMoney, outcome: str) -> Decision:
    orders = [order.instruction for order in money.all_orders if order.instruction]
    if not orders:
        raise NotPayable(state="without an order")
    return PLAN_PAYMENTS.answer(money, STREAM, answer(orders[-1], outcome))


_ACCOUNT = ChangePlanAccount(
    actor="asker-2", account="b2" * 16, person=None, sealed={}, requested_by="clerk"
)
_LATER = ExtendSettlement(due_on=DUE_ON + timedelta(days=9), actor="approver-2", reason="exam")

ADVANCE_TABLE = Table(
    "advance",
    "All money of one plan. What becomes of each command, of each event of another service and of"
    f" each answer of the bank, in each state: the events, the refusal, or nothing ({NOTHING})."
    " Commands speak of the plan's first advance.",
    NAMES,
    STATES,
    {
        "PlanApproved": lambda m: set_base(m, approved(1_000), event_id(1), APPROVER, PLACE),
        "request": lambda m: request_advance(m, asked(10)),
        "authorise": lambda m: authorise_advance(
            m, AuthoriseAdvance(actor=OFFICER, number=1, fund=FUND)
        ),
        "cancel": lambda m: cancel_advance(m, CancelAdvance(number=1, cause="officer")),
        "day ends the term": lambda m: expire_advance(m, 1, TODAY + TERM, event_id(9)),
        "return": lambda m: return_advance(
            m, ReturnAdvance(number=1, on=TODAY, bank_reference="B-1")
        ),
        "name an account": lambda m: change_plan_account(m, _ACCOUNT),
        "extend": lambda m: extend_settlement(m, _LATER),
        "authorise settlement": lambda m: authorise_settlement(m, _SETTLE),
        "release": _release,
        "bank paid": lambda m: _bank(m, "paid"),
        "bank returned": lambda m: _bank(m, "returned"),
        "bank unknown": lambda m: _bank(m, "unknown"),
        "PlanDecided": _decide,
        "PlanCancelled": lambda m: close_plan(m, cancelled(), heard(0x50), STREAM),
    },
)
