"""An import of the register of institutions and what it says of each: committed together."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import asyncpg
from msgspec.structs import replace

from services.claims.reference import decide, institutions
from services.claims.reference.decide import REFERENCE, ConfirmImport, Reference
from services.claims.reference.institutions import INSTITUTION
from shared.events.envelope import decode
from shared.events.references import InstitutionRegistered
from shared.service import Service
from shared.store.commands import (
    MAX_TRIES,
    By,
    Contended,
    Decision,
    Done,
    Request,
    UnknownStream,
    finished,
    stored,
)
from shared.store.store import Asked
from shared.store.unit import Appended, Unit

PAGE = 500
"""streams read, or events encoded, before others have their turn"""
Told = Mapping[str, Sequence[InstitutionRegistered]]


async def confirm_register(
    service: Service,
    command: ConfirmImport,
    confirm: Callable[[Reference], Decision],
    acting: By,
    asked: Request,
) -> Done:
    """All of it or nothing. Raises Refusal, IdempotencyKeyReused, Contended."""
    stream_id = decide.stream_of(institutions.TABLE)
    for _ in range(MAX_TRIES):
        known = await service.store.read(Asked((stream_id,), asked.key))
        if known.answered:
            return stored(known, asked)
        bodies = known.bodies.get(stream_id, ())
        if not bodies:
            raise UnknownStream(stream_id)
        state = REFERENCE.fold(bodies)
        unit = service.ledger.unit(
            REFERENCE, stream_id, len(bodies), confirm(state), acting,
            request=asked,
        )  # fmt: skip
        told = await asyncio.to_thread(_told, state, command)
        because = replace(acting, causation_id=unit.events[0].event_id)
        try:
            outcomes = await service.store.append_together(
                [unit, *await _units(service, told, because)]
            )
        except asyncpg.UniqueViolationError:
            continue  # somebody else was first: look again
        done = finished(outcomes[0], unit)
        if done and (done.replayed or all(isinstance(one, Appended) for one in outcomes)):
            return done
    raise Contended(stream_id)


def _told(state: Reference, command: ConfirmImport) -> Told:
    waiting = state.brought[command.proposal]
    new = decide.layer_of(waiting, command.rows)
    return institutions.news(
        decide.layers_of(state, command.rows), new, waiting.facts.snapshot_sha256
    )


async def _units(service: Service, told: Told, acting: By) -> list[Unit]:
    """A unit for each page: thousands of units in one statement take it seconds."""
    units: list[Unit] = []
    streams = list(told)
    for at in range(0, len(streams), PAGE):
        page = tuple(streams[at : at + PAGE])
        known = (await service.store.read(Asked(page))).bodies
        parts = [
            _unit(service, stream, known.get(stream, ()), told[stream], acting) for stream in page
        ]
        units.append(Unit([event for part in parts for event in part.events]))
    return units


def _unit(
    service: Service,
    stream: str,
    bodies: Sequence[bytes],
    told: Sequence[InstitutionRegistered],
    acting: By,
) -> Unit:
    last = decode(bodies[-1]).recorded_at if bodies else None
    return service.ledger.unit(
        INSTITUTION, stream, len(bodies), Decision(told), acting, not_before=last
    )
