"""Recover, reconcile and rebuild on both logs: what was lost comes back with the same numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from shared.events.envelope import Event
from shared.log.chain import link
from shared.log.port import Log, LogReader, LogUnavailable, Record, TopicPartition
from shared.log.verified import ForkFound
from shared.recover import LogIncomplete, NotAlone, rebuild_log, reconcile, recover
from shared.relay import Fork, LogAhead, Relay
from shared.store.commands import Slot
from shared.store.rebuild import reservations_from_events
from shared.store.unit import Holder
from tests.contract.places import append
from tests.stands import Stand, unit


def slots_of(event: Event) -> tuple[list[Slot], list[str]]:
    """Version 1 takes the slot of its stream, version 2 lets it go, version 3 takes it again."""
    slot = Slot("certificate", event.subject.partition("/")[0])
    return ([slot], []) if event.version % 2 else ([], ["certificate"])


async def lose(stand: Stand, *, partition: int, after: int) -> None:
    """As a restored database: everything behind this number was never there."""
    await stand.as_owner("ALTER TABLE events DISABLE TRIGGER events_no_change")
    await stand.as_owner(
        f"DELETE FROM events WHERE partition_no = {partition} AND seq > {after};"
        f"DELETE FROM relay_batches WHERE partition_no = {partition} AND last_seq > {after};"
        f"UPDATE heads SET seq = {after} WHERE partition_no = {partition}"
    )
    await stand.as_owner("ALTER TABLE events ENABLE TRIGGER events_no_change")


async def filled(stand: Stand, count: int = 12) -> list[str]:
    """So many streams in partition 0, sent in batches of one, four and the rest."""
    streams = stand.streams_of(0, count)
    for few in (streams[:1], streams[1:5], streams[5:]):
        await stand.say_all([unit(stand.topic, s) for s in few])
        await stand.send()
    return streams


@pytest.mark.parametrize("after", [0, 5, 7])
async def test_lost_events_come_back_with_the_same_bytes_and_numbers(
    claims: Stand, after: int
) -> None:
    await filled(claims)
    before = await claims.fetch("SELECT * FROM events ORDER BY seq")
    await lose(claims, partition=0, after=after)
    with pytest.raises(LogAhead):
        await Relay(claims.store, claims.log).compare()

    report = await recover(claims.store, claims.log, slots_of)

    at = TopicPartition(claims.topic, 0)
    assert report.events == {at: 12 - after}
    assert report.heads[at] == 12
    assert await claims.fetch("SELECT * FROM events ORDER BY seq") == before
    relay = Relay(claims.store, claims.log)
    await relay.compare()
    assert (await relay.all_saved())[at].seq == 12
    assert (await reconcile(claims.store, claims.log)).equal


async def test_recovering_again_changes_nothing(claims: Stand) -> None:
    await filled(claims)
    await lose(claims, partition=0, after=3)
    await recover(claims.store, claims.log, slots_of)
    before = [await claims.fetch(f"SELECT * FROM {t}") for t in ("events", "relay_batches")]

    report = await recover(claims.store, claims.log, slots_of)

    assert report.events == {}
    assert (report.reservations.written, report.reservations.removed) == (0, 0)
    assert [await claims.fetch(f"SELECT * FROM {t}") for t in ("events", "relay_batches")] == before


class Breaking:
    """The real log; its readers give two records at a time, and break off after the third time."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    async def reader(self, starts: Mapping[TopicPartition, int]) -> "BreakingReader":
        return BreakingReader(await self._log.reader(starts))


class BreakingReader:
    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self._left = 3

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)

    async def read(self, _: int, wait: float) -> Mapping[TopicPartition, Sequence[Record]]:
        self._left -= 1
        if self._left < 0:
            raise LogUnavailable("broken off")
        return await self._reader.read(2, wait)


