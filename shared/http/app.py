"""One aiohttp application from settings and routes, and how it is served and stopped."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import structlog
from aiohttp import web

from shared.clock import Clock, SimulatedClock
from shared.http.control import clock_routes
from shared.http.edge import Edge, Endpoint, OnFatal, Translate
from shared.http.health import Check, health_routes
from shared.http.identity import PUBLIC, Verifier
from shared.http.keys import Keys
from shared.http.metrics import Meters
from shared.http.openapi import describe
from shared.http.problems import Problem
from shared.http.route import BODY_LIMIT, Route, RouteRefused
from shared.settings import Settings

METERS = web.AppKey("METERS", Meters)
VERIFIER = web.AppKey("VERIFIER", Verifier)
ROUTES = web.AppKey("ROUTES", tuple[Route, ...])
EDGE = web.AppKey("EDGE", Edge)
CLOCK = web.AppKey("CLOCK", Clock)

log = structlog.get_logger()


def _translate_nothing(error: Exception, /) -> Problem | None:
    return None


def create_app(
    settings: Settings,
    routes: Sequence[Route],
    *,
    title: str,
    clock: Clock,
    on_fatal: OnFatal,
    checks: Mapping[str, Check] | None = None,
    translate: Translate = _translate_nothing,
    keys: Keys | None = None,
) -> web.Application:
    """The service's site: its routes, and /livez /readyz /metrics /openapi.json beside them.

    `on_fatal` must end the process: it is called for each exception that `translate` does not turn
    into a Problem. Raises RouteRefused for two routes at one address and, at start, for a route
    that was added past this function.
    """
    meters = Meters()
    keys = keys or Keys(settings.jwks)
    edge = Edge(
        verifier=Verifier(keys, settings.issuer, settings.audience),
        meters=meters,
        max_requests=settings.max_requests,
        translate=translate,
        on_fatal=on_fatal,
    )
    checked = {"signing_keys": keys.ready, **(checks or {})}
    offered = [*routes, *health_routes(edge, checked)]
    if isinstance(clock, SimulatedClock):
        offered += clock_routes(clock, settings.environment)
    offered.append(_document(title, offered))
    app = web.Application(middlewares=[edge.middleware()], client_max_size=BODY_LIMIT)
    app[METERS], app[VERIFIER], app[EDGE], app[CLOCK] = meters, edge.verifier, edge, clock
    app[ROUTES] = tuple(offered)
    for route in offered:
        _mount(app, edge, route)
    app.on_startup.append(_refuse_undeclared)
    app.on_shutdown.append(_drain)
    return app


@asynccontextmanager
async def serve(app: web.Application, settings: Settings) -> AsyncIterator[int]:
    """Listen while the block runs; gives the port. On leaving, running requests may finish."""
    runner = web.AppRunner(
        app,
        access_log=None,
        handle_signals=False,
        shutdown_timeout=settings.shutdown_seconds,
        keepalive_timeout=75,
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.host, settings.port)
        await site.start()
        log.info("site_opened", host=settings.host, port=site.port)
        yield site.port
    finally:
        app[EDGE].draining = True
        await runner.cleanup()
        log.info("site_closed")


def _document(title: str, offered: Sequence[Route]) -> Route:
    async def openapi(request: web.Request) -> web.Response:
        return web.Response(body=document, content_type="application/json")

    route = Route(
        method="GET",
        path="/openapi.json",
        handler=openapi,
        en="This interface as OpenAPI 3.1",
        zh="接口说明（OpenAPI 3.1）",
        roles=PUBLIC,
        counted=False,
    )
    document = describe(title, [*offered, route])
    return route


def _mount(app: web.Application, edge: Edge, route: Route) -> None:
    async def endpoint(request: web.Request) -> web.StreamResponse:
        return await route.handler(request)

    for known in edge.endpoints.values():
        if (known.method, known.template) == (route.method, route.path):
            raise RouteRefused(f"{route.method} {route.path} is declared twice")
    meter = edge.meters.of(route.method, route.path)
    edge.endpoints[endpoint] = Endpoint(route, meter, route.method, route.path)
    app.router.add_route(route.method, route.pattern, endpoint)


async def _refuse_undeclared(app: web.Application) -> None:
    for mounted in app.router.routes():
        if mounted.handler not in app[EDGE].endpoints:
            raise RouteRefused(f"{mounted.method} {mounted.resource} declares no roles")


async def _drain(app: web.Application) -> None:
    app[EDGE].draining = True
