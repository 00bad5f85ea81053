"""What one command wants to append: plain data, all of it or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from shared.store.journal import Line, Room
from shared.store.position import Position


class NewEvent(NamedTuple):
    """One encoded event at its place; its number is given at commit."""

    topic: str
    partition_no: int
    stream_id: str
    version: int
    event_id: str
    body: bytes


class Reservation(NamedTuple):
    """A slot that only one stream may hold, e.g. (`certificate`, reference)."""

    kind: str
    key: str
    stream_id: str
    note: str = ""


class Holder(NamedTuple):
    """Who holds a slot, and the free text that the holder left with it."""

    stream_id: str
    note: str


SlotKey = tuple[str, str]


class Idempotency(NamedTuple):
    """`key` and `digest` are HMACs; `answer` holds ids only and is what a repeated request gets."""

    key: bytes
    digest: bytes
    answer: bytes


class Unit(msgspec.Struct, frozen=True):
    """Events, the slots they take and free, and the request they answer: committed together."""

    events: Sequence[NewEvent]
    takes: Sequence[Reservation] = ()
    frees: Sequence[Reservation] = ()
    records: Sequence[Reservation] = ()
    """slots recorded without refusal: decisions from before the ledger"""
    idempotency: Idempotency | None = None
    lines: Sequence[Line] = ()
    """what the events book, line by line"""
    rooms: Sequence[Room] = ()

    @property
    def books(self) -> bool:
        return bool(self.lines or self.rooms)


class Appended(msgspec.Struct, frozen=True):
    """The unit is committed; `positions` has the number of each event, in order."""

    positions: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """The same request was answered before; nothing was written now."""

    answer: bytes
    position: Position


@dataclass(frozen=True, slots=True)
class KeyReused:
    """The same idempotency key came with another body."""


@dataclass(frozen=True, slots=True)
class SlotTaken:
    """Other streams hold slots that the unit wanted."""

    slots: tuple[Reservation, ...]


@dataclass(frozen=True, slots=True)
class VersionConflict:
    """Somebody else wrote this version of the stream first: load it and decide again."""

    stream_id: str


@dataclass(frozen=True, slots=True)
class Overdrawn:
    """An account or a plan's room does not hold that much; `guard` names the constraint."""

    guard: str


Outcome = Appended | Replayed | KeyReused | SlotTaken | VersionConflict | Overdrawn
