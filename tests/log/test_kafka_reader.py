"""The Kafka reader takes what its client has piece by piece; nobody may notice."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pytest
from aiokafka.errors import CorruptRecordException
from aiokafka.structs import ConsumerRecord

from shared.log.kafka_client import KafkaSettings
from shared.log.kafka_reader import PIECE, KafkaReader
from shared.log.port import LogUnavailable, Record, TopicPartition
from tests.contract.places import chained

GOOD, BAD = TopicPartition("test.v1", 0), TopicPartition("test.v1", 1)
Raw = ConsumerRecord[bytes, bytes]


class Client:
    """Holds the records of GOOD; behind them stands a batch of BAD that cannot be read."""

    def __init__(self, records: Sequence[Record], *, damaged: bool = False) -> None:
        self.waiting = [_raw(n, record) for n, record in enumerate(records)]
        self.given = 0
        self.damaged = damaged

    async def getmany(
        self, timeout_ms: int, max_records: int
    ) -> Mapping[TopicPartition, list[Raw]]:
        piece = self.waiting[self.given : self.given + max_records]
        self.given += len(piece)
        if not piece and self.damaged:
            raise CorruptRecordException
        return {GOOD: piece} if piece else {}

    async def position(self, at: TopicPartition) -> int:
        return self.given if at == GOOD else 0


def _raw(offset: int, record: Record) -> Raw:
    headers = (
        ("seq", record.seq.to_bytes(8, "big")),
        ("event-id", record.event_id),
        ("chain", record.chain),
    )
    return ConsumerRecord("test.v1", 0, offset, 0, 0, None, record.body, None, 0, 0, headers)


def reader_of(client: Client) -> KafkaReader:
    return KafkaReader(cast(Any, client), KafkaSettings(bootstrap=()), {GOOD: 0, BAD: 0})


async def test_many_pieces_are_one_page_in_order_and_no_longer_than_asked() -> None:
    whole = chained(3 * PIECE + 7, size=4)
    reader = reader_of(Client(whole))

    first = (await reader.read(2 * PIECE + 1, 0))[GOOD]
    assert reader.position(GOOD) == len(first) == 2 * PIECE + 1
    rest = (await reader.read(10 * PIECE, 0))[GOOD]
    assert [record._replace(offset=-1) for record in (*first, *rest)] == whole
    assert await reader.read(PIECE, 0) == {}


async def test_records_before_an_error_are_handed_out_and_the_error_comes_next() -> None:
    whole = chained(5, size=4)
    reader = reader_of(Client(whole, damaged=True))

    assert len((await reader.read(100, 0))[GOOD]) == 5
    assert reader.position(GOOD) == 5
    with pytest.raises(LogUnavailable, match="CorruptRecord"):
        await reader.read(100, 0)
