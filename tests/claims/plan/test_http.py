"""The life of a plan over real HTTP: filed, approved, attended, completed, decided."""

from collections.abc import Callable
from operator import itemgetter
from typing import Any

import pytest

from services.claims.plan.attendance import session_id
from shared.events.attendance import AttendanceCorrected
from shared.events.base import Sealed
from shared.events.plans import RosterListed
from shared.http.identity import Role
from shared.vault.sealing import open_sealed
from tests.claims.filing import says
from tests.claims.plan.office import (
    ENTERPRISE,
    INSTITUTION,
    RATE_FEN,
    PlanOffice,
    claim_of,
    correction,
    entry,
    events_of,
    plan,
    roster_table,
    session,
    skill_claim,
    skill_plan,
)
from tests.installation import Person, Running

REASONS = {"reasons": ["PAPER_MISSING"]}
BY_STAFF = ("accept", "return", "approve", "reject", "decide")
EXAMPLES: dict[str, Callable[[int], dict[str, Any]]] = {
    "change": lambda _: {**plan(99, 2), "reason": "typo"},
    "cancel": lambda _: {"reason": "no room"},
    "complete": lambda _: {"ended_on": "2021-02-28", "finished": 0, "passed": 0},
    "roster": lambda person: {"entries": [entry(person)]},
    "sessions": session,
    "sessions/S-1/correct": correction,
    "accept": lambda _: {"office": "OFFICE-1"},
    "return": lambda _: REASONS,
    "reject": lambda _: REASONS,
    "approve": lambda _: {"plan_version": 1, "roster_revision": 1, "base_fen": 1},
    "decide": lambda _: {},
}


async def test_a_plan_is_filed_listed_accepted_approved_and_shows_its_base(
    claims: Running,
) -> None:
    """Worked example E24: 40 × 5,000.00 = 200,000.00, half of it in advance."""
    office = PlanOffice(claims)
    plan_id = await office.accepted(plan(1), range(61_000, 61_040), "life-p1")
    approved = await office.approve(plan_id, "life-p1", fund="FUND-1")
    shown = await office.says(plan_id, approved.position)

    assert approved.body["base_fen"] == 40 * RATE_FEN == 20_000_000
    assert shown["stage"] == "approved"
    assert shown["waits_for"] == [{"what": "completion"}]
    pinned = {name: shown["approval"][name] for name in ("base_fen", "max_ratio_bp", "persons")}
    assert pinned == {"base_fen": 20_000_000, "max_ratio_bp": 5_000, "persons": 40}
    assert shown["approval"]["advance_clause"] == "HLD-10-4"
    assert shown["approval"]["payee_kind"] == "enterprise"
    assert shown["approval"]["settlement_due_on"] == "2021-05-29"
    assert (shown["approval"]["filed_by"], shown["approval"]["accepted_by"]) == (
        "planner-1", "plan-clerk-1",
    )  # fmt: skip


async def test_claims_of_a_completed_plan_make_it_decided_by_itself(claims: Running) -> None:
    office = PlanOffice(claims)
    persons = range(61_100, 61_103)
    plan_id = await office.approved(skill_plan(2, 3), persons, "decided")
    await office.complete(plan_id, passed=2, key="decided")
    for person in persons[:2]:
        claim_id = await office.claims.approved(skill_claim(plan_id, person), f"decided-{person}")
        approval = (await office.clerk.get(f"/claims/{claim_id}")).body["approval"]
        assert approval["settled_by_plan"] is True
    shown = await office.until_decided(plan_id, 1)

    assert shown["stage"] == "decided"
    assert shown["waits_for"] == []
    decided = shown["decided"]
    assert (decided["claims"], decided["approved"], decided["rejected"]) == (2, 2, 0)
    assert decided["earned"] == [
        {"payee_kind": "enterprise", "payee": ENTERPRISE, "earned_fen": 400_000, "claims": 2}
    ]
    assert decided["persons_fen"] == 0


