"""A trace over HTTP, out of the index and a real log."""

from collections.abc import AsyncIterator
from pathlib import Path
from xml.etree import ElementTree as XML

import pytest

from services.audit.trace.follow import follow
from services.audit.trace.index import Found
from services.cli.trace import Scan
from shared.http.identity import Role
from tests.audit.service.test_api import Site, site_on
from tests.audit.trace.stories import FIRST, PERSON, PLAN, SECOND, story
from tests.databases import Databases


@pytest.fixture(scope="module")
async def site(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    told = story()[:-1]  # findings are audit's own to say
    folder: Path = tmp_path_factory.mktemp("trace")
    async with site_on(databases, folder, told) as site:
        yield site


async def test_every_event_behind_a_claim_is_shown_with_its_cause_and_sum(site: Site) -> None:
    status, traced = await site.get(f"/trace/{FIRST}")
    assert status == 200
    assert (traced["id"], traced["whole"]) == (FIRST, True)
    assert [e["stream"] for e in traced["events"]] == [PLAN, PLAN, FIRST]
    approved = traced["events"][2]
    assert (approved["type"], approved["actor"], approved["amount_fen"]) == (
        "ClaimApproved", "approver-1", 150_000,
    )  # fmt: skip
    assert approved["place"].startswith("claim-events.v1/")


async def test_the_picture_is_an_svg_of_the_same_events(site: Site) -> None:
    token = site.issuer.mint("auditor-1", [Role.AUDITOR], "211400", "")
    headers = {"Authorization": f"Bearer {token}"}
    async with site.session.get(f"{site.url}/trace/{PLAN}/picture", headers=headers) as answer:
        assert answer.status == 200
        assert answer.content_type == "image/svg+xml"
        root = XML.fromstring(await answer.text())
    assert len(list(root.iter("{http://www.w3.org/2000/svg}circle"))) == 5


async def test_an_unknown_record_another_city_and_another_role_are_refused(site: Site) -> None:
    assert (await site.get("/trace/claim-9"))[0] == 404
    status, told = await site.get(f"/trace/{FIRST}", place="370100")
    assert (status, told["code"]) == (403, "JURISDICTION_REFUSED")
    status, told = await site.get(f"/trace/{FIRST}", role=Role.CLERK)
    assert status == 403


async def test_the_index_finds_what_a_scan_of_the_log_finds(site: Site) -> None:
    service = site.audit.service
    index, scan = Found(service.pool, service.log), Scan(service.log)
    for root in (PLAN, FIRST, SECOND, PERSON):
        assert await follow(root, index) == await follow(root, scan)
