"""What passes a limit that holds in principle (原则上): one person asks, another decides."""

from shared.events.base import CLAIM_EVENTS, ActorId, Code, Text, event
from shared.events.claims import ClaimKeys


@event(CLAIM_EVENTS)
class ExceptionProposed(ClaimKeys, frozen=True, kw_only=True, omit_defaults=True):
    """An officer asked that this claim may pass a limit that holds in principle, and said why."""

    clause: Code
    reason: Text


@event(CLAIM_EVENTS)
class ExceptionApproved(ClaimKeys, frozen=True, kw_only=True, omit_defaults=True):
    """A second person let the claim pass that limit. It is calculated and approved anew."""

    clause: Code
    reason: Text
    proposed_by: ActorId


@event(CLAIM_EVENTS)
class ExceptionRefused(ClaimKeys, frozen=True, kw_only=True, omit_defaults=True):
    """A second person did not let the claim pass that limit; what stood before stands."""

    clause: Code
    reason: Text
    proposed_by: ActorId