async def test_thirty_six_of_forty_apprentices_earn_a_hundred_and_eighty_thousand(
    claims: Running,
) -> None:
    """Worked example E31, in small: 3 of 4 apprentices pass, each for 5,000.00 (HLD-1.4-1)."""
    office, persons = PlanOffice(claims), range(61_200, 61_204)
    plan_id = await office.approved(plan(3, 4), persons, "e31")
    await office.complete(plan_id, passed=3, key="e31")
    for person in persons[:3]:
        await office.claims.approved(claim_of(plan_id, person), f"e31-{person}")
    shown = await office.until_decided(plan_id, 1)

    [earned] = shown["decided"]["earned"]
    assert (earned["earned_fen"], earned["claims"], earned["payee"]) == (
        3 * RATE_FEN,
        3,
        ENTERPRISE,
    )


async def test_a_clerk_decides_a_plan_though_some_who_passed_never_claimed(
    claims: Running,
) -> None:
    office, persons = PlanOffice(claims), range(61_300, 61_302)
    plan_id = await office.approved(skill_plan(4, 2), persons, "early")
    await office.complete(plan_id, passed=2, key="early")
    open_claim = await office.claims.filed(skill_claim(plan_id, persons[0]), "early-1")
    refused = await office.clerk.post(f"/plans/{plan_id}/decide", key="early-2")
    withdrawn = await office.filer.post(
        f"/claims/{open_claim}/withdraw", {"reason": "enough"}, key="early-3"
    )
    waiting = await office.says(plan_id, withdrawn.position)
    decided = await office.clerk.post(f"/plans/{plan_id}/decide", key="early-4")
    again = await office.clerk.post(f"/plans/{plan_id}/decide", key="early-5")

    assert (refused.status, refused.codes) == (409, ["PLAN_CLAIMS_OPEN"])
    assert waiting["waits_for"] == [{"what": "persons_without_decision", "count": 2}]
    assert (decided.body["event"], decided.body["revision"]) == ("PlanDecided", 1)
    assert (again.status, again.codes) == (409, ["NOTHING_TO_DECIDE"])


async def test_a_late_certificate_and_a_revocation_each_make_a_new_revision(
    claims: Running,
) -> None:
    office, persons = PlanOffice(claims), range(61_400, 61_402)
    plan_id = await office.approved(skill_plan(5, 2), persons, "late")
    await office.complete(plan_id, passed=1, key="late")
    first = await office.claims.approved(skill_claim(plan_id, persons[0]), "late-1")
    before = await office.until_decided(plan_id, 1)
    await office.claims.approved(skill_claim(plan_id, persons[1]), "late-2")
    grown = await office.until_decided(plan_id, 2)
    await office.claims.approver.post(
        f"/claims/{first}/revoke", {"reasons": ["PAPER_FORGED"]}, key="late-3"
    )
    shrunk = await office.until_decided(plan_id, 3)

    sums = [each["decided"]["earned"][0]["earned_fen"] for each in (before, grown, shrunk)]
    assert sums == [200_000, 400_000, 200_000]
    assert shrunk["decided"]["rejected"] == 1


async def test_a_claim_waits_for_its_plan_and_is_refused_outside_it(claims: Running) -> None:
    office, persons = PlanOffice(claims), range(61_500, 61_502)
    plan_id = await office.accepted(skill_plan(6, 2), persons, "outside")
    unknown = skill_claim("plan-that-is-not-there", 61_598)
    early, proposal = await office.claims.proposed(skill_claim(plan_id, persons[0]), "outside-1")
    _, nowhere = await office.claims.proposed(unknown, "outside-2")
    await office.approve(plan_id, "outside")
    await office.clerk.post(f"/claims/{early}/propose", key="outside-3")
    later = (await office.clerk.get(f"/claims/{early}")).body["proposal"]
    _, stranger = await office.claims.proposed(skill_claim(plan_id, 61_599), "outside-4")
    _, other = await office.claims.proposed(
        skill_claim(plan_id, persons[1], level="L3"), "outside-5"
    )

    assert (proposal["decision"], proposal["reasons"]) == ("HOLD", ["PLAN_NOT_APPROVED"])
    assert (nowhere["decision"], nowhere["reasons"]) == ("HOLD", ["PLAN_UNKNOWN"])
    assert (later["decision"], later["amount_fen"]) == ("APPROVE", 200_000)
    assert (stranger["decision"], stranger["reasons"]) == ("REJECT", ["NOT_ON_ROSTER"])
    assert (other["decision"], other["reasons"]) == ("REJECT", ["PLAN_DIFFERS"])


