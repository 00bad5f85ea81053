"""What the audit found, as a case of its own: opened, confirmed or dismissed by people."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.events.base import (
    FINDING_EVENTS,
    ActorId,
    Code,
    Codes,
    Count,
    Digest,
    Facts,
    Fen,
    References,
    StreamId,
    StreamIds,
    Text,
    event,
)


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One event that the finding rests on; anybody can look it up in the log."""

    topic: Code
    partition: Count
    seq: Count
    event_id: Code
    stream: StreamId


class FindingKeys(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """The keys that every event of a finding carries."""

    rule: Code
    rule_version: Count
    tier: Literal["R", "X", "S"]


@event(FINDING_EVENTS)
class FindingOpened(FindingKeys, frozen=True, kw_only=True, omit_defaults=True):
    """A rule of the audit holds on recorded events. It decides nothing: R may hold a payout, for a
    person.
    """

    finding_id: Digest
    subject: StreamId
    window_key: Annotated[str, Meta(max_length=300)]
    clause: Codes
    rule_sha256: Digest
    evidence: Annotated[tuple[Evidence, ...], Meta(max_length=500)]
    evidence_sha256: Digest
    claims: StreamIds = ()
    payouts: StreamIds = ()
    persons: References = ()
    plan: StreamId | None = None
    amount_fen: Fen | None = None
    explanation_zh: Text
    explanation_en: Text
    not_evaluable: Codes = ()


@event(FINDING_EVENTS)
class FindingLapsed(FindingKeys, frozen=True, kw_only=True, omit_defaults=True):
    """What the finding rested on was withdrawn or reversed, so the rule no longer holds."""

    claims: StreamIds = ()
    payouts: StreamIds = ()


@event(FINDING_EVENTS)
class FindingDismissed(FindingKeys, frozen=True, kw_only=True, omit_defaults=True):
    """A person looked and found no wrong; the reason stands here, and holds are lifted."""

    reason: Text
    honest_error: bool = False
    proposed_by: ActorId | None = None
    claims: StreamIds = ()
    payouts: StreamIds = ()


@event(FINDING_EVENTS)
class FindingConfirmed(FindingKeys, frozen=True, kw_only=True, omit_defaults=True):
    """Two auditors agree that the rule was broken; recovery or suspension may follow."""

    reason: Text
    honest_error: bool = False
    proposed_by: ActorId
    claims: StreamIds = ()
    payouts: StreamIds = ()
