"""Relay: from the events table to Kafka, beside a producer that sends the same records."""

import asyncio
import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from time import perf_counter
from typing import Any
from uuid import UUID

import asyncpg

from shared.clock import RealClock
from shared.log.kafka import KafkaLog
from shared.log.kafka_client import KafkaSettings
from shared.log.port import Record, TopicPartition
from shared.postgres.prepare import Database, prepare
from shared.postgres.server import Server
from shared.relay import Relay
from shared.store.pool import open_pool
from shared.store.store import Store
from tests.bench.bench import Bench, count_records, create_topic, delete_topic, send_batches
from tests.bench.figures import Figure, alternate, at_least
from tests.bench.records import PARTITIONS, records

TOPIC = "relayed.v1"
MAX_SECONDS = 300.0
Wanted = Mapping[TopicPartition, Sequence[Record]]


async def measure(bench: Bench) -> list[Figure]:
    settings = await bench.kafka()
    wanted = records(TOPIC, bench.sizes.log_records)
    async with Server(bench.folder / "relay") as server:
        database = (await prepare(server, databases=["claims"], partitions=PARTITIONS))["claims"]
        await fill(database, {at: found[: len(found) // 10] for at, found in wanted.items()})
        few = {at: found[: len(found) // 10] for at, found in wanted.items()}
        await _raw(settings, few)
        await _ours(settings, database, few)
        await fill(database, wanted)
        gc.freeze()
        limit, ours = await alternate(
            lambda: _raw(settings, wanted),
            lambda: _ours(settings, database, wanted),
            bench.sizes.rounds,
        )
        gc.unfreeze()
    return [
        at_least(
            0.4,
            what="relay: PostgreSQL → Kafka, numbered and chained",
            ours=ours[0],
            limit=limit[0],
            unit="events/s",
        )
    ]


async def fill(database: Database, wanted: Wanted) -> None:
    """Events of a topic of the bench's own; the relay takes its topics from the heads."""
    owner = await asyncpg.connect(database.admin_dsn, database=database.name)
    try:
        await owner.execute("SET session_replication_role = replica; TRUNCATE events")
        await owner.execute("DELETE FROM heads")
        await owner.copy_records_to_table("events", records=_rows(wanted), columns=_COLUMNS)
        await owner.executemany(
            "INSERT INTO heads (topic, partition_no, seq) VALUES ($1, $2, $3)",
            [(*at, len(found)) for at, found in wanted.items()],
        )
        await owner.execute("VACUUM ANALYZE events")
    finally:
        await owner.close()


_COLUMNS = ["partition_no", "stream_id", "version", "topic", "seq", "event_id", "body"]


def _rows(wanted: Wanted) -> Iterator[tuple[Any, ...]]:
    for at, found in wanted.items():
        for record in found:
            event_id = UUID(bytes=record.event_id)
            row = (at.partition, f"claim-{event_id}", 1, at.topic, record.seq, event_id)
            yield (*row, record.body)


async def _raw(settings: KafkaSettings, wanted: Wanted) -> list[float]:
    await create_topic(settings, TOPIC)
    began = perf_counter()
    await send_batches(settings, wanted)
    seconds = perf_counter() - began
    return await _counted(settings, wanted, seconds)


async def _ours(settings: KafkaSettings, database: Database, wanted: Wanted) -> list[float]:
    """Timed from the moment that the log's last records have been compared."""
    await create_topic(settings, TOPIC)
    await _forget(database)
    pool = await open_pool(database.service_dsn(), 4)
    log = await KafkaLog.open(settings)
    relay = Relay(Store(pool, PARTITIONS, RealClock().now), log)
    running = asyncio.create_task(relay.run())
    try:
        await relay.compared.wait()
        began = perf_counter()
        total = sum(map(len, wanted.values()))
        async with asyncio.timeout(MAX_SECONDS):
            await _until(lambda: relay.sent >= total or running.done())
        seconds = perf_counter() - began
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await log.close()
        await pool.close()
    return await _counted(settings, wanted, seconds)


async def _until(reached: Callable[[], bool]) -> None:
    while not reached():  # noqa: ASYNC110 - the relay has no bell for its last batch
        await asyncio.sleep(0.005)


async def _forget(database: Database) -> None:
    owner = await asyncpg.connect(database.admin_dsn, database=database.name)
    try:
        await owner.execute("TRUNCATE relay_batches")
    finally:
        await owner.close()


async def _counted(settings: KafkaSettings, wanted: Wanted, seconds: float) -> list[float]:
    """Events a second, after a look whether all of them are there."""
    total = sum(map(len, wanted.values()))
    arrived = await count_records(settings, TOPIC)
    if arrived != total:
        raise AssertionError(f"{arrived} of {total} records arrived")
    await delete_topic(settings, TOPIC)
    return [total / seconds]
