"""Who was in class: one event per session, and what explains a late or changed list."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.events.base import (
    CLAIM_EVENTS,
    BasisPoints,
    Code,
    Count,
    Digest,
    Facts,
    Instant,
    Minutes,
    Reference,
    StreamIds,
    Text,
    event,
)
from shared.events.evidence import Documents, SignedManifest
from shared.events.places import Place
from shared.events.plans import PlanKeys

SESSION_PART = 500  # persons of one AttendanceRecorded; a bigger class sends several parts
Face = Literal["match", "mismatch", "not_taken"]
MAX_CREDIT_HUNDREDTHS = 10_000
CreditHundredths = Annotated[
    int, Meta(ge=0, le=MAX_CREDIT_HUNDREDTHS, description="1/100 of a credit, for one session")
]


class Presence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One trainee in one session. Times are the person's own coming and going, UTC."""

    person: Reference
    status: Literal["present", "absent", "excused"]
    started_at: Instant | None = None
    ended_at: Instant | None = None
    credited_minutes: Minutes = 0
    login_minutes: Minutes | None = None
    """on-line only: minutes of the wall clock between login and logout"""
    device: Reference | None = None
    ip: Reference | None = None
    face: Face | None = None
    face_score_bp: BasisPoints | None = None
    credit_hundredths: CreditHundredths | None = None
    """学分 as the learning platform has it; nothing is decided by it (RD-10-2)"""


class Session(PlanKeys, frozen=True, kw_only=True, omit_defaults=True):
    """When, where and by whom one session of a class was held."""

    session: Code
    started_at: Instant
    ended_at: Instant
    mode: Literal["classroom", "online", "mixed", "work"]
    place: Place | None = None
    instructor: Reference | None = None
    co_instructors: Annotated[tuple[Reference, ...], Meta(max_length=10)] = ()
    """teachers who share the session lawfully"""
    makeup_of: Code | None = None
    """the missed session that this one makes up for"""


@event(CLAIM_EVENTS)
class AttendanceRecorded(Session, frozen=True, kw_only=True, omit_defaults=True):
    """The institution says who was in one session of a class, and for how long."""

    presences: Annotated[tuple[Presence, ...], Meta(min_length=1, max_length=SESSION_PART)]
    part: Count = 1
    parts: Count = 1
    device: Reference | None = None
    kiosk: bool = False
    """taken on a registered tablet at the door: one device for all is then as it should be"""
    manifest: Digest | None = None
    """signed manifest of the off-line batch that it came in"""
    documents: Documents = ()


@event(CLAIM_EVENTS)
class AttendanceCorrected(PlanKeys, frozen=True, kw_only=True, omit_defaults=True):
    """A session's list was changed afterwards: who was in it, who did it, and why (补签)."""

    session: Code
    session_ended_at: Instant
    before: Annotated[tuple[Presence, ...], Meta(max_length=250)]
    after: Annotated[tuple[Presence, ...], Meta(min_length=1, max_length=250)]
    reason: Text
    outage: Code | None = None
    """the declared device outage that explains it"""
    manifest: Digest | None = None
    claims: StreamIds = ()
    """claims of these persons that had been filed already"""


@event(CLAIM_EVENTS)
class DeviceOutageDeclared(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """The device or the line was down for a time, so lists of that time come late or by hand."""

    outage: Code
    institution: Code
    device: Reference | None = None
    source: Code | None = None
    """the system that was down, when it was not one device"""
    down_from: Instant
    down_to: Instant
    reason: Text
    documents: Documents = ()


@event(CLAIM_EVENTS)
class OfflineBatchDeclared(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """A class without a network handed in what its device had signed on the spot."""

    institution: Code
    manifest: SignedManifest
    signature_valid: bool
