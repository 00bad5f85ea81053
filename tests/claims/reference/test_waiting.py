"""From a table to a decision: held without it, calculated anew on command, approved by it."""

from typing import Any

from tests.claims.filing import SHOWN, Office, claim, says
from tests.claims.reference.desk import Desk
from tests.installation import Running

KIND, GROUP = "HLD.K.grad_living", "HLD.G.grad"
HEADER = "area,kind,amount_yuan,valid_from\n"


def wanted(person: int) -> dict[str, Any]:
    return claim(person) | {"kind": KIND, "group": GROUP}


async def proposal(office: Office, claim_id: str) -> dict[str, Any]:
    return dict((await office.clerk.get(f"/claims/{claim_id}")).body["proposal"])


async def test_a_claim_that_waited_for_a_table_is_calculated_by_it_on_command(
    claims: Running,
) -> None:
    office, desk = Office(claims), Desk(claims)
    claim_id, _ = await office.proposed(wanted(910_001), "table-1")
    asked = await office.clerk.post(f"/claims/{claim_id}/propose", key="table-1-twice")
    path = "/references/waiting?register=CATALOG&limit=200"
    listed = await says(office.clerk, path, asked.position)
    held = await proposal(office, claim_id)
    rows = f"{HEADER}211400,{KIND},1800,2020-01-01\n211402,{KIND},2100.50,2020-01-01\n"
    await desk.in_force("catalogue_amount", rows.encode(), "&valid_from=2020-01-01")
    still = await proposal(office, claim_id)
    said = {"register": "CATALOG"}
    done = await office.clerk.post("/references/waiting/propose", said, key="table-1-again")
    again = await office.clerk.post("/references/waiting/propose", said, key="table-1-again")
    now = await proposal(office, claim_id)

    assert (held["decision"], held["missing"]) == ("HOLD", ["catalogue_amount_fen"])
    assert claim_id in [one["claim"] for one in listed["claims"]]
    assert still == held
    assert {"claim": claim_id, "outcome": "proposed", "decision": "APPROVE"} in done.body["claims"]
    assert (done.body["left"], again.body) == (0, done.body)
    assert (now["decision"], now["amount_fen"]) == ("APPROVE", 210_050)
    imports = (await office.clerk.get("/references")).body["tables"][0]["imports"]
    assert imports[-1]["reference"] in now["verifications"]
    assert claim_id not in str(await says(office.clerk, path, done.position))


async def test_an_approval_does_not_stand_on_a_table_that_says_something_else_by_now(
    claims: Running,
) -> None:
    office, desk = Office(claims), Desk(claims)
    rows = f"{HEADER}211400,{KIND},1800,2020-02-01\n"
    await desk.in_force("catalogue_amount", rows.encode(), "&valid_from=2020-02-01")
    claim_id, shown = await office.proposed(wanted(910_002), "table-2")
    rows = f"{HEADER}211400,{KIND},1700,2020-03-01\n"
    await desk.in_force("catalogue_amount", rows.encode(), "&valid_from=2020-03-01")
    stale = await office.approve(claim_id, shown, "table-2")
    await office.clerk.post(f"/claims/{claim_id}/propose", key="table-2-again")
    fresh = await proposal(office, claim_id)
    said = {name: fresh[name] for name in SHOWN}
    approved = await office.approver.post(f"/claims/{claim_id}/approve", said, key="table-2-ok2")

    assert (shown["amount_fen"], stale.codes) == (180_000, ["STALE_PROPOSAL"])
    assert (fresh["amount_fen"], approved.body["event"]) == (170_000, "ClaimApproved")
