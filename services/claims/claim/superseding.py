"""A claim filed in place of another: whose, in which stage, and that it happens once. Pure."""

from services.claims.claim.decide import Claim, Stage, claimant_of
from services.claims.claim.refusals import SupersededStands, SupersedesAnothers
from shared.events.claims import ClaimContent

OVER = (Stage.WITHDRAWN, Stage.REJECTED, Stage.REVOKED)
"""stages that nothing follows: only such a claim is filed again, and none of them changes later"""


def require_superseding(content: ClaimContent, superseded: Claim | None) -> None:
    """`superseded`: the claim that the content names; None where there is none.

    That it is superseded once is the slot's to keep. Raises SupersedesAnothers for a claim that is
    not there, of another claimant or for another person; SupersededStands for one that is not over.
    """
    named = content.supersedes
    assert named is not None
    before = superseded.content if superseded else None
    if superseded is None or before is None:
        raise SupersedesAnothers(claim=named)
    if (before.person, claimant_of(before)) != (content.person, claimant_of(content)):
        raise SupersedesAnothers(claim=named)
    if superseded.stage not in OVER:
        raise SupersededStands(claim=named, state=superseded.stage.value)
