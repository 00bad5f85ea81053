"""A table from outside that somebody brings: it counts once another person put it in force."""

from shared.events.base import (
    CLAIM_EVENTS,
    Code,
    Count,
    Day,
    Digest,
    EventId,
    Facts,
    Instant,
    Text,
    event,
)


@event(CLAIM_EVENTS)
class ReferenceProposed(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """A file of reference data was read without an error; another person has to confirm it."""

    table: Code
    reference: Code
    """register that the table belongs to"""
    snapshot_sha256: Digest
    """of the file as it came"""
    rows_sha256: Digest
    """of the rows as they were read, by which they are kept"""
    rows: Count
    valid_from: Day
    valid_to: Day | None = None
    replaces: bool = False
    """from its first day on, earlier rows of the same jurisdiction count no more"""
    source: Code
    received_at: Instant


@event(CLAIM_EVENTS)
class ReferenceDeclined(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """A file that was brought is not put in force; nothing changes."""

    table: Code
    proposal: EventId
    snapshot_sha256: Digest
    reason: Text = ""