async def test_an_approval_is_stale_once_the_plan_no_longer_carries_the_claim(
    claims: Running,
) -> None:
    office, person = PlanOffice(claims), 61_600
    plan_id = await office.approved(skill_plan(7, 1), range(person, person + 1), "stale")
    claim_id, proposal = await office.claims.proposed(skill_claim(plan_id, person), "stale-1")
    gone = {"entries": [entry(person, change="left", group="HLD.G.employee")]}
    left = await office.filer.post(f"/plans/{plan_id}/roster", gone, key="stale-2")
    refused = await office.claims.approve(claim_id, proposal, "stale-3")

    assert left.body["listed"] == 1
    assert (refused.status, refused.codes) == (409, ["STALE_PROPOSAL"])


async def test_a_plan_that_is_filed_twice_answers_already(claims: Running) -> None:
    office, body = PlanOffice(claims), plan(8, 2)
    plan_id = await office.filed(body, "twice-p1")
    again = await office.filer.post("/plans", {**body, "budget_fen": 5}, key="twice-p2")
    repeated = await office.filer.post("/plans", {**body, "budget_fen": 5}, key="twice-p2")
    cancelled = await office.filer.post(
        f"/plans/{plan_id}/cancel", {"reason": "no room"}, key="twice-p3"
    )
    anew = await office.filer.post("/plans", body, key="twice-p4")

    assert (again.status, again.body) == (200, {"plan": plan_id, "outcome": "already"})
    assert (repeated.status, repeated.body) == (200, again.body)
    assert cancelled.body["event"] == "PlanCancelled"
    assert anew.status == 201


async def test_a_changed_plan_is_approved_again_with_another_base(claims: Running) -> None:
    office, body = PlanOffice(claims), plan(9, 2)
    plan_id = await office.approved(body, range(61_700, 61_702), "changed")
    changed = await office.filer.post(
        f"/plans/{plan_id}/change",
        {**body, "budget_fen": 333_33, "reason": "less money"},
        key="changed-1",
    )
    waiting = await office.says(plan_id, changed.position)
    await office.clerk.post(f"/plans/{plan_id}/accept", {"office": "O"}, key="changed-2")
    approved = await office.approve(plan_id, "changed-3")

    assert (changed.body["event"], changed.body["revision"]) == ("PlanChanged", 1)
    assert waiting["waits_for"] == [{"what": "acceptance"}]
    assert approved.body["base_fen"] == 333_33  # E28: less than heads × rate


async def test_a_plan_is_returned_and_rejected_with_reasons(claims: Running) -> None:
    office, reasons = PlanOffice(claims), {"reasons": ["PAPER_MISSING"], "note": "page 2"}
    plan_id = await office.accepted(plan(10, 2), range(61_710, 61_712), "reject")
    returned = await office.clerk.post(f"/plans/{plan_id}/return", reasons, key="reject-1")
    again = {"entries": [entry(61_710, group="HLD.G.employee")]}
    listed = await office.filer.post(f"/plans/{plan_id}/roster", again, key="reject-2")
    rejected = await office.approver.post(f"/plans/{plan_id}/reject", reasons, key="reject-3")
    named = [each.body["event"] for each in (returned, listed, rejected)]

    assert named == ["PlanReturned", "RosterListed", "PlanRejected"]


