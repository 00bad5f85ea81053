"""Looks up the claims that new ones are filed in place of."""

from collections.abc import Iterable, Mapping

from services.claims.claim.decide import CLAIM, Claim
from services.claims.claim.superseding import require_superseding
from shared.events.claims import ClaimContent
from shared.service import Service
from shared.store.store import Asked


async def superseded(service: Service, contents: Iterable[ClaimContent]) -> Mapping[str, Claim]:
    """The claims that these name, by id, in one read; those that are not there are left out."""
    named = {content.supersedes for content in contents if content.supersedes}
    streams = tuple(sorted(one for one in named if one.startswith("claim-")))
    if not streams:
        return {}
    bodies = (await service.store.read(Asked(streams))).bodies
    return {stream: CLAIM.fold(found) for stream, found in bodies.items()}


async def require_refilable(service: Service, content: ClaimContent) -> None:
    """Raises SupersedesAnothers or SupersededStands."""
    if content.supersedes is not None:
        known = await superseded(service, [content])
        require_superseding(content, known.get(content.supersedes))
