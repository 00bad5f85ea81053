"""What was appended is read: in order, untouched, from any offset, to a known end."""

import asyncio

import pytest

from shared.log.port import Log, Record, TopicPartition
from tests.contract.places import (
    KafkaPlace,
    Place,
    append,
    bare,
    chained,
    fresh_topic,
    read_all,
    totals,
)


async def test_records_come_in_the_order_of_their_appending(place: Place) -> None:
    topic = await fresh_topic(place)
    records = chained(300)
    writer = await place.log.writer()
    for begin in range(0, 300, 7):
        await writer.append(TopicPartition(topic, 0), records[begin : begin + 7])
    await writer.close()

    assert bare((await read_all(place.log, topic, max_records=11))[0]) == records


async def test_bytes_and_headers_come_back_untouched(place: Place) -> None:
    topic = await fresh_topic(place)
    strange = [b"", b"\x00", bytes(range(256)), "补贴".encode(), b'{"a":1.0}', b"\xff" * 3]
    records = [
        Record(seq, bytes([seq]) * 16, bytes([255 - seq]) * 32, body)
        for seq, body in enumerate(strange)
    ]
    records.append(Record(2**63 - 1, bytes(16), bytes(32), b"last"))
    await append(place.log, TopicPartition(topic, 0), records)

    assert bare((await read_all(place.log, topic))[0]) == records


async def test_a_resend_is_kept_as_it_came_and_read_twice(place: Place) -> None:
    topic = await fresh_topic(place)
    records = chained(10)
    await append(place.log, TopicPartition(topic, 0), records)
    await append(place.log, TopicPartition(topic, 0), records[4:])

    assert bare((await read_all(place.log, topic))[0]) == records + records[4:]


async def test_a_gap_and_a_fork_are_readable_as_they_are(place: Place) -> None:
    topic = await fresh_topic(place, 2)
    whole = chained(10)
    gap = [*whole[:3], *whole[6:]]
    fork = [*whole, *chained(4, after=whole[5])]
    await append(place.log, TopicPartition(topic, 0), gap)
    await append(place.log, TopicPartition(topic, 1), fork)

    found = await read_all(place.log, topic)
    assert bare(found[0]) == gap
    assert bare(found[1]) == fork


async def test_a_replay_ends_also_where_some_partitions_are_empty(place: Place) -> None:
    topic = await fresh_topic(place, 4)
    await append(place.log, TopicPartition(topic, 2), chained(25))

    assert totals(await read_all(place.log, topic)) == {0: 0, 1: 0, 2: 25, 3: 0}


async def test_a_new_reader_goes_on_at_the_offset_it_is_given(place: Place) -> None:
    _, at = await topic_with(place.log, place, 50)
    first = await place.log.reader({at: 0})
    seen: list[Record] = []
    while len(seen) < 20:
        seen += (await first.read(20 - len(seen), 1)).get(at, ())
    position = first.position(at)
    await first.close()
    assert position == seen[-1].offset + 1

    second = await place.log.reader({at: position})
    while len(seen) < 50:
        seen += (await second.read(100, 1)).get(at, ())
    await second.close()
    assert [record.seq for record in seen] == list(range(1, 51))


async def test_a_reader_seeks_back_and_forth(place: Place) -> None:
    topic, at = await topic_with(place.log, place, 30)
    offsets = [record.offset for record in (await read_all(place.log, topic))[0]]
    reader = await place.log.reader({at: offsets[0]})
    for seq in (30, 1, 17, 2):
        await reader.seek(at, offsets[seq - 1])
        assert reader.position(at) == offsets[seq - 1]
        found: list[Record] = []
        while not found:
            found += (await reader.read(1, 1)).get(at, ())
        assert [record.seq for record in found] == [seq]
    await reader.close()


