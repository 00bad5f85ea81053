"""A plan's own story (班次/项目): a class or project with a roster and a budget."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.events.base import (
    CLAIM_EVENTS,
    ActorId,
    ActorIds,
    BasisPoints,
    Ciphertext,
    Code,
    Codes,
    Count,
    Day,
    Digest,
    Facts,
    Fen,
    Level,
    PayeeKind,
    Reference,
    StreamId,
    Text,
    event,
)
from shared.events.claims import PolicyUsed, Reasons
from shared.events.evidence import Documents
from shared.events.places import Place

ROSTER_PART = 500  # persons of one RosterListed: keeps it below 256 KiB with every field filled


class PlanKeys(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """The keys that every event of a plan carries."""

    plan: StreamId
    institution: Code | None = None
    """who trains"""
    organisation: Code | None = None
    """who filed the plan: the institution itself or an enterprise"""


class PlanContent(PlanKeys, frozen=True, kw_only=True, omit_defaults=True):
    """What is planned. Budgets are in fen, days and heads are counts."""

    kind: Code
    occupation: Code
    level: Level
    class_type: Literal["ordinary", "project", "apprentice", "work", "custodial", "village"]
    """custodial: held inside a prison or a rehabilitation centre"""
    mode: Literal["classroom", "online", "mixed", "work"]
    starts_on: Day
    ends_on: Day
    planned_days: Count
    planned_minutes: Count
    """credited minutes of the whole course, per person"""
    daily_limit_minutes: Count | None = None
    """most credited minutes that the plan allows on one day"""
    night_classes: bool = False
    """classes between midnight and five are planned, for people on shifts"""
    online_ratio_bp: BasisPoints | None = None
    """approved ratio by which on-line hours count"""
    attendance_threshold_bp: BasisPoints | None = None
    """share of the hours that a person must attend to pass"""
    persons: Count
    budget_fen: Fen
    budget_free_form: bool = False
    """the budget was typed, not calculated from a tariff"""
    place: Place | None = None
    instructors: Annotated[tuple[Reference, ...], Meta(max_length=50)] = ()
    assessor: Code | None = None
    agreement: Code | None = None
    purchase_contract: Code | None = None
    programme: Code | None = None
    catalogue_sha256: Digest | None = None
    """the snapshot of the occupation catalogue that the plan was filed under"""
    documents: Documents = ()


@event(CLAIM_EVENTS)
class PlanSubmitted(PlanContent, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody wants to hold a class or a project and says who, what, when and for how much."""

    manifest: Digest | None = None
    """signed manifest of the off-line batch that it came in"""


class RosterEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One trainee of a plan."""

    row: Count
    person: Reference
    change: Literal["enrolled", "left"]
    enrolled_on: Day
    group: Code
    employer: Code | None = None
    phone: Reference | None = None
    account: Reference | None = None
    household: Reference | None = None
    name: Ciphertext | None = None
    """under the data key of `person`; associated data is event id ‖ `entries/<row>/name`"""


@event(CLAIM_EVENTS)
class RosterListed(PlanKeys, frozen=True, kw_only=True, omit_defaults=True):
    """A part of a plan's list of trainees; a long list comes in several parts of 500 persons."""

    revision: Count
    part: Count
    parts: Count
    entries: Annotated[tuple[RosterEntry, ...], Meta(min_length=1, max_length=ROSTER_PART)]
    occupation: Code | None = None
    level: Level | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    file_commitment: Digest | None = None
    manifest: Digest | None = None
    device: Reference | None = None


@event(CLAIM_EVENTS)
class PlanAccepted(PlanKeys, frozen=True, kw_only=True, omit_defaults=True):
    """A clerk of an office found plan and roster complete and took them in (受理)."""

    office: Code
    plan_version: Count
    """stream version of the content that was accepted"""
    roster_revision: Count
    opened_at_us: Count | None = None


@event(CLAIM_EVENTS)
class PlanReturned(PlanKeys, frozen=True, kw_only=True, omit_defaults=True):
    """A clerk gave the plan back to be corrected, and said what is missing."""

    reasons: Reasons
    note: Text = ""


@event(CLAIM_EVENTS)
class PlanApproved(PlanKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The bureau confirmed the plan. From now on the base of the advance stands
    still (HLD 十).
    """

    kind: Code
    occupation: Code
    level: Level
    starts_on: Day
    ends_on: Day
    persons: Count
    plan_version: Count
    """stream version of the content that was approved"""
    roster_revision: Count
    budget_fen: Fen
    base_fen: Fen
    """approved subsidy, heads × rate: the base that advances are measured by"""
    max_ratio_bp: BasisPoints
    advance_clause: Code | None = None
    settlement_due_on: Day
    payee_kind: PayeeKind
    payee: Code | None = None
    fund: Code | None = None
    policy: PolicyUsed
    filed_by: ActorId
    accepted_by: ActorId | None = None
    also_by: ActorIds = ()
    """everybody else who had a hand in it before: none of them authorises or releases the money"""
    notice_clause: Code | None = None
    """the clause that wants a public notice of its claims before they are settled"""
    sources: Codes = ()
    """sources of money that the policy lets pay it; none named: any"""
    sources_clause: Code | None = None


@event(CLAIM_EVENTS)
class PlanRejected(PlanKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The bureau will not support this plan, and says why."""

    reasons: Reasons
    citations: Codes = ()
    note: Text = ""


@event(CLAIM_EVENTS)
class PlanChanged(PlanContent, frozen=True, kw_only=True, omit_defaults=True):
    """The plan was filed anew with other dates, persons or sums; it must be approved again.

    An advance that has been paid stays measured by the base of its own day.
    """

    revision: Count
    reason: Text
    supersedes_version: Count


@event(CLAIM_EVENTS)
class PlanCancelled(PlanKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The class or project will not take place; what was paid in advance must come back."""

    reason: Text
    by: Literal["filer", "bureau"]


@event(CLAIM_EVENTS)
class PlanCompleted(PlanKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The institution says that the training is over: who finished, who passed, when it ended."""

    ended_on: Day
    enrolled: Count
    finished: Count
    passed: Count
    examined_on: Day | None = None
    last_session: Code | None = None
    held_days: Count | None = None


class Earned(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one payee earned with one plan."""

    payee_kind: PayeeKind
    payee: Code | None = None
    person: Reference | None = None
    earned_fen: Fen
    claims: Count


@event(CLAIM_EVENTS)
class PlanDecided(PlanKeys, frozen=True, kw_only=True, omit_defaults=True):
    """Every claim of the completed plan is decided. Payments settles on this event alone.

    `earned` lists the institution and enterprises one by one; persons are paid by payouts of their
    own and stand in `persons_fen` as a sum. A late certificate makes a new revision.
    """

    revision: Count
    claims: Count
    approved: Count
    rejected: Count
    earned: Annotated[tuple[Earned, ...], Meta(max_length=100)]
    persons_fen: Fen
    claims_sha256: Digest
    """SHA-256 over the sorted ids of the decided claims and their decisions"""
    tariff_sha256: Digest | None = None
    last_examined_on: Day | None = None
    also_by: ActorIds = ()
    """who handled the claims that the plan's settlement pays; none of them pays it"""
