"""The site: what it answers, what it refuses to start with, how it is watched, how it ends."""

import asyncio
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from openapi_spec_validator import validate

from shared.clock import RealClock, SimulatedClock
from shared.http.answers import answer
from shared.http.app import ROUTES, create_app, serve
from shared.http.control import ControlRefused, require_loopback
from shared.http.failure import Failure, ProcessFailed
from shared.http.fields import Fen, Schema
from shared.http.identity import PUBLIC, Role, requires
from shared.http.openapi import problems_of
from shared.http.problems import Problem
from shared.http.route import ACTOR, MAX_BODY_LIMIT, Route, RouteRefused
from shared.settings import Environment
from tests.http import sample
from tests.http.conftest import Site, running, settings_for
from tests.http.sample import GOOD


async def _nothing(request: web.Request) -> web.Response:
    return web.Response()


def _route(**changes: Any) -> Route:
    plain: dict[str, Any] = {"method": "GET", "path": "/x", "en": "x", "zh": "x", "roles": PUBLIC}
    return Route(**{**plain, "handler": _nothing, **changes})


def _app(folder: Path, routes: list[Route], **changes: Any) -> web.Application:
    clock = changes.pop("clock", RealClock())
    return create_app(
        settings_for(folder, **changes), routes, title="x", clock=clock, on_fatal=print
    )


async def test_a_good_command_is_answered_with_its_position(site: Site) -> None:
    body = orjson.dumps(GOOD)

    status, answer, headers = await site.ask("POST", "/claims", data=body, headers=site.headers())

    assert (status, headers["Ledger-Position"]) == (201, "claim-events.v1/7/12")
    assert (answer["actor"], answer["key"], answer["amount_fen"]) == ("clerk-1", "key-1", 150_000)
    assert answer["occurred_at"] == "2026-01-31T00:00:00+00:00"


async def test_the_same_body_has_the_same_digest_and_another_body_another(site: Site) -> None:
    digests = []
    for change in ({}, {}, {"ratio_bp": 1}):
        body = orjson.dumps({**GOOD, **change})
        _, answer, _ = await site.ask("POST", "/claims", data=body, headers=site.headers())
        digests.append(answer["digest"])

    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize(
    ("wait", "status", "code"),
    [
        ("claim-events.v1/7/10", 200, None),
        ("claim-events.v1/7/11", 503, "NOT_YET_VISIBLE"),
        ("claim-events.v1/7", 400, "POSITION_INVALID"),
        ("claim-events.v1/07/1", 400, "POSITION_INVALID"),
    ],
)
async def test_a_read_waits_for_its_position_or_says_so(
    site: Site, wait: str, status: int, code: str | None
) -> None:
    headers = {**site.headers(), "Ledger-Wait-For": wait}

    got, document, answered = await site.ask("GET", "/claims/claim-1", headers=headers)

    assert (got, document.get("code")) == (status, code)
    assert ("Retry-After" in answered) == (status == 503)


async def test_a_large_import_is_streamed_and_bounded(site: Site) -> None:
    headers = site.headers(**{"Content-Type": "text/csv"})
    for size, status in ((5_000_000, 200), (MAX_BODY_LIMIT + 1, 413)):
        body = io.BytesIO(b"x" * size)
        got, _, _ = await site.ask("POST", "/rosters", data=body, headers=headers)
        assert got == status
    got, _, _ = await site.ask("POST", "/rosters", data=b"{}", headers=site.headers())
    assert got == 415


@pytest.mark.parametrize(
    ("accepted", "title"),
    [
        (None, "Not found"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "未找到"),
        ("en,zh;q=0.9", "Not found"),
        ("zh;q=0", "Not found"),
        ("fr, zh;q=x, zh;q=0.1", "未找到"),
    ],
)
async def test_the_reader_chooses_the_language_of_the_title(
    site: Site, accepted: str | None, title: str
) -> None:
    headers = {"Accept-Language": accepted} if accepted else {}

    _, document, _ = await site.ask("GET", "/nothing", headers=headers)

    assert document["title"] == title
    assert document["detail"].isascii()
    assert document["detail_zh"] == "此地址不存在。"


async def test_a_services_own_refusal_becomes_its_problem(site: Site) -> None:
    status, document, _ = await site.ask("POST", "/refuse", headers=site.headers())

    assert (status, document["code"]) == (409, "TEST_RULE")
    assert site.failures == []


