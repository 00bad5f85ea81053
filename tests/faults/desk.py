"""Claims at the counter: filed, accepted, looked at, approved, each step by another person."""

from typing import Any

from tests.faults.people import CONFIRMED, visit
from tests.faults.teller import Teller

PROPOSED = 3
"""version of a proposal: filed, accepted, proposed"""


class Desk:
    def __init__(self, teller: Teller) -> None:
        self._teller = teller

    async def file(self, body: dict[str, Any], actor: str = "filer") -> str:
        """The claim's id."""
        told = await self._teller.say("/claims", body, actor)
        return str(told["claim"])

    async def approve(self, claim_id: str) -> bool:
        """All steps to the approval; False where the policy or another claim says otherwise."""
        say = self._teller.say
        await say(f"/claims/{claim_id}/accept", {"office": "211402-01"}, "clerk")
        proposed = await say(f"/claims/{claim_id}/propose", {}, "clerk")
        if proposed["decision"] != "APPROVE":
            return False
        await say(f"/claims/{claim_id}/identity-check", CONFIRMED, "checker")
        await say("/inspections", visit(claim_id), "inspector")
        shown = {name: proposed[name] for name in ("amount_fen", "shown_sha256")}
        shown["proposal_version"] = PROPOSED
        decided = await say(f"/claims/{claim_id}/approve", shown, "approver")
        return bool(decided["event"] == "ClaimApproved")

    async def revoke(self, claim_id: str) -> None:
        await self._teller.say(
            f"/claims/{claim_id}/revoke", {"reasons": ["PAPER_FORGED"]}, "approver"
        )
