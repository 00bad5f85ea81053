"""Credit records: confirmed, not in error, not appealed, after the last day for an appeal."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from services.audit.app import project
from services.audit.credit.records import HEAD, clause_for
from shared.clock import SHANGHAI
from shared.events.base import Facts
from shared.events.cases import FindingAppealed
from shared.events.envelope import Event
from shared.events.persons import PersonalDataRead
from shared.http.identity import Role
from shared.reading import MAX_PERSONS
from tests.audit.service.findings import KEYS, confirmed, dismissed, event, found, proposed
from tests.audit.service.test_api import Site, site_on
from tests.databases import Databases

ZIBO, DISTRICT, JINAN = "370300", "370302", "370100"
CONFIRMED_AT = datetime(2021, 3, 1, 16, 30, tzinfo=UTC)
"""the second of March in Shanghai: sixty days end on 1 May, six months on 2 September"""
LAST, OVER = "2021-09-02", "2021-09-03"
PERSON = "a" * 32
APPEALED = FindingAppealed(
    **KEYS, appealed_on=CONFIRMED_AT.date(), party_kind="individual", ground="x"
)


@pytest.fixture
async def site(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    async with site_on(databases, tmp_path_factory.mktemp("credit")) as site:
        yield site


async def happened(site: Site, finding: str, *facts: Facts, place: str = ZIBO) -> None:
    """The finding's events, as the read tables follow them."""
    told: list[Event] = []
    for version, one in enumerate(facts, start=1):
        told.append(placed(event(version, one), f"finding-{finding}", place))
    async with site.audit.service.pool.acquire() as connection, connection.transaction():
        await project(connection, told)


def placed(one: Event, subject: str, place: str) -> Event:
    said = {name: getattr(one, name) for name in one.__struct_fields__}
    changed = {"subject": subject, "jurisdiction": place, "recorded_at": CONFIRMED_AT}
    return Event(**said | changed)


def opened(*persons: str) -> Facts:
    return found(persons=persons or (PERSON,))


async def listed(site: Site, as_of: str = OVER, place: str = ZIBO, more: str = "") -> list[str]:
    path = f"/findings/credit-records?place={place}&as_of={as_of}{more}"
    status, said = await site.get(path, place=place)
    assert status == 200, said
    return [one["finding"] for one in said["records"]]


async def test_a_finding_becomes_a_credit_record_when_the_time_for_an_appeal_is_over(
    site: Site,
) -> None:
    await happened(site, "1", opened(), proposed("confirm"), confirmed())

    assert await listed(site, LAST) == []
    status, said = await site.get(f"/findings/credit-records?place={ZIBO}&as_of={OVER}", place=ZIBO)
    assert (status, said["clause"], said["next"]) == (200, "ZB-3.3-2", "finding-1")
    assert said["records"] == [
        {
            "finding": "finding-1", "rule": "A1", "rule_version": 1, "clauses": ["HLD-10-3"],
            "jurisdiction": ZIBO, "persons": [PERSON], "claims": ["claim-1"],
            "amount_fen": 150_000, "confirmed_on": "2021-03-02", "appeal_over_on": OVER,
        }
    ]  # fmt: skip


async def test_what_is_open_dismissed_appealed_or_an_honest_error_is_no_credit_record(
    site: Site,
) -> None:
    honest = msgspec.structs.replace(confirmed(), honest_error=True)
    lives: dict[str, list[Facts]] = {
        "open": [], "proposed": [proposed("confirm")], "dismissed": [dismissed()],
        "honest": [honest], "appealed": [confirmed(), APPEALED],
        "cleared": [confirmed(), APPEALED, dismissed()], "again": [confirmed(), found(2)],
    }  # fmt: skip
    for finding, ends in lives.items():
        await happened(site, finding, opened(), *ends)
    await happened(site, "upheld", opened(), confirmed(), APPEALED, confirmed())
    await happened(site, "jinan", opened(), confirmed(), place=JINAN)

    assert await listed(site) == ["finding-upheld"]


async def test_each_page_is_a_reading_and_an_empty_one_is_none(site: Site) -> None:
    many = [f"{number:032x}" for number in range(MAX_PERSONS - 1)]
    await happened(site, "1", opened(*many), confirmed())
    await happened(site, "2", opened("e" * 32, "f" * 32), confirmed())
    await listed(site, LAST)
    first = await listed(site)
    rest = await listed(site, more="&after=finding-1&limit=1")

    assert (first, rest) == (["finding-1"], ["finding-2"])
    readings = [e for e in await site.audit.own_events() if isinstance(e.facts, PersonalDataRead)]
    told = [e.facts for e in readings if isinstance(e.facts, PersonalDataRead)]
    assert sorted(len(one.persons) for one in told) == [2, MAX_PERSONS - 1]
    assert {(one.purpose, one.reader, one.subject) for one in told} == {
        ("credit_record", "auditor-1", f"credit-records-{ZIBO}")
    }


async def test_the_records_are_handed_out_as_csv(site: Site) -> None:
    await happened(site, "1", opened(), confirmed())
    token = site.issuer.mint("auditor-1", [Role.AUDITOR], ZIBO, "")
    path = f"/findings/credit-records?place={ZIBO}&as_of={OVER}&format=csv"
    said = {"Authorization": f"Bearer {token}"}
    async with site.session.get(site.url + path, headers=said) as given:
        head, line = (await given.read()).decode("utf-8-sig").splitlines()

    assert (given.content_type, head) == ("text/csv", ",".join(HEAD))
    assert line == (f"finding-1,A1,1,HLD-10-3,{ZIBO},{PERSON},claim-1,1500.00,2021-03-02,{OVER}")


async def test_another_place_a_day_to_come_and_a_silent_policy_are_refused(site: Site) -> None:
    await happened(site, "1", opened(), confirmed())
    path = f"/findings/credit-records?as_of={OVER}&place="
    tomorrow = datetime.now(SHANGHAI).date() + timedelta(days=2)
    early = f"/findings/credit-records?place={ZIBO}&as_of={tomorrow}"

    assert (await site.get(path + ZIBO, place=JINAN))[1]["code"] == "JURISDICTION_REFUSED"
    assert (await site.get(path + JINAN, place=JINAN))[1]["code"] == "CREDIT_RECORD_NOT_ASKED"
    assert (await site.get(early, place=ZIBO))[1]["code"] == "DAY_IN_FUTURE"
    assert (await site.get(path + ZIBO, place=ZIBO, role=Role.CLERK))[0] == 403
    assert (clause_for(DISTRICT), clause_for(JINAN)) == ("ZB-3.3-2", None)
    assert not any(isinstance(e.facts, PersonalDataRead) for e in await site.audit.own_events())
