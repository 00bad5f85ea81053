"""What an inbox hands to a service's reactions, and what may come of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from shared.events.envelope import Event, Undecodable, UnknownType, decode
from shared.log.port import Record, TopicPartition
from shared.store.store import Connection
from shared.store.unit import Unit

UNKNOWN_TYPE, UNDECODABLE, ENDED, BEHIND, CAUSE, RELEASED = (
    "unknown type", "undecodable", "ended", "behind", "cause", "released",
)  # fmt: skip
"""why an event is kept: `behind` = an earlier one of its stream is kept"""
WAITING, PARKED = "waiting", "parked"

Item = tuple[TopicPartition, Record]


class CauseMissing(Exception):
    """The reaction needs an event that has not arrived: it waits for that stream and version."""

    def __init__(self, stream_id: str, version: int = 1) -> None:
        super().__init__(f"{stream_id} version {version}")
        self.stream_id = stream_id
        self.version = version


@dataclass(frozen=True, slots=True)
class Delivery:
    """One verified record and the event in it."""

    at: TopicPartition
    record: Record
    event: Event


@dataclass(slots=True)
class Effects:
    """What a batch leads to: units to append, and deliveries that wait for their cause."""

    units: list[Unit] = field(default_factory=list)
    waiting: list[tuple[Delivery, CauseMissing]] = field(default_factory=list)


class Handler(Protocol):
    """A service's reactions. It may write to read tables through `connection`.

    When a delivery waits, all later ones of its stream must wait too, and none of its own effects
    may stay: it comes again whole.
    """

    async def apply(self, connection: Connection, deliveries: Sequence[Delivery]) -> Effects: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """An event that is read and not applied, and why."""

    at: TopicPartition
    record: Record
    stream_id: str
    state: str
    cause: str
    detail: str = ""
    for_stream: str | None = None
    for_version: int | None = None


def decoded(at: TopicPartition, record: Record) -> Delivery | tuple[str, str]:
    """The delivery, or (cause, detail) for bytes that this program cannot read."""
    try:
        return Delivery(at, record, decode(record.body))
    except UnknownType as unknown:
        return UNKNOWN_TYPE, str(unknown)
    except Undecodable as refused:
        return UNDECODABLE, str(refused)


def kept_of(waiting: Sequence[tuple[Delivery, CauseMissing]]) -> list[Kept]:
    """The first of each stream waits for its cause, the others wait behind it."""
    kept: list[Kept] = []
    heads: set[str] = set()
    for delivery, missing in waiting:
        at, record, stream_id = delivery.at, delivery.record, delivery.event.subject
        if stream_id in heads:
            kept.append(Kept(at, record, stream_id, WAITING, BEHIND))
            continue
        heads.add(stream_id)
        kept.append(
            Kept(
                at, record, stream_id, WAITING, CAUSE, str(missing), missing.stream_id,
                missing.version,
            )
        )  # fmt: skip
    return kept
