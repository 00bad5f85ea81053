"""Questions to the registers of other bureaus, their answers, and their corrections."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.events.base import (
    VERIFICATION_EVENTS,
    Code,
    Count,
    Day,
    Digest,
    EventId,
    Facts,
    Fen,
    Instant,
    Jurisdiction,
    Reference,
    StreamId,
    StreamIds,
    Text,
    event,
)

# An open list of words, since every city's registers bring new ones: insured_month, employment,
# unemployment, pension, death, custody, release, school, payroll, veteran, disability, poverty,
# minimum_living, hard_to_employ, household, kinship, residence, registered_residence, job_seeking,
# age, certificate, agreement, licence, catalogue …
Attribute = Annotated[
    str,
    Meta(pattern=r"^[a-z][a-z0-9_]{1,38}$", max_length=39, description="what the fact is about"),
]
FACTS_PER_ANSWER = 300  # 25 years of insured months


class RegisterFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that a register says, with the days it holds for and the day it was booked.

    A month of insurance is one fact with `valid_from` its first day and `valid_to` its last;
    `posted_on` later than the class tells a payment made up afterwards (补缴).
    """

    attribute: Attribute
    holds: bool = True
    valid_from: Day | None = None
    valid_to: Day | None = None
    posted_on: Day | None = None
    first_issued_on: Day | None = None
    """first issue of a card that was renewed: an older right under a newer number"""
    employer: Code | None = None
    code: Code | None = None
    """occupation, card type, place of custody, relation … as the register names it"""
    level: Code | None = None
    county: Jurisdiction | None = None
    certificate: Reference | None = None
    related: Reference | None = None
    """the other person of a kinship, or the household"""
    amount_fen: Fen | None = None
    age_years: Annotated[int, Meta(ge=0, le=130, description="whole years")] | None = None
    """age on `valid_from`, never the birth date"""


class VerificationKeys(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """The keys of one question to one register."""

    verification: StreamId
    register: Code
    """SI_EMPLOY, CERT_REG, JUSTICE … as the policy packs name them"""
    question: Code
    person: Reference | None = None
    organisation: Code | None = None
    certificate: Reference | None = None
    household: Reference | None = None
    as_of: Day
    """the day the question is about: the class start, the certificate's date …"""
    until: Day | None = None
    """last day, where the question is about more than one"""


@event(VERIFICATION_EVENTS)
class VerificationRequested(VerificationKeys, frozen=True, kw_only=True, omit_defaults=True):
    """A register was asked; the claims that need the answer wait for it."""

    claims: StreamIds = ()
    plan: StreamId | None = None
    channel: Literal["http", "callback", "file", "by_hand"]
    batch: Code | None = None
    due_on: Day | None = None


class Answer(VerificationKeys, frozen=True, kw_only=True, omit_defaults=True):
    """What the register said, when it was true, and when we heard it."""

    outcome: Literal["confirmed", "refuted", "not_found", "unclear"]
    facts: Annotated[tuple[RegisterFact, ...], Meta(max_length=FACTS_PER_ANSWER)] = ()
    valid_at: Instant
    """the state of the register that the answer shows"""
    received_at: Instant
    source: Code
    snapshot_sha256: Digest | None = None
    """the imported register file that answered, if it was a file"""
    answer_commitment: Digest
    """SHA-256(256-bit nonce ‖ raw answer)"""
    evidence_sha256: Digest | None = None
    """SHA-256 of the encrypted raw answer in the attachment store"""
    claims: StreamIds = ()


@event(VERIFICATION_EVENTS)
class VerificationAnswered(Answer, frozen=True, kw_only=True, omit_defaults=True):
    """A register answered. The raw answer is kept encrypted; here stand the facts
    that rules need.
    """


@event(VERIFICATION_EVENTS)
class VerificationCorrected(Answer, frozen=True, kw_only=True, omit_defaults=True):
    """A register said later that its answer was wrong; exactly the claims that rested on it open
    again.
    """

    corrects: EventId
    reason: Text = ""


@event(VERIFICATION_EVENTS)
class RegisterOutageRecorded(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """A register gave no answers for a time: claims waited, and its silence proves nothing."""

    register: Code
    down_from: Instant
    down_to: Instant
    unanswered: Count
