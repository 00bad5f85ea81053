"""A corrected answer opens exactly the claims that rest on it; nothing decided is changed."""

from services.claims.claim.decide import CLAIM, Claim, Stage, keys_of
from services.claims.verification.decide import SYSTEM
from shared.events.claims import ClaimHeld
from shared.events.envelope import decode
from shared.service import Service
from shared.store.commands import By, Decision

REASON = "REGISTER_CORRECTED"
PAGE = 100
"""claims in one turn"""


def reopen_claim(claim: Claim, answer: str, register: str) -> Decision:
    """Held, if what is proposed rests on the answer (its event id); otherwise nothing follows."""
    proposal = claim.proposal
    if claim.stage is not Stage.PROPOSED or proposal is None:
        return Decision([])
    if answer not in proposal.verifications:
        return Decision([])
    held = ClaimHeld(**keys_of(claim), reasons=(REASON,), citations=proposal.citations,
                     missing=(), note=f"{register}: the answer was corrected")  # fmt: skip
    return Decision([held])


class Reopening:
    """Follows the read tables; the claim's own events decide."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def turn(self) -> int:
        """How many claims rest on a corrected answer and are not decided yet."""
        rows = await self._service.pool.fetch(_NEXT, PAGE)
        for row in rows:
            await self._reopen(row["claim"], row["answer"], row["correction"], row["register"])
        return len(rows)

    async def _reopen(self, stream_id: str, answer: str, correction: str, register: str) -> None:
        service = self._service
        bodies = await service.store.load(stream_id)
        claim = CLAIM.fold(bodies)
        decision = reopen_claim(claim, answer, register)
        if not decision.events:
            return
        last = decode(bodies[-1])
        by = By(
            actor=SYSTEM,
            jurisdiction=claim.jurisdiction,
            correlation_id=last.correlation_id,
            causation_id=correction,
        )
        unit = service.ledger.unit(
            CLAIM, stream_id, len(bodies), decision, by, not_before=last.recorded_at
        )
        await service.store.append(unit)  # a conflict is looked at again at the next turn
        service.committed()


_NEXT = """
SELECT r.claim, r.answer, a.correction, a.register
  FROM claims_resting r JOIN answers_corrected a USING (answer)
  JOIN claims_in_hand c ON c.stream_id = r.claim
 WHERE c.stage = 'proposed' ORDER BY r.claim, r.answer LIMIT $1
"""
