"""Requests about claims of made-up persons (region 999999), each test with numbers of its own."""

from typing import Any

from shared.http.identity import Role
from tests.faults.people import CONFIRMED, claim, resident_number, roster, roster_row, visit
from tests.installation import Answer, Person, Running

__all__ = ["CONFIRMED", "SHOWN", "claim", "resident_number", "roster", "roster_row", "visit"]


SHOWN = ("proposal_version", "amount_fen", "shown_sha256")
"""what an approver repeats of the proposal that was shown"""


class Office:
    """The persons who take one claim through its life."""

    def __init__(self, claims: Running) -> None:
        self.filer = claims.person("filer-1", Role.INSTITUTION, org="INST-1")
        self.clerk = claims.person("clerk-1", Role.CLERK)
        self.checker = claims.person("clerk-9", Role.CLERK)
        self.inspector = claims.person("inspector-1", Role.INSPECTOR)
        self.approver = claims.person("approver-1", Role.APPROVER)

    async def filed(self, body: dict[str, Any], key: str) -> str:
        answer = await self.filer.post("/claims", body, key=key)
        assert answer.status == 201, answer.body
        return str(answer.body["claim"])

    async def proposed(self, body: dict[str, Any], key: str) -> tuple[str, dict[str, Any]]:
        """Filed, accepted and calculated: the claim's id, and the proposal as it is shown."""
        claim_id = await self.filed(body, key)
        await self.accept(claim_id, key)
        await self.clerk.post(f"/claims/{claim_id}/propose", key=f"{key}-p")
        shown = await self.clerk.get(f"/claims/{claim_id}")
        return claim_id, dict(shown.body["proposal"])

    async def accept(self, claim_id: str, key: str) -> Answer:
        answer = await self.clerk.post(
            f"/claims/{claim_id}/accept", {"office": "OFFICE-1"}, key=f"{key}-a"
        )
        assert answer.status == 200, answer.body
        return answer

    async def look_at(self, claim_id: str, key: str) -> tuple[Answer, Answer]:
        """The identity check and the inspection, whatever becomes of them."""
        checked = await self.checker.post(
            f"/claims/{claim_id}/identity-check", CONFIRMED, key=f"{key}-check"
        )
        visited = await self.inspector.post("/inspections", visit(claim_id), key=f"{key}-visit")
        return checked, visited

    async def approve(self, claim_id: str, proposal: dict[str, Any], key: str) -> Answer:
        """The person checked, the class visited, then approved as proposed."""
        checked, visited = await self.look_at(claim_id, key)
        assert (checked.status, visited.body["counts"]) == (200, {"recorded": 1}), visited.body
        said = {name: proposal[name] for name in SHOWN}
        return await self.approver.post(f"/claims/{claim_id}/approve", said, key=f"{key}-ok")

    async def approved(self, body: dict[str, Any], key: str) -> str:
        claim_id, proposal = await self.proposed(body, key)
        answer = await self.approve(claim_id, proposal, key)
        assert answer.body["event"] == "ClaimApproved", answer.body
        return claim_id

    async def publish(self, key: str, *claims: str, place: str = "211402") -> str:
        """The notice that shows these approved claims."""
        body = {"jurisdiction": place, "claims": claims}
        answer = await self.clerk.post("/notices", body, key=key)
        assert answer.status == 201, answer.body
        return str(answer.body["notice"])

    async def noticed(self, key: str, *claims: str, place: str = "211402") -> str:
        """Shown and closed on the same day: the installation shortens notices."""
        notice = await self.publish(key, *claims, place=place)
        closed = await self.clerk.post(f"/notices/{notice}/close", {}, key=f"{key}-end")
        assert closed.status == 200, closed.body
        return notice


async def says(person: Person, path: str, after: str) -> Any:
    """What a read shows once it has seen the position."""
    answer = await person.get(path, after)
    assert answer.status == 200, answer.body
    return answer.body
