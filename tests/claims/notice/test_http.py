"""Notices over HTTP: shown with masked names, objected to, closed by a clerk or by the day."""

from datetime import timedelta
from itertools import count
from typing import Any

import orjson

from services.claims.notice.closing import Closing
from services.claims.notice.decide import MAX_CLAIMS, NOTICE
from shared.days import Days
from shared.events.base import CLAIM_EVENTS
from shared.events.envelope import decode
from shared.events.notices import NoticePublished
from shared.events.persons import PersonalDataRead
from shared.http.identity import Role
from tests.claims.filing import Office, claim, says
from tests.installation import Answer, Running

PERSON = count(30_000)


def key() -> str:
    return f"notice-{next(PERSON)}"


async def shown(claims: Running, number: int = 1) -> tuple[Office, list[str], Answer]:
    """Approved claims in a notice."""
    office = Office(claims)
    ids = [await office.approved(claim(next(PERSON)), key()) for _ in range(number)]
    answer = await office.clerk.post(
        "/notices", {"jurisdiction": "211402", "claims": ids}, key=key()
    )
    assert answer.status == 201, answer.body
    return office, ids, answer


async def test_a_notice_shows_masked_names_and_its_hash_stands_in_the_event(
    claims: Running,
) -> None:
    office, ids, answer = await shown(claims, 2)
    notice = answer.body["notice"]
    page = (await office.approver.get(f"/notices/{notice}/page", answer.position)).body
    events = [decode(body).facts for body in await claims.service.store.load(notice)]

    assert all(line["name"].endswith("*") for line in page["lines"])
    assert [line["claim"] for line in page["lines"]] == sorted(ids)
    assert isinstance(events[0], PersonalDataRead)
    assert isinstance(events[1], NoticePublished)
    assert events[1].page_sha256 == page["sha256"]
    assert events[1].amount_fen == sum(line["amount_fen"] for line in page["lines"])


async def test_each_reading_of_the_page_is_an_event(claims: Running) -> None:
    office, _, answer = await shown(claims)
    before = await claims.event_count()
    await office.approver.get(f"/notices/{answer.body['notice']}/page")

    assert await claims.event_count() == before + 1


async def test_a_claim_stands_in_one_open_notice_and_the_request_is_answered_again(
    claims: Running,
) -> None:
    office, ids, _ = await shown(claims)
    body = {"jurisdiction": "211402", "claims": ids}
    second = await office.clerk.post("/notices", body, key=key())
    fresh = [await office.approved(claim(next(PERSON)), key())]
    same = key()
    body = {"jurisdiction": "211402", "claims": fresh}
    first = await office.clerk.post("/notices", body, key=same)
    again = await office.clerk.post("/notices", body, key=same)

    assert (second.status, second.codes) == (409, ["NOTICED_ALREADY"])
    assert again.body == first.body


async def test_what_must_not_be_shown_is_named_one_by_one(claims: Running) -> None:
    office = Office(claims)
    filed = await office.filed(claim(next(PERSON)), key())
    body: dict[str, Any] = {"jurisdiction": "211402", "claims": [filed, "claim-unknown"]}
    refused = await office.clerk.post("/notices", body, key=key())
    twice = await office.clerk.post("/notices", body | {"claims": [filed, filed]}, key=key())
    many = body | {"claims": [f"claim-{n}" for n in range(MAX_CLAIMS + 1)]}
    too_many = await office.clerk.post("/notices", many, key=key())

    assert refused.codes == ["NOTICE_REFUSED", "NOT_TO_BE_SHOWN", "RESOURCE_UNKNOWN"]
    assert twice.codes == ["CLAIM_TWICE"]
    assert too_many.status == 422


