"""An installation moves to the other log with its numbers, chain and bytes unchanged."""

import pytest

from shared.log.copy import copy_log
from shared.log.port import LogRefused, Record, TopicPartition
from shared.log.verified import ForkFound
from tests.contract.places import Place, append, bare, chained, fresh_topic, read_all


@pytest.fixture(params=["to kafka", "to postgres"])
def pair(
    request: pytest.FixtureRequest, kafka_place: Place, postgres_place: Place
) -> tuple[Place, Place]:
    """Source and target, in both directions."""
    if request.param == "to kafka":
        return postgres_place, kafka_place
    return kafka_place, postgres_place


async def filled(source: Place, target: Place, batches: list[list[Record]]) -> str:
    topic = await fresh_topic(source, len(batches))
    await target.allow(topic)
    for n, records in enumerate(batches):
        await append(source.log, TopicPartition(topic, n), records)
    return topic


async def test_a_copy_has_the_same_numbers_chain_and_bytes(pair: tuple[Place, Place]) -> None:
    source, target = pair
    batches = [chained(12_345, size=50), [], chained(3, size=200_000), chained(700)]
    topic = await filled(source, target, batches)
    report = await copy_log(source.log, target.log, [topic])

    assert report.records == {topic: 13_048}
    assert report.last == {TopicPartition(topic, n): len(b) for n, b in enumerate(batches)}
    found = await read_all(target.log, topic)
    assert [bare(found[n]) for n in range(4)] == batches


async def test_a_copy_goes_on_where_the_last_one_ended(pair: tuple[Place, Place]) -> None:
    source, target = pair
    first, second = chained(500), chained(300)
    topic = await filled(source, target, [first, second])
    await copy_log(source.log, target.log, [topic])
    more = chained(40, after=first[-1])
    await append(source.log, TopicPartition(topic, 0), more)

    assert (await copy_log(source.log, target.log, [topic])).records == {topic: 40}
    assert (await copy_log(source.log, target.log, [topic])).records == {topic: 0}
    found = await read_all(target.log, topic)
    assert [bare(found[0]), bare(found[1])] == [first + more, second]


async def test_records_sent_again_are_copied_once(pair: tuple[Place, Place]) -> None:
    source, target = pair
    whole = chained(6_000, size=20)
    topic = await filled(source, target, [[*whole[:5_500], *whole[100:]]])

    assert (await copy_log(source.log, target.log, [topic])).records == {topic: 6_000}
    assert bare((await read_all(target.log, topic))[0]) == whole


async def test_a_forged_record_sent_again_later_is_found(pair: tuple[Place, Place]) -> None:
    source, target = pair
    whole = chained(6_000, size=20)
    forged = whole[99]._replace(chain=whole[98].chain)
    topic = await filled(source, target, [[*whole, forged]])
    with pytest.raises(ForkFound):
        await copy_log(source.log, target.log, [topic])


async def test_a_target_that_is_no_prefix_of_the_source_is_refused(
    pair: tuple[Place, Place],
) -> None:
    source, target = pair
    topic = await filled(source, target, [chained(20)])
    await target.log.create_topics({topic: 1})
    other = chained(10)
    await append(target.log, TopicPartition(topic, 0), other)
    with pytest.raises(LogRefused, match="the target's last record, 10, is not the source's"):
        await copy_log(source.log, target.log, [topic])
    assert bare((await read_all(target.log, topic))[0]) == other


async def test_a_target_that_is_ahead_of_the_source_is_refused(pair: tuple[Place, Place]) -> None:
    source, target = pair
    records = chained(20)
    topic = await filled(source, target, [records[:15]])
    await target.log.create_topics({topic: 1})
    await append(target.log, TopicPartition(topic, 0), records)
    with pytest.raises(LogRefused, match="is not the source's"):
        await copy_log(source.log, target.log, [topic])


async def test_a_broken_chain_is_refused_and_nothing_behind_it_is_copied(
    pair: tuple[Place, Place],
) -> None:
    source, target = pair
    records = chained(30)
    records[20] = records[20]._replace(body=b"another sum")
    topic = await filled(source, target, [records])
    with pytest.raises(ForkFound):
        await copy_log(source.log, target.log, [topic])
    assert (await read_all(target.log, topic))[0] == []


async def test_a_missing_number_is_refused(pair: tuple[Place, Place]) -> None:
    source, target = pair
    records = chained(30)
    topic = await filled(source, target, [[*records[:10], *records[11:]]])
    with pytest.raises(LogRefused, match="a record after 10 is missing"):
        await copy_log(source.log, target.log, [topic])
    assert bare((await read_all(target.log, topic))[0]) == records[:10]


async def test_another_number_of_partitions_is_refused(pair: tuple[Place, Place]) -> None:
    source, target = pair
    topic = await filled(source, target, [chained(1), chained(1)])
    await target.log.create_topics({topic: 3})
    with pytest.raises(LogRefused, match="has 3 partitions, not 2"):
        await copy_log(source.log, target.log, [topic])