async def test_the_same_persons_may_not_do_two_of_the_three_steps(claims: Running) -> None:
    office = PlanOffice(claims)
    plan_id = await office.filed(plan(11, 2), "eyes-p1")
    await office.listed(plan_id, range(61_720, 61_722), "eyes-p1")
    filer_too = claims.person("planner-1", Role.CLERK)
    own = await filer_too.post(f"/plans/{plan_id}/accept", {"office": "O"}, key="eyes-p2")
    await office.clerk.post(f"/plans/{plan_id}/accept", {"office": "O"}, key="eyes-p3")
    office.approver = claims.person("plan-clerk-1", Role.APPROVER)
    clerk_too = await office.approve(plan_id, "eyes-p4")

    for refused in (own, clerk_too):
        assert (refused.status, refused.codes) == (409, ["PLAN_SAME_PERSON_TWICE"])


async def test_every_command_is_answered_the_same_again_and_written_once(claims: Running) -> None:
    office, body = PlanOffice(claims), plan(12, 2)
    plan_id = await office.filed(body, "again-p0")
    entries = {"entries": [entry(61_730), entry(61_731)]}
    steps: list[tuple[Person, str, dict[str, Any]]] = [
        (office.filer, "roster", entries),
        (office.filer, "change", {**body, "reason": "typo"}),
        (office.clerk, "return", {"reasons": ["PAPER_MISSING"]}),
        (office.filer, "roster", {"entries": [entry(61_730, employer="A" * 18)]}),
        (office.clerk, "accept", {"office": "OFFICE-1"}),
        (
            office.approver,
            "approve",
            {"plan_version": 3, "roster_revision": 2, "base_fen": 2 * RATE_FEN},
        ),
        (office.filer, "sessions", session(61_730)),
        (office.filer, "sessions/S-1/correct", correction(61_730)),
        (office.filer, "complete", {"ended_on": "2021-02-28", "finished": 1, "passed": 1}),
        (office.clerk, "decide", {}),
    ]
    for number, (person, name, said) in enumerate(steps, start=1):
        path, key = f"/plans/{plan_id}/{name}", f"again-p{number}"
        first = await person.post(path, said, key=key)
        assert first.status in (200, 201), first.body
        before = await claims.event_count()
        second = await person.post(path, said, key=key)
        assert (second.status, second.body) == (first.status, first.body)
        assert second.position == first.position
        assert await claims.event_count() == before
        other = await person.post(path, {**said, "extra": 1}, key=key)
        assert other.status == 422


async def test_a_roster_says_once_what_it_is_told_twice(claims: Running) -> None:
    office = PlanOffice(claims)
    plan_id = await office.filed(plan(13, 2), "roster-1")
    first = await office.listed(plan_id, range(61_740, 61_742), "roster-1")
    again = await office.listed(plan_id, range(61_740, 61_742), "roster-2")
    too_many = await office.filer.post(
        f"/plans/{plan_id}/roster", {"entries": [entry(61_749)]}, key="roster-3"
    )
    twice = await office.filer.post(
        f"/plans/{plan_id}/roster", {"entries": [entry(61_740), entry(61_740)]}, key="roster-4"
    )
    shown = await says(office.clerk, f"/plans/{plan_id}/roster", again.position)

    assert (first.body["revision"], first.body["listed"]) == (1, 2)
    assert again.body == {"plan": plan_id, "outcome": "already"}
    assert (too_many.status, too_many.codes) == (409, ["ROSTER_TOO_LONG"])
    assert (twice.status, twice.codes) == (422, ["INPUT_REFUSED", "PERSON_TWICE"])
    assert [(t["row"], t["change"]) for t in sorted(shown["trainees"], key=itemgetter("row"))] == [
        (1, "enrolled"), (2, "enrolled"),
    ]  # fmt: skip
    assert "name" not in shown["trainees"][0]


