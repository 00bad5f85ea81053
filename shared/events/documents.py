"""Papers of a claim or a plan: brought, taken back, never deleted; the file lies elsewhere."""

from typing import Annotated, Literal

from msgspec import Meta

from shared.events.base import (
    CLAIM_EVENTS,
    Code,
    Facts,
    Reference,
    StreamId,
    Text,
    event,
)
from shared.events.evidence import Document

MAX_DOCUMENT_BYTES = 20 * 1024 * 1024
MediaType = Literal[
    "application/pdf",
    "image/jpeg",
    "image/png",
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
]
Size = Annotated[int, Meta(ge=1, le=MAX_DOCUMENT_BYTES, description="bytes of the paper")]


class DocumentKeys(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """Whose paper it is: one claim's, or one plan's."""

    document: Code
    """id of the paper; no file name, since people write names into it"""
    claim: StreamId | None = None
    plan: StreamId | None = None
    person: Reference | None = None
    """whom the claim is for: the file is sealed under this person's key; none for a plan"""
    organisation: Code | None = None
    institution: Code | None = None


@event(CLAIM_EVENTS)
class DocumentAttached(DocumentKeys, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody brought a paper: a certificate, an agreement, a list, a receipt.

    The event commits to the content by a salted hash. A plain hash of a personal paper could be
    guessed, since forms are filled by machines; the salt is sealed with the file and dies with it.
    """

    paper: Document
    media_type: MediaType
    size_bytes: Size


@event(CLAIM_EVENTS)
class DocumentWithdrawn(DocumentKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The paper no longer counts for the claim or plan; the file stays, and can still be read."""

    kind: Code
    reason: Text
