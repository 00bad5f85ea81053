"""The inbox on both logs: every event's effect once, in order, from its own saved position."""

import asyncio
import random
from collections import Counter

import asyncpg
import pytest

from shared.inbox import GAP_SECONDS, Inbox, Zombie
from shared.log.chain import link
from shared.log.port import LogReader, LogUnavailable, TopicPartition
from shared.log.verified import ForkFound
from tests.contract.places import append
from tests.inbox.handlers import Noting, drain, inbox, noted, prepare, reactor, turns
from tests.stands import Stand, running, unit, until


async def test_each_event_is_applied_once_and_in_order(claims: Stand, payments: Stand) -> None:
    await prepare(payments)
    for version in (1, 2, 3):
        await claims.say_all([unit(claims.topic, f"s-{n}", version) for n in range(8)])
    await claims.send()
    await drain(inbox(payments, claims, Noting()))

    found = await noted(payments)
    assert Counter(found) == Counter(f"s-{n}/{v}" for n in range(8) for v in (1, 2, 3))
    for n in range(8):
        assert [name for name in found if name.startswith(f"s-{n}/")] == [
            f"s-{n}/{v}" for v in (1, 2, 3)
        ]


async def test_a_new_process_goes_on_from_the_saved_position(
    claims: Stand, payments: Stand
) -> None:
    await prepare(payments)
    await claims.say_many(10, "early")
    await claims.send()
    await drain(inbox(payments, claims, Noting()))
    await claims.say_many(5, "late")
    await claims.send()
    again = Noting()
    await drain(inbox(payments, claims, again))

    assert sorted(again.tries) == sorted(f"late-{n}/1" for n in range(5))


async def test_copies_are_dropped(claims: Stand, payments: Stand) -> None:
    await prepare(payments)
    await claims.say_all([unit(claims.topic, s) for s in claims.streams_of(0, 6)])
    await claims.send()
    at = TopicPartition(claims.topic, 0)
    whole = (await claims.logged())[0]
    await append(claims.log, at, [*whole[2:], *whole])
    await drain(inbox(payments, claims, Noting()))
    await append(claims.log, at, whole[1:3])  # older than a new process remembers
    await drain(inbox(payments, claims, Noting()))

    assert Counter(await noted(payments)).most_common(1)[0][1] == 1
    assert len(await noted(payments)) == 6


async def test_another_chain_at_a_known_number_stops_the_reader(
    claims: Stand, payments: Stand
) -> None:
    await prepare(payments)
    await claims.say_all([unit(claims.topic, s) for s in claims.streams_of(0, 6)])
    await claims.send()
    whole = (await claims.logged())[0]
    at = TopicPartition(claims.topic, 0)
    forged = whole[3]._replace(body=b"{}", chain=link(whole[2].chain, 4, whole[3].event_id, b"{}"))
    await append(claims.log, at, [forged])

    with pytest.raises(ForkFound, match="at 4"):
        async with asyncio.timeout(5):
            await inbox(payments, claims, Noting()).run()


async def test_a_fork_below_what_a_new_process_remembers_is_found_by_the_first_copy(
    claims: Stand, payments: Stand
) -> None:
    await prepare(payments)
    await claims.say_all([unit(claims.topic, s) for s in claims.streams_of(0, 6)])
    await claims.send()
    await drain(inbox(payments, claims, Noting()))
    whole = (await claims.logged())[0]
    forged = whole[3]._replace(body=b"{}", chain=link(whole[2].chain, 4, whole[3].event_id, b"{}"))
    await append(claims.log, TopicPartition(claims.topic, 0), [forged])

    with pytest.raises(ForkFound, match="at 4"):
        async with asyncio.timeout(5):
            await inbox(payments, claims, Noting()).run()
    assert len(await noted(payments)) == 6


async def test_a_forged_next_record_is_never_applied(claims: Stand, payments: Stand) -> None:
    await prepare(payments)
    await claims.say_all([unit(claims.topic, s) for s in claims.streams_of(0, 3)])
    whole = (await claims.events())[0]
    forged = whole[2]._replace(body=whole[2].body.replace(b"clerk-1", b"clerk-2"))
    await append(claims.log, TopicPartition(claims.topic, 0), [*whole[:2], forged])

    with pytest.raises(ForkFound, match="at 3"):
        async with asyncio.timeout(5):
            await inbox(payments, claims, Noting()).run()


