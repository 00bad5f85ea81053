"""What payments makes of a plan's approval, its decision and its end."""

from collections.abc import Sequence

from services.payments.advance.asking import set_base
from services.payments.advance.decide import PLAN_MONEY, PlanMoney
from services.payments.advance.settling import Heard, close_plan, decide_plan
from services.payments.bank.payable import Place
from shared.delivery import Delivery
from shared.events.plans import PlanApproved, PlanCancelled, PlanDecided
from shared.ids import advance_id
from shared.reactor import Reaction, Table


def _approved(heard: Delivery) -> Sequence[Reaction[PlanMoney]]:
    event, said = heard.event, heard.event.facts
    assert isinstance(said, PlanApproved)
    place = _place(heard)
    return [
        Reaction(
            PLAN_MONEY,
            advance_id(event.subject),
            lambda money: set_base(money, said, event.id, event.actor, place),
        )
    ]


def _decided(heard: Delivery) -> Sequence[Reaction[PlanMoney]]:
    said, stream_id = heard.event.facts, advance_id(heard.event.subject)
    assert isinstance(said, PlanDecided)
    cause = _heard(heard)
    return [
        Reaction(
            PLAN_MONEY, stream_id, lambda money: decide_plan(money, said, cause, stream_id), _at
        )
    ]


def _cancelled(heard: Delivery) -> Sequence[Reaction[PlanMoney]]:
    said, stream_id = heard.event.facts, advance_id(heard.event.subject)
    assert isinstance(said, PlanCancelled)
    cause = _heard(heard)
    return [
        Reaction(
            PLAN_MONEY, stream_id, lambda money: close_plan(money, said, cause, stream_id), _at
        )
    ]


def _heard(heard: Delivery) -> Heard:
    return Heard(heard.event.id, heard.event.recorded_at, _place(heard))


def _place(heard: Delivery) -> Place:
    """How far audit must have judged to know of it."""
    return Place(heard.at.topic, heard.at.partition, heard.record.seq)


def _at(money: PlanMoney) -> str:
    return money.jurisdiction


PLAN_REACTIONS: Table = {
    PlanApproved: _approved,
    PlanDecided: _decided,
    PlanCancelled: _cancelled,
}
