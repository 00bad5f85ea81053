"""From a command to an answer: load the stream, decide, append; a lost race decides again."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

import msgspec

from shared.clock import Clock
from shared.events.base import Facts
from shared.events.envelope import Event, decode, encode
from shared.ids import new_event_id
from shared.store.journal import Books, Line, Room, lines_of, no_books
from shared.store.position import Position
from shared.store.store import Asked, Known, Store
from shared.store.unit import (
    Appended,
    Holder,
    Idempotency,
    KeyReused,
    NewEvent,
    Outcome,
    Overdrawn,
    Replayed,
    Reservation,
    SlotKey,
    SlotTaken,
    Unit,
)

MAX_TRIES = 3
"""how often a command is decided again after somebody else was first"""
CLOCK_SLACK = timedelta(seconds=5)

S = TypeVar("S")
Holders = Mapping[SlotKey, Holder]


class Refusal(Exception):
    """A rule of the ledger says no. `code` is stable; `facts` are ids and numbers only."""

    code = "REFUSED"

    def __init__(self, *, clause: str = "", **facts: str | int) -> None:
        super().__init__(self.code)
        self.clause = clause
        self.facts = facts


class FundExhausted(Refusal):
    """An account does not hold that much; nothing was written."""

    code = "FUND_EXHAUSTED"


class RoomExhausted(Refusal):
    """The plan's advances would pass their ratio; nothing was written (HLD-10-4)."""

    code = "ADVANCE_RATIO"


class UnknownStream(Exception):
    """There is no such claim, payout or finding here."""


class IdempotencyKeyReused(Exception):
    """The key came before with another body (422)."""


class Contended(Exception):
    """Other writers were first, three times in a row (409): come back."""


class ClockBehind(Exception):
    """The clock stands more than 5 s behind the newest event: nothing may be appended."""


class Slot(msgspec.Struct, frozen=True):
    """A slot that a decision takes or frees for its own stream."""

    kind: str
    key: str
    note: str = ""


class Decision(msgspec.Struct, frozen=True):
    """What a command leads to: events, and the slots they take, free or record."""

    events: Sequence[Facts]
    takes: Sequence[Slot] = ()
    frees: Sequence[Slot] = ()
    records: Sequence[Slot] = ()
    event_ids: Sequence[str] = ()
    """ids of its first events, where fields were sealed for them before"""


