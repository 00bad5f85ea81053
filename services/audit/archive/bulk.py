"""From Kafka into the archive in bulk: librdkafka reads, processes share the partitions."""

import multiprocessing
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from confluent_kafka import Consumer, KafkaError, KafkaException, Message
from confluent_kafka import TopicPartition as At

from services.audit.archive.columns import connection
from services.audit.archive.compact import merge_all
from services.audit.archive.files import remove_strays, writing
from services.audit.archive.resume import (
    CaughtUp,
    Start,
    in_groups,
    outcome,
    save_offset,
    starts,
    starts_too_late,
    together,
)
from services.audit.archive.write import PartitionWriter
from shared.events.base import TOPICS
from shared.log.port import (
    FOREIGN_SEQ,
    LogRefused,
    LogUnavailable,
    Record,
    TopicPartition,
    TopicState,
)

MESSAGES_AT_ONCE = 5_000
PARTITIONS_AT_ONCE = 4
# Short: at the end of a partition a call waits it out before it gives what it has.
_WAIT_SECONDS = 0.05
_MAX_IDLE_POLLS = 1_200

SETTINGS: Mapping[str, str | int | bool] = {
    # librdkafka demands a group id; no group is joined and nothing is committed
    "group.id": "claims-ledger-archive",
    "enable.auto.commit": False,
    "auto.offset.reset": "error",
    "enable.partition.eof": True,
    "check.crcs": True,
    "isolation.level": "read_committed",
    # the default of 1 s halts reading each time the local queue is full
    "fetch.queue.backoff.ms": 5,
    "queued.max.messages.kbytes": 65_536,
    "socket.timeout.ms": 30_000,
}


def bulk_catch_up(
    bootstrap: str, folder: Path, topics: Sequence[str] = TOPICS, processes: int = 2
) -> CaughtUp:
    """As `catch_up`, several times faster: `processes` readers share the partitions by backlog.

    Raises Fork, ArchiveBusy, LogUnavailable, LogRefused (unknown topic).
    """
    with writing(folder):
        remove_strays(folder)
        shares = _shares(starts(folder, _states(bootstrap, topics)), processes)
        parts = _in_processes(bootstrap, folder, shares) if len(shares) > 1 else []
        if len(shares) == 1:
            parts = [_archive_share(bootstrap, folder, shares[0])]
        return together(parts, merge_all(folder))


def _shares(found: Sequence[Start], processes: int) -> list[list[Start]]:
    """Equal backlogs: the next longest partition goes to the share with the least so far."""
    shares: list[list[Start]] = [[] for _ in range(max(1, processes))]
    for start in sorted(found, key=lambda one: (one.offset - one.end_offset, one.at)):
        min(shares, key=_backlog).append(start)
    return [share for share in shares if share]


def _backlog(share: Sequence[Start]) -> int:
    return sum(one.end_offset - one.offset for one in share)


def _in_processes(
    bootstrap: str, folder: Path, shares: Sequence[Sequence[Start]]
) -> list[CaughtUp]:
    # Spawned, not forked: librdkafka's and DuckDB's threads do not survive a fork.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(shares), mp_context=spawn) as pool:
        running = [pool.submit(_archive_share, bootstrap, folder, share) for share in shares]
        return [one.result() for one in running]


def _archive_share(bootstrap: str, folder: Path, share: Sequence[Start]) -> CaughtUp:
    consumer = _consumer(bootstrap)
    try:
        parts = [
            _archive(consumer, folder, group) for group in in_groups(share, PARTITIONS_AT_ONCE)
        ]
    finally:
        consumer.close()
    return together(parts, 0)


def _archive(consumer: Consumer, folder: Path, group: Sequence[Start]) -> CaughtUp:
    with connection(memory="512MB") as database:
        writers = {one.at: PartitionWriter(folder, one.at, one.known, database) for one in group}
        consumer.assign([At(one.at.topic, one.at.partition, one.offset) for one in group])
        _read_to_end(consumer, {one.at: one for one in group}, writers)
        consumer.unassign()
        for writer in writers.values():
            writer.flush()
            save_offset(folder, writer)
        return outcome(writers.values())


def _read_to_end(
    consumer: Consumer,
    group: Mapping[TopicPartition, Start],
    writers: Mapping[TopicPartition, PartitionWriter],
) -> None:
    unfinished, idle = set(group), 0
    while unfinished:
        messages = _consume(consumer)
        idle = 0 if messages else idle + 1
        if idle > _MAX_IDLE_POLLS:
            raise LogUnavailable(f"nothing came for {_MAX_IDLE_POLLS * _WAIT_SECONDS:.0f} s")
        records, ended = _sorted_out(messages)
        unfinished -= ended
        for at, found in records.items():
            if starts_too_late(group[at], writers[at], found[0].seq):
                consumer.seek(At(at.topic, at.partition, group[at].first_offset))
                unfinished.add(at)
            else:
                writers[at].add(found)
            if found[-1].offset + 1 >= group[at].end_offset:
                unfinished.discard(at)


def _consume(consumer: Consumer) -> list[Message]:
    try:
        return consumer.consume(MESSAGES_AT_ONCE, _WAIT_SECONDS)
    except KafkaException as failed:
        raise LogUnavailable(str(failed)) from failed


def _sorted_out(
    messages: Sequence[Message],
) -> tuple[dict[TopicPartition, list[Record]], set[TopicPartition]]:
    """Records by partition, and the partitions whose end was reached."""
    records: dict[TopicPartition, list[Record]] = {}
    ended: set[TopicPartition] = set()
    place: TopicPartition | None = None
    for message in messages:
        topic, partition = message.topic(), message.partition()
        if place is None or place.partition != partition or place.topic != topic:
            place = TopicPartition(str(topic), int(partition or 0))
        error = message.error()
        if error is None:
            records.setdefault(place, []).append(_record(message))
        elif error.code() == KafkaError._PARTITION_EOF:
            ended.add(place)
        elif error.fatal() or not error.retriable():
            raise LogUnavailable(error.str())
    return records, ended


def _record(message: Message) -> Record:
    """Once per event. What does not carry exactly our headers is foreign: following stops."""
    body, offset = message.value(), message.offset()
    match message.headers():
        case [("seq", bytes(seq)), ("event-id", bytes(event_id)), ("chain", bytes(chain))]:
            return Record(int.from_bytes(seq, "big"), event_id, chain, body or b"", offset or 0)
        case _:
            return Record(FOREIGN_SEQ, b"", b"", body or b"", offset or 0)


def _states(bootstrap: str, topics: Sequence[str]) -> dict[TopicPartition, TopicState]:
    consumer = _consumer(bootstrap)
    try:
        found: dict[TopicPartition, TopicState] = {}
        for topic in topics:
            known = consumer.list_topics(topic, timeout=30).topics[topic]
            if known.error is not None:
                raise LogRefused(f"{topic}: {known.error.str()}")
            for partition in known.partitions:
                low, high = consumer.get_watermark_offsets(At(topic, partition), timeout=30)
                found[TopicPartition(topic, partition)] = TopicState(low, high)
        return found
    except KafkaException as failed:
        raise LogUnavailable(str(failed)) from failed
    finally:
        consumer.close()


def _consumer(bootstrap: str) -> Consumer:
    return Consumer({**SETTINGS, "bootstrap.servers": bootstrap})
