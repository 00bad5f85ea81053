"""Reading a request's body: bounded in bytes and seconds, checked before anything is parsed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
from aiohttp import ClientPayloadError, web

from shared.http import catalogue as codes
from shared.http.problems import Problem
from shared.http.route import BODY_LIMIT, JSON, Route

BODY_SECONDS = 30
STREAM_SECONDS = 300
ROUTE = web.RequestKey("ROUTE", Route)


async def read_json(request: web.Request, limit: int = BODY_LIMIT) -> tuple[bytes, Any]:
    """The body's bytes and what they say. Raises Problem: 400, 408, 413 or 415."""
    _check_type(request, (JSON,))
    raw = await _whole(request, limit)
    try:
        return raw, orjson.loads(raw)
    except orjson.JSONDecodeError as refused:
        too_deep = "depth limit" in refused.msg  # orjson stops at 1024 levels
        raise Problem(codes.BODY_TOO_DEEP if too_deep else codes.BODY_NOT_JSON) from None


def stream_body(request: web.Request) -> AsyncIterator[bytes]:
    """Chunks of a streamed body, within the route's limit. Raises Problem: 400, 408 or 413."""
    return _chunks(request, request[ROUTE].body_limit, STREAM_SECONDS)


def check_stream(request: web.Request, route: Route) -> None:
    """Raises Problem for a type that the route does not take, or a length beyond its limit."""
    _check_type(request, route.stream)
    _check_length(request, route.body_limit)


def _check_type(request: web.Request, expected: tuple[str, ...]) -> None:
    given = request.headers.get("Content-Type")
    if given in expected and "Content-Encoding" not in request.headers:
        return  # the usual spelling: nothing to parse
    if given is None or request.content_type not in expected:
        raise Problem(codes.CONTENT_TYPE_WRONG, expected=", ".join(expected))
    if expected == (JSON,) and (request.charset or "utf-8").lower() not in ("utf-8", "utf8"):
        raise Problem(codes.CONTENT_TYPE_WRONG, expected=f"{JSON}; charset=utf-8")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Problem(codes.CONTENT_ENCODING_WRONG)


def _check_length(request: web.Request, limit: int) -> None:
    if (request.content_length or 0) > limit:
        raise _too_large(limit)


def _check_total(total: int, limit: int) -> None:
    if total > limit:
        raise _too_large(limit)


def _too_large(limit: int) -> Problem:
    return Problem(codes.BODY_TOO_LARGE, limit_bytes=limit)


async def _whole(request: web.Request, limit: int) -> bytes:
    if not request.content.is_eof():
        return b"".join([chunk async for chunk in _chunks(request, limit, BODY_SECONDS)])
    _check_length(request, limit)
    raw = await _next(request, 0, BODY_SECONDS)
    _check_total(len(raw), limit)
    return raw


async def _chunks(request: web.Request, limit: int, seconds: int) -> AsyncIterator[bytes]:
    _check_length(request, limit)
    total = 0
    deadline = asyncio.get_running_loop().time() + seconds
    while chunk := await _next(request, deadline, seconds):
        total += len(chunk)
        _check_total(total, limit)
        yield chunk


async def _next(request: web.Request, deadline: float, seconds: int) -> bytes:
    try:
        if request.content.is_eof():  # all has arrived: the usual case, without a timer
            return request.content.read_nowait()
        async with asyncio.timeout_at(deadline):
            return await request.content.readany()
    except TimeoutError:
        raise Problem(codes.BODY_TOO_SLOW, seconds=seconds) from None
    except (ConnectionError, web.RequestPayloadError, ClientPayloadError):
        raise Problem(codes.BODY_BROKEN) from None
