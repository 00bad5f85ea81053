"""Findings over HTTP: who sees what, who may end a case, and what is refused."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from services.audit.finding.views import project
from shared.events.envelope import Event
from shared.http.app import create_app, serve
from shared.http.faults import translate
from shared.http.identity import Role
from shared.http.issuer import LocalIssuer
from shared.settings import Environment
from tests.audit.histories import History
from tests.audit.service.installation import Audit, audit_on
from tests.databases import Databases

APPROVER = Role.AUDIT_APPROVER


@dataclass
class Site:
    """The audit's site over a history with three findings: A1, C1 and F1."""

    audit: Audit
    session: aiohttp.ClientSession
    issuer: LocalIssuer
    url: str
    keys: int = 0

    async def ask(
        self, method: str, path: str, who: str = "auditor-1", role: Role = Role.AUDITOR,
        place: str = "211400", body: object = None, key: str = "", **headers: str,
    ) -> tuple[int, Any]:  # fmt: skip
        self.keys += 1
        token = self.issuer.mint(who, [role], place, "")
        said = {"Authorization": f"Bearer {token}", "Idempotency-Key": key or f"key-{self.keys}"}
        async with self.session.request(
            method, self.url + path, json=body, headers={**said, **headers}
        ) as answer:
            return answer.status, await answer.json(content_type=None)

    async def get(self, path: str, place: str = "211400", **more: Any) -> tuple[int, Any]:
        return await self.ask("GET", path, place=place, **more)

    async def of_rule(self, rule: str) -> str:
        _, found = await self.get(f"/findings?rule={rule}")
        finding: str = found["findings"][0]["finding"]
        return finding

    async def shown(self) -> None:
        """Wait until the read table shows every event."""
        [projector] = self.audit.parts.projectors
        for at, seq in (await self.audit.service.store.heads()).items():
            while await projector.seen(*at) < seq:
                projector.nudge()
                await asyncio.sleep(0.01)


def planted() -> list[Event]:
    history = History()
    history.approved("claim-1")
    history.approved("claim-2")
    history.submitted("claim-3", certificate="c" * 32, person="a" * 32)
    history.submitted("claim-4", certificate="c" * 32, person="b" * 32)
    history.imported("claim-5", filed_by="JG-1", approved_by="JG-1", person="d" * 32)
    return history.events


@pytest.fixture
async def site(databases: Databases, tmp_path: Path) -> AsyncIterator[Site]:
    """A site of the test's own, for tests that change something."""
    async with site_on(databases, tmp_path) as site:
        yield site