async def test_the_unexpected_is_answered_without_a_word_of_it_and_ends_the_process(
    tmp_path: Path,
) -> None:
    with structlog.testing.capture_logs() as lines:
        async with running(tmp_path) as site:
            status, document, _ = await site.ask("POST", "/fail", headers=site.headers())

            assert (status, document["code"]) == (500, "INTERNAL")
            assert [type(failure) for failure in site.failures] == [RuntimeError]
    failed = [line for line in lines if line["event"] == "request_failed"]
    assert failed[0]["error"] == "RuntimeError"
    assert any("sample.py" in frame for frame in failed[0]["frames"])
    assert "999999198001010011" not in str(lines) + str(document)


async def test_a_failure_ends_who_watches_it_and_names_only_its_kind() -> None:
    failure = Failure()
    failure(ValueError("secret"))

    with pytest.raises(ProcessFailed, match=r"\AValueError\Z"):
        await failure.watch()


async def test_too_many_requests_at_once_are_turned_away_and_probes_are_not(
    tmp_path: Path,
) -> None:
    release, entered = asyncio.Event(), asyncio.Event()

    async def wait(request: web.Request) -> web.Response:
        entered.set()
        await release.wait()
        return web.json_response({})

    async with running(tmp_path, [_route(handler=wait)], max_requests=1) as site:
        first = asyncio.create_task(site.ask("GET", "/x"))
        await entered.wait()
        status, document, headers = await site.ask("GET", "/x")
        alive = await site.session.get(site.url("/livez"))
        release.set()

        assert (status, document["code"], headers["Retry-After"]) == (503, "OVERLOADED", "1")
        assert (alive.status, (await first)[0]) == (200, 200)


async def test_a_running_request_is_finished_when_the_site_closes(tmp_path: Path) -> None:
    entered = asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        entered.set()
        await asyncio.sleep(0.2)
        return web.json_response({})

    app = _app(tmp_path, [_route(handler=slow)])
    async with running(tmp_path / "other") as other:
        async with serve(app, settings_for(tmp_path)) as port:
            running_request = asyncio.create_task(other.session.get(f"http://127.0.0.1:{port}/x"))
            await entered.wait()
        assert (await running_request).status == 200


async def test_readiness_names_each_reason(tmp_path: Path) -> None:
    async def behind() -> str | None:
        return "log is behind"

    async def fine() -> str | None:
        return None

    checks: dict[str, Callable[[], Any]] = {"relay": behind, "database": fine}
    async with running(tmp_path, checks=checks) as site:
        status, document, headers = await site.ask("GET", "/readyz")
        alive = await site.session.get(site.url("/livez"))

        assert (status, document["code"]) == (503, "NOT_READY")
        assert document["reasons"] == {"relay": "log is behind"}
        assert headers["Retry-After"] == "1"
        assert alive.status == 200


async def test_metrics_and_logs_name_the_route_and_never_the_path(tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as lines:
        async with running(tmp_path) as site:
            await site.ask("GET", "/claims/claim-planted", headers=site.headers())
            await site.ask("GET", "/elsewhere-planted")
            metrics = await (await site.session.get(site.url("/metrics"))).text()

    answered = [line for line in lines if line["event"] == "request_answered"]
    assert [line["route"] for line in answered] == ["/claims/{claim}", "unmatched"]
    assert 'route="/claims/{claim}",status="200"' in metrics
    assert 'code="PATH_UNKNOWN"' in metrics
    assert "planted" not in metrics + str(answered)


async def test_a_callers_correlation_id_is_kept_only_if_it_is_a_uuid(site: Site) -> None:
    given = "0190a1b2-0000-7000-8000-0123456789ab"
    for sent, kept in ((given, True), ("999999198001010011", False)):
        _, _, headers = await site.ask("GET", "/nothing", headers={"X-Correlation-Id": sent})
        assert (headers["X-Correlation-Id"] == sent) is kept


def test_a_route_without_roles_is_refused() -> None:
    with pytest.raises(RouteRefused, match="declares no roles"):
        _route(roles=None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"method": "PATCH"},
        {"path": "x"},
        {"path": "/{person:.*}"},
        {"body_limit": MAX_BODY_LIMIT + 1},
        {"request": sample.PageSchema()},
        {"method": "POST", "request": sample.PageSchema(), "stream": ("text/csv",)},
    ],
)
def test_a_route_that_contradicts_itself_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(RouteRefused):
        _route(**wrong)


def test_two_routes_at_one_address_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RouteRefused, match="declared twice"):
        _app(tmp_path, [_route(), _route()])


async def test_a_route_that_was_added_past_the_declaration_stops_the_start(tmp_path: Path) -> None:
    app = _app(tmp_path, [_route()])
    app.router.add_get("/secret", _nothing)

    with pytest.raises(RouteRefused, match="declares no roles"):
        async with serve(app, settings_for(tmp_path)):
            pass


