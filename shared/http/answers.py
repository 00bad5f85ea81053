"""What handlers answer with, and the words for reading one's own writes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from aiohttp import web

from shared.http.body import ROUTE
from shared.http.idempotency import canonical_request
from shared.http.position import ANSWER_HEADER, WAIT_HEADER, Position, parse_positions, wait_for
from shared.http.route import RAW_BODY


def answer(payload: Any, *, status: int = 200, position: Position | None = None) -> web.Response:
    """JSON of dicts, lists and dataclasses; `position` is the newest event of the command."""
    headers = {ANSWER_HEADER: str(position)} if position else None
    return answer_bytes(orjson.dumps(payload), status=status, headers=headers)


def answer_bytes(
    body: bytes, *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    """A stored answer again, byte for byte."""
    return web.Response(body=body, status=status, content_type="application/json", headers=headers)


def command_bytes(request: web.Request, body: bytes | None = None) -> bytes:
    """Input of the idempotency digest; `body` only for streamed ones: the SHA-256 of the stream."""
    route = request[ROUTE]
    content = request.get(RAW_BODY, b"") if body is None else body
    return canonical_request(route.method, route.path, request.match_info, content)


async def wait_until_visible(
    request: web.Request,
    current: Callable[[str, int], Awaitable[int]],
    timeout_seconds: float = 5.0,
) -> None:
    """Wait for what the header Ledger-Wait-For names, `timeout_seconds` in all. Raises Problem."""
    header = request.headers.get(WAIT_HEADER)
    if header is None:
        return
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_seconds
    for position in parse_positions(header):
        await wait_for(position, current, deadline - loop.time())
