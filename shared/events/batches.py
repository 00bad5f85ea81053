"""One order file for the bank: let go by a second person, with audit's word or without it."""

from shared.events.base import (
    PAYOUT_EVENTS,
    ActorId,
    Code,
    Count,
    Digest,
    Facts,
    Fen,
    Instant,
    StreamIds,
    Text,
    event,
)
from shared.events.payouts import Overriders, SealsOfAudit


@event(PAYOUT_EVENTS)
class AuditOverrideAsked(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """Audit has said nothing for ten minutes: one person asks to release a batch without it;
    another one must do so.
    """

    reason: Text
    silent_since: Instant
    asked_by: ActorId


@event(PAYOUT_EVENTS)
class BatchReleased(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """A second officer released these orders: one file for the bank, line by line."""

    fund: Code
    orders: StreamIds
    """what is paid, line by line: payouts, advances, settlements"""
    amount_fen: Fen
    lines: Count
    bank_file_sha256: Digest
    judged: SealsOfAudit = ()
    """audit's watermarks that cover the approvals of the batch"""
    overridden_by: Overriders = ()