@pytest.fixture(scope="module")
async def shared(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    """One site for all tests that only read or are refused."""
    async with site_on(databases, tmp_path_factory.mktemp("audit")) as site:
        yield site


@asynccontextmanager
async def site_on(
    databases: Databases, tmp_path: Path, events: Sequence[Event] = ()
) -> AsyncIterator[Site]:
    issuer = LocalIssuer(tmp_path, "https://issuer.test", "claims-ledger", Environment.TEST)
    async with audit_on(databases, tmp_path) as audit:
        await audit.say(*(events or planted()))
        await audit.hear()
        app = create_app(
            audit.service.settings, audit.parts.routes, title="audit", clock=audit.service.clock,
            on_fatal=raised, translate=translate,
        )  # fmt: skip
        async with (
            serve(app, audit.service.settings) as port,
            aiohttp.ClientSession() as session,
        ):
            site = Site(audit, session, issuer, f"http://127.0.0.1:{port}")
            showing = asyncio.create_task(audit.parts.projectors[0].run())
            await site.shown()
            yield site
            showing.cancel()


def raised(error: Exception) -> None:
    raise error


async def test_findings_are_listed_by_rule_state_and_tier_page_by_page(shared: Site) -> None:
    status, found = await shared.get("/findings")
    assert status == 200
    rules = [one["rule"] for one in found["findings"]]
    assert sorted(rules) == ["A1", "C1", "F1"]
    assert [f["claims"] for f in found["findings"] if f["rule"] == "A1"] == [["claim-1", "claim-2"]]
    _, first = await shared.get("/findings?limit=2")
    _, rest = await shared.get(f"/findings?limit=2&after={first['next']}")
    assert first["findings"] + rest["findings"] == found["findings"]
    assert [f["rule"] for f in (await shared.get("/findings?rule=C1"))[1]["findings"]] == ["C1"]
    assert (await shared.get("/findings?state=lapsed"))[1] == {"findings": [], "next": None}
    assert len((await shared.get("/findings?tier=R&state=opened"))[1]["findings"]) == 3
    assert (await shared.get("/findings?tier=S"))[1]["findings"] == []


async def test_a_finding_is_shown_with_clause_evidence_and_words(shared: Site) -> None:
    status, shown = await shared.get(f"/findings/{await shared.of_rule('A1')}")
    content = shown["content"]
    assert (status, shown["stage"], shown["jurisdiction"]) == (200, "opened", "211400")
    assert content["clause"] == ["HLD-10-3"]
    assert sorted(e["stream"] for e in content["evidence"]) == ["claim-1", "claim-2"]
    assert "重复" not in content["explanation_en"]
    assert "150000" not in content["explanation_zh"]
    assert "1500.00" in content["explanation_zh"]


@pytest.mark.parametrize(
    ("place", "listed", "status"), [("210000", 3, 200), ("211400", 3, 200), ("370100", 0, 403)]
)
async def test_a_province_sees_its_cities_and_another_city_sees_nothing(
    place: str, listed: int, status: int, shared: Site
) -> None:
    finding = await shared.of_rule("A1")
    assert len((await shared.get("/findings", place))[1]["findings"]) == listed
    assert (await shared.get(f"/findings/{finding}", place))[0] == status


async def test_a_county_sees_what_touches_it_and_only_the_city_above_may_act(site: Site) -> None:
    history = History()
    history.approved("claim-7", person="e" * 32)
    history.approved("claim-8", person="e" * 32)
    first, second = history.events
    elsewhere = [placed(first, "211402"), placed(second, "211403")]
    await site.audit.say(*elsewhere)
    await site.audit.hear()
    await site.shown()
    [finding] = (await site.get("/findings", "211402"))[1]["findings"]
    assert finding["jurisdiction"] == "211400"
    path = f"/findings/{finding['finding']}"
    assert (await site.get(path, "211403"))[0] == 200
    assert (await site.get(path, "211404"))[0] == 403
    said = {"outcome": "dismiss", "reason": "papers seen"}
    status, refused = await site.ask("POST", f"{path}/propose", place="211403", body=said)
    assert (status, refused["code"]) == (403, "JURISDICTION_REFUSED")
    assert (await site.ask("POST", f"{path}/propose", place="211400", body=said))[0] == 200


def placed(event: Event, place: str) -> Event:
    return Event(
        **{name: getattr(event, name) for name in event.__struct_fields__}
        | {"jurisdiction": place, "id": event.id[:-4] + "ff" + place[-2:]}
    )


async def test_two_persons_end_a_finding_and_readers_see_it(site: Site) -> None:
    path = f"/findings/{await site.of_rule('F1')}"
    said = {"outcome": "dismiss", "reason": "two persons of one name", "honest_error": True}
    assert (await site.ask("POST", f"{path}/propose", body=said))[0] == 200
    own = await site.ask(
        "POST", f"{path}/decide", who="auditor-1", body={"outcome": "dismiss"}, role=APPROVER
    )
    assert (own[0], own[1]["code"]) == (409, "FINDING_PROPOSER_DECIDES")
    other = await site.ask(
        "POST", f"{path}/decide", who="auditor-2", body={"outcome": "confirm"}, role=APPROVER
    )
    assert (other[0], other[1]["code"]) == (409, "FINDING_OUTCOME_DIFFERS")
    done = await site.ask(
        "POST", f"{path}/decide", who="auditor-2", body={"outcome": "dismiss"}, role=APPROVER
    )
    assert done[0] == 200
    assert done[1]["event"] == "FindingDismissed"
    await site.shown()
    [row] = (await site.get("/findings?state=dismissed"))[1]["findings"]
    assert (row["proposed"], row["proposed_by"]) == ("dismiss", "auditor-1")


async def test_only_an_audit_approver_decides(shared: Site) -> None:
    path = f"/findings/{await shared.of_rule('F1')}/decide"
    status, refused = await shared.ask("POST", path, body={"outcome": "dismiss"})
    assert (status, refused["code"]) == (403, "ROLE_REFUSED")


@pytest.mark.parametrize("role", [Role.CLERK, Role.INSTITUTION, Role.FINANCE_OFFICER])
async def test_findings_are_for_auditors(role: Role, shared: Site) -> None:
    assert (await shared.get("/findings", role=role))[0] == 403


async def test_a_repeated_proposal_is_recorded_once(site: Site) -> None:
    path = f"/findings/{await site.of_rule('C1')}"
    said = {"outcome": "confirm", "reason": "papers seen"}
    first = await site.ask("POST", f"{path}/propose", body=said, key="the-same")
    again = await site.ask("POST", f"{path}/propose", body=said, key="the-same")
    changed = said | {"reason": "x"}
    other = await site.ask("POST", f"{path}/propose", body=changed, key="the-same")
    assert first == again
    assert other[0] == 422
    assert (await site.get(path))[1]["version"] == 2


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"outcome": "confirm", "reason": ""}, 422, "INPUT_REFUSED"),
        ({"outcome": "maybe", "reason": "x"}, 422, "INPUT_REFUSED"),
        ({"outcome": "confirm", "reason": "x" * 501}, 422, "INPUT_REFUSED"),
        (
            {"outcome": "confirm", "reason": "x", "evidence_sha256": "0" * 64},
            409,
            "FINDING_EVIDENCE_CHANGED",
        ),
    ],
)
async def test_a_wrong_proposal_is_refused_by_its_code(
    said: object, status: int, code: str, shared: Site
) -> None:
    path = f"/findings/{await shared.of_rule('C1')}/propose"
    got, refused = await shared.ask("POST", path, body=said)
    assert (got, refused["code"]) == (status, code)


