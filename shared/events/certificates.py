"""Examinations, marks and certificates: what a person achieved, and who says so."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.events.base import (
    CLAIM_EVENTS,
    BasisPoints,
    Code,
    Count,
    Day,
    Digest,
    Facts,
    Instant,
    Jurisdiction,
    Level,
    Reference,
    StreamId,
    Text,
    event,
)
from shared.events.evidence import Documents
from shared.events.places import Place


class Result(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person's examination; the score is in basis points of full marks."""

    person: Reference
    outcome: Literal["passed", "failed", "absent"]
    score_bp: BasisPoints | None = None
    face: Literal["match", "mismatch", "not_taken"] | None = None


class ExaminationKeys(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """The keys of an examination: which, by whom, for which plan and trade."""

    examination: Code
    assessor: Code
    plan: StreamId | None = None
    institution: Code | None = None
    occupation: Code
    level: Level


@event(CLAIM_EVENTS)
class ExaminationRecorded(ExaminationKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The assessing body held an examination and posted the results, in parts of 500 persons."""

    held_on: Day
    posted_at: Instant
    results: Annotated[tuple[Result, ...], Meta(min_length=1, max_length=500)]
    part: Count = 1
    parts: Count = 1
    place: Place | None = None
    examiners: Annotated[tuple[Reference, ...], Meta(max_length=20)] = ()
    manifest: Digest | None = None


@event(CLAIM_EVENTS)
class GradeEdited(ExaminationKeys, frozen=True, kw_only=True, omit_defaults=True):
    """A mark was changed after it had been posted; the old one stands beside the new one."""

    before: Result
    after: Result
    posted_at: Instant
    reason: Text
    documents: Documents = ()


@event(CLAIM_EVENTS)
class CertificateIssued(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """The issuer gave a person a certificate for a trade and a level."""

    certificate: Reference
    """the vault's reference of issuer, series and number"""
    issuer: Code
    series: Code | None = None
    certificate_type: Code
    person: Reference
    occupation: Code
    level: Level
    issued_on: Day
    county: Jurisdiction | None = None
    examination: Code | None = None
    plan: StreamId | None = None
    institution: Code | None = None
    reissue_of: Reference | None = None
    """the certificate that this one replaces: same achievement, new paper"""
    documents: Documents = ()
