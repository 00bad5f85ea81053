"""The relay on both logs: every event once for a reader, whatever dies in between."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import pytest

from shared.log.chain import GENESIS, link
from shared.log.port import Log, LogUnavailable, LogWriter, Record, TopicPartition
from shared.marks import Batch
from shared.relay import IDLE_SECONDS, EventsMissing, Fork, LogAhead, Relay, SavedElsewhere
from shared.store.store import Store
from tests.contract.places import append
from tests.stands import Stand, running, unit, until

NUDGES = 20


async def sent_by(relay: Relay, count: int) -> None:
    async with running(relay):
        await until(lambda: relay.sent >= count)


async def test_numbers_chain_and_bytes_arrive_as_they_were_committed(claims: Stand) -> None:
    await claims.say_many(40)
    await sent_by(Relay(claims.store, claims.log), 40)

    logged = await claims.logged()
    rows = await claims.fetch("SELECT partition_no, seq, event_id, body FROM events ORDER BY 1, 2")
    for partition, records in logged.items():
        chain = GENESIS
        own = [row for row in rows if row[0] == partition]
        assert [(r.seq, r.event_id, r.body) for r in records] == [
            (seq, event_id.bytes, body) for _, seq, event_id, body in own
        ]
        for record in records:
            chain = link(chain, record.seq, record.event_id, record.body)
            assert record.chain == chain
    assert sum(map(len, logged.values())) == 40


async def test_what_was_saved_is_what_the_log_has(claims: Stand) -> None:
    await claims.say_many(30)
    relay = Relay(claims.store, claims.log)
    await sent_by(relay, 30)

    saved = await relay.all_saved()
    heads = await claims.store.heads()
    assert {at: mark.seq for at, mark in saved.items()} == heads
    for at in heads:
        last = await claims.log.last(at)
        assert last is not None
        assert last.chain == saved[at].chain
        batches = await claims.fetch(
            "SELECT first_seq, last_seq FROM relay_batches WHERE partition_no = $1 ORDER BY 1",
            at.partition,
        )
        following = [1, *(last_seq + 1 for _, last_seq in batches)]
        assert [first for first, _ in batches] == following[:-1]


class Killed(Exception):
    """Stands for SIGKILL between the log's word and the saved number."""


class Mortal(Relay):
    async def _acknowledged(self) -> None:
        raise Killed


async def test_a_relay_that_died_before_saving_sends_the_same_and_no_reader_sees_it_twice(
    claims: Stand,
) -> None:
    await claims.say_many(20)
    survivor = Relay(claims.store, claims.log)
    await survivor.compare()  # it looked before the other one died
    with pytest.raises(Killed):
        async with asyncio.timeout(5):
            await Mortal(claims.store, claims.log).run()
    writer = await claims.log.writer()
    ahead = dict(survivor.marks)
    while batch := await survivor._read(ahead):
        await survivor._send(writer, batch)
    await writer.close()

    logged = await claims.logged()
    for records in logged.values():
        assert records[0] == records[1]  # sent twice, the same bytes under the same number
    assert await claims.read() == await claims.events()
    assert sum(map(len, logged.values())) == 22


async def test_after_a_death_before_saving_the_log_is_found_ahead_and_saved(claims: Stand) -> None:
    await claims.say_many(20)
    with pytest.raises(Killed):
        async with asyncio.timeout(5):
            await Mortal(claims.store, claims.log).run()
    relay = Relay(claims.store, claims.log)
    assert await relay.all_saved() == {}

    await relay.compare()

    logged = await claims.logged()
    assert {at.partition: m.seq for at, m in (await relay.all_saved()).items()} == {
        partition: records[-1].seq for partition, records in logged.items() if records
    }


async def test_two_relays_at_once_do_no_harm(claims: Stand) -> None:
    relays = [Relay(claims.store, claims.log) for _ in range(2)]
    async with running(*relays):
        for n in range(15):
            await claims.say_many(10, name=f"round{n}")
            for relay in relays:
                relay.nudge()
            await asyncio.sleep(0.01)
        heads = await claims.store.heads()

        async def all_saved() -> bool:
            saved = await relays[0].all_saved()
            return {at: mark.seq for at, mark in saved.items()} == heads

        await until(all_saved)

    assert await claims.read() == await claims.events()


async def test_a_batch_is_saved_by_one_relay_only(quick_claims: Stand) -> None:
    first, second = (Relay(quick_claims.store, quick_claims.log) for _ in range(2))
    await first.compare()
    await second.compare()
    stream = quick_claims.streams_of(0, 1)[0]
    await quick_claims.say(stream)
    writer = await quick_claims.log.writer()
    await first._send(writer, await first._read(dict(first.marks)))
    with pytest.raises(SavedElsewhere):
        await second._send(writer, await second._read(dict(second.marks)))
    await writer.close()

    assert len(await quick_claims.fetch("SELECT FROM relay_batches")) == 1