@pytest.mark.parametrize("finding", ["finding-0", "judged", "claim-1"])
async def test_what_is_no_finding_is_unknown(finding: str, shared: Site) -> None:
    assert (await shared.get(f"/findings/{finding}"))[0] == 404


async def test_a_decision_before_any_proposal_names_the_state(shared: Site) -> None:
    path = f"/findings/{await shared.of_rule('C1')}/decide"
    body = {"outcome": "dismiss"}
    status, refused = await shared.ask("POST", path, role=Role.AUDIT_APPROVER, body=body)
    assert (status, refused["code"]) == (409, "FINDING_NOT_IN_THIS_STATE")
    assert "opened" in refused["detail"]


async def test_a_read_waits_until_a_claims_event_is_judged_and_shown(site: Site) -> None:
    told = {at: record.seq for at, record in site.audit.said.items()}
    at, seq = next((at, seq) for at, seq in told.items() if at.topic == "claim-events.v1")
    place = f"{at.topic}/{at.partition}"
    reached = await site.get("/findings", **{"Ledger-Wait-For": f"{place}/{seq}"})
    assert reached[0] == 200
    waiting = asyncio.create_task(
        site.get("/findings?rule=A1", **{"Ledger-Wait-For": f"{place}/{seq + 1}"})
    )
    history = History()
    while site.audit.said[at].seq == seq:
        history.approved(f"claim-1{len(history.events)}", person="f" * 32)
        await site.audit.say(history.events[-1])
    assert not waiting.done()
    await site.audit.hear()
    assert (await waiting)[0] == 200


async def test_the_watermark_is_shown_with_what_is_archived(shared: Site) -> None:
    status, shown = await shared.get("/watermark", role=Role.OPERATOR)
    assert (status, shown["findings"], shown["parked"]) == (200, 3, 0)
    judged = {(p["topic"], p["partition"]): p["seq"] for p in shown["judged"]}
    assert {at: judged[at] for at in shared.audit.said} == {
        at: record.seq for at, record in shared.audit.said.items()
    }
    assert shown["archived"] == []


async def test_the_table_of_findings_is_the_same_when_built_again(shared: Site) -> None:
    before = (await shared.get("/findings"))[1]
    pool = shared.audit.service.pool
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("DELETE FROM findings_in_hand")
        await project(connection, await shared.audit.own_events())
    assert (await shared.get("/findings"))[1] == before
