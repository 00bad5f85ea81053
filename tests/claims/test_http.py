"""The life of a claim over HTTP."""

from tests.claims.filing import Office, claim
from tests.installation import Running


async def test_a_claim_is_filed_accepted_calculated_and_approved(claims: Running) -> None:
    office = Office(claims)
    claim_id, proposal = await office.proposed(claim(1), "life-1")
    approved = await office.approve(claim_id, proposal, "life-1")

    assert proposal.body["decision"] == "APPROVE"
    assert approved.body["event"] == "ClaimApproved"
    print(proposal.body, approved.body, approved.headers)
