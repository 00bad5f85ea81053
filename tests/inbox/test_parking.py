"""What cannot be applied waits or parks with its stream, in order; nothing is skipped."""

import asyncio

import asyncpg
import pytest

from shared.attempts import FIRST, MAX_ENDS
from shared.events.envelope import encode
from shared.ids import new_event_id
from shared.inbox import TooManyParked
from shared.log.port import TopicPartition
from shared.pending import MAX_PARKED_A_MINUTE, list_parked, release
from tests.inbox.handlers import Noting, drain, inbox, noted, prepare
from tests.inbox.waiting import waiting_reactor
from tests.stands import CLOCK, Stand, event, running, unit, until

GOOD, BAD, ALSO = "good-stream", "bad-stream", "other-stream"


def unknown(stream_id: str, version: int = 1) -> bytes:
    """A type that only a newer program knows."""
    made = encode(event(stream_id, version, new_event_id(CLOCK)))
    return made.replace(b'"DayOpened.v1"', b'"DayOpened.v9"')


async def test_a_poison_record_between_good_ones_parks_its_stream_alone(
    claims: Stand, payments: Stand
) -> None:
    """[good, bad, good] → two done, one parked."""
    await prepare(payments)
    await claims.say_all([unit(claims.topic, GOOD)])
    await claims.say_all([unit(claims.topic, BAD, body=unknown(BAD))])
    await claims.say_all([unit(claims.topic, ALSO)])
    await claims.send()
    await drain(inbox(payments, claims, Noting()))

    assert sorted(await noted(payments)) == [f"{GOOD}/1", f"{ALSO}/1"]
    (parked,) = await list_parked(payments.store.pool)
    assert (parked.reader, parked.stream_id, parked.cause, parked.behind) == (
        "reader", BAD, "unknown type", 0,
    )  # fmt: skip
    assert parked.detail == "no reader for DayOpened.v9"


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (unknown(BAD), "unknown type"),
        (b'{"subject":"bad-stream","specversion":"1.0"}', "undecodable"),
        (encode(event(BAD, 1, new_event_id(CLOCK))).replace(b"true", b"12"), "undecodable"),
    ],
)
async def test_later_events_of_a_parked_stream_wait_behind_it_and_release_replays_in_order(
    quick_claims: Stand, quick_payments: Stand, body: bytes, cause: str
) -> None:
    await prepare(quick_payments)
    await quick_claims.say_all([unit(quick_claims.topic, BAD, body=body)])
    await quick_claims.say(BAD, 2)
    await quick_claims.say(ALSO)
    await quick_claims.send()
    await drain(inbox(quick_payments, quick_claims, Noting()))
    await quick_claims.say(BAD, 3)
    await quick_claims.send()
    await drain(inbox(quick_payments, quick_claims, Noting()))
    (parked,) = await list_parked(quick_payments.store.pool)
    assert (parked.cause, parked.behind) == (cause, 2)
    assert await noted(quick_payments) == [f"{ALSO}/1"]

    await quick_payments.as_owner(  # a newer program, which knows the type
        "UPDATE inbox_pending SET body = $1 WHERE cause = $2",
        encode(event(BAD, 1, new_event_id(CLOCK))),
        cause,
    )
    assert await release(quick_payments.store.pool, BAD) == 3
    await drain(inbox(quick_payments, quick_claims, Noting()))

    assert await noted(quick_payments) == [f"{ALSO}/1", f"{BAD}/1", f"{BAD}/2", f"{BAD}/3"]
    assert await list_parked(quick_payments.store.pool) == []


async def test_bytes_without_a_subject_park_alone(
    quick_claims: Stand, quick_payments: Stand
) -> None:
    await prepare(quick_payments)
    await quick_claims.say_all([unit(quick_claims.topic, BAD, body=b"\xff\x00")])
    await quick_claims.say(BAD, 2)
    await quick_claims.send()
    await drain(inbox(quick_payments, quick_claims, Noting()))

    at = quick_claims.at(BAD)
    (parked,) = await list_parked(quick_payments.store.pool)
    assert parked.stream_id == f"{at.topic}/{at.partition}/1"
    assert await noted(quick_payments) == [f"{BAD}/2"]


async def test_what_still_cannot_be_read_parks_again_after_its_release(
    quick_claims: Stand, quick_payments: Stand
) -> None:
    await prepare(quick_payments)
    await quick_claims.say_all([unit(quick_claims.topic, BAD, body=unknown(BAD))])
    await quick_claims.say(BAD, 2)
    await quick_claims.send()
    await drain(inbox(quick_payments, quick_claims, Noting()))
    assert await release(quick_payments.store.pool, BAD) == 2
    assert await list_parked(quick_payments.store.pool) == []
    await drain(inbox(quick_payments, quick_claims, Noting()))

    (parked,) = await list_parked(quick_payments.store.pool)
    assert (parked.cause, parked.behind) == ("unknown type", 1)


