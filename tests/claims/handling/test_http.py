"""Identity checks and inspections over HTTP: an approval waits for them (HLD-15-2)."""

from itertools import count
from typing import Any

import pytest

from shared.http.identity import Role
from tests.claims.filing import CONFIRMED, SHOWN, Office, claim, says, visit
from tests.installation import Running

PERSON = count(20_000)
MISSING = ["DEMANDS_NOT_MET", "IDENTITY_NOT_CHECKED", "NOT_INSPECTED"]


@pytest.fixture
def office(claims: Running) -> Office:
    return Office(claims)


def key() -> str:
    return f"handling-{next(PERSON)}"


async def waiting(office: Office, **said: Any) -> tuple[str, dict[str, Any]]:
    """A claim that is proposed and has not been looked at."""
    return await office.proposed(claim(next(PERSON)) | said, key())


async def asked(office: Office, claim_id: str, proposal: dict[str, Any]) -> Any:
    said = {name: proposal[name] for name in SHOWN}
    return await office.approver.post(f"/claims/{claim_id}/approve", said, key=key())


async def test_an_approval_waits_for_both_and_says_what_is_missing(office: Office) -> None:
    claim_id, proposal = await waiting(office)
    refused = await asked(office, claim_id, proposal)
    shown = (await office.clerk.get(f"/claims/{claim_id}")).body

    assert (refused.status, refused.codes) == (409, MISSING)
    assert all("HLD-15-2" in error["detail_zh"] for error in refused.body["errors"])
    assert [(w["step"], w["clause"], w["before"]) for w in shown["waits_for"]] == [
        ("identity_check", "HLD-15-2", "approval"),
        ("inspection", "HLD-15-2", "approval"),
        ("notice", "HLD-13-1", "payment"),
    ]


async def test_what_was_found_wrong_stops_until_a_newer_look_finds_it_right(
    office: Office,
) -> None:
    claim_id, proposal = await waiting(office)
    unclear = {**CONFIRMED, "outcome": "unclear"}
    await office.checker.post(f"/claims/{claim_id}/identity-check", unclear, key=key())
    shut = {**visit(claim_id), "outcome": "shut"}
    await office.inspector.post("/inspections", shut, key=key())
    doubted = await asked(office, claim_id, proposal)
    approved = await office.approve(claim_id, proposal, key())
    shown = await says(office.clerk, f"/claims/{claim_id}", approved.position)

    assert doubted.codes == ["DEMANDS_NOT_MET", "IDENTITY_DOUBTED", "INSPECTION_FAILED"]
    assert approved.body["event"] == "ClaimApproved"
    assert shown["approval"]["verified_by"] == "clerk-9"
    assert shown["approval"]["inspected_by"] == "inspector-1"
    assert [w["step"] for w in shown["waits_for"]] == ["notice"]


async def test_a_visit_to_the_class_counts_for_its_claims_on_that_day_and_place(
    office: Office, claims: Running
) -> None:
    body = claim(next(PERSON))
    body["training"]["institution"] = f"INST-{next(PERSON)}"
    claim_id, proposal = await office.proposed(body, key())
    seen = {
        "jurisdiction": "211402", "institution": body["training"]["institution"],
        "outcome": "in_order", "counted": 30, "expected": 31,
    }  # fmt: skip
    early = seen | {"inspected_at": "2019-01-02T09:00:00+08:00"}
    first = body["training"]["starts_on"]
    right = seen | {"inspected_at": f"{first}T09:00:00+08:00"}
    await office.checker.post(f"/claims/{claim_id}/identity-check", CONFIRMED, key=key())
    made = await office.inspector.post("/inspections", early, key=key())
    still = await asked(office, claim_id, proposal)
    await office.inspector.post("/inspections", right, key=key())
    approved = await asked(office, claim_id, proposal)

    assert (made.status, made.body["event"]) == (201, "InspectionRecorded")
    assert still.codes == ["DEMANDS_NOT_MET", "NOT_INSPECTED"]
    assert approved.body["event"] == "ClaimApproved"


async def test_who_visited_the_class_may_not_have_accepted_its_claim(
    office: Office, claims: Running
) -> None:
    body = claim(next(PERSON))
    body["training"]["institution"] = f"INST-{next(PERSON)}"
    claim_id, proposal = await office.proposed(body, key())
    both = claims.person("clerk-1", Role.INSPECTOR)  # the clerk who accepts in this office
    seen = {
        "jurisdiction": "211402", "institution": body["training"]["institution"],
        "outcome": "in_order", "inspected_at": f"{body['training']['starts_on']}T09:00:00+08:00",
    }  # fmt: skip
    await both.post("/inspections", seen, key=key())
    await office.checker.post(f"/claims/{claim_id}/identity-check", CONFIRMED, key=key())
    refused = await asked(office, claim_id, proposal)

    assert refused.codes == ["SAME_PERSON_TWICE"]


