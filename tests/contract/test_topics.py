"""Topics: created once, of a fixed number of partitions, with a state and a last record."""

import pytest

from shared.log.port import LogRefused, PositionLost, TopicPartition, TopicState
from tests.contract.places import Place, append, bare, chained, fresh_topic


async def test_creating_a_topic_twice_is_harmless(place: Place) -> None:
    topic = await fresh_topic(place, 3)
    await append(place.log, TopicPartition(topic, 1), chained(4))
    await place.log.create_topics({topic: 3})

    assert await place.log.partitions(topic) == 3
    assert (await place.log.states([topic]))[TopicPartition(topic, 1)].end_offset == 4


async def test_another_number_of_partitions_is_refused(place: Place) -> None:
    topic = await fresh_topic(place, 3)
    with pytest.raises(LogRefused, match="has 3 partitions, not 4"):
        await place.log.create_topics({topic: 4})
    assert await place.log.partitions(topic) == 3


async def test_the_last_record_of_an_empty_partition_is_none(place: Place) -> None:
    topic = await fresh_topic(place)
    assert await place.log.last(TopicPartition(topic, 0)) is None


async def test_the_last_record_is_the_one_appended_last(place: Place) -> None:
    topic = await fresh_topic(place, 2)
    records = chained(20)
    await append(place.log, TopicPartition(topic, 1), records)
    await append(place.log, TopicPartition(topic, 1), records[5:9])  # sent again, after a crash

    last = await place.log.last(TopicPartition(topic, 1))
    assert last is not None
    assert bare([last]) == [records[8]]
    assert await place.log.last(TopicPartition(topic, 0)) is None


async def test_a_topic_that_was_recreated_is_empty_and_old_positions_are_lost(
    place: Place,
) -> None:
    topic = await fresh_topic(place, 2)
    at = TopicPartition(topic, 0)
    await append(place.log, at, chained(10))
    await place.delete(topic)
    await place.log.create_topics({topic: 2})

    assert (await place.log.states([topic]))[at] == TopicState(0, 0)
    assert await place.log.last(at) is None
    reader = await place.log.reader({at: 10})
    with pytest.raises(PositionLost):
        await reader.read(10, 10)
    await reader.close()


async def test_an_unknown_topic_is_refused_everywhere(place: Place) -> None:
    at = TopicPartition("nobody-made-this.v1", 0)
    with pytest.raises(LogRefused):
        await place.log.partitions(at.topic)
    with pytest.raises(LogRefused):
        await place.log.states([at.topic])
    with pytest.raises(LogRefused):
        await place.log.last(at)
    with pytest.raises(LogRefused):
        await place.log.reader({at: 0})
    with pytest.raises(LogRefused):
        await append(place.log, at, chained(1))
    with pytest.raises(LogRefused):
        await place.log.partitions(at.topic)  # no question has made it


async def test_an_unknown_partition_is_refused_and_the_writer_lives(place: Place) -> None:
    topic = await fresh_topic(place, 2)
    with pytest.raises(LogRefused):
        await place.log.reader({TopicPartition(topic, 2): 0})
    with pytest.raises(LogRefused):
        await place.log.last(TopicPartition(topic, 2))
    writer = await place.log.writer()
    with pytest.raises(LogRefused):
        await writer.append(TopicPartition(topic, 2), chained(1))
    await writer.append(TopicPartition(topic, 1), chained(1))
    await writer.close()


async def test_a_reader_of_nothing_is_refused(place: Place) -> None:
    with pytest.raises(LogRefused, match="at least one partition"):
        await place.log.reader({})


async def test_a_body_over_256_kib_is_refused_before_anything_is_sent(place: Place) -> None:
    topic = await fresh_topic(place)
    at = TopicPartition(topic, 0)
    records = [*chained(2), chained(1, size=256 * 1024 + 1)[0]]
    writer = await place.log.writer()
    with pytest.raises(LogRefused, match="262145 bytes, at most 262144"):
        await writer.append(at, records)
    assert await place.log.last(at) is None

    await writer.append(at, records[:2])
    await writer.close()
    assert (await place.log.states([topic]))[at].end_offset == 2