async def test_behind_a_gap_nothing_is_applied_until_the_missing_record_comes(
    claims: Stand, payments: Stand
) -> None:
    await prepare(payments)
    streams = claims.streams_of(0, 6)
    await claims.say_all([unit(claims.topic, s) for s in streams])
    whole = (await claims.events())[0]
    at = TopicPartition(claims.topic, 0)
    await append(claims.log, at, [*whole[:2], *whole[3:]])
    reading = inbox(payments, claims, Noting())
    async with running(reading):
        await until(lambda: reading._gaps and reading.applied == 2)
        assert await noted(payments) == [f"{s}/1" for s in streams[:2]]
        assert reading.alarms() == []
        seen, since = reading._gaps[at]
        reading._gaps[at] = (seen, since - GAP_SECONDS)  # a minute later
        assert reading.alarms() == [f"gap at {claims.topic}/0 after 2"]
        await append(claims.log, at, whole[2:3])
        await until(lambda: reading.applied == 6)
        await until(lambda: not reading.alarms())

    assert await noted(payments) == [f"{s}/1" for s in streams]


async def test_a_zombie_rolls_back(claims: Stand, payments: Stand) -> None:
    await prepare(payments)
    await claims.say_all([unit(claims.topic, s) for s in claims.streams_of(0, 3)])
    await claims.send()
    zombie, living = inbox(payments, claims, Noting()), inbox(payments, claims, Noting())
    reader = await zombie.open()
    await drain(living)
    with pytest.raises(Zombie):
        async with asyncio.timeout(5):
            await _turn_for_ever(zombie, reader)
    await reader.close()

    assert len(await noted(payments)) == 3


async def _turn_for_ever(reading: Inbox, reader: LogReader) -> None:
    while True:
        await reading.turn(reader)


async def test_a_recreated_topic_is_read_on_by_number(claims: Stand, payments: Stand) -> None:
    """Copies made the old offsets larger than the new ones; the same numbers stand elsewhere."""
    await prepare(payments)
    streams = claims.streams_of(0, 12)
    await claims.say_all([unit(claims.topic, s) for s in streams[:8]])
    await claims.send()
    at = TopicPartition(claims.topic, 0)
    await append(claims.log, at, (await claims.logged())[0][5:])
    await drain(inbox(payments, claims, Noting()))
    await claims.lose_topic()
    await claims.say_all([unit(claims.topic, s) for s in streams[8:]])
    await claims.send()
    again = Noting()
    await drain(inbox(payments, claims, again))

    assert again.tries == [f"{s}/1" for s in streams[8:]]


async def test_a_saved_offset_that_now_stands_behind_the_next_number_loses_nothing(
    claims: Stand, payments: Stand
) -> None:
    await prepare(payments)
    streams = claims.streams_of(0, 20)
    await claims.say_all([unit(claims.topic, s) for s in streams[:8]])
    await claims.send()
    at = TopicPartition(claims.topic, 0)
    whole = (await claims.logged())[0]
    await append(claims.log, at, whole[2:])
    await append(claims.log, at, whole[2:])
    await claims.say_all([unit(claims.topic, streams[8])])
    await claims.send()
    await drain(inbox(payments, claims, Noting()))  # saved: number 9 at offset 20
    await claims.lose_topic()
    await claims.say_all([unit(claims.topic, s) for s in streams[9:]])
    await claims.send()
    await claims.say_all([unit(claims.topic, s) for s in claims.streams_of(0, 6, "last")])
    await claims.send()
    again = Noting()
    await drain(inbox(payments, claims, again))

    assert len(again.tries) == 17
    assert Counter(await noted(payments)).most_common(1)[0][1] == 1
    assert len(await noted(payments)) == 26


async def test_a_topic_recreated_under_a_running_reader_is_read_on(
    claims: Stand, payments: Stand
) -> None:
    await prepare(payments)
    await claims.say_many(10, "early")
    await claims.send()
    reading = inbox(payments, claims, Noting())
    async with running(reading):
        await until(lambda: reading.applied == 10)
        await claims.lose_topic()
        await claims.say_many(4, "late")
        await claims.send()
        await until(lambda: reading.applied == 14, 60)

    assert Counter(await noted(payments)).most_common(1)[0][1] == 1


