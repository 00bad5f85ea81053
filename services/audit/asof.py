"""As of an instant: the longest prefix of the log that audit had sealed by then. No wall clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from services.audit.watermark import STREAM, Vector, vector_of
from shared.events.cases import Judged, Position, Positions
from shared.events.envelope import Event, decode
from shared.log.port import TopicPartition
from shared.service import Service


class NothingSealed(Exception):
    """Audit had judged nothing yet at that time: there is no prefix that anybody could repeat."""


@dataclass(frozen=True, slots=True)
class Seal:
    """A prefix of the log and when audit had sealed it; every number up to each `seq` is in."""

    at: datetime
    vector: Vector

    def holds(self, at: TopicPartition, seq: int) -> bool:
        return seq <= self.vector.get(at, 0)

    @property
    def positions(self) -> Positions:
        """In the order of topics and partitions; empty partitions left out."""
        return tuple(
            Position(topic=at.topic, partition=at.partition, seq=seq)
            for at, seq in sorted(self.vector.items())
            if seq
        )

    @property
    def digest(self) -> str:
        """SHA-256 over lines `topic/partition/seq`: names the prefix in sixty-four digits."""
        lines = (f"{p.topic}/{p.partition}/{p.seq}\n" for p in self.positions)
        return sha256("".join(lines).encode()).hexdigest()


def seal_of(judged: Event) -> Seal:
    """What one Judged event seals."""
    return Seal(judged.recorded_at, vector_of(judged))


def seal_from(positions: Positions, at: datetime) -> Seal:
    """The prefix that a filed report names."""
    return Seal(at, {TopicPartition(p.topic, p.partition): p.seq for p in positions})


def newest_seal(events: Iterable[Event], until: datetime | None = None) -> Seal:
    """The last one recorded by `until`; None: the last of all. Raises NothingSealed."""
    said = [
        event
        for event in events
        if isinstance(event.facts, Judged) and (until is None or event.recorded_at <= until)
    ]
    if not said:
        raise NothingSealed
    return seal_of(max(said, key=lambda event: event.version))


async def sealed_by(service: Service, until: datetime | None) -> Seal:
    """As `newest_seal`, by halving over the watermark's own stream: about 25 reads of one row.

    Times never run back inside a stream, so halving finds the last one. Raises NothingSealed.
    """
    last = await service.pool.fetchval(_LAST, service.store.partition_of(STREAM), STREAM)
    newest: Event | None = None
    low, high = 1, int(last or 0)
    while low <= high:
        middle = high if until is None else (low + high) // 2
        event = await _judged(service, middle)
        if until is None or event.recorded_at <= until:
            newest, low = event, middle + 1
        else:
            high = middle - 1
    if newest is None:
        raise NothingSealed
    return seal_of(newest)


async def _judged(service: Service, version: int) -> Event:
    partition = service.store.partition_of(STREAM)
    return decode(await service.pool.fetchval(_ONE, partition, STREAM, version))


_LAST = "SELECT max(version) FROM events WHERE partition_no = $1 AND stream_id = $2"
_ONE = "SELECT body FROM events WHERE partition_no = $1 AND stream_id = $2 AND version = $3"
