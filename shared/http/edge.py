"""The one middleware: who, what, how much, then the handler; and what each failure becomes."""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from time import perf_counter
from types import TracebackType
from typing import Protocol

import structlog
from aiohttp import ClientConnectionResetError, web
from aiohttp.typedefs import Middleware
from marshmallow import ValidationError

from shared.http import catalogue as codes
from shared.http import idempotency
from shared.http.body import ROUTE, check_stream, read_json
from shared.http.identity import Actor, Role, Verifier
from shared.http.metrics import Meters, RouteMeter
from shared.http.problems import Kind, Problem, language_of, refused_fields
from shared.http.route import (
    ACTOR,
    BODY,
    CORRELATION_ID,
    IDEMPOTENCY_KEY,
    QUERY,
    RAW_BODY,
    Handler,
    Route,
)
from shared.ids import new_correlation_id

CORRELATION_HEADER = "X-Correlation-Id"
_CORRELATION = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_HTTP_KINDS = {
    404: codes.PATH_UNKNOWN,
    405: codes.METHOD_WRONG,
    413: codes.BODY_TOO_LARGE,
}

log = structlog.get_logger()


class Translate(Protocol):
    """A service's own refusals as problems; None for what must end the process."""

    def __call__(self, error: Exception, /) -> Problem | None: ...


OnFatal = Callable[[Exception], None]


@dataclass(frozen=True, slots=True)
class Endpoint:
    route: Route | None
    meter: RouteMeter
    method: str
    template: str


@dataclass(slots=True, kw_only=True)
class Edge:
    """What one app's middleware works with."""

    verifier: Verifier
    meters: Meters
    max_requests: int
    translate: Translate
    on_fatal: OnFatal
    endpoints: dict[Handler, Endpoint] = field(default_factory=dict)
    unmatched: Endpoint = field(init=False)
    running: int = 0
    draining: bool = False

    def __post_init__(self) -> None:
        self.unmatched = Endpoint(None, self.meters.of("other", "unmatched"), "other", "unmatched")
        self.meters.running.set_function(lambda: self.running)

    def middleware(self) -> Middleware:
        @web.middleware
        async def edge(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self.answer(request, handler)

        return edge

    async def answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        started = perf_counter()
        endpoint = self.endpoints.get(request.match_info.handler, self.unmatched)
        correlation = _correlation(request)
        request[CORRELATION_ID] = correlation
        structlog.contextvars.bind_contextvars(correlation_id=correlation)
        response, code = await self._outcome(request, handler, endpoint)
        if not response.prepared:
            response.headers[CORRELATION_HEADER] = correlation
        if endpoint.route is None or endpoint.route.counted:
            self._record(endpoint, response.status, code, perf_counter() - started)
        return response

    async def _outcome(
        self, request: web.Request, handler: Handler, endpoint: Endpoint
    ) -> tuple[web.StreamResponse, str]:
        last = _LastResort()
        self.running += 1
        try:
            with last:
                return await self._admitted(request, handler, endpoint), ""
        except Problem as refused:
            problem = refused
        except ValidationError as refused:
            problem = refused_fields(refused, codes.INPUT_REFUSED)
        except web.HTTPException as refused:
            if refused.status < 400:
                return refused, ""
            problem = _from_aiohttp(refused)
        finally:
            self.running -= 1
        if last.error is not None:
            problem = self._failed(request, last.error)
        language = language_of(request.headers.get("Accept-Language"))
        return problem.response(language), problem.kind.code

    async def _admitted(
        self, request: web.Request, handler: Handler, endpoint: Endpoint
    ) -> web.StreamResponse:
        route = endpoint.route
        if route is None:
            return await handler(request)  # aiohttp's own 404 or 405
        if route.counted and (self.draining or self.running > self.max_requests):
            raise Problem(codes.OVERLOADED, retry_after_seconds=1)
        if route.roles:
            await self._identify(request, route)
        await _prepare(request, route)
        return await handler(request)

    async def _identify(self, request: web.Request, route: Route) -> None:
        actor = await self.verifier.actor(request.headers.get("Authorization"))
        if not route.roles or actor.roles.isdisjoint(route.roles):
            raise Problem(codes.ROLE_REFUSED, roles=", ".join(sorted(route.roles or ())))
        # Only the roles that open this route count in it: a finance officer who is also a claimant
        # acts here as a claimant.
        request[ACTOR] = actor if actor.roles <= route.roles else _narrowed(actor, route.roles)

    def _failed(self, request: web.Request, error: Exception) -> Problem:
        translated = self.translate(error)
        if translated is not None:
            return translated
        gone = request.transport is None or request.transport.is_closing()
        if gone and isinstance(error, ClientConnectionResetError):
            return Problem(codes.BODY_BROKEN)  # the client left; nobody reads this answer
        log.error("request_failed", error=type(error).__name__, frames=_frames(error))
        self.on_fatal(error)
        return Problem(codes.INTERNAL)

    def _record(self, endpoint: Endpoint, status: int, code: str, seconds: float) -> None:
        endpoint.meter.count(seconds, status, code)
        log.info(
            "request_answered",
            method=endpoint.method,
            route=endpoint.template,
            status=status,
            code=code,
            microseconds=int(seconds * 1e6),
        )


class _LastResort(AbstractContextManager[None]):
    """Keeps an exception that nobody expected: it is answered with 500 and ends the process.

    Refusals pass, and so does cancellation. This is the only place that may stop the unexpected.
    """

    error: Exception | None = None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        expected = (Problem, ValidationError, web.HTTPException)
        if not isinstance(error, Exception) or isinstance(error, expected):
            return False
        self.error = error
        return True


async def _prepare(request: web.Request, route: Route) -> None:
    request[ROUTE] = route
    if route.idempotent:
        request[IDEMPOTENCY_KEY] = idempotency.parse_key(request.headers.get(idempotency.HEADER))
    if route.query is not None:
        request[QUERY] = route.query.load(_query(request))
    elif request.query_string:  # it would be outside the idempotency digest, and unheard
        raise Problem(codes.QUERY_REFUSED)
    if route.stream:
        check_stream(request, route)
    elif route.request is not None:
        request[RAW_BODY], document = await read_json(request, route.body_limit)
        request[BODY] = route.request.load(document)


def _query(request: web.Request) -> Mapping[str, str]:
    if len(request.query_string) > 2000 or len(set(request.query)) != len(request.query):
        raise Problem(codes.REQUEST_WRONG)
    return dict(request.query)


def _correlation(request: web.Request) -> str:
    """The caller's id if it is a lower-case UUID, which can hold nothing personal, or a new one."""
    given = request.headers.get(CORRELATION_HEADER)
    return given if given is not None and _CORRELATION.fullmatch(given) else new_correlation_id()


def _narrowed(actor: Actor, roles: frozenset[Role]) -> Actor:
    return replace(actor, roles=actor.roles & roles)


def _from_aiohttp(refused: web.HTTPException) -> Problem:
    kind: Kind = _HTTP_KINDS.get(refused.status, codes.REQUEST_WRONG)
    headers = {"Allow": refused.headers["Allow"]} if "Allow" in refused.headers else {}
    return Problem(kind, headers=headers)


def _frames(error: Exception) -> list[str]:
    """Where it happened, without the message: it may quote what somebody sent."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}:{code.co_name}")
        trace = trace.tb_next
    return frames[-12:]
