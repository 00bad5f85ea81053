"""What happens to personal data: opened, erased, or two references seen as perhaps one person."""

from typing import Annotated, Literal

from msgspec import Meta

from shared.events.base import (
    CLAIM_EVENTS,
    FINDING_EVENTS,
    PAYOUT_EVENTS,
    ActorId,
    BasisPoints,
    Code,
    Day,
    Digest,
    Facts,
    Reference,
    References,
    StreamId,
    event,
)


@event(CLAIM_EVENTS, PAYOUT_EVENTS, FINDING_EVENTS)
class PersonalDataRead(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody opened personal data of these persons, and said what for."""

    persons: References
    reader: ActorId
    purpose: Code
    fields: Annotated[tuple[Code, ...], Meta(max_length=20)]
    subject: StreamId | None = None
    """the claim, payout or batch that was worked on"""


@event(CLAIM_EVENTS)
class PersonErased(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """The person's data key and index row are gone: nobody can read the name again, and every proof
    holds.
    """

    person: Reference
    ground: Code
    tombstone: bool
    """kept under a second key, so that the no-repeat rule still holds"""
    requested_on: Day | None = None
    approved_by: ActorId


@event(CLAIM_EVENTS)
class IdentityLinkScored(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """The vault found that two references may be one person. Nobody is merged; a human looks.

    Twins and people who write a name in two ways look alike: the score is never a decision.
    """

    person: Reference
    other: Reference
    score_bp: BasisPoints
    agreed: Annotated[
        tuple[Literal["name", "birth_date", "phone", "photo", "number15"], ...],
        Meta(max_length=5),
    ]
    differed: Annotated[
        tuple[Literal["name", "birth_date", "phone", "photo", "number15"], ...],
        Meta(max_length=5),
    ] = ()
    name_commitment: Digest | None = None
    birth_commitment: Digest | None = None
    phone_commitment: Digest | None = None
    model: Code
    model_version: Code
    model_sha256: Digest