async def test_many_claims_are_looked_at_in_one_request_with_an_outcome_each(
    office: Office, claims: Running
) -> None:
    ids = [await office.filed(claim(next(PERSON)), key()) for _ in range(3)]
    named = [*ids, "claim-unknown"]
    checks = {"checks": [{"claim": one, **CONFIRMED} for one in named]}
    same = key()
    answer = await office.checker.post("/identity-checks", checks, key=same)
    again = await office.checker.post("/identity-checks", checks, key=same)
    other_key = await office.checker.post("/identity-checks", checks, key=key())
    by_filer = claims.person("filer-1", Role.INSPECTOR)
    visited = await by_filer.post("/inspections", visit(*ids), key=key())
    shown = await says(office.clerk, f"/claims/{ids[0]}", answer.position)

    assert answer.body["counts"] == {"recorded": 3, "refused": 1}
    assert answer.body["outcomes"][3]["code"] == "RESOURCE_UNKNOWN"
    assert again.body == answer.body
    assert other_key.body["counts"] == {"already": 3, "refused": 1}
    assert [o["code"] for o in visited.body["outcomes"]] == ["SAME_PERSON_TWICE"] * 3
    assert shown["identity"] == {"outcome": "confirmed", "by": ["clerk-9"]}


async def test_five_hundred_claims_are_the_most_of_one_request(office: Office) -> None:
    ids = [f"claim-{n:036d}" for n in range(501)]
    answer = await office.inspector.post("/inspections", visit(*ids), key=key())
    whole = await office.inspector.post("/inspections", visit(*ids[:500]), key=key())

    assert answer.status == 422
    assert whole.body["counts"] == {"refused": 500}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"claims": ["claim-1", "claim-1"]}, "CLAIM_TWICE"),
        ({"institution": "INST-1"}, "VISIT_WHAT"),
        ({"claims": None}, "VISIT_WHAT"),
    ],
)
async def test_a_visit_that_is_said_wrongly_is_refused(
    office: Office, changed: dict[str, Any], code: str
) -> None:
    body = {name: v for name, v in (visit("claim-1") | changed).items() if v is not None}
    answer = await office.inspector.post("/inspections", body, key=key())

    assert (answer.status, answer.codes[0]) == (422, code)


async def test_an_identity_check_that_names_a_claim_twice_is_refused(office: Office) -> None:
    checks = {"checks": [{"claim": "claim-1", **CONFIRMED}] * 2}
    answer = await office.checker.post("/identity-checks", checks, key=key())

    assert (answer.status, answer.codes) == (422, ["CLAIM_TWICE"])


async def test_a_visit_is_recorded_after_it_was_made(office: Office) -> None:
    body = {
        "institution": "INST-1", "jurisdiction": "211402", "outcome": "in_order",
        "inspected_at": "2100-01-01T09:00:00Z",
    }  # fmt: skip
    answer = await office.inspector.post("/inspections", body, key=key())
    elsewhere = await office.inspector.post(
        "/inspections", body | {"jurisdiction": "110101"}, key=key()
    )
    plan = {**visit(), "plan": "plan-unknown"}
    del plan["claims"]
    unknown = await office.inspector.post("/inspections", plan, key=key())

    assert answer.codes == ["INSPECTION_IN_FUTURE"]
    assert elsewhere.codes == ["JURISDICTION_UNKNOWN"]
    assert unknown.status == 404


async def test_a_claim_is_given_to_a_reviewer_who_did_not_file_it(office: Office) -> None:
    claim_id = await office.filed(claim(next(PERSON)), key())
    given = {"reviewer": "clerk-2", "office": "OFFICE-1", "assigned_by": "rota", "candidates": 3}
    answer = await office.clerk.post(f"/claims/{claim_id}/assign", given, key=key())
    filer = given | {"reviewer": "filer-1"}
    refused = await office.clerk.post(f"/claims/{claim_id}/assign", filer, key=key())
    shown = await says(office.clerk, f"/claims/{claim_id}", answer.position)

    assert shown["assigned_to"] == "clerk-2"
    assert refused.codes == ["SAME_PERSON_TWICE"]
