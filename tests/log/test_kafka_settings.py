"""Every client setting that the ledger depends on, read back from the live clients and broker."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import aiokafka
import pytest
from aiokafka.admin import NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.consumer.fetcher import READ_UNCOMMITTED, OffsetResetStrategy

from shared.log.kafka import KafkaLog
from shared.log.kafka_client import KafkaSettings
from shared.log.port import LogReader, LogRefused, LogUnavailable, TopicPartition
from tests.contract.places import append, chained
from tests.kafka_broker import Broker


@pytest.fixture
async def log(kafka: Broker) -> AsyncIterator[KafkaLog]:
    opened = await KafkaLog.open(KafkaSettings(bootstrap=(kafka.bootstrap,)))
    yield opened
    await opened.close()


async def test_the_producer_waits_for_all_replicas_and_is_idempotent(log: KafkaLog) -> None:
    writer = await log.writer()
    producer = writer.producer
    await writer.close()

    assert producer._sender._acks == -1
    assert producer._txn_manager is not None
    assert producer._txn_manager.has_pid()
    assert producer._txn_manager.transactional_id is None
    assert producer._compression_type is None
    assert producer._message_accumulator._linger_time == 0
    assert producer._message_accumulator._batch_size == 512 * 1024
    assert producer.client._request_timeout_ms == 10_000
    assert producer.client._retry_backoff == 0.1
    assert producer.client._metadata_max_age_ms == 60_000


async def test_the_consumer_has_no_group_commits_nothing_and_never_jumps(log: KafkaLog) -> None:
    await log.create_topics({"settings.v1": 1})
    reader = await log.reader({TopicPartition("settings.v1", 0): 0})
    consumer: Any = reader.consumer
    fetcher = consumer._fetcher
    await reader.close()

    assert consumer._group_id is None
    assert consumer._enable_auto_commit is False
    assert fetcher._default_reset_strategy == OffsetResetStrategy.NONE
    assert fetcher._isolation_level == READ_UNCOMMITTED
    assert fetcher._check_crcs is True
    assert fetcher._fetch_min_bytes == 1
    assert fetcher._fetch_max_wait_ms == 250
    assert fetcher._fetch_max_bytes == 16 * 1024 * 1024
    assert fetcher._max_partition_fetch_bytes == 2 * 1024 * 1024
    assert consumer._client._request_timeout_ms == 10_000


async def test_a_topic_of_record_forgets_nothing(log: KafkaLog) -> None:
    await log.create_topics({"settings.v1": 1})
    found = await topic_settings(log, "settings.v1")
    assert {name: found[name] for name in EXPECTED} == EXPECTED


EXPECTED = {
    "cleanup.policy": "delete",
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "unclean.leader.election.enable": "false",
    "compression.type": "producer",
    "max.message.bytes": "1048588",
    "message.timestamp.type": "LogAppendTime",
    "min.insync.replicas": "1",  # one broker; two of three where there are three
}


async def test_a_topic_that_would_forget_is_refused(log: KafkaLog) -> None:
    forgetful = NewTopic("forgetful.v1", 1, 1, topic_configs={"retention.ms": "604800000"})
    await log._admin.create_topics([forgetful])
    with pytest.raises(LogRefused, match=r"retention.ms is 604800000, must be -1"):
        await log.create_topics({"forgetful.v1": 1})


async def test_a_consumer_that_fell_silent_ends_its_reader(log: KafkaLog) -> None:
    """Paused, the real client behaves as it does when it has forgotten a partition (#1154)."""
    log.settings = replace(log.settings, silence_seconds=0.4)
    await log.create_topics({"watched.v1": 2})
    places = [TopicPartition("watched.v1", n) for n in range(2)]
    ends = await log.states(["watched.v1"])
    reader = await log.reader({at: ends[at].end_offset for at in places})
    for _ in range(4):  # nothing new is no silence
        assert await reader.read(10, 0.2) == {}
    reader.consumer.pause(aiokafka.TopicPartition(*places[1]))
    await append(log, places[1], chained(3))
    with pytest.raises(LogUnavailable, match=r"watched.v1/1 is silent at offset"):
        await read_on(reader)
    assert reader.position(places[1]) == ends[places[1]].end_offset
    await reader.close()


async def read_on(reader: LogReader) -> None:
    for _ in range(50):
        await reader.read(10, 0.1)


async def topic_settings(log: KafkaLog, topic: str) -> Mapping[str, str]:
    wanted = [ConfigResource(ConfigResourceType.TOPIC, topic)]
    answer: Any
    (answer,) = await log._admin.describe_configs(wanted)
    ((_code, _message, _kind, _name, entries),) = answer.resources
    return {name: value for name, value, *_ in entries}
