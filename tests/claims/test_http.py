"""The life of a claim over real HTTP, each step once and for ever."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from shared.http.identity import Role
from shared.http.route import Route
from tests.claims.filing import CONFIRMED, SHOWN, Office, claim, resident_number, says, visit
from tests.installation import Answer, Person, Running

BATCHES = ("/identity-checks", "/inspections")
PERSON = iter(range(1, 1000))


def new_claim(**said: Any) -> dict[str, Any]:
    """A claim for somebody new."""
    return claim(next(PERSON)) | said


async def test_a_claim_is_filed_accepted_calculated_and_approved(claims: Running) -> None:
    office = Office(claims)
    claim_id, proposal = await office.proposed(new_claim(), "life-1")
    approved = await office.approve(claim_id, proposal, "life-1")
    shown = await says(office.filer, f"/claims/{claim_id}", approved.position)

    assert (proposal["decision"], proposal["amount_fen"]) == ("APPROVE", 200_000)
    assert (approved.body["event"], approved.body["year_slot"]) == ("ClaimApproved", 1)
    assert shown["stage"] == "approved"
    assert shown["approval"]["citations"][0]["clause"] == "HLD-1.5-1"
    assert "sealed" not in shown["content"]


async def test_a_claim_is_returned_corrected_held_and_withdrawn(claims: Running) -> None:
    office, body = Office(claims), new_claim()
    claim_id = await office.filed(body, "round")
    path = f"/claims/{claim_id}"
    reasons = {"reasons": ["PAPER_MISSING"], "note": "page 2"}
    returned = await office.clerk.post(f"{path}/return", reasons, key="round-1")
    corrected = await office.filer.post(
        f"{path}/correct", {**body, "level": "L3", "reason": "typo"}, key="round-2"
    )
    accepted = await office.accept(claim_id, "round-3")
    held = await office.clerk.post(f"{path}/hold", reasons, key="round-4")
    withdrawn = await office.filer.post(f"{path}/withdraw", {"reason": "enough"}, key="round-5")

    names = [each.body["event"] for each in (returned, corrected, accepted, held, withdrawn)]
    assert names == [
        "ClaimReturned", "ClaimCorrected", "ClaimAccepted", "ClaimHeld", "ClaimWithdrawn",
    ]  # fmt: skip
    again = await office.filer.post("/claims", body, key="round-6")
    assert again.status == 201


async def test_the_same_level_a_second_time_is_rejected_and_the_first_claim_cited(
    claims: Running,
) -> None:
    office, person = Office(claims), next(PERSON)
    first = await office.approved(claim(person), "twice-1")
    second, proposal = await office.proposed(claim(person, f"OTHER{person}"), "twice-2")
    rejected = await office.approver.post(
        f"/claims/{second}/reject", {"proposal_version": proposal["proposal_version"]}, key="twice"
    )

    assert proposal["decision"] == "REJECT"
    assert rejected.body["event"] == "ClaimRejected"
    assert rejected.body["conflicts_with"] == [first]


async def test_two_claims_that_were_both_proposed_cannot_both_be_approved(claims: Running) -> None:
    office, person = Office(claims), next(PERSON)
    one, one_proposal = await office.proposed(claim(person), "both-1")
    two, two_proposal = await office.proposed(claim(person, f"OTHER{person}"), "both-2")
    answers = await asyncio.gather(
        office.approve(one, one_proposal, "both-1"), office.approve(two, two_proposal, "both-2")
    )

    became = sorted(answer.body["event"] for answer in answers)
    assert became == ["ClaimApproved", "ClaimRejected"]


async def test_a_certificate_of_two_persons_holds_both_claims(claims: Running) -> None:
    """Worked example E91."""
    office, (one, two) = Office(claims), (next(PERSON), next(PERSON))
    first, first_proposal = await office.proposed(claim(one, "SHARED-1"), "e91-1")
    second, second_proposal = await office.proposed(claim(two, "SHARED-1"), "e91-2")
    late = await office.approve(first, first_proposal, "e91-1")

    assert first_proposal["decision"] == "APPROVE"
    assert second_proposal["decision"] == "HOLD"
    assert second_proposal["conflicts_with"] == [first]
    assert (late.body["event"], late.body["conflicts_with"]) == ("ClaimHeld", [second])


async def test_a_revoked_approval_frees_its_slots_for_the_next_claim(claims: Running) -> None:
    office, person = Office(claims), next(PERSON)
    first = await office.approved(claim(person), "free-1")
    revoked = await office.approver.post(
        f"/claims/{first}/revoke", {"reasons": ["PAPER_FORGED"]}, key="free-2"
    )
    again = await office.approved(claim(person) | {"supersedes": first}, "free-3")

    assert revoked.body["event"] == "ApprovalRevoked"
    assert again != first


async def test_the_same_persons_may_not_do_two_of_the_three_steps(claims: Running) -> None:
    both = claims.person("both-1", Role.CLERK, Role.APPROVER)
    office = Office(claims)
    answer = await both.post("/claims", new_claim(), key="eyes-1")
    path = f"/claims/{answer.body['claim']}"
    accepted = await both.post(f"{path}/accept", {"office": "OFFICE-1"}, key="eyes-2")

    other, proposal = await office.proposed(new_claim(), "eyes-3")
    said = {name: proposal[name] for name in SHOWN}
    clerk_too = claims.person("clerk-1", Role.APPROVER)
    approved = await clerk_too.post(f"/claims/{other}/approve", said, key="eyes-4")

    for refused in (accepted, approved):
        assert (refused.status, refused.codes) == (409, ["SAME_PERSON_TWICE"])


async def _twice(
    claims: Running, person: Person, path: str, body: dict[str, Any], key: str
) -> Answer:
    """Ask, and ask again: the same answer, and nothing more is written."""
    first = await person.post(path, body, key=key)
    before = await claims.event_count()
    second = await person.post(path, body, key=key)

    assert first.status in (200, 201), first.body
    assert (second.status, second.body) == (first.status, first.body)
    assert second.position == first.position
    assert await claims.event_count() == before
    return first


async def test_every_command_is_answered_the_same_again_and_written_once(claims: Running) -> None:
    office, body, reasons = Office(claims), new_claim(), {"reasons": ["PAPER_DOUBTED"]}
    correction = {**body, "reason": "typo"}
    filed = await _twice(claims, office.filer, "/claims", body, "again-0")
    path = f"/claims/{filed.body['claim']}"
    for number, (person, name, said) in enumerate(
        [
            (office.filer, "correct", correction),
            (office.clerk, "return", reasons),
            (office.filer, "correct", correction),
            (office.clerk, "accept", {"office": "OFFICE-1"}),
            (office.clerk, "hold", reasons),
            (office.clerk, "propose", {}),
        ]
    ):
        await _twice(claims, person, f"{path}/{name}", said, f"again-{number}")
    proposal = (await office.clerk.get(path)).body["proposal"]
    shown = {name: proposal[name] for name in SHOWN}
    await _twice(claims, office.checker, f"{path}/identity-check", CONFIRMED, "again-6a")
    await _twice(claims, office.inspector, "/inspections", visit(path.split("/")[2]), "again-6b")
    await _twice(claims, office.approver, f"{path}/approve", shown, "again-7")
    await _twice(claims, office.approver, f"{path}/revoke", reasons, "again-8")
    second = await office.filed(new_claim(), "again-9")
    await _twice(claims, office.filer, f"/claims/{second}/withdraw", {"reason": "x"}, "again-10")


async def test_fifty_at_once_with_one_key_make_one_claim(claims: Running) -> None:
    office, body, before = Office(claims), new_claim(), await claims.event_count()
    answers = await asyncio.gather(
        *(office.filer.post("/claims", body, key="fifty") for _ in range(50))
    )

    assert {answer.status for answer in answers} == {201}
    assert len({orjson.dumps(answer.body) for answer in answers}) == 1
    assert await claims.event_count() == before + 1


async def test_a_claim_that_was_filed_before_is_told_with_a_position_and_for_ever(
    claims: Running,
) -> None:
    office, body = Office(claims), new_claim()
    claim_id, before = await office.filed(body, "known-1"), await claims.event_count()
    told = [await office.filer.post("/claims", body, key="known-2") for _ in range(2)]
    other_body = await office.filer.post("/claims", new_claim(), key="known-2")

    for answer in told:
        assert (answer.status, answer.body) == (200, {"claim": claim_id, "outcome": "already"})
        assert answer.position.startswith("claim-events.v1/")
    assert (other_body.status, other_body.codes) == (422, ["IDEMPOTENCY_KEY_REUSED"])
    assert await claims.event_count() == before


async def test_a_correction_into_a_claim_that_is_filed_already_is_refused(claims: Running) -> None:
    office, body, other = Office(claims), new_claim(), new_claim()
    claim_id, other_id = await office.filed(body, "into-1"), await office.filed(other, "into-2")
    refused = await office.filer.post(
        f"/claims/{claim_id}/correct", {**other, "reason": "typo"}, key="into-3"
    )

    assert (refused.status, refused.codes) == (409, ["ALREADY_FILED"])
    assert other_id in refused.body["detail"]


async def test_a_read_that_waits_for_a_position_sees_it_in_the_list_too(claims: Running) -> None:
    filer = claims.person("filer-list", Role.INSTITUTION, org="INST-LIST")
    for n in range(3):
        answer = await filer.post("/claims", new_claim(), key=f"list-{n}")
        listed = await says(filer, "/claims?limit=200", answer.position)
        assert len(listed["claims"]) == n + 1
    page = await says(filer, "/claims?limit=2", answer.position)
    rest = await says(filer, f"/claims?limit=2&after={page['next']}", answer.position)
    none = await says(filer, "/claims?stage=approved", answer.position)

    assert [len(page["claims"]), len(rest["claims"]), len(none["claims"])] == [2, 1, 0]


async def test_a_party_sees_its_own_claims_and_no_others(claims: Running) -> None:
    office = Office(claims)
    claim_id = await office.filed(new_claim(), "own-1")
    strangers = [
        claims.person("filer-1", Role.INSTITUTION, org="INST-2"),
        claims.person("stranger", Role.CLAIMANT),
        claims.person("stranger", Role.CLAIMANT, org="INST-1"),
    ]
    for stranger in strangers:
        for answer in (
            await stranger.get(f"/claims/{claim_id}"),
            await stranger.post(f"/claims/{claim_id}/withdraw", {"reason": "mine"}, key="own-2"),
            await stranger.post(
                f"/claims/{claim_id}/correct", {**new_claim(), "reason": "mine"}, key="own-3"
            ),
        ):
            assert (answer.status, answer.codes) == (403, ["NOT_OWN_RECORD"])
        assert (await stranger.get("/claims?limit=200")).body == {"claims": []}
    colleague = claims.person("colleague", Role.INSTITUTION, org="INST-1")
    assert (await colleague.get(f"/claims/{claim_id}")).status == 200


async def test_an_institutions_token_without_the_institution_files_nothing(claims: Running) -> None:
    nobody = claims.person("filer-0", Role.INSTITUTION)

    answer = await nobody.post("/claims", new_claim(), key="no-org")
    assert (answer.status, answer.codes) == (401, ["TOKEN_CLAIMS_WRONG"])


EXCEPTION = {"clause": "HLD-10-2", "reason": "a fourth course that the office asked for"}


def _example(route: Route, body: dict[str, Any], claim_id: str) -> dict[str, Any]:
    """A lawful body of the route."""
    assigned = {"reviewer": "clerk-2", "office": "OFFICE-1", "assigned_by": "rota"}
    reasons = {"reasons": ["PAPER_DOUBTED"]}
    examples: dict[str, dict[str, Any]] = {
        "accept": {"office": "OFFICE-1"}, "propose": {}, "hold": reasons, "return": reasons,
        "revoke": reasons, "reject": {"proposal_version": 3}, "withdraw": {"reason": "enough"},
        "approve": {"proposal_version": 3, "amount_fen": 1, "shown_sha256": "0" * 64},
        "correct": {**body, "reason": "typo"},
        **{f"{word}-exception": EXCEPTION for word in ("propose", "approve", "refuse")},
        "claims": body, "assign": assigned, "identity-check": CONFIRMED,
        "identity-checks": {"checks": [{"claim": claim_id, **CONFIRMED}]},
        "inspections": visit(claim_id),
    }  # fmt: skip
    return examples[route.path.rpartition("/")[2]]


async def test_no_route_lets_another_city_touch_or_see_a_claim(claims: Running) -> None:
    body = new_claim()
    claim_id = await Office(claims).filed(body, "walk")
    before, walked = await claims.event_count(), 0
    for route in claims.parts.routes:
        staff = sorted((route.roles or frozenset()) - {Role.CLAIMANT, Role.INSTITUTION})
        if not staff or not route.path.startswith(("/claims", *BATCHES)):
            continue  # each other aggregate walks its own
        if "/documents" in route.path:
            continue  # tests/claims/document walks the papers
        if route.path.startswith(("/claims/approvals", "/claims/approvable")):
            continue  # tests/claims/approvals: a list is refused claim by claim
        for at in ("210200", "211403"):
            foreigner = claims.person("foreigner", *staff, at=at)
            path = route.path.replace("{claim}", claim_id)
            if route.method == "POST":
                answer = await foreigner.post(
                    path, _example(route, body, claim_id), key=f"walk-{at}"
                )
            else:
                answer = await foreigner.get(path)
            walked += 1
            if route.method == "GET" and "{claim}" not in route.path:  # a list
                assert answer.body == {"claims": []} or claim_id not in str(answer.body)
            elif route.path in BATCHES:  # an outcome for each claim
                assert [one["code"] for one in answer.body["outcomes"]] == ["JURISDICTION_REFUSED"]
            else:
                assert (answer.status, answer.codes) == (403, ["JURISDICTION_REFUSED"]), path
    assert walked >= 22
    assert await claims.event_count() == before


async def test_a_province_sees_its_cities(claims: Running) -> None:
    claim_id = await Office(claims).filed(new_claim(), "province")
    province = claims.person("province-1", Role.CLERK, at="210000")

    assert (await province.get(f"/claims/{claim_id}")).status == 200


async def test_the_service_shows_the_interface_that_is_checked_in(claims: Running) -> None:
    served = await claims.person("anybody", Role.CLERK).get("/openapi.json")
    checked_in = Path("docs/api/claims.json").read_bytes()

    assert served.body == orjson.loads(checked_in)


async def test_answers_have_the_shape_that_the_interface_shows(claims: Running) -> None:
    office, body = Office(claims), new_claim()
    claim_id, proposal = await office.proposed(body, "shape-1")
    answers = {
        "CommandAnswer": await office.approve(claim_id, proposal, "shape-1"),
        "ClaimShown": await office.clerk.get(f"/claims/{claim_id}"),
        "ClaimsListed": await office.clerk.get("/claims"),
        "Problem": await office.clerk.get("/claims/claim-unknown"),
    }
    spec = orjson.loads(Path("docs/api/claims.json").read_bytes())
    registry = Registry().with_resource("", Resource.opaque(spec))
    for name, answer in answers.items():
        schema = {"$ref": f"#/components/schemas/{name}"}
        validator = Draft202012Validator({**spec, **schema}, registry=registry)
        assert [error.message for error in validator.iter_errors(answer.body)] == []


@pytest.mark.parametrize("number", [resident_number(900_000)])
async def test_an_erased_persons_events_stay_and_the_erasure_is_one(
    claims: Running, number: str
) -> None:
    office = Office(claims)
    body = claim(900_000)
    claim_id = await office.filed(body, "erase-1")
    before = await claims.event_count()
    operator = claims.person("operator-1", Role.OPERATOR, at="210000")
    said = {"id_number": number, "ground": "PIPL-47", "keep_tombstone": False}
    erased = [await operator.post("/persons/erase", said, key="erase-2") for _ in range(2)]
    other_body = await operator.post(
        "/persons/erase", {**said, "keep_tombstone": True}, key="erase-2"
    )

    assert [answer.status for answer in erased] == [200, 200]
    assert erased[0].body == erased[1].body
    assert erased[0].position == erased[1].position
    assert (erased[0].body["persons"], erased[0].body["belongings"]) == (1, 1)
    assert (other_body.status, other_body.codes) == (422, ["IDEMPOTENCY_KEY_REUSED"])
    assert await claims.event_count() == before + 1
    shown = await office.clerk.get(f"/claims/{claim_id}")
    assert shown.body["content"]["person"] == erased[0].body["person"]
    assert (await office.filer.post("/claims", body, key="erase-3")).status == 201


async def test_only_an_operator_of_the_whole_installation_may_erase(claims: Running) -> None:
    said = {"id_number": resident_number(1), "ground": "PIPL-47", "keep_tombstone": False}
    city = claims.person("operator-2", Role.OPERATOR, at="211400")
    clerk = claims.person("clerk-1", Role.CLERK, at="210000")

    assert (await city.post("/persons/erase", said, key="no-1")).codes == ["JURISDICTION_REFUSED"]
    assert (await clerk.post("/persons/erase", said, key="no-2")).codes == ["ROLE_REFUSED"]
