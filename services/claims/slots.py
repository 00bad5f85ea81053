"""The slots that events of claims take and free: reservations are rebuilt from these."""

from collections.abc import Sequence

from services.claims.claim import decide as claim
from services.claims.notice.decide import LISTED
from services.claims.plan import decide as plan
from services.claims.policy import decide as policy
from shared.events.envelope import Event
from shared.events.notices import NoticeClosed, NoticePublished
from shared.events.plans import PlanKeys
from shared.events.references import PolicyPublished
from shared.store.commands import Slot


def slots_of(event: Event) -> tuple[Sequence[Slot], Sequence[str]]:
    """The slots that one event takes, and the kinds of slot that its stream lets go of."""
    match event.facts:
        case PlanKeys():
            return plan.slots_of(event)
        case NoticePublished() as notice:
            return [Slot(LISTED, listed) for listed in notice.claims], ()
        case NoticeClosed():
            return (), (LISTED,)
        case PolicyPublished():
            return policy.slots_of(event)
        case _:
            return claim.slots_of(event)