async def test_a_roster_file_of_many_parts_is_answered_row_by_row(claims: Running) -> None:
    office = PlanOffice(claims)
    plan_id = await office.filed(plan(14, 1_300), "file-1")
    table = roster_table(range(62_000, 63_200), "not a number,甲,HLD.G.apprentice,2020-03-01")
    path = f"/plans/{plan_id}/roster-file"
    first = await office.filer.upload(path, table, key="file-2")
    before = await claims.event_count()
    repeated = await office.filer.upload(path, table, key="file-2")
    again = await office.filer.upload(path, table, key="file-3")
    shown = await office.says(plan_id, again.position)

    assert first.status == 200, first.body
    assert first.body["counts"] == {"submitted": 1_200, "refused": 1}
    assert repeated.body == first.body
    assert again.body["counts"] == {"already": 1_200, "refused": 1}
    assert await claims.event_count() == before
    assert (shown["enrolled"], shown["roster_revision"]) == (1_200, 1)
    listed = [
        event.facts for event in await events_of(claims, plan_id)
        if isinstance(event.facts, RosterListed)
    ]  # fmt: skip
    assert len(listed) == listed[0].parts >= 3
    assert max(len(part.entries) for part in listed) <= 500


async def test_names_of_a_roster_are_sealed_for_the_event_that_carries_them(
    claims: Running,
) -> None:
    office = PlanOffice(claims)
    plan_id = await office.filed(plan(15, 2), "sealed-1")
    await office.listed(plan_id, range(61_760, 61_762), "sealed-1")
    [event] = [e for e in await events_of(claims, plan_id) if isinstance(e.facts, RosterListed)]
    vault = claims.service.vault
    assert vault is not None
    assert isinstance(event.facts, RosterListed)
    for each in event.facts.entries:
        [key] = await vault.open_keys([each.person], purpose="test", actor="auditor-1")
        assert key is not None
        assert each.name is not None
        sealed = Sealed(person=each.person, ciphertext=each.name)
        assert open_sealed(key, event.id, f"entries/{each.row}/name", sealed) == "学员甲"


async def test_attendance_is_recorded_corrected_and_never_of_strangers(claims: Running) -> None:
    office = PlanOffice(claims)
    plan_id = await office.approved(plan(16, 2), range(61_770, 61_772), "class")
    path = f"/plans/{plan_id}/sessions"
    recorded = await office.filer.post(path, session(61_770, 61_771), key="class-1")
    again = await office.filer.post(path, session(61_770, 61_771), key="class-2")
    other = await office.filer.post(path, session(61_770), key="class-3")
    stranger = await office.filer.post(
        path, session(61_770, 61_779) | {"session": "S-2"}, key="class-4"
    )
    corrected = await office.filer.post(f"{path}/S-1/correct", correction(61_771), key="class-5")
    nothing = await office.filer.post(f"{path}/S-1/correct", correction(61_771), key="class-6")
    events = await events_of(claims, session_id(plan_id, "S-1"))

    assert (recorded.status, recorded.body["event"]) == (201, "AttendanceRecorded")
    assert (again.status, again.body["outcome"]) == (200, "already")
    assert (other.status, other.codes) == (409, ["SESSION_DIFFERS"])
    assert (stranger.status, stranger.codes) == (409, ["NOT_ON_ROSTER"])
    assert corrected.body["event"] == "AttendanceCorrected"
    assert (nothing.status, nothing.codes) == (409, ["NOTHING_TO_CORRECT"])
    facts = events[-1].facts
    assert isinstance(facts, AttendanceCorrected)
    assert [each.credited_minutes for each in (*facts.before, *facts.after)] == [180, 60]
    assert facts.before[0].person == facts.after[0].person