def test_every_route_that_is_open_to_all_is_known(site: Site) -> None:
    public = {(route.method, route.path) for route in site.app[ROUTES] if not route.roles}

    assert public == {
        ("GET", "/livez"),
        ("GET", "/readyz"),
        ("GET", "/metrics"),
        ("GET", "/openapi.json"),
        ("POST", "/control/clock"),
    }


async def test_the_simulated_clock_is_moved_from_this_machine_and_never_back(
    tmp_path: Path,
) -> None:
    clock = SimulatedClock(datetime(2026, 1, 1, tzinfo=UTC))
    async with running(tmp_path, clock=clock) as site:
        moved = await site.ask("POST", "/control/clock", json={"advance_seconds": 86_400})
        back = await site.ask("POST", "/control/clock", json={"to": "2026-01-01T00:00:00Z"})
        proxied = await site.ask(
            "POST", "/control/clock", json={}, headers={"X-Forwarded-For": "127.0.0.1"}
        )

    assert moved[1] == {"now": "2026-01-02T00:00:00+00:00", "today": "2026-01-02"}
    assert (back[0], back[1]["code"]) == (409, "CLOCK_RUNS_BACK")
    assert (proxied[0], proxied[1]["code"]) == (403, "LOOPBACK_ONLY")
    assert clock.now() == datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("peer", "taken"),
    [("127.0.0.1", True), ("::1", True), ("10.0.0.5", False), (None, False)],
)
def test_only_a_peer_on_this_machine_moves_the_clock(peer: str | None, taken: bool) -> None:
    request = make_mocked_request("POST", "/control/clock")
    if taken:
        require_loopback(request, lambda _: peer)
        return
    with pytest.raises(Problem, match="LOOPBACK_ONLY"):
        require_loopback(request, lambda _: peer)


async def test_a_real_clock_has_no_control(tmp_path: Path) -> None:
    async with running(tmp_path) as site:
        status, _, _ = await site.ask("POST", "/control/clock", json={})

    assert status == 404


def test_production_refuses_a_simulated_clock(tmp_path: Path) -> None:
    clock = SimulatedClock(datetime(2026, 1, 1, tzinfo=UTC))

    with pytest.raises(ControlRefused):
        _app(tmp_path, [], clock=clock, environment=Environment.PRODUCTION)


async def test_the_interface_is_described_and_valid(site: Site) -> None:
    _, document, _ = await site.ask("GET", "/openapi.json")

    validate(document)
    assert document["openapi"] == "3.1.0"
    described = {
        (method.upper(), path) for path, item in document["paths"].items() for method in item
    }
    assert described == {(route.method, route.path) for route in site.app[ROUTES]}


async def test_every_problem_of_a_route_is_described(site: Site) -> None:
    _, document, _ = await site.ask("GET", "/openapi.json")

    for route in site.app[ROUTES]:
        responses = document["paths"][route.path][route.method.lower()]["responses"]
        for kind in problems_of(route):
            assert kind.code in responses[str(kind.status)]["description"]


async def test_money_is_never_a_number_with_places(site: Site) -> None:
    _, document, _ = await site.ask("GET", "/openapi.json")

    assert b'"number"' not in orjson.dumps(document)
    fields = document["components"]["schemas"]["SubmitClaim"]["properties"]
    assert fields["amount_fen"] == {"type": "integer", "minimum": 1, "maximum": 10**13}
    assert fields["fee_fen"]["type"] == "string"


def test_the_description_is_the_same_for_the_same_routes(tmp_path: Path) -> None:
    class OneSchema(Schema):
        amount_fen = Fen()

    route = replace(_route(), method="POST", request=OneSchema(), roles=requires(Role.CLERK))
    apps = [_app(tmp_path, [route])[ROUTES][-1] for _ in range(2)]

    assert apps[0].path == apps[1].path == "/openapi.json"


async def test_only_the_roles_that_open_a_route_count_in_it(tmp_path: Path) -> None:
    async def who(request: web.Request) -> web.Response:
        return answer(sorted(request[ACTOR].roles))

    route = Route(
        method="GET", path="/who", handler=who, roles=requires(Role.CLAIMANT), en="Who", zh="谁"
    )
    async with running(tmp_path, [route]) as site:
        roles = [Role.CLAIMANT, Role.FINANCE_OFFICER]
        token = site.issuer.mint("person-1", roles, "211400")
        headers = {"Authorization": f"Bearer {token}"}
        status, body, _ = await site.ask("GET", "/who", headers=headers)

    assert (status, body) == (200, ["claimant"])