async def test_a_reader_at_the_end_waits_and_then_sees_what_comes(place: Place) -> None:
    topic, at = await topic_with(place.log, place, 3)
    end = (await place.log.states([topic]))[at].end_offset
    reader = await place.log.reader({at: end})
    began = asyncio.get_running_loop().time()
    assert await reader.read(10, 0.2) == {}
    assert 0.15 < asyncio.get_running_loop().time() - began < 2

    waiting = asyncio.create_task(reader.read(10, 20))
    await asyncio.sleep(0.1)
    await append(place.log, at, chained(1))
    assert [record.seq for record in (await waiting)[at]] == [1]
    await reader.close()


async def test_a_read_gives_no_more_records_than_asked_for(place: Place) -> None:
    topic = await fresh_topic(place, 2)
    for n in range(2):
        await append(place.log, TopicPartition(topic, n), chained(40))
    reader = await place.log.reader({TopicPartition(topic, n): 0 for n in range(2)})
    count = 0
    while count < 80:
        found = await reader.read(15, 1)
        assert sum(map(len, found.values())) <= 15
        count += sum(map(len, found.values()))
    await reader.close()


async def test_a_long_partition_does_not_keep_the_others_waiting(place: Place) -> None:
    """Kafka's client hands out at most what one fetch of the long partition brought, 2 MiB."""
    topic = await fresh_topic(place, 2)
    for n, count in enumerate((20_000, 5)):
        await append(place.log, TopicPartition(topic, n), chained(count))
    reader = await place.log.reader({TopicPartition(topic, n): 0 for n in range(2)})
    reads = 0
    while reader.position(TopicPartition(topic, 1)) < 5:
        await reader.read(100, 1)
        reads += 1
    await reader.close()
    assert reads <= (120 if isinstance(place, KafkaPlace) else 3)


@pytest.mark.parametrize(("count", "size"), [(10_000, 200), (20, 256 * 1024)])
async def test_large_batches_arrive_whole_and_in_order(place: Place, count: int, size: int) -> None:
    topic = await fresh_topic(place)
    records = chained(count, size=size)
    await append(place.log, TopicPartition(topic, 0), records)

    assert bare((await read_all(place.log, topic))[0]) == records


async def test_two_writers_fill_different_partitions_at_once(place: Place) -> None:
    topic = await fresh_topic(place, 2)
    batches = [chained(2_000), chained(2_000)]

    async def fill(partition: int) -> None:
        writer = await place.log.writer()
        for begin in range(0, 2_000, 100):
            batch = batches[partition][begin : begin + 100]
            await writer.append(TopicPartition(topic, partition), batch)
        await writer.close()

    await asyncio.gather(fill(0), fill(1))
    found = await read_all(place.log, topic)
    assert [bare(found[0]), bare(found[1])] == batches


async def test_one_writer_fills_many_partitions_at_once(place: Place) -> None:
    topic = await fresh_topic(place, 6)
    batches = [chained(1_500) for _ in range(6)]
    writer = await place.log.writer()
    await asyncio.gather(
        *(writer.append(TopicPartition(topic, n), batch) for n, batch in enumerate(batches))
    )
    await writer.close()

    found = await read_all(place.log, topic)
    assert [bare(found[n]) for n in range(6)] == batches


async def test_appends_to_one_partition_do_not_mix(place: Place) -> None:
    topic = await fresh_topic(place)
    batches = [chained(5_000) for _ in range(3)]
    writer = await place.log.writer()
    await asyncio.gather(*(writer.append(TopicPartition(topic, 0), b) for b in batches))
    await writer.close()

    found = bare((await read_all(place.log, topic))[0])
    parts = [found[n : n + 5_000] for n in range(0, 15_000, 5_000)]
    assert sorted(parts) == sorted(batches)


async def test_an_empty_append_changes_nothing(place: Place) -> None:
    topic, at = await topic_with(place.log, place, 2)
    await append(place.log, at, [])

    assert totals(await read_all(place.log, topic)) == {0: 2}


async def topic_with(log: Log, place: Place, count: int) -> tuple[str, TopicPartition]:
    topic = await fresh_topic(place)
    at = TopicPartition(topic, 0)
    await append(log, at, chained(count))
    return topic, at
