"""Servers die under open writers and readers: what was acknowledged is there, and all goes on."""

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from shared.log.kafka import KafkaLog
from shared.log.kafka_client import KafkaSettings
from shared.log.open import open_log
from shared.log.port import Log, LogUnavailable, LogWriter, Record, TopicPartition
from shared.log.verified import Verifier
from shared.postgres.server import Server
from tests.contract.places import Place, append, bare, chained, fresh_topic, read_all
from tests.kafka_broker import Broker
from tests.stands import until

GIVE_UP_SECONDS = 120


async def test_a_killed_server_loses_nothing_acknowledged_and_both_sides_go_on(
    own_server: Broker | Server, own_place: Place
) -> None:
    topic = await fresh_topic(own_place)
    at = TopicPartition(topic, 0)
    records = chained(6_000)
    proof = Verifier(at)
    flowing = asyncio.Event()
    async with asyncio.timeout(GIVE_UP_SECONDS), asyncio.TaskGroup() as group:
        group.create_task(follow(own_place.log, proof, 6_000, flowing))
        sending = group.create_task(send_all(own_place.log, at, records))
        await flowing.wait()
        await own_server.kill()
        await asyncio.sleep(0.3)
        await own_server.start()
        await sending

    assert (proof.seq, proof.chain, proof.gap) == (6_000, records[-1].chain, False)
    last = await own_place.log.last(at)
    assert last is not None
    assert bare([last]) == records[-1:]


async def send_all(log: Log, at: TopicPartition, records: list[Record]) -> None:
    """As the relay does: after a failure a new writer, from the last record that the log holds."""
    done = 0
    writer: LogWriter | None = None
    while done < len(records):
        try:
            if writer is None:
                last = await log.last(at)
                assert last is None or last.seq >= done, "an acknowledged record is lost"
                done = 0 if last is None else last.seq
                writer = await log.writer()
            await writer.append(at, records[done : done + 20])
            done = min(done + 20, len(records))
            await asyncio.sleep(0.002)
        except LogUnavailable:
            if writer is not None:
                await writer.close()
            writer = None
            await asyncio.sleep(0.1)
    if writer is not None:
        await writer.close()


async def follow(log: Log, proof: Verifier, until: int, flowing: asyncio.Event) -> None:
    """As a consumer does: after a failure a new reader, at the position of the old one."""
    position = 0
    while proof.seq < until:
        try:
            reader = await log.reader({proof.at: position})
        except LogUnavailable:
            await asyncio.sleep(0.1)
            continue
        try:
            while proof.seq < until:
                for records in (await reader.read(500, 0.2)).values():
                    proof.accept(records)
                position = reader.position(proof.at)
                if proof.seq > 1_000:
                    flowing.set()
        except LogUnavailable:
            position = reader.position(proof.at)
        finally:
            await reader.close()


async def test_opening_a_log_that_is_down_says_so(own_server: Broker | Server) -> None:
    url = f"kafka://{own_server.bootstrap}" if isinstance(own_server, Broker) else own_server.dsn()
    await own_server.kill()
    with pytest.raises(LogUnavailable):
        await open_log(url)


async def test_after_a_failure_a_writer_is_dead(
    own_server: Broker | Server, own_place: Place
) -> None:
    topic = await fresh_topic(own_place)
    at = TopicPartition(topic, 0)
    records = chained(10)
    writer = await impatient(own_place.log).writer()
    await writer.append(at, records[:3])
    await own_server.kill()
    with pytest.raises(LogUnavailable):
        await writer.append(at, records[3:6])
    await own_server.start()

    with pytest.raises(LogUnavailable, match="the writer is dead"):
        await writer.append(at, records[6:])
    await writer.close()
    await asyncio.sleep(0.5)
    assert bare((await read_all(own_place.log, topic))[0]) == records[:3]


async def test_a_cancelled_append_kills_the_writer_too(place: Place) -> None:
    topic = await fresh_topic(place)
    writer = await place.log.writer()
    sending = asyncio.create_task(writer.append(TopicPartition(topic, 0), chained(20_000)))
    await asyncio.sleep(0.03)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)

    with pytest.raises(LogUnavailable, match="the writer is dead"):
        await writer.append(TopicPartition(topic, 0), chained(1))
    await writer.close()


async def test_a_silent_server_ends_an_append_at_its_deadline_and_gets_no_more(
    own_kafka: Broker,
) -> None:
    """One batch may be under way when the broker falls silent; the others must never follow it."""
    settings = KafkaSettings(bootstrap=(own_kafka.bootstrap,), append_deadline_seconds=1.0)
    log = await KafkaLog.open(settings)
    await log.create_topics({"silent.v1": 1})
    at = TopicPartition("silent.v1", 0)
    records = chained(200, size=20_000)
    per_batch = settings.max_batch_bytes // 20_000
    writer = await log.writer()
    await writer.append(at, records[:1])
    os.kill(own_kafka.pid, signal.SIGSTOP)
    await until(lambda: _stands_still(own_kafka.pid))
    try:
        async with asyncio.timeout(15):
            with pytest.raises(LogUnavailable):
                await writer.append(at, records[1:])
    finally:
        os.kill(own_kafka.pid, signal.SIGCONT)
    await asyncio.sleep(2)

    found = bare((await read_all(log, "silent.v1"))[0])
    assert len(found) <= 1 + per_batch
    assert found == records[: len(found)]
    await writer.close()
    await log.close()


async def test_a_log_that_ran_back_under_an_open_writer_is_noticed(place: Place) -> None:
    """The broker would go on filling the recreated topic, with all earlier records missing."""
    topic = await fresh_topic(place)
    at = TopicPartition(topic, 0)
    records = chained(20)
    log = impatient(place.log)
    writer = await log.writer()
    await writer.append(at, records[:10])
    await place.delete(topic)
    await place.log.create_topics({topic: 1})

    with pytest.raises(LogUnavailable):
        await writer.append(at, records[10:])
    with pytest.raises(LogUnavailable, match="the writer is dead"):
        await writer.append(at, records[10:])
    await writer.close()
    await append(place.log, at, records)
    assert bare((await read_all(place.log, topic))[0])[-20:] == records


def impatient(log: Log) -> Log:
    """Kafka's client waits for a lost broker as long as it is let."""
    if isinstance(log, KafkaLog):
        log.settings = replace(log.settings, append_deadline_seconds=3.0)
    return log


def _stands_still(pid: int) -> bool:
    """Every thread: a signal reaches those that run on another core a moment later."""
    stats = [file.read_text() for file in Path(f"/proc/{pid}/task").glob("*/stat")]
    return all(stat.rpartition(")")[2].split()[0] == "T" for stat in stats)
