"""The archive on the real logs: PostgreSQL and Apache Kafka by the port, Kafka in bulk as well."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.audit.archive.bulk import SETTINGS, bulk_catch_up
from services.audit.archive.catch_up import catch_up
from services.audit.archive.files import covers
from services.audit.archive.verify import Fork, Head, heads, verify
from shared.log.open import open_log
from shared.log.port import Log, LogRefused, Record, TopicPartition
from tests.audit.memory_log import MemoryLog
from tests.contract.places import open_place
from tests.databases import Databases
from tests.kafka_broker import Broker


@pytest.fixture
def topic() -> str:
    return f"archive-{secrets.token_hex(4)}"


@pytest.fixture(params=["kafka", "postgres"])
async def log(
    request: pytest.FixtureRequest, kafka: Broker, databases: Databases, topic: str
) -> AsyncIterator[Log]:
    if request.param == "kafka":
        place = await open_place(f"kafka://{kafka.bootstrap}")
    else:
        place = await open_place((await databases("log")).owner_dsn)
    await place.allow(topic)
    yield place.log
    await place.log.close()


async def said(log: Log, topic: str, events: int, partitions: int = 3) -> MemoryLog:
    """The same records in a log in memory and, appended as a relay does, in the real one."""
    memory = MemoryLog()
    await log.create_topics({topic: partitions})
    writer = await log.writer()
    for partition in range(partitions):
        at = TopicPartition(topic, partition)
        records = memory.say(at, *[b'{"type":"T.v1","n":%d}' % n for n in range(events)])
        await writer.append(at, records)
    await writer.close()
    return memory


def expected(memory: MemoryLog) -> dict[TopicPartition, Head]:
    return {at: Head(held[-1].seq, held[-1].chain) for at, held in memory.records.items()}


async def test_both_logs_are_archived_and_continued(log: Log, topic: str, tmp_path: Path) -> None:
    memory = await said(log, topic, 700)
    at = TopicPartition(topic, 1)

    first = await catch_up(log, tmp_path, [topic])
    writer = await log.writer()
    await writer.append(at, memory.say(at, b"{}", b"not json"))
    await writer.close()
    second = await catch_up(log, tmp_path, [topic])

    assert (first.written, second.written) == (2_100, 2)
    assert verify(tmp_path) == heads(tmp_path) == expected(memory)


async def test_kafka_in_bulk_gives_the_files_that_the_port_gives(
    kafka: Broker, topic: str, tmp_path: Path
) -> None:
    log = await open_log(f"kafka://{kafka.bootstrap}")
    memory = await said(log, topic, 900)
    await catch_up(log, tmp_path / "port", [topic])
    await log.close()

    done = bulk_catch_up(kafka.bootstrap, tmp_path / "bulk", [topic], processes=2)
    again = bulk_catch_up(kafka.bootstrap, tmp_path / "bulk", [topic], processes=1)

    assert (done.written, again.written) == (2_700, 0)
    assert verify(tmp_path / "bulk") == expected(memory)
    assert content(tmp_path / "bulk") == content(tmp_path / "port")


def content(folder: Path) -> dict[str, bytes]:
    files = [file.path for known in covers(folder).values() for file in known.files]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


async def test_a_fork_in_kafka_stops_the_bulk_reader(
    kafka: Broker, topic: str, tmp_path: Path
) -> None:
    log = await open_log(f"kafka://{kafka.bootstrap}")
    await said(log, topic, 20)
    at = TopicPartition(topic, 2)
    writer = await log.writer()
    await writer.append(at, [Record(21, bytes(16), bytes(32), b"{}")])
    await writer.close()
    await log.close()

    with pytest.raises(Fork) as refused:
        bulk_catch_up(kafka.bootstrap, tmp_path, [topic], processes=2)

    assert (refused.value.at, refused.value.seq) == (at, 21)


def test_an_unknown_topic_is_refused_in_bulk(kafka: Broker, tmp_path: Path) -> None:
    with pytest.raises(LogRefused):
        bulk_catch_up(kafka.bootstrap, tmp_path, ["no-such-topic"])


def test_the_bulk_reader_checks_crcs_and_commits_nothing() -> None:
    assert SETTINGS["check.crcs"] is True
    assert SETTINGS["enable.auto.commit"] is False
    assert SETTINGS["auto.offset.reset"] == "error"
    assert SETTINGS["fetch.queue.backoff.ms"] == 5