async def test_an_objection_is_answered_and_the_claim_shows_what_it_waits_for(
    claims: Running,
) -> None:
    office, ids, answer = await shown(claims)
    path = f"/notices/{answer.body['notice']}"
    said = {"claim": ids[0], "channel": "hotline", "ground": "works elsewhere"}
    filed = await office.clerk.post(f"{path}/objections", said, key=key())
    waits = (await says(office.clerk, f"/claims/{ids[0]}", filed.position))["waits_for"]
    number = filed.body["objection"]
    own = await office.clerk.post(
        f"{path}/objections/{number}/answer", {"outcome": "upheld"}, key=key()
    )
    upheld = await office.approver.post(
        f"{path}/objections/{number}/answer", {"outcome": "upheld"}, key=key()
    )
    after = (await says(office.clerk, f"/claims/{ids[0]}", upheld.position))["waits_for"]

    assert [one["code"] for one in waits] == ["NOTICE_OPEN", "OBJECTION_OPEN"]
    assert own.codes == ["SAME_PERSON_TWICE"]
    assert [one["code"] for one in after] == ["NOTICE_OPEN", "OBJECTION_UPHELD"]


async def test_a_clerk_cannot_close_a_notice_before_its_day(claims: Running) -> None:
    office, _, answer = await shown(claims)
    closed = await office.clerk.post(f"/notices/{answer.body['notice']}/close", key=key())

    assert (closed.status, closed.codes) == (409, ["NOTICE_NOT_OVER"])


async def test_the_system_closes_a_notice_when_its_day_is_opened(claims: Running) -> None:
    office, ids, answer = await shown(claims)
    notice = answer.body["notice"]
    service = claims.service
    await Days(service, "claims", CLAIM_EVENTS).turn()
    await office.clerk.get("/notices", str(await _newest(claims)))
    early = await Closing(service).turn()
    day = service.clock.today() + timedelta(days=7)
    await service.pool.execute("INSERT INTO days_seen (day) VALUES ($1)", day)
    closed = await Closing(service).turn()
    again = await Closing(service).turn()
    await service.pool.execute("DELETE FROM days_seen WHERE day = $1", day)
    found = NOTICE.fold(await service.store.load(notice))

    assert (early, again) == (0, 0)
    assert closed >= 1
    assert (found.stage.value, found.closed_on) == ("closed", day)
    assert ids[0] in found.claims


async def _newest(claims: Running) -> str:
    heads = await claims.service.store.heads()
    return ",".join(f"{at.topic}/{at.partition}/{seq}" for at, seq in heads.items() if seq)


async def test_staff_of_another_city_see_no_notice_and_touch_none(claims: Running) -> None:
    _, ids, answer = await shown(claims)
    foreigner = claims.person("foreign-1", Role.CLERK, Role.APPROVER, at="210200")
    path = f"/notices/{answer.body['notice']}"
    said = {"claim": ids[0], "channel": "letter", "ground": "x"}
    answers = [
        await foreigner.get(path),
        await foreigner.get(f"{path}/page"),
        await foreigner.post(f"{path}/close", key=key()),
        await foreigner.post(f"{path}/objections", said, key=key()),
        await foreigner.post(
            f"{path}/objections/objection-1/answer", {"outcome": "upheld"}, key=key()
        ),
        await foreigner.post("/notices", {"jurisdiction": "211402", "claims": ids}, key=key()),
    ]
    listed = await foreigner.get("/notices", answer.position)

    assert {tuple(one.codes) for one in answers} == {("JURISDICTION_REFUSED",)}
    assert answer.body["notice"] not in orjson.dumps(listed.body).decode()


async def test_the_list_names_open_notices(claims: Running) -> None:
    office, _, answer = await shown(claims)
    listed = await says(office.clerk, "/notices?open=yes&limit=200", answer.position)
    found = [one for one in listed["notices"] if one["notice"] == answer.body["notice"]]
    one = await says(office.clerk, f"/notices/{answer.body['notice']}", answer.position)

    assert [(n["claims"], n["objections"]) for n in found] == [(1, 0)]
    assert (one["stage"], len(one["claims"])) == ("published", 1)