async def test_a_stream_that_is_not_parked_is_not_released(quick_payments: Stand) -> None:
    assert await release(quick_payments.store.pool, "nobody") == 0


async def test_more_than_20_parked_for_one_cause_in_a_minute_stop_the_reader(
    quick_claims: Stand, quick_payments: Stand
) -> None:
    await prepare(quick_payments)
    streams = [f"bad-{n}" for n in range(MAX_PARKED_A_MINUTE + 1)]
    for stream in streams[:-1]:
        await quick_claims.say_all([unit(quick_claims.topic, stream, body=unknown(stream))])
    await quick_claims.send()
    reading = inbox(quick_payments, quick_claims, Noting())
    await drain(reading)
    assert len(await list_parked(quick_payments.store.pool)) == MAX_PARKED_A_MINUTE
    await quick_claims.say_all([unit(quick_claims.topic, streams[-1], body=unknown(streams[-1]))])
    await quick_claims.send()

    with pytest.raises(TooManyParked, match="unknown type"):
        async with asyncio.timeout(5):
            await reading.run()
    assert len(await list_parked(quick_payments.store.pool)) == MAX_PARKED_A_MINUTE
    assert await quick_payments.fetch("SELECT FROM inbox_attempts") == []


async def test_a_reaction_waits_for_its_cause_and_its_stream_behind_it(
    claims: Stand, payments: Stand
) -> None:
    await prepare(payments)
    handler = Noting()
    handler.waits["s/2"] = ("payout-1", 2)
    for version in (1, 2, 3):
        await claims.say("s", version)
    await claims.say("other")
    await claims.send()
    reading = inbox(payments, claims, handler)
    async with running(reading):
        await until(lambda: reading.applied == 4)
        await claims.say("s", 4)
        await claims.send()
        await until(lambda: reading.applied == 5)
        await payments.say("payout-1", 1)
        tries = len(handler.tries)
        for n in range(3):
            await claims.say(f"later-{n}")
            await claims.send()
        await until(lambda: reading.applied == 8)
        assert "s/2" not in handler.tries[tries:]
        states = await payments.fetch(
            "SELECT state, cause, for_stream FROM inbox_pending ORDER BY seq"
        )
        assert [tuple(row) for row in states] == [
            ("waiting", "cause", "payout-1"),
            ("waiting", "behind", None),
            ("waiting", "behind", None),
        ]
        assert await list_parked(payments.store.pool) == []
        await payments.say("payout-1", 2)

        async def done() -> bool:
            return "s/4" in await noted(payments)

        await until(done)

    found = [name for name in await noted(payments) if name.startswith("s/")]
    assert found == ["s/1", "s/2", "s/3", "s/4"]
    assert await payments.fetch("SELECT FROM inbox_pending") == []


async def test_no_waiting_stream_starves_behind_others(
    quick_claims: Stand, quick_payments: Stand
) -> None:
    await prepare(quick_payments)
    handler = Noting()
    for n in range(9):
        handler.waits[f"s-{n}/1"] = ("never" if n < 8 else "payout-1", 1)
        await quick_claims.say(f"s-{n}")
    await quick_claims.send()
    reading = inbox(quick_payments, quick_claims, handler)
    await drain(reading)
    await quick_payments.say("payout-1")
    found = [[head.stream_id for head in await reading._pending.ready(3)] for _ in range(7)]

    assert found.count(["s-8"]) == 2


async def test_a_reaction_with_two_streams_waits_whole(
    quick_claims: Stand, quick_payments: Stand
) -> None:
    """Nothing of it stays while a part of it waits, or the part would come twice."""
    await quick_claims.say("s")
    await quick_claims.send()
    reading = inbox(quick_payments, quick_claims, waiting_reactor(quick_payments))
    await drain(reading)
    assert await quick_payments.fetch("SELECT FROM events") == []
    await quick_payments.say("second")
    await drain(reading)

    rows = await quick_payments.fetch("SELECT stream_id, version FROM events ORDER BY 1")
    assert [tuple(row) for row in rows] == [("first", 1), ("second", 1), ("second", 2)]


class Broken(Exception):
    """A bug in a reaction."""


async def live(claims: Stand, payments: Stand, breaks: str) -> Noting:
    """One life of a process, to its end."""
    handler = Noting()
    handler.breaks[breaks] = Broken
    with pytest.raises(Broken):
        async with asyncio.timeout(5):
            await inbox(payments, claims, handler).run()
    return handler


async def test_after_three_ends_at_one_record_its_stream_parks_and_the_rest_flows(
    claims: Stand, payments: Stand
) -> None:
    await prepare(payments)
    streams = claims.streams_of(0, 5)
    await claims.say_all([unit(claims.topic, s) for s in streams])
    await claims.say(streams[2], 2)
    await claims.send()
    poison = f"{streams[2]}/1"
    for _ in range(1 + MAX_ENDS):  # the whole batch first, then record by record
        await live(claims, payments, poison)
    handler = Noting()
    handler.breaks[poison] = Broken
    await drain(inbox(payments, claims, handler))

    good = [f"{s}/1" for n, s in enumerate(streams) if n != 2]
    assert await noted(payments) == good
    (parked,) = await list_parked(payments.store.pool)
    assert (parked.stream_id, parked.cause, parked.behind) == (streams[2], "ended", 1)

    await release(payments.store.pool, streams[2])
    await drain(inbox(payments, claims, Noting()))
    assert await noted(payments) == [*good, poison, f"{streams[2]}/2"]
    assert await payments.fetch("SELECT FROM inbox_attempts") == []


