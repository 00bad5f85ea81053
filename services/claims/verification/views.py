"""What readers ask of verifications: which claims wait and why, and what was corrected."""

from collections.abc import Sequence

import asyncpg
import msgspec

from services.claims.verification.decide import Verification
from shared.events.verifications import VerificationKeys
from shared.registers.port import Why

MAX_PAGE = 200
WAITING = ("accepted", "proposed", "held")

_WAITING = f"""
SELECT * FROM (
    SELECT n.claim, c.jurisdiction, NULL AS register, NULL AS question, '' AS verification,
           n.since, '{Why.NOT_ASKED}' AS why
      FROM claims_to_verify n JOIN claims_in_hand c ON c.stream_id = n.claim
     WHERE c.jurisdiction = ANY($1) AND c.stage = ANY($2)
    UNION ALL
    SELECT w.claim, c.jurisdiction, v.register, v.question, w.stream_id,
           coalesce(v.since, c.changed_at),
           CASE WHEN v.outcome = 'unclear' THEN '{Why.UNCLEAR}'
                WHEN v.channel = 'by_hand' THEN '{Why.BY_HAND}'
                ELSE coalesce(r.why, t.why, '{Why.NOT_ASKED}') END
      FROM verification_claims w JOIN claims_in_hand c ON c.stream_id = w.claim
      LEFT JOIN verifications v ON v.stream_id = w.stream_id  -- asked, and not shown yet
      LEFT JOIN registers_asked r USING (register)
      LEFT JOIN verification_tries t ON t.stream_id = v.stream_id
     WHERE (v.outcome IS NULL OR v.outcome = 'unclear')
       AND c.jurisdiction = ANY($1) AND c.stage = ANY($2)
) AS w WHERE (claim, verification) > ($3, $4) ORDER BY claim, verification LIMIT $5
"""  # noqa: S608 - words of ours
_CORRECTED = """
SELECT r.claim, c.jurisdiction, c.stage, a.register, a.stream_id AS verification, a.answer,
       a.correction, a.corrected_at
  FROM claims_resting r JOIN answers_corrected a USING (answer)
  JOIN claims_in_hand c ON c.stream_id = r.claim
 WHERE c.jurisdiction = ANY($1) AND c.stage IN ('approved', 'rejected')
   AND (r.claim, a.stream_id) > ($2, $3)
 ORDER BY r.claim, a.stream_id LIMIT $4
"""


async def waiting(
    pool: asyncpg.Pool, jurisdictions: Sequence[str], after: tuple[str, str], limit: int
) -> list[asyncpg.Record]:
    """Claims that wait for a register, a row for each answer that is missing; at most 200."""
    return await pool.fetch(
        _WAITING, list(jurisdictions), list(WAITING), *after, min(limit, MAX_PAGE)
    )


async def corrected(
    pool: asyncpg.Pool, jurisdictions: Sequence[str], after: tuple[str, str], limit: int
) -> list[asyncpg.Record]:
    """Decided claims that rest on an answer which its register corrected since: for a person."""
    return await pool.fetch(_CORRECTED, list(jurisdictions), *after, min(limit, MAX_PAGE))


def listed(rows: Sequence[asyncpg.Record]) -> dict[str, object]:
    """One page; `next`, where there is one, is what to ask after for the following page."""
    claims = [{k: v for k, v in row.items() if v not in (None, "")} for row in rows]
    if not rows:
        return {"claims": claims}
    return {"claims": claims, "next": f"{rows[-1]['claim']}~{rows[-1]['verification']}"}


def shown(stream_id: str, verification: Verification) -> dict[str, object]:
    """One verification for a reader: references and codes, nothing of the raw answer."""
    keys = verification.keys
    assert keys is not None
    said = {name: getattr(keys, name) for name in VerificationKeys.__struct_fields__}
    result: dict[str, object] = {name: v for name, v in said.items() if v is not None}
    result |= {
        "verification": stream_id,
        "stage": verification.stage.value,
        "channel": verification.channel,
        "claims": list(verification.claims),
    }
    answer = verification.answer
    if answer is not None:
        result["answer"] = {
            "event_id": verification.answer_id,
            "outcome": answer.outcome,
            "facts": msgspec.to_builtins(answer.facts),
            "valid_at": answer.valid_at,
            "received_at": answer.received_at,
            "source": answer.source,
        }
        if verification.answered_by:
            result["answered_by"] = verification.answered_by
    return result