async def test_another_organisation_neither_touches_nor_sees_a_plan(claims: Running) -> None:
    office = PlanOffice(claims)
    plan_id = await office.approved(plan(17, 2), range(61_780, 61_782), "own-p")
    stranger = claims.person("stranger-9", Role.INSTITUTION, org="ENT-9")
    trainer = claims.person("trainer-9", Role.INSTITUTION, org=INSTITUTION)
    before = await claims.event_count()
    for name, said in EXAMPLES.items():
        if name in BY_STAFF:
            continue
        answer = await stranger.post(f"/plans/{plan_id}/{name}", said(61_780), key="own-p")
        assert (answer.status, answer.codes) == (403, ["NOT_OWN_RECORD"]), name
    for read in ("", "/roster", "/claims"):
        answer = await stranger.get(f"/plans/{plan_id}{read}")
        assert (answer.status, answer.codes) == (403, ["NOT_OWN_RECORD"])
        assert (await trainer.get(f"/plans/{plan_id}{read}")).status == 200
    assert (await stranger.get("/plans")).body == {"plans": []}
    assert await claims.event_count() == before


async def test_no_route_lets_another_city_touch_or_see_a_plan(claims: Running) -> None:
    office = PlanOffice(claims)
    plan_id = await office.filed(plan(18, 2), "walk-p")
    before, walked = await claims.event_count(), 0
    for route in claims.parts.routes:
        staff = sorted((route.roles or frozenset()) - {Role.CLAIMANT, Role.INSTITUTION})
        if not staff or not route.path.startswith("/plans") or "/documents" in route.path:
            continue  # tests/claims/document walks the papers
        path = route.path.replace("{plan}", plan_id)
        for at in ("210200", "211403"):
            foreigner = claims.person("foreigner-p", *staff, at=at)
            if route.method == "POST":
                said = EXAMPLES[route.path.removeprefix("/plans/{plan}/")](61_790)
                answer = await foreigner.post(path, said, key=f"walk-p-{at}")
            else:
                answer = await foreigner.get(path)
            walked += 1
            if path == "/plans":
                assert plan_id not in str(answer.body)
            else:
                assert (answer.status, answer.codes) == (403, ["JURISDICTION_REFUSED"]), path
    assert walked >= 18
    assert await claims.event_count() == before


async def test_plans_and_their_claims_are_listed_in_pages(claims: Running) -> None:
    office, persons = PlanOffice(claims), range(61_800, 61_802)
    plan_id = await office.approved(skill_plan(19, 2), persons, "pages")
    filed = [
        await office.filer.post("/claims", skill_claim(plan_id, person), key=f"pages-{person}")
        for person in persons
    ]
    path = f"/plans/{plan_id}/claims?limit=1"
    positions = ",".join(answer.position for answer in filed)
    first = await says(office.filer, path, positions)
    second = await says(office.filer, f"{path}&after={first['next']}", positions)
    last = await says(office.filer, f"{path}&after={second['next']}", positions)
    listed = await says(office.filer, "/plans?stage=approved&limit=200", positions)

    shown = [first["claims"][0], second["claims"][0]]
    assert {each["claim"] for each in shown} == {answer.body["claim"] for answer in filed}
    assert {(each["state"], each["on_roster"]) for each in shown} == {("open", True)}
    assert last == {"claims": []}
    assert plan_id in [each["plan"] for each in listed["plans"]]


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ({"kind": "HLD.K.none"}, ["KIND_UNKNOWN"]),
        ({"occupation": "0-00-00-00"}, ["OCCUPATION_UNKNOWN"]),
        ({"ends_on": "2020-01-01"}, ["DATE_ORDER"]),
        ({"persons": 0}, ["INTEGER_TOO_SMALL"]),
        ({"persons": 10_001}, ["INTEGER_TOO_LARGE"]),
        ({"budget_fen": 1.5}, ["AMOUNT_NOT_FEN"]),
    ],
)
async def test_a_plan_that_nothing_covers_is_refused_with_its_field(
    claims: Running, said: dict[str, Any], codes: list[str]
) -> None:
    office = PlanOffice(claims)
    answer = await office.filer.post("/plans", {**plan(20, 2), **said}, key=f"bad-{codes[0]}")

    assert (answer.status, answer.codes) == (422, ["INPUT_REFUSED", *codes])