async def test_a_release_that_ends_the_process_again_parks_again(
    quick_claims: Stand, quick_payments: Stand
) -> None:
    await prepare(quick_payments)
    await quick_claims.say_all([unit(quick_claims.topic, BAD, body=unknown(BAD))])
    await quick_claims.send()
    await drain(inbox(quick_payments, quick_claims, Noting()))
    await quick_payments.as_owner(
        "UPDATE inbox_pending SET body = $1", encode(event(BAD, 1, new_event_id(CLOCK)))
    )
    await release(quick_payments.store.pool, BAD)
    for _ in range(MAX_ENDS):
        await live(quick_claims, quick_payments, f"{BAD}/1")
    handler = Noting()
    handler.breaks[f"{BAD}/1"] = Broken
    await drain(inbox(quick_payments, quick_claims, handler))

    (parked,) = await list_parked(quick_payments.store.pool)
    assert parked.cause == "ended"


async def test_a_killed_process_leaves_its_mark_at_its_first_batch(
    quick_claims: Stand, quick_payments: Stand
) -> None:
    """SIGKILL runs no `finally`: the mark stands before the batch and goes with its commit."""
    await prepare(quick_payments)
    await quick_claims.say("s")
    await quick_claims.send()
    seen: list[list[asyncpg.Record]] = []

    class Looking(Noting):
        async def apply(self, connection, deliveries):  # type: ignore[no-untyped-def]
            seen.append(await quick_payments.fetch("SELECT seq, ends FROM inbox_attempts"))
            return await super().apply(connection, deliveries)

    await drain(inbox(quick_payments, quick_claims, Looking()))
    assert [tuple(row) for row in seen[0]] == [(1, 0)]
    assert await quick_payments.fetch("SELECT FROM inbox_attempts") == []


async def test_after_an_end_only_the_records_near_it_go_one_by_one(
    quick_claims: Stand, quick_payments: Stand
) -> None:
    """Else a killed reader of a busy log would creep for as long as it has something to read."""
    await prepare(quick_payments)
    await quick_claims.say_many(300)
    await quick_claims.send()
    ended = max(await quick_claims.store.heads(), key=lambda at: at.partition)
    await quick_payments.as_owner(
        "INSERT INTO inbox_attempts (reader, topic, partition_no, seq, ends, trying)"
        f" VALUES ('reader', '{ended.topic}', {ended.partition}, 1, 1, false)"
    )
    batches: list[list[TopicPartition]] = []

    class Counting(Noting):
        async def apply(self, connection, deliveries):  # type: ignore[no-untyped-def]
            batches.append([delivery.at for delivery in deliveries])
            return await super().apply(connection, deliveries)

    await drain(inbox(quick_payments, quick_claims, Counting()))
    assert sum(map(len, batches)) == 300
    assert batches.count([ended]) == FIRST
    assert len(batches) <= FIRST + 2 * 300 // FIRST + 2


async def test_a_process_that_ends_before_it_tries_counts_nothing(
    quick_claims: Stand, quick_payments: Stand
) -> None:
    """Restarted again and again while the log is down: the record was never tried."""
    await prepare(quick_payments)
    await quick_claims.say("s")
    await quick_claims.send()
    await live(quick_claims, quick_payments, "s/1")
    for _ in range(MAX_ENDS):
        reader = await inbox(quick_payments, quick_claims, Noting()).open()
        await reader.close()
    assert await ends(quick_payments) == [1]
    await drain(inbox(quick_payments, quick_claims, Noting()))

    assert await noted(quick_payments) == ["s/1"]


async def ends(payments: Stand) -> list[int]:
    return [row[0] for row in await payments.fetch("SELECT ends FROM inbox_attempts")]


async def test_network_failures_never_count_as_ends(
    quick_claims: Stand, quick_payments: Stand
) -> None:
    await prepare(quick_payments)
    await quick_claims.say("s")
    await quick_claims.send()
    await live(quick_claims, quick_payments, "s/1")
    handler = Noting()
    handler.breaks["s/1"] = OSError
    reading = inbox(quick_payments, quick_claims, handler)
    async with running(reading):
        await until(lambda: len(handler.tries) > MAX_ENDS)
    reader = await inbox(quick_payments, quick_claims, Noting()).open()
    await reader.close()
    assert await ends(quick_payments) == [1]
    await drain(inbox(quick_payments, quick_claims, Noting()))

    assert await noted(quick_payments) == ["s/1"]
