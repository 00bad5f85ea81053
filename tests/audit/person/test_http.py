"""A person's file over HTTP: JSON and CSV, as of a seal, each reading an event, refusals."""

from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest

from shared.events.persons import PersonalDataRead
from shared.http.identity import Role
from tests.audit.person.stories import PERSON, paid, story
from tests.audit.service.test_api import Site, site_on
from tests.databases import Databases

FILE = f"/persons/{PERSON}/file"


@pytest.fixture(scope="module")
async def site(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    history = story()
    before = len(history.events)
    async with site_on(databases, tmp_path_factory.mktemp("file"), history.events) as site:
        await site.audit.judged()
        await site.audit.say(*paid(history).events[before:])
        await site.audit.hear()
        yield site


async def readings(site: Site) -> list[PersonalDataRead]:
    events = await site.audit.own_events()
    return [e.facts for e in events if isinstance(e.facts, PersonalDataRead)]


async def test_each_reading_of_a_file_is_an_event_that_names_reader_and_purpose(
    site: Site,
) -> None:
    before = len(await readings(site))
    status, file = await site.get(f"{FILE}?purpose=appeal")
    assert (status, file["person"], file["whole"]) == (200, PERSON, True)
    assert [one["state"] for one in file["payouts"]] == ["paid"]
    told = await readings(site)
    assert len(told) == before + 1
    assert (told[-1].persons, told[-1].reader, told[-1].purpose) == (
        (PERSON,), "auditor-1", "appeal",
    )  # fmt: skip


async def test_as_of_the_seal_before_the_payment_the_file_shows_none(site: Site) -> None:
    seal = next(e for e in await site.audit.own_events() if e.subject == "judged")
    at = quote(seal.recorded_at.isoformat())
    status, file = await site.get(f"{FILE}?as_of={at}")
    assert status == 200
    assert [one["state"] for one in file["payouts"]] == ["scheduled"]
    status, told = await site.get(f"{FILE}?as_of=2000-01-01T00:00:00Z")
    assert (status, told["code"]) == (409, "NOTHING_SEALED")


async def test_the_file_is_handed_out_as_csv(site: Site) -> None:
    token = site.issuer.mint("clerk-1", [Role.CLERK], "211400", "")
    headers = {"Authorization": f"Bearer {token}"}
    async with site.session.get(f"{site.url}{FILE}?format=csv", headers=headers) as answer:
        text = (await answer.read()).decode("utf-8-sig")
        assert (answer.status, answer.content_type) == (200, "text/csv")
    assert text.splitlines()[0].startswith(f"人员编号 person,{PERSON}")
    assert "session" in text


async def test_another_city_another_role_and_an_unknown_person_are_refused_and_nothing_is_told(
    site: Site,
) -> None:
    before = len(await readings(site))
    status, told = await site.get(FILE, place="370100")
    assert (status, told["code"]) == (403, "JURISDICTION_REFUSED")
    assert (await site.get(FILE, role=Role.INSPECTOR))[0] == 403
    assert (await site.get(f"/persons/{'0' * 32}/file"))[0] == 404
    assert (await site.get("/persons/nobody/file"))[0] == 404
    assert len(await readings(site)) == before
