"""The append statement: numbers, guards, idempotency, races; on a real PostgreSQL."""

import asyncio
import random

import asyncpg
import pytest

from shared.store.store import Asked, Store
from shared.store.unit import (
    Appended,
    KeyReused,
    Replayed,
    SlotTaken,
    VersionConflict,
)
from tests.store.units import stream, unit


async def test_events_are_numbered_from_one_without_gaps(store: Store) -> None:
    await asyncio.gather(*(store.append(unit(stream(n))) for n in range(300)))

    rows = await store.pool.fetch(
        "SELECT e.topic, e.partition_no, array_agg(e.seq ORDER BY e.seq) AS seqs,"
        " max(h.seq) AS head"
        " FROM events e JOIN heads h USING (topic, partition_no) GROUP BY 1, 2"
    )
    assert sum(len(r["seqs"]) for r in rows) == 300
    assert all(r["seqs"] == list(range(1, r["head"] + 1)) for r in rows)


async def test_the_answer_names_the_number_of_each_event(store: Store) -> None:
    outcome = await store.append(unit(stream("three"), events=3))

    assert isinstance(outcome, Appended)
    rows = await store.pool.fetch("SELECT seq FROM events ORDER BY version")
    assert [p.seq for p in outcome.positions] == [r["seq"] for r in rows]


async def test_a_second_writer_of_the_same_version_is_turned_away(store: Store) -> None:
    await store.append(unit(stream("a")))

    assert await store.append(unit(stream("a"))) == VersionConflict(stream("a"))


async def test_a_refused_unit_leaves_no_gap(store: Store) -> None:
    a = stream("a")
    await store.append(unit(a))
    await store.append(unit(a))
    outcome = await store.append(unit(a, version=2))

    assert isinstance(outcome, Appended)
    assert outcome.positions[0].seq == 2


async def test_the_same_key_and_body_get_the_same_answer(store: Store) -> None:
    first = await store.append(unit(stream("a"), key="k", body="x"))
    again = await store.append(unit(stream("b"), key="k", body="x"))

    assert isinstance(first, Appended)
    assert again == Replayed(stream("a").encode(), first.positions[-1])
    assert await store.load(stream("b")) == ()


async def test_the_same_key_with_another_body_is_refused(store: Store) -> None:
    await store.append(unit(stream("a"), key="k", body="x"))

    assert await store.append(unit(stream("b"), key="k", body="y")) == KeyReused()


async def test_idempotency_outranks_every_other_refusal(store: Store) -> None:
    wanted = unit(stream("a"), key="k", body="x", takes=[("certificate", "c")])
    await store.append(wanted)

    assert isinstance(await store.append(wanted), Replayed)


async def test_a_taken_slot_names_its_holder(store: Store) -> None:
    await store.append(unit(stream("a"), takes=[("certificate", "c")]))
    outcome = await store.append(unit(stream("b"), takes=[("certificate", "c")]))

    assert isinstance(outcome, SlotTaken)
    assert [(s.kind, s.key, s.stream_id) for s in outcome.slots] == [
        ("certificate", "c", stream("a"))
    ]


async def test_a_freed_slot_can_be_taken_again(store: Store) -> None:
    slot = [("certificate", "c")]
    await store.append(unit(stream("a"), takes=slot))
    await store.append(unit(stream("a"), version=2, frees=slot))

    assert isinstance(await store.append(unit(stream("b"), takes=slot)), Appended)


async def test_a_stream_frees_only_its_own_slots(store: Store) -> None:
    slot = [("certificate", "c")]
    await store.append(unit(stream("a"), takes=slot))
    await store.append(unit(stream("b"), frees=slot))

    known = await store.read(Asked(slots=(("certificate", "c"),)))
    assert known.holders[("certificate", "c")].stream_id == stream("a")


async def test_a_recorded_slot_never_refuses(store: Store) -> None:
    slot = [("certificate", "c")]
    await store.append(unit(stream("a"), takes=slot))

    assert isinstance(await store.append(unit(stream("b"), records=slot)), Appended)


async def test_a_slot_that_the_stream_holds_already_is_no_obstacle(store: Store) -> None:
    slot = [("certificate", "c")]
    await store.append(unit(stream("a"), takes=slot))

    assert isinstance(await store.append(unit(stream("a"), version=2, takes=slot)), Appended)


async def test_of_64_racing_claims_for_one_certificate_one_wins(store: Store) -> None:
    for certificate in range(10):
        slot = [("certificate", str(certificate))]
        wanted = [unit(stream((certificate, n)), takes=slot) for n in range(64)]
        outcomes = await asyncio.gather(*(store.append_batch([u]) for u in wanted))

        assert sum(isinstance(o, Appended) for [o] in outcomes) == 1
        assert sum(isinstance(o, SlotTaken) for [o] in outcomes) == 63


async def test_fifty_at_once_with_one_key_make_one_event(store: Store) -> None:
    wanted = [unit(stream("a"), key="k", body="x") for _ in range(50)]
    outcomes = await asyncio.gather(*(store.append(u) for u in wanted))

    assert sum(isinstance(o, Appended) for o in outcomes) == 1
    assert sum(isinstance(o, Replayed) for o in outcomes) == 49
    assert len(await store.load(stream("a"))) == 1


async def test_racing_batches_keep_every_invariant(store: Store) -> None:
    """Two coalescers over one database, few keys, many losers: what is there is what won."""
    other = Store(store.pool, 24, store._now)
    chance = random.Random(20261122)
    units = [
        unit(
            stream(chance.randrange(400)),
            takes=[("certificate", str(chance.randrange(60)))],
            key=str(chance.randrange(500)),
            body="same",
        )
        for _ in range(1200)
    ]
    outcomes = await asyncio.gather(*(chance.choice((store, other)).append(u) for u in units))

    won = [u for u, o in zip(units, outcomes, strict=True) if isinstance(o, Appended)]
    streams = {r[0] for r in await store.pool.fetch("SELECT stream_id FROM events")}
    slots = {r[0]: r[1] for r in await store.pool.fetch("SELECT key, stream_id FROM reservations")}
    keys = await store.pool.fetchval("SELECT count(*) FROM idempotency")
    heads = await store.pool.fetchval("SELECT sum(seq) FROM heads")
    assert len(won) == len(streams) == keys == heads
    assert streams == {u.events[0].stream_id for u in won}
    assert slots == {u.takes[0].key: u.takes[0].stream_id for u in won}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET body = ''",
        "DELETE FROM events",
        "TRUNCATE events",
        "UPDATE idempotency SET answer = ''",
        "DELETE FROM idempotency",
        "DELETE FROM relay_batches",
        "DELETE FROM heads",
    ],
)
async def test_the_service_may_not_change_what_was_written(store: Store, statement: str) -> None:
    await store.append(unit(stream("a"), key="k"))

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await store.pool.execute(statement)
