"""What an approver is shown before saying yes, as one hash: what changes later voids it. Pure."""

from hashlib import sha256

import msgspec

from services.claims.claim.decide import Claim
from services.claims.claim.exceptions import cited
from services.claims.document.papers import present
from shared.events.claims import ClaimContent, ClaimProposed, ExceptionCited


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """The claim and its papers, what the policy calculated, and who let it pass a limit.

    The calculation names its policy by hash and the registers' answers by event id.
    """

    claim: str
    content_version: int
    content: ClaimContent
    proposal: ClaimProposed
    exceptions: tuple[ExceptionCited, ...]
    documents: tuple[str, ...]
    """ids of the papers that count; an id stands for one content"""


def shown_sha256(stream_id: str, claim: Claim, proposal: ClaimProposed) -> str:
    """SHA-256 of the JSON with sorted keys and without spaces; nothing sealed is part of it."""
    assert claim.content is not None
    shown = Shown(
        claim=stream_id,
        content_version=claim.content_version,
        content=msgspec.structs.replace(claim.content, sealed={}),
        proposal=msgspec.structs.replace(proposal, shown_sha256=None),
        exceptions=cited(claim),
        documents=tuple(paper.document for paper in present(claim.papers)),
    )
    return sha256(msgspec.json.encode(shown, order="sorted")).hexdigest()
