"""What officials do around a claim: give it to a clerk, check the person, visit the class."""

from typing import Annotated, Literal

from msgspec import Meta

from shared.events.base import (
    CLAIM_EVENTS,
    ActorId,
    BasisPoints,
    Code,
    Count,
    Day,
    Digest,
    Facts,
    Instant,
    Reference,
    StreamId,
    StreamIds,
    Text,
    event,
)
from shared.events.claims import ClaimKeys, Reasons
from shared.events.evidence import Documents
from shared.events.places import Place


@event(CLAIM_EVENTS)
class ClaimAssigned(ClaimKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The office gave the claim to one of its people to look at."""

    reviewer: ActorId
    office: Code
    assigned_by: Literal["rota", "chosen"]
    """rota: by turn or by lot; chosen: somebody picked this reviewer"""
    candidates: Count | None = None
    """how many reviewers the office had that day: a small county has one"""


@event(CLAIM_EVENTS)
class IdentityChecked(ClaimKeys, frozen=True, kw_only=True, omit_defaults=True):
    """An official compared the person with the papers, or a machine compared the faces."""

    method: Literal["in_person", "face", "register", "phone"]
    outcome: Literal["confirmed", "not_confirmed", "unclear"]
    face_score_bp: BasisPoints | None = None
    number_check: Literal["valid", "old15", "invalid"] | None = None
    """check of the resident ID number; old15 became 18 digits later"""
    birth_commitment: Digest | None = None
    """SHA-256(256-bit nonce ‖ birth date)"""
    age_years: Annotated[int, Meta(ge=0, le=130, description="whole years")] | None = None
    """age on the first day of training, never the birth date"""
    phone: Reference | None = None
    account: Reference | None = None
    household: Reference | None = None
    phone_first_seen_on: Day | None = None
    account_first_seen_on: Day | None = None
    session: Code | None = None
    note: Text = ""


@event(CLAIM_EVENTS)
class InspectionRecorded(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """An inspector went to a class or a firm without warning, and says what was there."""

    plan: StreamId | None = None
    claim: StreamId | None = None
    institution: Code | None = None
    enterprise: Code | None = None
    session: Code | None = None
    inspected_at: Instant
    inspectors: Annotated[tuple[ActorId, ...], Meta(min_length=1, max_length=10)]
    place: Place | None = None
    outcome: Literal["in_order", "defects", "nobody_there", "shut"]
    counted: Count | None = None
    """heads counted in the room"""
    expected: Count | None = None
    absent: Annotated[tuple[Reference, ...], Meta(max_length=500)] = ()
    reasons: Reasons = ()
    note: Text = ""
    documents: Documents = ()


@event(CLAIM_EVENTS)
class ParticipationDisputed(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """A person says: I was never in this class, or I never filed this claim."""

    person: Reference
    claim: StreamId | None = None
    plan: StreamId | None = None
    disputes: Literal["training", "claim", "payment", "signature"]
    disputed_on: Day
    channel: Literal["counter", "hotline", "online", "letter"]
    note: Text = ""


@event(CLAIM_EVENTS)
class AgentContractRegistered(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """A person allowed an institution or enterprise, by signature, to draw the subsidy for them
    (代领).
    """

    agent_contract: Code
    person: Reference
    agent: Code
    kind: Code | None = None
    plan: StreamId | None = None
    signed_on: Day
    valid_to: Day | None = None
    documents: Documents = ()


@event(CLAIM_EVENTS)
class BulkScreenDocumented(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """Many claims were screened by machine and a drawn sample by hand; this is why approvals went
    fast.
    """

    office: Code
    criteria: Code
    criteria_sha256: Digest
    claims: StreamIds
    claims_sha256: Digest
    sampled: StreamIds
    sample_seed: Digest | None = None
    """hash of a signed log head, so that nobody could choose the sample"""
    sampled_by: ActorId
    failed: Count
