"""A record is found by its number, whatever offsets it and its copies have."""

import pytest
from aiokafka import AIOKafkaProducer

from shared.log.port import Record, TopicPartition
from shared.log.seek import offset_of, record_of
from tests.contract.places import Place, append, chained, fresh_topic, read_all


async def filled(place: Place, records: list[Record]) -> TopicPartition:
    at = TopicPartition(await fresh_topic(place), 0)
    await append(place.log, at, records)
    return at


async def test_every_number_is_found_where_it_stands(place: Place) -> None:
    at = await filled(place, chained(9))
    assert [await offset_of(place.log, at, seq) for seq in range(1, 10)] == list(range(9))


async def test_a_number_that_is_not_there_yet_is_at_the_end(place: Place) -> None:
    at = await filled(place, chained(9))
    assert await offset_of(place.log, at, 10) == 9
    assert await offset_of(place.log, at, 500) == 9
    assert await offset_of(place.log, at, 0) == 0
    assert await offset_of(place.log, await filled(place, []), 1) == 0


async def test_the_first_copy_is_found_however_often_records_were_sent_again(place: Place) -> None:
    whole = chained(60)
    sent = [*whole[:20], *whole[15:20], *whole[3:50], *whole[48:50], *whole[44:]]
    at = await filled(place, sent)
    first = {seq: next(n for n, r in enumerate(sent) if r.seq == seq) for seq in range(1, 61)}
    for seq in (1, 3, 4, 15, 16, 20, 21, 44, 45, 48, 50, 51, 60):
        assert await offset_of(place.log, at, seq) == first[seq], seq


async def test_a_resend_that_broke_off_at_the_end_hides_nothing(place: Place) -> None:
    whole = chained(40)
    at = await filled(place, [*whole, *whole[5:12]])
    found = {record.offset: record.seq for record in (await read_all(place.log, at.topic))[0]}
    for seq in (6, 12, 13, 30, 40):
        offset = await offset_of(place.log, at, seq)
        assert offset == 47 or found[offset] == seq
    assert await offset_of(place.log, at, 41) == 47


async def test_behind_a_gap_the_next_higher_number_is_found(place: Place) -> None:
    whole = chained(30)
    at = await filled(place, [*whole[:10], *whole[20:]])
    assert await offset_of(place.log, at, 15) == 10
    assert await offset_of(place.log, at, 25) == 14


async def test_records_of_strangers_are_stepped_over(kafka_place: Place) -> None:
    """Whoever gets into a topic stops its readers, but must not lead them to a wrong place."""
    records = chained(12)
    at = await filled(kafka_place, records[:6])
    producer = AIOKafkaProducer(bootstrap_servers=kafka_place.url.removeprefix("kafka://"))
    await producer.start()
    for headers in ([], [("seq", b"1"), ("event-id", bytes(16)), ("chain", bytes(32))]):
        await producer.send_and_wait(at.topic, b"hello", partition=0, headers=headers)
    await producer.stop()
    await append(kafka_place.log, at, records[6:])

    found = (await read_all(kafka_place.log, at.topic))[0]
    assert [record.seq for record in found] == [1, 2, 3, 4, 5, 6, -1, -1, 7, 8, 9, 10, 11, 12]
    assert [(record.body, record.chain) for record in found[6:8]] == [(b"hello", b"")] * 2
    assert await offset_of(kafka_place.log, at, 3) == 2
    assert await offset_of(kafka_place.log, at, 9) == 10


@pytest.mark.parametrize("seq", [1, 7, 9])
async def test_the_record_of_a_number_is_its_first_copy(place: Place, seq: int) -> None:
    records = chained(9)
    fork = chained(3, after=records[5])
    at = await filled(place, [*records, *fork])
    found = await record_of(place.log, at, seq)
    assert found is not None
    assert found.chain == records[seq - 1].chain
    assert await record_of(place.log, at, 10) is None
