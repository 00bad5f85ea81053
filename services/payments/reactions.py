"""One table: which event of another service becomes which command of ours."""

from collections.abc import Sequence

from services.payments.advance.reacting import PLAN_REACTIONS
from services.payments.bank.payable import Place
from services.payments.payout.decide import (
    PAYOUT,
    Cause,
    Payout,
    hold_for_finding,
    lift_finding,
    schedule_payout,
)
from services.payments.payout.revoke import cancel_payout
from shared.clock import SHANGHAI
from shared.delivery import Delivery
from shared.events.claims import ApprovalRevoked, ClaimApproved
from shared.events.findings import FindingDismissed, FindingLapsed, FindingOpened
from shared.ids import payout_id
from shared.reactor import Reaction, Table


def _place(payout: Payout) -> str:
    """A payout belongs to one jurisdiction, also when a finding spans several."""
    return payout.jurisdiction


def _cause(heard: Delivery) -> Cause:
    """What happened there, by whom, and how far audit must have judged to know of it."""
    place = Place(heard.at.topic, heard.at.partition, heard.record.seq)
    return Cause(heard.event.id, heard.event.actor, place)


def _schedule(heard: Delivery) -> Sequence[Reaction[Payout]]:
    event = heard.event
    approved = event.facts
    assert isinstance(approved, ClaimApproved)
    return [
        Reaction(
            PAYOUT,
            payout_id(event.subject),
            lambda payout: schedule_payout(payout, approved, event.subject, _cause(heard)),
        )
    ]


def _cancel(heard: Delivery) -> Sequence[Reaction[Payout]]:
    event = heard.event
    revoked = event.facts
    assert isinstance(revoked, ApprovalRevoked)
    on = event.recorded_at.astimezone(SHANGHAI).date()
    return [
        Reaction(
            PAYOUT,
            payout_id(event.subject),
            lambda payout: cancel_payout(payout, revoked, _cause(heard), on),
            _place,
        )
    ]


def _hold(heard: Delivery) -> Sequence[Reaction[Payout]]:
    """Only a rule breach (tier R) holds money; X and S inform people."""
    event = heard.event
    opened = event.facts
    assert isinstance(opened, FindingOpened)
    if opened.tier != "R":
        return []

    def hold(claim: str) -> Reaction[Payout]:
        return Reaction(
            PAYOUT,
            payout_id(claim),
            lambda payout: hold_for_finding(payout, event.subject, opened.rule, claim),
            _place,
        )

    return [hold(claim) for claim in opened.claims]


def _lift(heard: Delivery) -> Sequence[Reaction[Payout]]:
    event = heard.event
    ended = event.facts
    assert isinstance(ended, FindingDismissed | FindingLapsed)
    return [
        Reaction(
            PAYOUT, payout_id(claim), lambda payout: lift_finding(payout, event.subject), _place
        )
        for claim in ended.claims
    ]


REACTIONS: Table = {
    ClaimApproved: _schedule,
    ApprovalRevoked: _cancel,
    FindingOpened: _hold,
    FindingDismissed: _lift,
    FindingLapsed: _lift,
    **PLAN_REACTIONS,
}
