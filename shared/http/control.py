"""The simulated clock's control: for demos and tests on this machine, never in production."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from aiohttp import web

from shared.clock import ClockRefused, SimulatedClock
from shared.http import catalogue as codes
from shared.http.answers import answer
from shared.http.fields import AwareTime, Schema, StrictInteger
from shared.http.identity import PUBLIC
from shared.http.problems import Problem
from shared.http.route import BODY, Route
from shared.settings import Environment

_MAX_SECONDS = 10 * 366 * 86_400


class ControlRefused(ValueError):
    """Production has no control of the clock."""


@dataclass(frozen=True, slots=True)
class MoveClock:
    """Either to a time, or forward by seconds; neither only shows the clock."""

    to: datetime | None
    advance_seconds: int | None


class MoveClockSchema(Schema):
    into = MoveClock
    to = AwareTime(required=False)
    advance_seconds = StrictInteger(0, _MAX_SECONDS, required=False)


def clock_routes(clock: SimulatedClock, environment: Environment) -> list[Route]:
    """`POST /control/clock`. Raises ControlRefused in production."""
    if environment is Environment.PRODUCTION:
        raise ControlRefused("production refuses to control the clock")

    async def move_clock(request: web.Request) -> web.Response:
        require_loopback(request)
        _move(clock, request[BODY])
        return answer({"now": clock.now().isoformat(), "today": clock.today().isoformat()})

    return [
        Route(
            method="POST",
            path="/control/clock",
            handler=move_clock,
            en="Move the simulated clock forward",
            zh="向前拨动模拟时钟",
            roles=PUBLIC,
            request=MoveClockSchema(),
            problems=(codes.LOOPBACK_ONLY, codes.CLOCK_RUNS_BACK),
        )
    ]


def require_loopback(
    request: web.Request, peer_of: "Callable[[web.Request], str | None] | None" = None
) -> None:
    """Raises Problem LOOPBACK_ONLY for a peer on another machine, or behind a proxy on this one."""
    peer = (peer_of or _peer)(request)
    forwarded = {"Forwarded", "X-Forwarded-For", "X-Real-IP"} & set(request.headers)
    if peer is None or forwarded or not ip_address(peer).is_loopback:
        raise Problem(codes.LOOPBACK_ONLY)


def _peer(request: web.Request) -> str | None:
    name = request.transport.get_extra_info("peername") if request.transport else None
    return name[0] if isinstance(name, tuple) else None


def _move(clock: SimulatedClock, command: MoveClock) -> None:
    try:
        if command.to is not None:
            clock.set(command.to)
        clock.advance(timedelta(seconds=command.advance_seconds or 0))
    except ClockRefused:
        raise Problem(codes.CLOCK_RUNS_BACK) from None
