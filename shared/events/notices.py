"""Public notice (公示): the masked list is shown, people may object, then it is closed."""

from typing import Literal

from shared.events.base import (
    CLAIM_EVENTS,
    ActorId,
    Code,
    Count,
    Day,
    Digest,
    Facts,
    Fen,
    StreamId,
    StreamIds,
    Text,
    event,
)
from shared.events.claims import Reasons
from shared.events.evidence import Documents


@event(CLAIM_EVENTS)
class NoticePublished(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """The bureau showed the public a masked list of what it means to pay; objections may come."""

    notice: StreamId
    claims: StreamIds
    part: Count = 1
    parts: Count = 1
    claims_sha256: Digest
    """SHA-256 over the sorted claim ids of all parts"""
    amount_fen: Fen
    published_on: Day
    closes_on: Day
    clause: Code | None = None
    page_sha256: Digest
    """SHA-256 of the page as it was shown, with names masked"""


@event(CLAIM_EVENTS)
class ObjectionFiled(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody objected to a listed claim; it waits until the objection is answered."""

    notice: StreamId
    claim: StreamId
    objection: Code
    filed_on: Day
    channel: Literal["counter", "hotline", "online", "letter"]
    ground: Text
    documents: Documents = ()


@event(CLAIM_EVENTS)
class ObjectionAnswered(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """The bureau looked into an objection: found right, the claim is not paid; or dismissed."""

    notice: StreamId
    claim: StreamId
    objection: Code
    outcome: Literal["upheld", "dismissed"]
    answered_on: Day
    filed_by: ActorId
    """who took the objection down; another person answers it"""
    reasons: Reasons = ()
    note: Text = ""


@event(CLAIM_EVENTS)
class NoticeClosed(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """The time to object is over; claims without an open objection may go on to be paid."""

    notice: StreamId
    closed_on: Day
    objections: Count
    upheld: StreamIds = ()
    """claims whose objection was found right"""
    open: StreamIds = ()
    """claims whose objection is not answered yet"""
