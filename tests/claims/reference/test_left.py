"""An institution leaves or is barred: its open claims are listed until somebody looks."""

from typing import Any

from services.claims.reference.institutions import TABLE
from shared.http.identity import Role
from tests.claims.filing import Office, claim, says
from tests.claims.reference.desk import Desk
from tests.claims.reference.register import DAYS, line, register
from tests.installation import Running

JUNE = "&valid_from=2010-06-01&valid_to=2010-12-31"
REVIEW = "/claims/to-review?limit=200"


def held_by(institution: str, person: int) -> dict[str, Any]:
    body = claim(person)
    return body | {"training": {**body["training"], "institution": institution}}


async def told(desk: Desk, *lines: str, scope: str = DAYS) -> str:
    """The register says so; returns where that can be read."""
    brought = await desk.bring(TABLE, register(*lines), scope)
    done = await desk.confirm(TABLE, brought.body["proposal"])
    assert done.status == 200, done.body
    return done.position


async def listed(office: Office, institution: str, after: str) -> dict[str, dict[str, Any]]:
    said = await says(office.clerk, f"{REVIEW}&institution={institution}", after)
    return {one["claim"]: one for one in said["claims"]}


async def test_open_claims_of_an_institution_that_left_are_listed_until_somebody_looks(
    claims: Running,
) -> None:
    office, desk = Office(claims), Desk(claims)
    claim_id, shown = await office.proposed(held_by("LEFT-1", 920_001), "left-1")
    other = await office.filed(held_by("LEFT-2", 920_002), "left-2")
    decided = await office.approved(held_by("LEFT-1", 920_003), "left-3")
    at = await told(desk, line("LEFT-1"), line("LEFT-2"))
    before = await listed(office, "LEFT-1", at)
    new = [line("LEFT-1", "exited", first="2010-06-01"), line("LEFT-2", first="2010-06-01")]
    at = await told(desk, *new, scope=JUNE)
    after = await listed(office, "LEFT-1", at)
    page = await says(office.clerk, f"/claims/{claim_id}", at)
    again = await office.clerk.post(f"/claims/{claim_id}/propose", key="left-1-again")
    looked = await listed(office, "LEFT-1", again.position)
    late = await office.filer.post("/claims", held_by("LEFT-1", 920_004), key="left-4")

    assert (before, list(after), looked) == ({}, [claim_id], {})
    left = after[claim_id]["left"]
    assert (left["why"], left["since"], left["until"]) == (
        ["exited"], "2010-06-01", "2010-12-31",
    )  # fmt: skip
    assert (after[claim_id]["stage"], page["institution_left"]) == ("proposed", [left])
    imports = (await office.clerk.get("/references")).body["tables"]
    [register_] = [table for table in imports if table["table"] == TABLE]
    counting = [one for one in register_["imports"] if one["stage"] == "in_force"]
    assert left["reference"] == counting[-1]["reference"]
    assert "institution_left" not in await says(office.clerk, f"/claims/{other}", at)
    assert decided not in after
    assert late.body["claim"] not in await listed(office, "LEFT-1", late.position)
    assert shown["decision"] == "APPROVE"


async def test_a_ban_that_is_taken_back_lists_no_claim_for_the_days_after(
    claims: Running,
) -> None:
    office, desk = Office(claims), Desk(claims)
    barred = await office.filed(held_by("LEFT-3", 920_005), "left-5")
    gone = await office.filed(held_by("LEFT-4", 920_006), "left-6")
    at = await told(desk, line("LEFT-3", barred="yes"), line("LEFT-4"))
    said = await says(office.clerk, f"/claims/{barred}", at)
    at = await told(desk, line("LEFT-3", first="2010-06-01"), scope=JUNE)
    shorter = await says(office.clerk, f"/claims/{barred}", at)
    missing = await says(office.clerk, f"/claims/{gone}", at)
    everything = [one["claim"] for one in (await says(office.clerk, REVIEW, at))["claims"]]
    one = await says(office.clerk, "/claims/to-review?limit=1", at)
    rest = await says(office.clerk, f"{REVIEW}&after={one['next']}", at)
    own = await says(office.clerk, "/claims?institution=LEFT-4", at)

    assert [(one["why"], one.get("until")) for one in said["institution_left"]] == [
        (["barred"], "2010-12-31")
    ]
    assert [one["until"] for one in shorter["institution_left"]] == ["2010-05-31"]
    assert [(one["why"], one["since"]) for one in missing["institution_left"]] == [
        (["unlisted"], "2010-06-01")
    ]
    assert {barred, gone} <= {*everything}
    assert [page["claim"] for page in (*one["claims"], *rest["claims"])] == everything
    assert [one["claim"] for one in own["claims"]] == [gone]


async def test_the_list_shows_own_places_and_the_register_counts_for_its_own_place_alone(
    claims: Running,
) -> None:
    office, desk = Office(claims), Desk(claims)
    claim_id = await office.filed(held_by("LEFT-5", 920_007), "left-7")
    at = await told(desk, line("LEFT-5", "exited", area="211403"))
    elsewhere = claims.person("clerk-9", Role.CLERK, at="370100")
    at2 = await told(desk, line("LEFT-6", "exited", area="211402"))
    shown = await office.filed(held_by("LEFT-6", 920_008), "left-8")

    assert "institution_left" not in await says(office.clerk, f"/claims/{claim_id}", at)
    assert "institution_left" in await says(office.clerk, f"/claims/{shown}", at2)
    assert (await says(elsewhere, REVIEW, at2))["claims"] == []
    assert (await office.filer.get(REVIEW)).codes == ["ROLE_REFUSED"]
