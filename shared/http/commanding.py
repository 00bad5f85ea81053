"""From a request to an executed command: idempotency, the actor's By, the answer's position."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import orjson
from aiohttp import web

from shared.http import catalogue as codes
from shared.http.answers import answer_bytes, command_bytes
from shared.http.body import ROUTE
from shared.http.faults import CLOCK_BEHIND, CONTENDED, OUTCOME_UNKNOWN, VALUE_REFUSED
from shared.http.position import ANSWER_HEADER
from shared.http.problems import Problem
from shared.http.route import ACTOR, CORRELATION_ID, IDEMPOTENCY_KEY
from shared.service import Service
from shared.store.commands import Aggregate, By, Decision, Done, Holders, Request
from shared.store.unit import SlotKey
from shared.vault.framing import framed

S = TypeVar("S")
READING = (OUTCOME_UNKNOWN,)
COMMANDING = (codes.NOT_READY, CONTENDED, CLOCK_BEHIND, OUTCOME_UNKNOWN, VALUE_REFUSED)
"""what every read, and every command, may also be answered with"""
Said = Callable[[Decision], object]
_TOLD = (
    "decision", "amount_fen", "reasons", "conflicts_with", "proposal_version", "shown_sha256",
    "year_slot",
)  # fmt: skip


def told(name: str, stream_id: str) -> Said:
    """The usual answer: the record, the event that came of it, and the codes that explain it."""

    def said(decision: Decision) -> object:
        facts = decision.events[-1]
        found = {field: getattr(facts, field, None) for field in _TOLD}
        explained = {field: value for field, value in found.items() if value not in (None, ())}
        return {name: stream_id, "event": type(facts).__name__, **explained}

    return said


def request_of(
    request: web.Request, service: Service, said: Said, body: bytes | None = None
) -> Request:
    """Key and digest as HMACs. `said` gives what a repeated request is answered: ids only."""
    route = request[ROUTE]
    named = framed(
        request[ACTOR].sub.encode(),
        f"{route.method} {route.path}".encode(),
        request[IDEMPOTENCY_KEY].encode(),
    )
    return Request(
        service.digest(named),
        service.digest(command_bytes(request, body)),
        lambda decision: orjson.dumps(said(decision)),
    )


def by(request: web.Request, jurisdiction: str) -> By:
    """Who acts: from the token, never from the body."""
    actor = request[ACTOR]
    return By(
        actor=actor.sub,
        jurisdiction=jurisdiction,
        correlation_id=request[CORRELATION_ID],
        org=actor.org or None,
    )


def require_writable(service: Service) -> None:
    """Raises Problem 503 until the log's last records were compared with ours."""
    if not service.relay.compared.is_set():
        raise Problem(codes.NOT_READY, retry_after_seconds=2)


async def execute(
    request: web.Request,
    service: Service,
    aggregate: Aggregate[S],
    stream_id: str,
    decide: Callable[[S, Holders], Decision],
    acting: By,
    said: Said,
    *,
    wanted: Callable[[S], Sequence[SlotKey]] | None = None,
    event_id: str | None = None,
) -> web.Response:
    """Run one command on an existing stream and answer with its stored words and position."""
    require_writable(service)
    asked = request_of(request, service, said)
    done = await service.ledger.execute(
        aggregate, stream_id, decide, acting, asked, wanted=wanted, event_id=event_id
    )
    return await answered(service, done)


async def answered(service: Service, done: Done, status: int = 200) -> web.Response:
    """The answer of a committed command; with acknowledge=log it waits for the log."""
    service.committed()
    await service.acknowledged(done.position)
    return answer_bytes(done.answer, status=status, headers={ANSWER_HEADER: str(done.position)})