class By(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts, where, and what led to it. The actor comes from the token, never from the body."""

    actor: str
    jurisdiction: str
    correlation_id: str
    org: str | None = None
    causation_id: str | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Aggregate(Generic[S]):
    """What the executor must know of an aggregate: names, the empty state, and the fold."""

    source: str
    topic: str
    initial: S
    evolve: Callable[[S, Event], S]

    def events(self, bodies: Sequence[bytes]) -> Sequence[Event]:
        return [decode(body) for body in bodies]

    def fold(self, bodies: Sequence[bytes]) -> S:
        """The state after these events; what happened, happened: nothing is refused here."""
        state = self.initial
        for event in self.events(bodies):
            state = self.evolve(state, event)
        return state


class Request(msgspec.Struct, frozen=True):
    """One command with its Idempotency-Key, as HMACs; the answer that is stored holds ids only."""

    key: bytes
    digest: bytes
    answer: Callable[[Decision], bytes]


class Done(msgspec.Struct, frozen=True):
    """What became of a command: the stored answer and where its last event stands."""

    answer: bytes
    position: Position
    replayed: bool = False


@dataclass(slots=True)
class Ledger:
    """Executes commands of one service on its store."""

    store: Store
    clock: Clock
    newest: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    books: Books = no_books
    """what each event books to accounts; payments sets its own"""
    _turns: "WeakValueDictionary[str, asyncio.Lock]" = field(default_factory=WeakValueDictionary)

    def now(self) -> datetime:
        """The time to record. Raises ClockBehind when it is 5 s behind the newest event."""
        now = self.clock.now()
        if now < self.newest - CLOCK_SLACK:
            raise ClockBehind((self.newest - now).total_seconds())
        self.newest = max(self.newest, now)
        return now

    def unit(
        self,
        aggregate: Aggregate[S],
        stream_id: str,
        version: int,
        decision: Decision,
        by: By,
        *,
        event_id: str | None = None,
        not_before: datetime | None = None,
        request: Request | None = None,
    ) -> Unit:
        """Encode a decision as the next events of the stream after `version`.

        `event_id` is the id of the first event: fields sealed for it carry it as associated data.
        The time never runs back inside the stream (`not_before` = time of its last event).
        """
        now = self.now()
        recorded = max(now, not_before) if not_before else now
        partition_no = self.store.partition_of(stream_id)
        named = dict(enumerate([event_id] if event_id else decision.event_ids, start=1))
        events = []
        lines: list[Line] = []
        rooms: list[Room] = []
        for n, facts in enumerate(decision.events, start=1):
            identity = named.get(n) or new_event_id(self.clock)
            event = Event(
                id=identity,
                source=f"{aggregate.source}/{by.jurisdiction}",
                subject=stream_id,
                version=version + n,
                recorded_at=recorded,
                occurred_at=by.occurred_at or now,
                jurisdiction=by.jurisdiction,
                actor=by.actor,
                correlation_id=by.correlation_id,
                causation_id=by.causation_id,
                facts=facts,
            )
            events.append(
                NewEvent(
                    aggregate.topic, partition_no, stream_id, version + n, identity, encode(event)
                )
            )
            booking = self.books(event)
            lines += lines_of(identity, booking.moves)
            rooms += booking.rooms
        return Unit(
            events,
            [Reservation(s.kind, s.key, stream_id, s.note) for s in decision.takes],
            [Reservation(s.kind, s.key, stream_id, s.note) for s in decision.frees],
            [Reservation(s.kind, s.key, stream_id, s.note) for s in decision.records],
            _idempotency(request, decision) if request else None,
            lines,
            rooms,
        )

    async def execute(
        self,
        aggregate: Aggregate[S],
        stream_id: str,
        decide: Callable[[S, Holders], Decision],
        by: By,
        request: Request,
        *,
        wanted: Callable[[S], Sequence[SlotKey]] | None = None,
        event_id: str | None = None,
    ) -> Done:
        """Load, decide, append; decided again up to three times when somebody else was first.

        Commands of this process on one stream go one after the other, so that only another process
        can be first. Raises Refusal from `decide`, FundExhausted, RoomExhausted, UnknownStream,
        IdempotencyKeyReused, Contended.
        """
        turn = self._turns.setdefault(stream_id, asyncio.Lock())
        async with turn:
            return await self._execute(
                aggregate, stream_id, decide, by, request, wanted=wanted, event_id=event_id
            )

    async def _execute(
        self,
        aggregate: Aggregate[S],
        stream_id: str,
        decide: Callable[[S, Holders], Decision],
        by: By,
        request: Request,
        *,
        wanted: Callable[[S], Sequence[SlotKey]] | None,
        event_id: str | None,
    ) -> Done:
        for _ in range(MAX_TRIES):
            known = await self.store.read(Asked((stream_id,), request.key))
            if known.answered:
                return stored(known, request)
            bodies = known.bodies.get(stream_id, ())
            if not bodies:
                raise UnknownStream(stream_id)
            state = aggregate.fold(bodies)
            holders = await self._holders(wanted(state) if wanted else ())
            last = decode(bodies[-1]).recorded_at
            unit = self.unit(
                aggregate,
                stream_id,
                len(bodies),
                decide(state, holders),
                by,
                event_id=event_id,
                not_before=last,
                request=request,
            )
            outcome = await self.store.append(unit)
            if isinstance(outcome, Overdrawn):
                known = await self.store.read(Asked(idempotency_key=request.key))
                if known.answered:  # it overdraws because it was carried out just now
                    return stored(known, request)
            if done := finished(outcome, unit):
                return done
        raise Contended(stream_id)

    async def _holders(self, slots: Sequence[SlotKey]) -> Holders:
        if not slots:
            return {}
        return (await self.store.read(Asked(slots=tuple(slots)))).holders


def _idempotency(request: Request, decision: Decision) -> Idempotency:
    return Idempotency(request.key, request.digest, request.answer(decision))


def finished(outcome: Outcome, unit: Unit) -> Done | None:
    """The answer, or None when the command must be decided again.

    Raises IdempotencyKeyReused, FundExhausted, RoomExhausted.
    """
    match outcome:
        case Appended(positions):
            return Done(unit.idempotency.answer if unit.idempotency else b"", positions[-1])
        case Replayed(answer, position):
            return Done(answer, position, replayed=True)
        case KeyReused():
            raise IdempotencyKeyReused
        case Overdrawn(guard):
            raise RoomExhausted if guard.startswith("advance_rooms") else FundExhausted
        case _:
            return None


def taken_by(outcome: Outcome) -> Sequence[Reservation]:
    """The slots that other streams hold, if that is why the unit was refused."""
    return outcome.slots if isinstance(outcome, SlotTaken) else ()


def stored(known: Known, request: Request) -> Done:
    """What the request was answered before. Raises IdempotencyKeyReused."""
    assert known.answered is not None
    digest, replay = known.answered
    if digest != request.digest:
        raise IdempotencyKeyReused
    return Done(replay.answer, replay.position, replayed=True)