async def test_a_recreated_topic_is_filled_again_with_the_same_numbers(claims: Stand) -> None:
    await claims.say_many(30)
    await claims.send()
    before = await claims.logged()
    await claims.lose_topic()
    await claims.say_many(3, name="after")

    await sent_by(Relay(claims.store, claims.log), 33)

    after = await claims.logged()
    assert {n: records[: len(before[n])] for n, records in after.items()} == before
    assert after == await claims.events()


async def test_a_topic_recreated_under_an_idle_relay_is_filled_again(claims: Stand) -> None:
    await claims.say_many(10)
    relay = Relay(claims.store, claims.log)
    async with running(relay):
        await until(lambda: relay.sent == 10)
        await claims.lose_topic()
        relay._watched = 0.0  # ten seconds later
        await until(lambda: relay.sent == 20)

    assert await claims.logged() == await claims.events()


async def test_a_topic_that_lost_its_beginning_unnoticed_is_sent_again_whole(claims: Stand) -> None:
    """A new writer to a recreated topic cannot know what stood there; its last record fits."""
    await claims.say_many(12)
    await claims.send()
    await claims.lose_topic()
    stream = claims.streams_of(0, 1, "late")[0]
    await claims.say(stream)
    whole = (await claims.events())[0]
    await append(claims.log, TopicPartition(claims.topic, 0), whole[-1:])

    await claims.send()

    assert (await claims.logged())[0] == [*whole[-1:], *whole]
    assert await claims.read() == await claims.events()


async def test_what_a_restored_database_lost_stops_the_relay(claims: Stand) -> None:
    await claims.say_many(10)
    await claims.send()
    at = TopicPartition(claims.topic, 0)
    await claims.as_owner("UPDATE heads SET seq = seq - 1 WHERE partition_no = 0")
    relay = Relay(claims.store, claims.log)

    with pytest.raises(LogAhead, match=f"{at.topic}/0"):
        async with asyncio.timeout(5):
            await relay.run()
    assert not relay.compared.is_set()


async def test_lost_events_are_found_behind_copies_of_earlier_ones(claims: Stand) -> None:
    """A resend that broke off stands last in the log, and looks as if we held everything."""
    await claims.say_all([unit(claims.topic, s) for s in claims.streams_of(0, 9)])
    await claims.send()
    records = (await claims.logged())[0]
    await append(claims.log, TopicPartition(claims.topic, 0), records[2:4])
    await claims.as_owner("UPDATE heads SET seq = 6 WHERE partition_no = 0")

    with pytest.raises(LogAhead):
        await Relay(claims.store, claims.log).compare()


async def test_another_chain_at_a_number_that_we_sent_is_a_fork(claims: Stand) -> None:
    await claims.say_all([unit(claims.topic, s) for s in claims.streams_of(0, 5)])
    whole = (await claims.events())[0]
    forged = whole[4]._replace(body=b"{}", chain=link(whole[3].chain, 5, whole[4].event_id, b"{}"))
    await append(claims.log, TopicPartition(claims.topic, 0), [*whole[:4], forged])

    with pytest.raises(Fork, match="/0 at 5"):
        async with asyncio.timeout(5):
            await Relay(claims.store, claims.log).run()
    assert await claims.fetch("SELECT FROM relay_batches") == []


async def test_another_chain_at_the_saved_number_is_a_fork(quick_claims: Stand) -> None:
    await quick_claims.say_all([unit(quick_claims.topic, s) for s in quick_claims.streams_of(0, 2)])
    await quick_claims.send()
    last = (await quick_claims.logged())[0][-1]
    await append(
        quick_claims.log, TopicPartition(quick_claims.topic, 0), [last._replace(chain=bytes(32))]
    )

    with pytest.raises(Fork, match="/0 at 2"):
        await Relay(quick_claims.store, quick_claims.log).compare()


async def test_a_number_without_an_event_stops_the_relay(quick_claims: Stand) -> None:
    await quick_claims.say_many(10)
    await quick_claims.as_owner("ALTER TABLE events DISABLE TRIGGER events_no_change")
    await quick_claims.as_owner("DELETE FROM events WHERE seq = 2")

    with pytest.raises(EventsMissing, match="has no event 2"):
        await quick_claims.send()


class Flaky:
    """The real log, whose writers fail at the appends that are named; counts what is closed."""

    def __init__(self, log: Log, failing: set[int]) -> None:
        self._log = log
        self._failing = failing
        self.appends = 0
        self.open: list[LogWriter] = []
        self.most_open = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    async def writer(self) -> "FlakyWriter":
        writer = FlakyWriter(self, await self._log.writer())
        self.open.append(writer)
        self.most_open = max(self.most_open, len(self.open))
        return writer

    def fails(self) -> bool:
        self.appends += 1
        return self.appends in self._failing


