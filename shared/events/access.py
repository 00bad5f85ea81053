"""Who signed in from where, and the emergency in which one person did the work of two."""

from typing import Literal

from shared.events.base import (
    CLAIM_EVENTS,
    FINDING_EVENTS,
    PAYOUT_EVENTS,
    ActorId,
    Code,
    Codes,
    Facts,
    Instant,
    Reference,
    StreamId,
    StreamIds,
    Text,
    event,
)


@event(CLAIM_EVENTS, PAYOUT_EVENTS, FINDING_EVENTS)
class SignInRecorded(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody signed in for an organisation, from a device and a line that have references."""

    user: ActorId
    organisation: Code | None = None
    roles: Codes
    device: Reference | None = None
    ip: Reference | None = None
    agency: Code | None = None
    """the declared agency that the user works for"""
    signed_in_at: Instant


@event(CLAIM_EVENTS, PAYOUT_EVENTS)
class EmergencyPowerUsed(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """One person took two steps of one case because nobody else was there; it must be reviewed
    later.
    """

    user: ActorId
    subject: StreamId
    steps: Codes
    reason: Text
    review_due: Instant


@event(CLAIM_EVENTS, PAYOUT_EVENTS)
class EmergencyPowerReviewed(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """A second person looked at an emergency afterwards and says whether it was right."""

    user: ActorId
    subjects: StreamIds
    reviewer: ActorId
    outcome: Literal["justified", "not_justified"]
    note: Text = ""
