"""What a service says of one address: method, path, handler, who may use it, what it takes."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from shared.http.fields import Schema
from shared.http.identity import Actor, Role
from shared.http.problems import Kind

BODY_LIMIT = 64 * 1024
MAX_BODY_LIMIT = 32 * 1024 * 1024
JSON = "application/json"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# What the edge has checked before a handler runs.
ACTOR = web.RequestKey("ACTOR", Actor)
BODY: web.RequestKey[Any] = web.RequestKey("BODY", object)
RAW_BODY = web.RequestKey("RAW_BODY", bytes)
QUERY: web.RequestKey[Any] = web.RequestKey("QUERY", object)
IDEMPOTENCY_KEY = web.RequestKey("IDEMPOTENCY_KEY", str)
CORRELATION_ID = web.RequestKey("CORRELATION_ID", str)

_PATH = re.compile(r"/(?:[a-z0-9._-]+|\{[a-z_]+\})(?:/(?:[a-z0-9._-]+|\{[a-z_]+\}))*")
_VARIABLE = re.compile(r"\{([a-z_]+)\}")
_VALUE = r"[A-Za-z0-9._~-]{1,120}"  # ids only: anything else in a path is not found


class RouteRefused(ValueError):
    """A route that the app will not start with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One address. `roles` has no default that opens it: say `requires(…)` or PUBLIC.

    With `request` the body is read, checked and put into `request[BODY]`. With `stream` the handler
    reads it by `stream_body(request)`, at most `body_limit` bytes. `idempotent` demands the header
    Idempotency-Key and puts it into `request[IDEMPOTENCY_KEY]`.
    """

    method: str
    path: str
    handler: Handler
    en: str
    zh: str
    roles: frozenset[Role] | None = None
    request: Schema | None = None
    query: Schema | None = None
    response: Schema | None = None
    status: int = 200
    also: tuple[int, ...] = ()  # other 2xx with the same answer
    response_type: str = JSON
    idempotent: bool = False
    stream: tuple[str, ...] = ()  # accepted content types of a streamed body
    body_limit: int = BODY_LIMIT
    problems: tuple[Kind, ...] = ()
    reads_own_writes: bool = False
    counted: bool = True  # False: a probe, answered also under overload and not logged
    variables: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "variables", tuple(_VARIABLE.findall(self.path)))
        for wrong, why in (
            (self.roles is None, "declares no roles"),
            (self.method not in ("GET", "POST", "PUT", "DELETE"), "has a strange method"),
            (not _PATH.fullmatch(self.path), "has a strange path"),
            (not 0 < self.body_limit <= MAX_BODY_LIMIT, "has no lawful body limit"),
            (self.method == "GET" and (self.request or self.stream), "reads a body on GET"),
            (self.request is not None and bool(self.stream), "loads and streams its body"),
        ):
            if wrong:
                raise RouteRefused(f"{self.method} {self.path} {why}")

    @property
    def pattern(self) -> str:
        """The path as aiohttp matches it."""
        return _VARIABLE.sub(lambda found: f"{{{found[1]}:{_VALUE}}}", self.path)
