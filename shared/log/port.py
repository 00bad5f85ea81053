"""The log behind one narrow port: Apache Kafka in production, a PostgreSQL database on one machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class TopicPartition(NamedTuple):
    topic: str
    partition: int


class Record(NamedTuple):
    """One event as it travels: the exact bytes, and the headers that let a reader verify without JSON.

    `chain` = SHA-256(previous chain ‖ length-framed seq, event id, bytes). `offset` is the log's own,
    has gaps by design, and is -1 before the log has given one.
    """

    seq: int
    event_id: bytes  # 16 bytes
    chain: bytes  # 32 bytes
    body: bytes
    offset: int = -1


class LogUnavailable(Exception):
    """The log did not answer or did not acknowledge; nothing may be assumed about what it kept."""


class LogRefused(Exception):
    """The log answered no (rights, size, unknown topic): trying again does not help."""


@dataclass(frozen=True, slots=True)
class TopicState:
    """What the log says of one partition: first offset kept and the offset after the last record."""

    start_offset: int
    end_offset: int


class LogWriter(Protocol):
    """Appends in order. After any LogUnavailable the writer is dead: close it and open a new one."""

    async def append(self, at: TopicPartition, records: Sequence[Record]) -> None:
        """Return only when the log has acknowledged all records, in this order, durably."""

    async def close(self) -> None: ...


class LogReader(Protocol):
    """Reads raw records from explicit offsets; knows nothing of groups, commits or verification."""

    async def read(
        self, max_records: int, wait_seconds: float
    ) -> Mapping[TopicPartition, Sequence[Record]]:
        """The next records of the assigned partitions; empty when none came within `wait_seconds`."""

    async def seek(self, at: TopicPartition, offset: int) -> None: ...

    def position(self, at: TopicPartition) -> int:
        """Offset of the next record to be read. A replay has ended when position >= end_offset."""

    async def close(self) -> None: ...


class Log(Protocol):
    """One installation's log. Every method may raise LogUnavailable."""

    async def create_topics(self, partitions: Mapping[str, int]) -> None:
        """Create the topics that are missing; raises LogRefused if one exists with another number."""

    async def partitions(self, topic: str) -> int: ...

    async def states(self, topics: Sequence[str]) -> Mapping[TopicPartition, TopicState]: ...

    async def last(self, at: TopicPartition) -> Record | None:
        """The last record of a partition, None when it is empty."""

    async def writer(self) -> LogWriter: ...

    async def reader(self, starts: Mapping[TopicPartition, int]) -> LogReader:
        """A reader of exactly these partitions, each from its offset (inclusive)."""

    async def close(self) -> None: ...
