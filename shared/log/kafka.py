"""The log on Apache Kafka: topics of record, states, the last record, writers and readers."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import NoError, TopicAlreadyExistsError, for_code

from shared.log import kafka_client
from shared.log.kafka_client import KafkaSettings, kafka_errors
from shared.log.kafka_reader import KafkaReader, as_records
from shared.log.kafka_writer import KafkaWriter
from shared.log.port import LogRefused, LogUnavailable, Record, TopicPartition, TopicState

# Nothing expires, nothing is compacted away, no replica that lacks records becomes the leader.
TOPIC_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "cleanup.policy": "delete",
        "retention.ms": "-1",
        "retention.bytes": "-1",
        "unclean.leader.election.enable": "false",
        "compression.type": "producer",
        "max.message.bytes": "1048588",
        # The broker's own clock: with ours, a service an hour ahead would be refused.
        "message.timestamp.type": "LogAppendTime",
    }
)
OPENING_SECONDS = 2.0
PROBE_WAIT_MS = 5  # a long poll left behind would delay the next look at another partition


class KafkaLog:
    """One cluster. Build it with `open`."""

    def __init__(
        self, settings: KafkaSettings, admin: AIOKafkaAdminClient, probe: AIOKafkaConsumer
    ) -> None:
        self.settings = settings
        self._admin = admin
        self._probe = probe
        self._probing = asyncio.Lock()

    @classmethod
    async def open(cls, settings: KafkaSettings) -> "KafkaLog":
        """Connect. Raises LogUnavailable."""
        admin = kafka_client.admin(settings)
        probe = kafka_client.consumer(settings, PROBE_WAIT_MS)
        log = cls(settings, admin, probe)
        opened = False
        try:
            with kafka_errors("open"):
                async with asyncio.timeout(settings.request_timeout_ms / 1000):
                    await _opened(admin.start())
                    await _opened(probe.start())
            opened = True
        finally:
            if not opened:
                await log.close()
        return log

    async def create_topics(self, partitions: Mapping[str, int]) -> None:
        existing = await self._counts()
        missing = {topic: n for topic, n in partitions.items() if topic not in existing}
        if missing:
            await self._create(missing)
            existing = await self._wait_for(missing)
        for topic, wanted in partitions.items():
            if existing[topic] != wanted:
                raise LogRefused(f"{topic} has {existing[topic]} partitions, not {wanted}")
        await self._check_settings(list(partitions))

    async def partitions(self, topic: str) -> int:
        counts = await self._counts()
        if topic not in counts:
            raise LogRefused(f"unknown topic {topic}")
        return counts[topic]

    async def states(self, topics: Sequence[str]) -> Mapping[TopicPartition, TopicState]:
        counts = await self._counts()
        for topic in topics:
            if topic not in counts:
                raise LogRefused(f"unknown topic {topic}")
        places = [TopicPartition(topic, n) for topic in topics for n in range(counts[topic])]
        with kafka_errors("states"):
            starts = await self._probe.beginning_offsets(places)
            ends = await self._probe.end_offsets(places)
        return {at: TopicState(starts[at], ends[at]) for at in places}

    async def last(self, at: TopicPartition) -> Record | None:
        """Looks backwards from the end, further each time: the last offsets may hold no record."""
        async with self._probing:
            state = await self._state(at)
            step = 1
            begin = state.end_offset
            while begin > state.start_offset:
                begin = max(state.start_offset, begin - step)
                found = await self._last_between(at, begin, state.end_offset)
                if found is not None:
                    return found
                step *= 8
            return None

    async def writer(self) -> KafkaWriter:
        producer = kafka_client.producer(self.settings)
        started = False
        try:
            with kafka_errors("open a writer"):
                async with asyncio.timeout(self.settings.request_timeout_ms / 1000):
                    await _opened(producer.start())
            started = True
        finally:
            if not started:
                await producer.stop()
        return KafkaWriter(producer, self.settings, self.partitions)

    async def reader(self, starts: Mapping[TopicPartition, int]) -> KafkaReader:
        await self._check_places(starts)
        consumer = kafka_client.consumer(self.settings, self.settings.fetch_max_wait_ms)
        started = False
        try:
            with kafka_errors("open a reader"):
                async with asyncio.timeout(self.settings.request_timeout_ms / 1000):
                    await _opened(consumer.start())
                consumer.assign(list(starts))
                for at, offset in starts.items():
                    consumer.seek(at, offset)
            started = True
        finally:
            if not started:
                await consumer.stop()
        return KafkaReader(consumer, self.settings, starts)

    async def close(self) -> None:
        await self._probe.stop()
        await self._admin.close()

    async def _counts(self) -> Mapping[str, int]:
        """Asks for all topics: to ask for one by name may create it on a careless broker."""
        with kafka_errors("list topics"):
            topics = await self._admin.describe_topics()
        return {t["topic"]: len(t["partitions"]) for t in topics if t["error_code"] == 0}

    async def _check_places(self, places: Mapping[TopicPartition, int]) -> None:
        if not places:
            raise LogRefused("a reader needs at least one partition")
        counts = await self._counts()
        for topic, partition in places:
            if not 0 <= partition < counts.get(topic, 0):
                raise LogRefused(f"unknown partition {topic}/{partition}")

    async def _state(self, at: TopicPartition) -> TopicState:
        if at.partition >= await self.partitions(at.topic):
            raise LogRefused(f"unknown partition {at.topic}/{at.partition}")
        with kafka_errors("state"):
            starts = await self._probe.beginning_offsets([at])
            ends = await self._probe.end_offsets([at])
        return TopicState(starts[at], ends[at])

    async def _last_between(self, at: TopicPartition, begin: int, end: int) -> Record | None:
        found: Record | None = None
        self._probe.assign([at])
        self._probe.seek(at, begin)
        try:
            with kafka_errors("read the last record"):
                async with asyncio.timeout(self.settings.request_timeout_ms / 1000):
                    while await self._probe.position(at) < end:
                        for raw in (await self._probe.getmany(timeout_ms=PROBE_WAIT_MS)).values():
                            found = as_records(raw[-1:])[0]
        finally:
            # A client that holds a partition of a deleted topic asks for it without a pause.
            self._probe.unsubscribe()
        return found

    async def _create(self, partitions: Mapping[str, int]) -> None:
        with kafka_errors("create topics"):
            brokers = len((await self._admin.describe_cluster())["brokers"])
            copies = min(3, brokers)
            settings = {**TOPIC_SETTINGS, "min.insync.replicas": "2" if copies == 3 else "1"}
            answer: Any = await self._admin.create_topics(
                [NewTopic(t, n, copies, topic_configs=settings) for t, n in partitions.items()]
            )
            for topic, code, *_ in answer.topic_errors:
                error = for_code(code)
                if error not in (NoError, TopicAlreadyExistsError):  # another one was faster
                    raise error(topic)

    async def _wait_for(self, topics: Mapping[str, int]) -> Mapping[str, int]:
        """Until each partition has a leader, at most one request timeout."""
        for _ in range(self.settings.request_timeout_ms // 50):
            with kafka_errors("list topics"):
                described = await self._admin.describe_topics()
            ready = {
                t["topic"]: len(t["partitions"])
                for t in described
                if t["error_code"] == 0 and all(p["leader"] >= 0 for p in t["partitions"])
            }
            if topics.keys() <= ready.keys():
                return await self._counts()
            await asyncio.sleep(0.05)
        raise LogUnavailable(f"no leader for {', '.join(sorted(topics.keys() - ready.keys()))}")

    async def _check_settings(self, topics: Sequence[str]) -> None:
        """A topic that somebody else made, and that would forget, is refused at the start."""
        resources = [ConfigResource(ConfigResourceType.TOPIC, topic) for topic in topics]
        with kafka_errors("describe topics"):
            answers: list[Any] = await self._admin.describe_configs(resources)
        for answer in answers:
            for _code, _message, _kind, topic, entries in answer.resources:
                found = {name: value for name, value, *_ in entries}
                for name, wanted in TOPIC_SETTINGS.items():
                    if found.get(name, wanted) != wanted:
                        raise LogRefused(f"{topic}: {name} is {found[name]}, must be {wanted}")


async def _opened(start: Coroutine[Any, Any, None]) -> None:
    """A client's tasks must have begun before it may be stopped, or `stop` ends as cancelled; and
    a connection whose opening is cut off is never closed by aiokafka, so it may open first.
    """
    starting = asyncio.create_task(start)
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait({starting}, timeout=OPENING_SECONDS)
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        raise
    await asyncio.sleep(0)