class FlakyWriter:
    """Sends, and then has no answer: the worst failure, since the records are there."""

    def __init__(self, log: Flaky, writer: LogWriter) -> None:
        self._log = log
        self._writer = writer
        self.failed = False

    async def append(self, at: TopicPartition, records: Sequence[Record]) -> None:
        assert not self.failed, "sent on after a failure"
        await self._writer.append(at, records)
        if self._log.fails():
            self.failed = True
            raise LogUnavailable("no answer")

    async def close(self) -> None:
        self._log.open.remove(self)
        await self._writer.close()


async def test_after_a_failed_send_the_writer_is_closed_and_the_saved_number_counts(
    quick_claims: Stand,
) -> None:
    log = Flaky(quick_claims.log, {1, 3})
    relay = Relay(quick_claims.store, log)
    streams = quick_claims.streams_of(0, 4)
    async with running(relay):
        for n, stream in enumerate(streams, start=1):
            await quick_claims.say(stream)
            await relay.wait_saved(quick_claims.at(stream), n)
    assert log.most_open == 1
    assert log.open == []
    assert await quick_claims.read() == await quick_claims.events()


class Counting(Store):
    tails = 0

    async def tail(
        self, after: Mapping[TopicPartition, int], limit: int
    ) -> Sequence[asyncpg.Record]:
        self.tails += 1
        return await super().tail(after, limit)

    async def asked_after(self, times: int) -> None:
        await until(lambda: self.tails > times)


async def test_an_idle_relay_asks_less_and_less_often_but_at_once_when_nudged(
    quick_claims: Stand,
) -> None:
    store = Counting(quick_claims.store.pool, 2, quick_claims.store._now)
    relay = Relay(store, quick_claims.log)
    async with running(relay):
        await relay.compared.wait()
        await asyncio.sleep(1.5)
        asked = store.tails
        began = time.monotonic()
        for nudge in range(NUDGES):
            relay.nudge()
            await store.asked_after(asked + nudge)
        took = time.monotonic() - began
    assert 4 <= asked <= 16
    assert took < NUDGES * IDLE_SECONDS / 2  # a tenth of it on an idle machine


async def test_a_relay_that_is_nudged_and_stopped_at_once_stops(quick_claims: Stand) -> None:
    relay = Relay(quick_claims.store, quick_claims.log)
    running = asyncio.create_task(relay.run())
    await relay.compared.wait()
    await asyncio.sleep(0.5)
    relay.nudge()
    running.cancel()
    done, _ = await asyncio.wait({running}, timeout=10)
    assert done


class Busy:
    """The real log; whenever it is asked for a last record, another process has just committed."""

    def __init__(self, stand: Stand) -> None:
        self._stand = stand
        self._said = 0
        self._one = asyncio.Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stand.log, name)

    async def last(self, at: TopicPartition) -> Record | None:
        async with self._one:
            self._said += 1
            await self._stand.say_many(4, name=f"meanwhile{self._said}")
            await self._stand.send()
        return await self._stand.log.last(at)


async def test_a_busy_service_never_looks_like_a_restored_one(quick_claims: Stand) -> None:
    relay = Relay(quick_claims.store, Busy(quick_claims))
    await relay.compare_until_done()
    assert relay.compared.is_set()


async def test_a_process_without_relay_compares_and_saves_nothing(quick_claims: Stand) -> None:
    await quick_claims.say_many(8)
    with pytest.raises(Killed):
        async with asyncio.timeout(5):
            await Mortal(quick_claims.store, quick_claims.log).run()
    site = Relay(quick_claims.store, quick_claims.log)
    await site.compare_until_done()

    assert site.compared.is_set()
    assert await site.all_saved() == {}


class Dark:
    """A log that cannot be reached for the first two questions."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    async def last(self, at: TopicPartition) -> Record | None:
        self.asked += 1
        if self.asked <= 2:
            raise LogUnavailable("dark")
        return await self._log.last(at)


async def test_writes_wait_for_a_log_that_cannot_be_reached(quick_claims: Stand) -> None:
    relay = Relay(quick_claims.store, Dark(quick_claims.log))
    async with running(relay):
        await until(lambda: relay.why_not)
        assert not relay.compared.is_set()
        assert relay.why_not == "cannot compare with the log: LogUnavailable"
        await until(relay.compared.is_set)


async def test_large_events_are_read_in_smaller_batches(quick_claims: Stand) -> None:
    relay = Relay(quick_claims.store, quick_claims.log)
    await relay.compare()
    big = b'{"subject":"s"}' + b" " * 250_000
    for n, stream in enumerate(quick_claims.streams_of(0, 90)):
        body = big if n else None
        await quick_claims.say_all([unit(quick_claims.topic, stream, body=body)])
    ahead = dict(relay.marks)
    batches: list[Batch] = []
    while batch := await relay._read(ahead):
        batches.append(batch)

    assert [sum(map(len, b.values())) for b in batches] == [1, 8, 64, 17]
    assert relay._limit <= 68
