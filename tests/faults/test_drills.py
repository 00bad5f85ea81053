"""Drills: the disasters of the operations manual on both logs, each ending as it is told there."""

import asyncio
import contextlib
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import asyncpg
import pytest
from msgspec import structs

from shared.events.envelope import Event, encode
from shared.ids import new_event_id
from shared.log.chain import link
from shared.log.port import TopicPartition
from shared.log.verified import ForkFound
from shared.pending import list_parked
from shared.postgres.prepare import Database
from shared.recover import reconcile, recover
from shared.relay import Fork, LogAhead, Relay
from shared.store.commands import Slot
from shared.store.unit import Appended, Idempotency, Replayed, Reservation, SlotTaken, Unit
from tests.contract.places import Place, append
from tests.databases import Databases
from tests.inbox.handlers import Noting, drain, inbox, noted, prepare, reactor
from tests.stands import (
    CLOCK,
    PARTITIONS,
    Stand,
    event,
    running,
    stand,
    store_of,
    unit,
    until,
)


async def test_a_deleted_and_recreated_topic_is_filled_again_and_nothing_is_doubled(
    claims: Stand, payments: Stand
) -> None:
    """Relay and reader run all the time."""
    await prepare(payments)
    relay = Relay(claims.store, claims.log)
    reading = inbox(payments, claims, Noting())
    async with running(relay, reading):
        await claims.say_many(15, "before")
        await until(lambda: reading.applied == 15)
        before = await claims.logged()
        await claims.lose_topic()
        relay._watched = 0.0  # ten seconds later
        await claims.say_many(5, "after")
        await until(lambda: reading.applied == 20, 60)
        await until(lambda: relay.marks[claims.at("before-0")].seq > 0, 60)
        await until(lambda: _equal(claims), 60)

    after = await claims.read()
    assert {n: records[: len(before[n])] for n, records in after.items()} == before
    assert Counter(await noted(payments)) == Counter(
        f"{name}-{n}/1" for name, count in (("before", 15), ("after", 5)) for n in range(count)
    )


async def _equal(claims: Stand) -> bool:
    return (await reconcile(claims.store, claims.log)).equal


async def test_two_relays_at_once_double_nothing_for_a_reader(
    claims: Stand, payments: Stand
) -> None:
    relays = [Relay(claims.store, claims.log) for _ in range(2)]
    reading = inbox(payments, claims, reactor(payments))
    async with running(*relays, reading):
        for n in range(10):
            await claims.say_many(6, f"round{n}")
            for relay in relays:
                relay.nudge()
        await until(lambda: reading.applied == 60)
        await until(lambda: _equal(claims))

    rows = await payments.fetch("SELECT stream_id, count(*) FROM events GROUP BY 1")
    assert {row[0]: row[1] for row in rows} == {
        "all-heard": 60,
        **{f"round{n}-{m}-heard": 1 for n in range(10) for m in range(6)},
    }


async def test_a_forked_topic_stops_relay_and_reader_and_nothing_of_it_is_applied(
    claims: Stand, payments: Stand
) -> None:
    await prepare(payments)
    streams = claims.streams_of(0, 6)
    await claims.say_all([unit(claims.topic, s) for s in streams])
    whole = (await claims.events())[0]
    body = encode(event("forged", 1, new_event_id(CLOCK)))
    forged = whole[3]._replace(body=body, chain=link(whole[2].chain, 4, whole[3].event_id, body))
    at = TopicPartition(claims.topic, 0)
    await append(claims.log, at, [*whole[:4], forged])

    with pytest.raises(ForkFound, match="at 4"):
        async with asyncio.timeout(5):
            await inbox(payments, claims, Noting()).run()
    relay = Relay(claims.store, claims.log)
    with pytest.raises(Fork, match="at 4"):
        async with asyncio.timeout(5):
            await relay.run()

    assert not relay.compared.is_set()  # so the service accepts no writes
    assert await noted(payments) == []
    (difference,) = (await reconcile(claims.store, claims.log)).differences
    assert (difference.seq, difference.what) == (4, "the log's chain does not hold")


async def test_a_poison_record_between_good_ones_two_done_one_parked(
    claims: Stand, payments: Stand
) -> None:
    await prepare(payments)
    bad = encode(event("bad", 1, new_event_id(CLOCK))).replace(b'"DayOpened.v1"', b'"New.v1"')
    reading = inbox(payments, claims, Noting())
    async with running(Relay(claims.store, claims.log), reading):
        await claims.say("good")
        await claims.say_all([unit(claims.topic, "bad", body=bad)])
        await claims.say("also-good")
        await until(lambda: reading.applied == 3)

    assert sorted(await noted(payments)) == ["also-good/1", "good/1"]
    assert [parked.stream_id for parked in await list_parked(payments.store.pool)] == ["bad"]
    assert (await reconcile(claims.store, claims.log)).equal


