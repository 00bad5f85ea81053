"""Is it alive, is it ready and if not why, what does it count, what does it offer."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import orjson
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.http import catalogue as codes
from shared.http.edge import Edge
from shared.http.identity import PUBLIC
from shared.http.problems import CONTENT_TYPE, Problem, language_of
from shared.http.route import Handler, Route

CHECK_SECONDS = 2.0

Check = Callable[[], Awaitable[str | None]]
"""A reason why the service is not ready, for operators and without personal data; None if it is."""


def health_routes(edge: Edge, checks: Mapping[str, Check]) -> list[Route]:
    def probe(path: str, handler: Handler, en: str, zh: str, response_type: str) -> Route:
        return Route(
            method="GET",
            path=path,
            handler=handler,
            en=en,
            zh=zh,
            roles=PUBLIC,
            response_type=response_type,
            counted=False,
        )

    async def livez(request: web.Request) -> web.Response:
        return web.Response(text="alive")

    async def readyz(request: web.Request) -> web.Response:
        reasons = await reasons_not_ready(edge, checks)
        if not reasons:
            return web.Response(body=b'{"ready":true}', content_type="application/json")
        problem = Problem(codes.NOT_READY, retry_after_seconds=1)
        document = problem.document(language_of(request.headers.get("Accept-Language")))
        body = orjson.dumps({**document, "reasons": reasons})
        return web.Response(
            status=503, body=body, content_type=CONTENT_TYPE, headers=problem.headers
        )

    async def metrics(request: web.Request) -> web.Response:
        return web.Response(
            body=generate_latest(edge.meters.registry),
            headers={"Content-Type": CONTENT_TYPE_LATEST},
        )

    return [
        probe("/livez", livez, "The process runs", "进程在运行", "text/plain"),
        probe("/readyz", readyz, "Ready, or the reasons", "是否就绪及原因", "application/json"),
        probe("/metrics", metrics, "Prometheus metrics", "监控指标", "text/plain"),
    ]


async def reasons_not_ready(edge: Edge, checks: Mapping[str, Check]) -> dict[str, str]:
    """Reasons by check; a check that takes longer than two seconds is a reason itself."""
    found = await asyncio.gather(*(_ask(check) for check in checks.values()))
    reasons = {name: why for name, why in zip(checks, found, strict=True) if why is not None}
    return {**reasons, "site": "draining"} if edge.draining else reasons


async def _ask(check: Check) -> str | None:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check()
    except TimeoutError:
        return "no answer in time"
