"""The first event of a stream, by a command over HTTP; once per Idempotency-Key."""

from collections.abc import Callable
from typing import TypeVar

from aiohttp import web

from shared.http.commanding import Said, answered, request_of, require_writable
from shared.service import Service
from shared.store.commands import (
    MAX_TRIES,
    Aggregate,
    By,
    Contended,
    Decision,
    Done,
    IdempotencyKeyReused,
    finished,
)
from shared.store.store import Asked

S = TypeVar("S")


async def start(
    request: web.Request,
    service: Service,
    aggregate: Aggregate[S],
    stream_id: str,
    decide: Callable[[S], Decision],
    acting: By,
    said: Said,
) -> web.Response:
    """Decide on the stream as it is, mostly empty, and answer 201. Raises Refusal from `decide`."""
    require_writable(service)
    asked = request_of(request, service, said)
    for _ in range(MAX_TRIES):
        known = await service.store.read(Asked((stream_id,), asked.key))
        bodies = known.bodies.get(stream_id, ())
        if known.answered:
            digest, replay = known.answered
            if digest != asked.digest:
                raise IdempotencyKeyReused
            done = Done(replay.answer, replay.position, replayed=True)
            return await answered(service, done, status=201)
        decision = decide(aggregate.fold(bodies))
        unit = service.ledger.unit(
            aggregate, stream_id, len(bodies), decision, acting, request=asked
        )
        if new := finished(await service.store.append(unit), unit):
            return await answered(service, new, status=201)
    raise Contended(stream_id)
