"""What the rows share: sizes, a folder, one broker, and the topic that readers read."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiokafka import AIOKafkaProducer

from shared.log import kafka_client
from shared.log.kafka import KafkaLog
from shared.log.kafka_client import KafkaSettings
from shared.log.port import Record, TopicPartition
from tests.bench.records import PARTITIONS, records
from tests.kafka_broker import Broker

# Tests run many short-lived brokers; here one broker works at its full speed.
JVM = ("-Xmx1g", "-Xms1g", "-XX:+UseG1GC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
FILLED = "filled.v1"
MAX_LOOKS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much each row measures; `log_records` on the log, `seconds` of load, rows of a roster,
    `lives` of a claim in one round, `approvals` in one command."""

    log_records: int = 500_000
    roster_rows: int = 20_000
    load_seconds: float = 8.0
    connections: tuple[int, ...] = (64, 256)
    paced_seconds: float = 20.0
    claims_per_second: int = 200
    lives: int = 500
    approvals: int = 10_000
    memory_events: tuple[int, int] = (50_000, 200_000)
    cases: int = 20_000
    """random cases of a policy; the table of SQL holds `copies` of them"""
    copies: int = 50
    rounds: int = 3


SMALL = Sizes(
    log_records=5_000,
    roster_rows=500,
    load_seconds=1.0,
    connections=(16,),
    paced_seconds=3.0,
    claims_per_second=20,
    lives=20,
    approvals=300,
    memory_events=(2_000, 4_000),
    cases=500,
    copies=2,
    rounds=1,
)


@dataclass(slots=True)
class Bench:
    """One run. Servers start when the first row needs them and stop with the run."""

    sizes: Sizes
    folder: Path
    _stack: AsyncExitStack
    _broker: Broker | None = None
    _filled: bool = False
    _persons: int = 0

    def persons(self, count: int) -> int:
        """The first of `count` persons whom nobody has met before."""
        self._persons += count
        return self._persons - count

    async def kafka(self) -> KafkaSettings:
        """The broker's address, with the settings that the product's clients have."""
        if self._broker is None:
            broker = Broker(self.folder / "kafka", JVM)
            self._broker = await self._stack.enter_async_context(broker)
        return KafkaSettings(bootstrap=(self._broker.bootstrap,))

    async def filled(self) -> KafkaSettings:
        """A broker with `log_records` chained claims in the topic FILLED."""
        settings = await self.kafka()
        if not self._filled:
            await create_topic(settings, FILLED)
            await send_batches(settings, records(FILLED, self.sizes.log_records))
            self._filled = True
        return settings


@asynccontextmanager
async def running(sizes: Sizes, folder: Path, broker: Broker | None = None) -> AsyncIterator[Bench]:
    """With a `broker` that somebody else started and will stop, or one of its own when needed."""
    async with AsyncExitStack() as stack:
        yield Bench(sizes, folder, stack, broker)


async def create_topic(settings: KafkaSettings, topic: str) -> None:
    """With the settings of a topic of record; returns when each partition answers."""
    log = await KafkaLog.open(settings)
    try:
        await log.create_topics({topic: PARTITIONS})
        await log.states([topic])
    finally:
        await log.close()


async def delete_topic(settings: KafkaSettings, topic: str) -> None:
    admin = kafka_client.admin(settings)
    await admin.start()
    try:
        await admin.delete_topics([topic])
        for _ in range(MAX_LOOKS):
            if topic not in await admin.list_topics():
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{topic} is still there")
    finally:
        await admin.close()


async def count_records(settings: KafkaSettings, topic: str) -> int:
    """How many the log has; nothing here leaves gaps in the offsets."""
    log = await KafkaLog.open(settings)
    try:
        states = await log.states([topic])
    finally:
        await log.close()
    return sum(state.end_offset for state in states.values())


async def send_batches(
    settings: KafkaSettings, wanted: Mapping[TopicPartition, Sequence[Record]]
) -> None:
    """The raw limit of writing: full batches of records that are ready, all partitions at once."""
    producer = kafka_client.producer(settings)
    await producer.start()
    try:
        await asyncio.gather(*(_send(producer, at, found) for at, found in wanted.items()))
    finally:
        await producer.stop()


async def _send(producer: AIOKafkaProducer, at: TopicPartition, found: Sequence[Record]) -> None:
    flights = []
    batch = producer.create_batch()
    for record in found:
        headers = [
            ("seq", record.seq.to_bytes(8, "big")),
            ("event-id", record.event_id),
            ("chain", record.chain),
        ]
        if batch.append(timestamp=None, key=None, value=record.body, headers=headers) is None:
            flights.append(await producer.send_batch(batch, at.topic, partition=at.partition))
            await asyncio.sleep(0)  # let the batch leave while the next one is built
            batch = producer.create_batch()
            batch.append(timestamp=None, key=None, value=record.body, headers=headers)
    flights.append(await producer.send_batch(batch, at.topic, partition=at.partition))
    await asyncio.gather(*flights)
