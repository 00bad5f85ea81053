"""Reports over HTTP: computed at a seal, filed, computed again to the same hash, and refused."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from urllib.parse import quote

import pytest

from services.audit.archiving import archived_when_free
from services.audit.reports.source import sealed_in
from shared.http.identity import Role
from tests.audit.reports.stories import Story, fund
from tests.audit.service.test_api import Site, site_on
from tests.databases import Databases

PLACE = "211400"
FUND_USE = f"/reports/fund_use?place={PLACE}&period=2021"


@pytest.fixture(scope="module")
async def site(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    """Sealed twice: before the payment of the second claim, and after it."""
    story = Story()
    fund(story)
    for number in (1, 2):
        story.claim(number)
    story.pay(1)
    story.quota(PLACE, 2, whole=True)
    before = len(story.events)
    async with site_on(databases, tmp_path_factory.mktemp("reports"), story.events) as site:
        await site.audit.judged()
        story.pay(2)
        await site.audit.say(*story.events[before:])
        await site.audit.hear()
        await site.audit.judged()
        folder = site.audit.service.settings.archive_dir
        assert folder is not None
        await archived_when_free(site.audit.service.log, folder)
        yield site


async def seals(site: Site) -> list[str]:
    events = await site.audit.own_events()
    return [quote(e.recorded_at.isoformat()) for e in events if e.subject == "judged"]


async def test_as_of_an_earlier_seal_the_later_payment_is_not_counted(site: Site) -> None:
    first, second = await seals(site)
    paid = []
    for at in (first, second):
        status, told = await site.get(f"/quotas?place={PLACE}&as_of={at}")
        assert status == 200
        paid += [quota["paid"] for quota in told["quotas"] if quota["target"] == 2]
    assert paid == [1, 2]


async def test_a_filed_report_is_computed_again_to_the_same_hash(site: Site) -> None:
    first, _ = await seals(site)
    shown = await site.get(f"{FUND_USE}&as_of={first}")
    said = {"place": PLACE, "period": "2021", "as_of": "2021-01-01T00:00:00Z"}
    early = await site.ask("POST", "/reports/fund_use/file", body=said)
    assert (early[0], early[1]["code"]) == (409, "NOTHING_SEALED")

    status, filed = await site.ask(
        "POST", "/reports/fund_use/file", body={"place": PLACE, "period": "2021"}, key="file-1"
    )
    again = await site.ask(
        "POST", "/reports/fund_use/file", body={"place": PLACE, "period": "2021"}, key="file-1"
    )
    assert (status, again[1]) == (201, filed)
    assert filed["sha256"] != shown[1]["sha256"]
    status, compared = await site.get(f"/filed-reports/{filed['report']}")
    assert (status, compared["equal"], compared["version"]) == (200, True, 1)
    assert compared["filed_by"] == "auditor-1"


async def test_the_same_report_comes_as_csv_and_as_a_workbook_with_the_same_bytes(
    site: Site,
) -> None:
    token = site.issuer.mint("approver-1", [Role.APPROVER], PLACE, "")
    headers = {"Authorization": f"Bearer {token}"}
    for form, kind in (("csv", "text/csv"), ("xlsx", "spreadsheetml")):
        bodies = []
        for _ in range(2):
            url = f"{site.url}{FUND_USE}&format={form}"
            async with site.session.get(url, headers=headers) as answer:
                assert answer.status == 200
                assert kind in answer.content_type
                bodies.append(await answer.read())
        assert bodies[0] == bodies[1]


@pytest.mark.parametrize(
    ("path", "who", "code"),
    [
        (f"/reports/quarterly?place={PLACE}&period=2021Q2", {}, "REPORT_NOT_LISTED"),
        (f"/reports/nonsense?place={PLACE}&period=2021", {}, "RESOURCE_UNKNOWN"),
        (f"/reports/fund_use?place={PLACE}&period=2021Q9", {}, "PERIOD_REFUSED"),
        (FUND_USE, {"place": "370100"}, "JURISDICTION_REFUSED"),
        (FUND_USE, {"role": Role.CLERK}, "ROLE_REFUSED"),
        (f"/reports/audit_export?place={PLACE}&period=2021", {"role": Role.APPROVER},
         "ROLE_REFUSED"),
        (f"/quotas?place={PLACE}", {"place": "370100"}, "JURISDICTION_REFUSED"),
        ("/filed-reports/report-0", {}, "RESOURCE_UNKNOWN"),
    ],
)  # fmt: skip
async def test_what_may_not_be_seen_or_is_not_asked_for_is_refused(
    path: str, who: dict[str, Role | str], code: str, site: Site
) -> None:
    assert (await site.get(path, **who))[1]["code"] == code


async def test_the_archive_alone_gives_the_seal_that_the_service_gives(site: Site) -> None:
    folder = site.audit.service.settings.archive_dir
    assert folder is not None
    _, told = await site.get(f"/quotas?place={PLACE}")
    assert sealed_in(folder).digest == told["seal"]
    assert date(2021, 1, 1) < sealed_in(folder, datetime(2200, 1, 1, tzinfo=UTC)).at.date()
