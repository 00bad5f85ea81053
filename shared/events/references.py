"""The world outside, dated and hashed: policies, rules, institutions, firms, quotas."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.events.base import (
    CLAIM_EVENTS,
    FINDING_EVENTS,
    ActorId,
    BasisPoints,
    Code,
    Codes,
    Count,
    Day,
    Digest,
    EventId,
    Facts,
    Fen,
    Instant,
    Jurisdiction,
    Level,
    Name,
    Reference,
    Text,
    event,
)
from shared.events.evidence import Documents
from shared.events.places import Place


@event(CLAIM_EVENTS)
class PolicyPublished(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """A version of a city's policy pack is in force; decisions cite it by this hash."""

    policy_id: Code
    version: Count
    content_sha256: Digest
    document_no: Name
    valid_from: Day | None = None
    valid_to: Day | None = None
    interpretations: Codes = ()
    max_ratio_bp: BasisPoints | None = None
    approved_by: ActorId
    effective_from: Day | None = None
    """first day that it is used for; the day of a claim that counts is the one INT-01 names"""
    retroactive: bool = False
    reason: Text = ""
    proposed_by: ActorId | None = None
    file_sha256: Digest | None = None
    comparison_sha256: Digest | None = None
    """the summary of PolicyCompared that the publisher was shown"""


@event(FINDING_EVENTS)
class RulePackPublished(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """Audit judges by this pack of rules and thresholds from now on; a finding cites it by hash."""

    version: Count
    content_sha256: Digest
    rules: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=200)]
    rule_sha256: Annotated[tuple[Digest, ...], Meta(max_length=200)]
    """one hash per rule, in the order of `rules`"""
    parameters_sha256: Digest
    approved_by: ActorId


@event(CLAIM_EVENTS)
class ReferenceImported(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """A table from outside was taken in as it was: tariff, catalogue, wages, calendar, code map,
    register.
    """

    reference: Code
    """TARIFF, CATALOG, REF_MINWAGE, CALENDAR, CODE_MAP, CERT_REG, BANK_MERGER, SCHEME_MATRIX …"""
    snapshot_sha256: Digest
    rows: Count
    valid_from: Day
    valid_to: Day | None = None
    source: Code
    received_at: Instant
    supersedes: Digest | None = None
    personal: bool = False
    """rows of persons: the file is stored encrypted, and the hash covers the ciphertext"""
    table: Code | None = None
    rows_sha256: Digest | None = None
    """of the rows as they were read, by which they are kept"""
    replaces: bool = False
    """from `valid_from` on, earlier rows of the same jurisdiction count no more"""
    proposal: EventId | None = None
    proposed_by: ActorId | None = None


class Licence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An occupation that an institution may train or assess, and from when to when."""

    occupation: Code
    level: Level | None = None
    valid_from: Day
    valid_to: Day | None = None


class Room(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A room and how many people it may hold; a part of a split room names the whole."""

    room: Code
    capacity: Count
    part_of: Code | None = None
    place: Place | None = None


class Owners(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """Who stands behind an organisation: by references, so that equal ones can be seen and none
    read.
    """

    legal_person: Reference | None = None
    controllers: Annotated[tuple[Reference, ...], Meta(max_length=50)] = ()
    phones: Annotated[tuple[Reference, ...], Meta(max_length=20)] = ()
    addresses: Annotated[tuple[Reference, ...], Meta(max_length=20)] = ()
    accounts: Annotated[tuple[Reference, ...], Meta(max_length=20)] = ()
    devices: Annotated[tuple[Reference, ...], Meta(max_length=100)] = ()
    founded_on: Day | None = None
    former_codes: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()
    """a renamed institution is still the same one"""


@event(CLAIM_EVENTS)
class InstitutionRegistered(Owners, frozen=True, kw_only=True, omit_defaults=True):
    """The register of training and assessing bodies says this about one of them, from this day on.

    For a day that two of them name, the later one counts.
    """

    institution: Code
    roles: Annotated[tuple[Literal["training", "assessment"], ...], Meta(max_length=2)]
    status: Literal["active", "suspended", "exited"]
    credit_class: Code | None = None
    self_assessment_pilot: bool = False
    """a firm that may assess its own staff: trainer and assessor may then be one"""
    county: Jurisdiction
    licences: Annotated[tuple[Licence, ...], Meta(max_length=300)] = ()
    rooms: Annotated[tuple[Room, ...], Meta(max_length=200)] = ()
    capacity: Count | None = None
    """persons that it may train at one time"""
    daily_capacity: Count | None = None
    agreement: Code | None = None
    agreement_from: Day | None = None
    agreement_to: Day | None = None
    valid_from: Day
    valid_to: Day | None = None
    snapshot_sha256: Digest | None = None
    area: Jurisdiction | None = None
    """for which place the register says it: another city's may say something else"""
    barred: bool = False
    """barred from projects of the government (禁入)"""
    unlisted: bool = False
    """the register names it no more; the rest is what it said last"""


@event(CLAIM_EVENTS)
class EnterpriseRegistered(Owners, frozen=True, kw_only=True, omit_defaults=True):
    """The business register says this about an enterprise: since when it exists and who stands
    behind it.
    """

    enterprise: Code
    status: Literal["active", "dissolved", "revoked"]
    insured_staff: Count | None = None
    county: Jurisdiction
    valid_from: Day
    snapshot_sha256: Digest | None = None


class StaffMember(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person who belongs to an organisation or to somebody in it."""

    person: Reference
    actor: ActorId | None = None
    """the same person as a user of this system"""
    relation: Literal["staff", "teacher", "controller", "legal_person", "reviewer", "kin"]
    kin_of: Reference | None = None
    accounts: Annotated[tuple[Reference, ...], Meta(max_length=10)] = ()
    valid_from: Day
    valid_to: Day | None = None


@event(CLAIM_EVENTS)
class StaffListed(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """Who works for, controls or is related to an institution, a firm or an office
    of the bureau.
    """

    organisation: Code
    organisation_kind: Literal["institution", "enterprise", "bureau"]
    members: Annotated[tuple[StaffMember, ...], Meta(min_length=1, max_length=250)]
    part: Count = 1
    parts: Count = 1
    as_of: Day


@event(CLAIM_EVENTS)
class DeviceRegistered(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """A tablet at the classroom door or a public terminal: many persons use it, and that is as it
    should be.
    """

    device: Reference
    purpose: Literal["kiosk", "class_tablet", "office"]
    organisation: Code
    place: Place | None = None
    key_id: Code | None = None
    """key that signs its off-line batches"""
    valid_from: Day
    valid_to: Day | None = None


@event(CLAIM_EVENTS)
class AgencyServiceDeclared(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """A firm files for several institutions under contract; its device then serves them all
    lawfully.
    """

    agency: Code
    institutions: Codes
    devices: Annotated[tuple[Reference, ...], Meta(max_length=100)] = ()
    valid_from: Day
    valid_to: Day | None = None
    documents: Documents = ()


@event(CLAIM_EVENTS)
class QuotaSet(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """How many trainings a city, district or institution is to reach in a period (任务分配)."""

    unit: Code
    unit_kind: Literal["district", "institution"]
    from_day: Day
    to_day: Day
    persons: Count
    budget_fen: Fen | None = None
    clause: Code | None = None
    note: Text = ""
    kinds: Codes = ()
    """only claims of these kinds count; empty: all"""
    whole: bool = False
    """the unit's number is the total that the other units of the table share"""