async def test_a_recovery_that_broke_off_is_finished_by_the_next(claims: Stand) -> None:
    await filled(claims)
    before = await claims.fetch("SELECT * FROM events ORDER BY seq")
    await lose(claims, partition=0, after=1)
    with pytest.raises(LogUnavailable):
        await recover(claims.store, Breaking(claims.log), slots_of)
    assert 1 < len(await claims.fetch("SELECT FROM events")) < 12
    with pytest.raises(LogAhead):
        await Relay(claims.store, claims.log).compare()

    await recover(claims.store, claims.log, slots_of)
    assert await claims.fetch("SELECT * FROM events ORDER BY seq") == before


async def test_copies_in_the_log_are_taken_back_once(claims: Stand) -> None:
    await filled(claims)
    at = TopicPartition(claims.topic, 0)
    whole = (await claims.logged())[0]
    await append(claims.log, at, [*whole[3:9], *whole[1:4]])
    await lose(claims, partition=0, after=5)

    assert (await recover(claims.store, claims.log, slots_of)).events == {at: 7}
    assert (await reconcile(claims.store, claims.log)).equal


async def test_a_database_that_wrote_on_after_its_restore_is_a_fork(claims: Stand) -> None:
    await filled(claims)
    await lose(claims, partition=0, after=5)
    await claims.say_all([unit(claims.topic, claims.streams_of(0, 1, "other")[0])])

    with pytest.raises(Fork, match="at 6"):
        await recover(claims.store, claims.log, slots_of)
    assert len(await claims.fetch("SELECT FROM events")) == 6


async def test_a_log_whose_chain_does_not_hold_gives_nothing_back(claims: Stand) -> None:
    streams = claims.streams_of(0, 6)
    await claims.say_all([unit(claims.topic, s) for s in streams])
    whole = (await claims.events())[0]
    forged = whole[4]._replace(body=whole[4].body.replace(b"clerk-1", b"clerk-2"))
    await append(claims.log, TopicPartition(claims.topic, 0), [*whole[:4], forged, whole[5]])
    await lose(claims, partition=0, after=2)

    with pytest.raises(ForkFound, match="at 5"):
        await recover(claims.store, claims.log, slots_of)


async def test_a_log_with_a_hole_gives_back_what_stands_before_it(claims: Stand) -> None:
    streams = claims.streams_of(0, 6)
    await claims.say_all([unit(claims.topic, s) for s in streams])
    whole = (await claims.events())[0]
    copies = [whole[0]] * 3
    await append(claims.log, TopicPartition(claims.topic, 0), [*copies, *whole[:4], whole[5]])
    await lose(claims, partition=0, after=2)

    with pytest.raises(LogIncomplete, match="lacks 5"):
        await recover(claims.store, claims.log, slots_of)
    assert (await claims.store.heads())[TopicPartition(claims.topic, 0)] == 4


class Disturbed:
    """The real log; when it is first read, a site that nobody stopped commits one more event."""

    def __init__(self, stand: Stand) -> None:
        self._stand = stand
        self._done = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stand.log, name)

    async def reader(self, starts: Mapping[TopicPartition, int]) -> LogReader:
        if not self._done:
            self._done = True
            await self._stand.say(self._stand.streams_of(0, 1, "other")[0])
        return await self._stand.log.reader(starts)


async def test_a_writer_beside_the_recovery_ends_it(quick_claims: Stand) -> None:
    await filled(quick_claims)
    await lose(quick_claims, partition=0, after=5)

    log = Disturbed(quick_claims)
    with pytest.raises(NotAlone, match="moved to 6"):
        await recover(quick_claims.store, log, slots_of)
    assert len(await quick_claims.fetch("SELECT FROM events")) == 6


async def test_reservations_come_back_from_events(claims: Stand) -> None:
    streams = await filled(claims, 6)
    await claims.say(streams[0], 2)
    await claims.say(streams[1], 2)
    await claims.say(streams[1], 3)
    await claims.send()
    await lose(claims, partition=0, after=3)
    await claims.as_owner(
        "INSERT INTO reservations VALUES ('certificate', 'nobody-took-it', 's', ''),"
        f" ('certificate', '{streams[2]}', 'another', '')"
    )

    report = await recover(claims.store, claims.log, slots_of)

    rows = await claims.fetch("SELECT key, stream_id FROM reservations")
    assert {(r[0], r[1]) for r in rows} == {(s, s) for s in streams[1:]}
    assert (report.reservations.written, report.reservations.removed) == (5, 2)
    assert report.reservations.held == 5


