"""A claim's verifications, read from their streams just before something is decided."""

from services.claims.claim.decide import Claim
from services.claims.packs import judging
from services.claims.verification.decide import VERIFICATION
from services.claims.verification.questions import questions_of, verified
from services.claims.verification.verified import Verified
from services.claims.verification.working import registers_asked
from shared.service import Service
from shared.store.store import Asked


async def verified_for(service: Service, claim: Claim) -> Verified | None:
    """What registers have said so far; None where none is asked, and the claimant's word counts."""
    if registers_asked(service.settings) is None or claim.content is None:
        return None
    pack = judging(service, claim.content, claim.jurisdiction)
    streams = tuple({wanted.stream_id for wanted in questions_of(claim.content, pack)})
    bodies = (await service.store.read(Asked(streams))).bodies if streams else {}
    known = {stream_id: VERIFICATION.fold(own) for stream_id, own in bodies.items()}
    hands = (*claim.filed_by, *((claim.accepted_by,) if claim.accepted_by else ()))
    return verified(
        claim.content, claim.content_version, claim.jurisdiction, pack, known, hands
    )  # fmt: skip