def slots_of(said: Event) -> tuple[list[Slot], list[str]]:
    """Streams of persons take one slot each."""
    taken = [Slot("certificate", said.subject)] if said.subject.startswith("person") else []
    return taken, []


def asked(topic: str, stream_id: str, key: str) -> Unit:
    """One command: an event, a slot, an Idempotency-Key."""
    return structs.replace(
        unit(topic, stream_id),
        takes=[Reservation("certificate", stream_id, stream_id)],
        idempotency=Idempotency(key.encode() * 4, b"d" * 32, b"{}"),
    )


@dataclass(frozen=True)
class Copied:
    """A database and a copy of it from ten minutes ago, under another name."""

    now: Database
    earlier: Database

    async def copy(self) -> None:
        connection = await asyncpg.connect(self.now.admin_dsn)
        await connection.execute(
            f'CREATE DATABASE "{self.earlier.name}" TEMPLATE "{self.now.name}" OWNER ledger_owner'
        )
        await connection.close()


@pytest.fixture
async def copied(databases: Databases) -> AsyncIterator[Copied]:
    now = await databases("payments", PARTITIONS)
    made = Copied(now, replace(now, name=f"{now.name}_{secrets.token_hex(3)}"))
    yield made
    connection = await asyncpg.connect(now.admin_dsn)
    await connection.execute(f'DROP DATABASE IF EXISTS "{made.earlier.name}" WITH (FORCE)')
    await connection.close()


async def test_a_database_restored_to_ten_minutes_ago_is_made_whole_from_the_log(
    claims: Stand, place: Place, copied: Copied
) -> None:
    async with stand(copied.now, place) as payments:
        await claims.say_many(6, "early")
        await claims.send()
        await drain(inbox(payments, claims, reactor(payments)))
        await payments.store.append_batch([asked(payments.topic, "person-1", "key-001-")])
        await payments.send()
    await copied.copy()
    async with _again(copied.now, payments) as payments:  # ten minutes of work
        await claims.say_many(6, "late")
        await claims.send()
        await drain(inbox(payments, claims, reactor(payments)))
        await payments.store.append_batch([asked(payments.topic, "person-2", "key-002-")])
        await payments.send()
        before = await payments.events()
        reactions = await _reactions(payments)
        await payments.store.append_batch([asked(payments.topic, "person-3", "key-003-")])
    async with _again(copied.earlier, payments) as restored:
        relay = Relay(restored.store, restored.log)
        with pytest.raises(LogAhead):
            async with asyncio.timeout(5):
                await relay.run()
        assert not relay.compared.is_set()

        await recover(restored.store, restored.log, slots_of)

        assert await restored.events() == before  # same bytes, same numbers, same chain
        assert await _reactions(restored) == reactions
        await _check_what_came_back(restored)
        # The position is the old one: the late causes are read again, and have no second effect.
        await drain(inbox(restored, claims, reactor(restored)))
        assert await _reactions(restored) == reactions
        await Relay(restored.store, restored.log).compare()  # writes are accepted
        await restored.say("written-afterwards")
        await restored.send()
        assert (await reconcile(restored.store, restored.log)).equal
        assert await _events(restored, "written-afterwards") == 1


async def _check_what_came_back(restored: Stand) -> None:
    """Reservations do. Answers to idempotency keys do not: the same request is a new command then,
    and its slot or its stream's version refuses it. What was never sent is lost."""
    slots = await restored.fetch("SELECT key, stream_id FROM reservations ORDER BY 1")
    assert [tuple(row) for row in slots] == [("person-1", "person-1"), ("person-2", "person-2")]
    (early,) = await restored.store.append_batch([asked(restored.topic, "person-1", "key-001-")])
    assert isinstance(early, Replayed)
    late = asked(restored.topic, "person-2", "key-002-")
    (refused,) = await restored.store.append_batch([late])
    assert not isinstance(refused, Appended | Replayed)
    other = unit(restored.topic, "person-9", takes=("certificate", "person-2"))
    (taken,) = await restored.store.append_batch([other])
    assert isinstance(taken, SlotTaken)
    assert await _events(restored, "person-2") == 1
    assert await _events(restored, "person-3") == 0


async def _events(stand_: Stand, stream_id: str) -> int:
    return len(await stand_.fetch("SELECT FROM events WHERE stream_id = $1", stream_id))


async def _reactions(stand_: Stand) -> dict[str, int]:
    rows = await stand_.fetch(
        "SELECT stream_id, count(*) FROM events WHERE stream_id LIKE '%heard' GROUP BY 1"
    )
    return {row[0]: row[1] for row in rows}


@contextlib.asynccontextmanager
async def _again(database: Database, as_before: Stand) -> AsyncIterator[Stand]:
    """The service is started again, over this database."""
    async with store_of(database) as store:
        yield Stand(database, store, as_before.topic, as_before.place)
