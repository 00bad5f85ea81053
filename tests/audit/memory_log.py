"""A log in memory behind the port: it holds what the test says, and reads it from any offset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from shared.days import stream_of
from shared.events.base import BY_CLASS, PAYOUT_EVENTS
from shared.events.envelope import Event, encode
from shared.events.partition import partition_of
from shared.log.chain import GENESIS, link
from shared.log.port import LogRefused, LogWriter, Record, TopicPartition, TopicState


def event_id(number: int) -> bytes:
    return bytes.fromhex(f"0192000000007000a000{number:012x}")


def topic_of(event: Event) -> str:
    """Where its service writes it: both services open days."""
    if event.subject == stream_of("payments"):
        return PAYOUT_EVENTS
    return BY_CLASS[type(event.facts)].topics[0]


@dataclass
class MemoryLog:
    """Offsets are list positions; records are kept exactly as given, forks and repeats included."""

    records: dict[TopicPartition, list[Record]] = field(default_factory=dict)

    def say(self, at: TopicPartition, *bodies: bytes) -> list[Record]:
        """Append bodies as a relay would: numbered and chained."""
        start = len(self.records.get(at, ())) + 1
        identities = (event_id(at.partition * 1_000_000 + start + n) for n in range(len(bodies)))
        return [
            self._append(at, identity, body)
            for identity, body in zip(identities, bodies, strict=True)
        ]

    def tell(self, partitions: int, *events: Event) -> list[tuple[TopicPartition, Record]]:
        """Append events where their stream belongs."""
        told: list[tuple[TopicPartition, Record]] = []
        for event in events:
            at = TopicPartition(topic_of(event), partition_of(event.subject, partitions))
            told.append((at, self._append(at, UUID(event.id).bytes, encode(event))))
        return told

    def _append(self, at: TopicPartition, identity: bytes, body: bytes) -> Record:
        held = self.records.setdefault(at, [])
        last = held[-1] if held else Record(0, bytes(16), GENESIS, b"")
        chain = link(last.chain, last.seq + 1, identity, body)
        held.append(Record(last.seq + 1, identity, chain, body, len(held)))
        return held[-1]

    def put(self, at: TopicPartition, *records: Record) -> None:
        """Append records as they are."""
        held = self.records.setdefault(at, [])
        for record in records:
            held.append(record._replace(offset=len(held)))

    async def create_topics(self, partitions: Mapping[str, int]) -> None:
        for topic, number in partitions.items():
            for partition in range(number):
                self.records.setdefault(TopicPartition(topic, partition), [])

    async def partitions(self, topic: str) -> int:
        return sum(1 for at in self.records if at.topic == topic)

    async def states(self, topics: Sequence[str]) -> Mapping[TopicPartition, TopicState]:
        return {
            at: TopicState(0, len(held)) for at, held in self.records.items() if at.topic in topics
        }

    async def last(self, at: TopicPartition) -> Record | None:
        held = self.records[at]
        return held[-1] if held else None

    async def writer(self) -> LogWriter:
        raise LogRefused("this log is written by its test")

    async def reader(self, starts: Mapping[TopicPartition, int]) -> "MemoryReader":
        return MemoryReader(self.records, dict(starts))

    async def close(self) -> None: ...


@dataclass
class MemoryReader:
    records: Mapping[TopicPartition, Sequence[Record]]
    positions: dict[TopicPartition, int]

    async def read(
        self, max_records: int, wait_seconds: float
    ) -> Mapping[TopicPartition, Sequence[Record]]:
        found: dict[TopicPartition, Sequence[Record]] = {}
        for at, position in self.positions.items():
            if part := self.records[at][position : position + max_records]:
                found[at] = part
                self.positions[at] = position + len(part)
        return found

    async def seek(self, at: TopicPartition, offset: int) -> None:
        self.positions[at] = offset

    def position(self, at: TopicPartition) -> int:
        return self.positions[at]

    async def close(self) -> None: ...
