"""The log behind one narrow port: Apache Kafka, or a PostgreSQL database on one machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from shared.events.base import MAX_EVENT_BYTES

MAX_BODY_BYTES = MAX_EVENT_BYTES
"""a larger record is refused by every writer, before anything of its batch is sent"""
FOREIGN_SEQ = -1
"""`seq` of a record without our three headers: nobody but a service should write a topic"""


class TopicPartition(NamedTuple):
    topic: str
    partition: int


class Record(NamedTuple):
    """One event as it travels: the exact bytes, and the headers that verify it without JSON.

    `chain` = SHA-256(previous chain ‖ length-framed seq, event id, bytes). `offset` is the log's
    own, has gaps by design, and is -1 before the log has given one.
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


class PositionLost(LogRefused):
    """The log does not hold this offset: it was truncated or recreated. Find the place by seq."""


@dataclass(frozen=True, slots=True)
class TopicState:
    """Of one partition: the first offset kept and the offset after the last record."""

    start_offset: int
    end_offset: int


class LogWriter(Protocol):
    """Appends in order. After any LogUnavailable the writer is dead: close it and open a new one.

    Appends to several partitions may run at once; those to one partition run one after the other.
    """

    async def append(self, at: TopicPartition, records: Sequence[Record]) -> None:
        """Return only when the log has acknowledged all records, in this order, durably.

        LogUnavailable: any number of the first records may stand in the log, also later. The log's
        offset running back (records were lost or the topic recreated) is LogUnavailable too.
        LogRefused: unknown topic or partition, no right, a body over MAX_BODY_BYTES.
        """

    async def close(self) -> None: ...


class LogReader(Protocol):
    """Reads raw records from explicit offsets; knows nothing of groups, commits or verification.

    After LogUnavailable or PositionLost: close it and open a new one, at position() or by seq.
    A record without our headers comes as it is, with FOREIGN_SEQ, no event id and no chain.
    """

    async def read(
        self, max_records: int, wait_seconds: float
    ) -> Mapping[TopicPartition, Sequence[Record]]:
        """The next records of these partitions; empty when none came within `wait_seconds`."""

    async def seek(self, at: TopicPartition, offset: int) -> None: ...

    def position(self, at: TopicPartition) -> int:
        """Offset of the next record to be read. A replay has ended when position >= end_offset."""

    async def close(self) -> None: ...


class Log(Protocol):
    """One installation's log. Every method may raise LogUnavailable."""

    async def create_topics(self, partitions: Mapping[str, int]) -> None:
        """Create what is missing; LogRefused if a topic exists with another number."""

    async def partitions(self, topic: str) -> int: ...

    async def states(self, topics: Sequence[str]) -> Mapping[TopicPartition, TopicState]: ...

    async def last(self, at: TopicPartition) -> Record | None:
        """The last record of a partition, None when it is empty."""

    async def writer(self) -> LogWriter: ...

    async def reader(self, starts: Mapping[TopicPartition, int]) -> LogReader:
        """A reader of exactly these partitions, each from its offset (inclusive)."""

    async def close(self) -> None: ...