@pytest.mark.parametrize("failure", [LogUnavailable, OSError, asyncpg.LockNotAvailableError])
async def test_database_and_network_are_retried_without_moving(
    quick_claims: Stand, quick_payments: Stand, failure: type[BaseException]
) -> None:
    await prepare(quick_payments)
    await quick_claims.say("s")
    await quick_claims.send()
    handler = Noting()
    handler.breaks["s/1"] = failure
    reading = inbox(quick_payments, quick_claims, handler)
    async with running(reading):
        await until(lambda: len(handler.tries) >= 2)
        assert reading.positions[quick_claims.at("s")] == 0
        handler.breaks.clear()
        await until(lambda: reading.applied == 1)

    assert await noted(quick_payments) == ["s/1"]
    assert await quick_payments.fetch("SELECT FROM inbox_attempts") == []


async def test_a_reaction_is_one_event_per_cause_and_stream(claims: Stand, payments: Stand) -> None:
    ids = await claims.say_many(12)
    await claims.send()
    await drain(inbox(payments, claims, reactor(payments)))

    rows = await payments.fetch("SELECT stream_id, count(*) FROM events GROUP BY 1")
    assert {row[0]: row[1] for row in rows} == {
        "all-heard": 12,
        **{f"stream-{n}-heard": 1 for n in range(12)},
    }
    bodies = b"".join(row[0] for row in await payments.fetch("SELECT body FROM events"))
    assert all(bodies.count(b'"causationid":"' + event_id.encode()) == 2 for event_id in ids)


async def test_a_cause_that_is_read_again_after_a_restore_gets_no_second_reaction(
    quick_claims: Stand, quick_payments: Stand
) -> None:
    """The events came back from the log, the position is the old one."""
    await quick_claims.say_many(6)
    await quick_claims.send()
    await drain(inbox(quick_payments, quick_claims, reactor(quick_payments)))
    await quick_payments.as_owner("TRUNCATE inbox_positions")
    await quick_claims.say_many(2, "later")
    await quick_claims.send()
    await drain(inbox(quick_payments, quick_claims, reactor(quick_payments)))

    (row,) = await quick_payments.fetch("SELECT count(*) FROM events")
    assert row[0] == 16


async def test_a_request_that_is_faster_makes_the_batch_decide_again(
    quick_claims: Stand, quick_payments: Stand
) -> None:
    await quick_claims.say_many(30)
    await quick_claims.send()
    reading = inbox(quick_payments, quick_claims, reactor(quick_payments))
    writing = asyncio.create_task(_compete(quick_payments))
    await drain(reading, 30)
    writing.cancel()
    rows = await quick_payments.fetch(
        "SELECT body FROM events WHERE stream_id = 'all-heard' AND position($1 in body) > 0",
        b"causationid",
    )
    assert len(rows) == 30


async def _compete(payments: Stand) -> None:
    while True:
        known = len(await payments.store.load("all-heard"))
        await payments.store.append(unit(payments.topic, "all-heard", known + 1))
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("seed", range(3))
async def test_effects_come_once_whatever_is_sent_again_and_wherever_processes_end(
    quick_claims: Stand, quick_payments: Stand, seed: int
) -> None:
    await prepare(quick_payments)
    chance = random.Random(seed)
    said: list[str] = []
    versions: Counter[str] = Counter()
    at = [TopicPartition(quick_claims.topic, n) for n in range(2)]
    for _ in range(8):
        batch = []
        for name in chance.sample([f"s-{n}" for n in range(9)], 4):
            versions[name] += 1
            said.append(f"{name}/{versions[name]}")
            batch.append(unit(quick_claims.topic, name, versions[name]))
        await quick_claims.say_all(batch)
        await quick_claims.send()
        whole = await quick_claims.events()
        for n in range(2):
            if whole[n] and chance.random() < 0.5:
                start = chance.randrange(len(whole[n]))
                await append(
                    quick_claims.log, at[n], whole[n][start : start + chance.randint(1, 9)]
                )
        if chance.random() < 0.1:
            await quick_claims.lose_topic()
            await quick_claims.send()
        await _live_shortly(inbox(quick_payments, quick_claims, Noting()), chance)
    await drain(inbox(quick_payments, quick_claims, Noting()))

    found = await noted(quick_payments)
    assert Counter(found) == Counter(said)
    for name in versions:
        assert [f for f in found if f.startswith(f"{name}/")] == [
            f"{name}/{v}" for v in range(1, versions[name] + 1)
        ]


async def _live_shortly(reading: Inbox, chance: random.Random) -> None:
    task = asyncio.create_task(turns(reading))
    await asyncio.wait([task], timeout=chance.random() / 8)
    task.cancel()
    (end,) = await asyncio.gather(task, return_exceptions=True)
    assert end is None or isinstance(end, asyncio.CancelledError), end