async def test_a_slot_that_two_decisions_hold_belongs_to_the_earlier_one(
    quick_claims: Stand,
) -> None:
    """Decisions from before the ledger; their streams live in different partitions."""
    first = quick_claims.streams_of(1, 1, "cert/a")[0]
    second = quick_claims.streams_of(0, 1, "cert/b")[0]
    await quick_claims.say(first)
    await quick_claims.say(second)
    slot = ("certificate", "cert")
    held = await reservations_from_events(quick_claims.store, slots_of)
    assert held == {slot: Holder(first, "")}
    await quick_claims.say(first, 2)
    held = await reservations_from_events(quick_claims.store, slots_of)
    assert held == {slot: Holder(second, "")}


async def test_equal_is_equal(claims: Stand) -> None:
    await claims.say_many(20)
    await claims.send()
    found = await reconcile(claims.store, claims.log)

    assert found.equal
    assert sum(p.database for p in found.partitions.values()) == 20
    assert sum(p.log for p in found.partitions.values()) == 20
    assert sum(p.copies for p in found.partitions.values()) == 0


@pytest.mark.parametrize("what", ["unsent", "changed", "forged", "extra", "hole", "copies"])
async def test_the_first_difference_is_named(quick_claims: Stand, what: str) -> None:
    at = TopicPartition(quick_claims.topic, 0)
    await quick_claims.say_all([unit(quick_claims.topic, s) for s in quick_claims.streams_of(0, 6)])
    whole = (await quick_claims.events())[0]
    other = whole[3].body.replace(b"clerk-1", b"clerk-2")
    changed = whole[3]._replace(body=other, chain=link(whole[2].chain, 4, whole[3].event_id, other))
    extra = whole[5]._replace(
        seq=7, chain=link(whole[5].chain, 7, whole[5].event_id, whole[5].body)
    )
    sent = {
        "unsent": whole[:4],
        "changed": [*whole[:3], changed],
        "forged": [*whole[:3], whole[3]._replace(body=other)],
        "extra": [*whole, extra],
        "hole": [*whole[:2], *whole[3:]],
        "copies": [*whole, *whole[2:4]],
    }[what]
    await append(quick_claims.log, at, sent)

    found = await reconcile(quick_claims.store, quick_claims.log)

    assert [(d.seq, d.what) for d in found.differences] == {
        "unsent": [(5, "in the database only: not yet sent, or lost")],
        "changed": [(4, "other bytes")],
        "forged": [(4, "the log's chain does not hold")],
        "extra": [(7, "in the log only")],
        "hole": [(3, "missing in the log")],
        "copies": [],
    }[what]
    assert found.partitions[at].copies == (2 if what == "copies" else 0)


async def test_a_log_is_rebuilt_from_postgresql_with_the_same_numbers_and_chain(
    claims: Stand,
) -> None:
    await claims.say_many(30)
    await claims.send()
    before = await claims.logged()
    await claims.place.delete(claims.topic)

    assert (await rebuild_log(claims.store, claims.log)).events == 30

    assert await claims.logged() == before
    assert (await reconcile(claims.store, claims.log)).equal
    assert (await rebuild_log(claims.store, claims.log)).events == 0


async def test_a_log_that_holds_something_else_is_not_rebuilt_into(quick_claims: Stand) -> None:
    streams = quick_claims.streams_of(0, 3)
    await quick_claims.say_all([unit(quick_claims.topic, s) for s in streams])
    whole = (await quick_claims.events())[0]
    await append(
        quick_claims.log,
        TopicPartition(quick_claims.topic, 0),
        [whole[0]._replace(body=b"x", chain=link(bytes(32), 1, whole[0].event_id, b"x"))],
    )
    with pytest.raises(Fork):
        await rebuild_log(quick_claims.store, quick_claims.log)
