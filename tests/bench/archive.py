"""Log → archive: Parquet with verified chains on two cores, beside a consumer that drops all."""

import asyncio
import shutil
from pathlib import Path
from time import perf_counter

from confluent_kafka import Consumer, TopicPartition

from services.audit.archive.bulk import MESSAGES_AT_ONCE, SETTINGS, bulk_catch_up
from shared.log.kafka_client import KafkaSettings
from tests.bench.bench import FILLED, Bench
from tests.bench.figures import Figure, alternate, at_least
from tests.bench.records import PARTITIONS

PROCESSES = 2


async def measure(bench: Bench) -> list[Figure]:
    settings, wanted = await bench.filled(), bench.sizes.log_records
    folder = bench.folder / "archive"
    await asyncio.to_thread(_consume, settings, wanted // 10)
    limit, ours = await alternate(
        lambda: asyncio.to_thread(_consume, settings, wanted),
        lambda: asyncio.to_thread(_archive, settings, folder, wanted),
        bench.sizes.rounds,
    )
    return [
        at_least(
            0.3,
            what="log → archive (Parquet, verified) on two cores",
            ours=ours[0],
            limit=limit[0],
            unit="events/s",
        )
    ]


def _consume(settings: KafkaSettings, wanted: int) -> list[float]:
    """confluent-kafka's consume(5000) with the archive's own client settings."""
    consumer = Consumer({**SETTINGS, "bootstrap.servers": settings.bootstrap[0]})
    try:
        count, began = 0, perf_counter()
        consumer.assign([TopicPartition(FILLED, n, 0) for n in range(PARTITIONS)])
        while count < wanted:
            found = consumer.consume(MESSAGES_AT_ONCE, 1.0)
            count += sum(message.error() is None for message in found)
        return [count / (perf_counter() - began)]
    finally:
        consumer.close()


def _archive(settings: KafkaSettings, folder: Path, wanted: int) -> list[float]:
    began = perf_counter()
    done = bulk_catch_up(settings.bootstrap[0], folder, (FILLED,), PROCESSES)
    seconds = perf_counter() - began
    shutil.rmtree(folder)
    if done.written != wanted:
        raise AssertionError(f"{done.written} of {wanted} events were archived")
    return [wanted / seconds]
