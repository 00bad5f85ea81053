"""Postings in the transaction of the events: refused whole, in order, and once per key."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence

import asyncpg
import pytest

from shared.clock import RealClock
from shared.events.base import PAYOUT_EVENTS
from shared.events.partition import partition_of
from shared.store.journal import Move, Room, lines_of
from shared.store.pool import open_pool
from shared.store.store import Store
from shared.store.unit import (
    Appended,
    Idempotency,
    NewEvent,
    Overdrawn,
    Replayed,
    Unit,
    VersionConflict,
)
from tests.databases import Databases

SOURCE, FREE, OWED = "fund/211400/F/source", "fund/211400/F/available", "fund/211400/F/payable"
PLAN = "plan-1"
Booked = tuple[Sequence[Move], Sequence[Room]]


@pytest.fixture
async def store(databases: Databases) -> AsyncIterator[Store]:
    database = await databases("payments")
    pool: asyncpg.Pool = await open_pool(database.service_dsn("payments_service"), 8)
    yield Store(pool, 24, RealClock().now)
    await pool.close()


def unit(
    name: object, *moves: Move, rooms: Sequence[Room] = (), version: int = 1, key: bytes = b""
) -> Unit:
    """The next event of a stream and what it books."""
    stream_id, event_id = f"payout-{name}", str(uuid.uuid4())
    event = NewEvent(PAYOUT_EVENTS, partition_of(stream_id), stream_id, version, event_id, b"{}")
    asked = Idempotency(key.ljust(32, b"k"), bytes(32), b"{}") if key else None
    return Unit([event], (), (), (), asked, lines_of(event_id, moves), rooms)


def give(fen: int) -> Unit:
    return unit(f"give-{uuid.uuid4()}", Move(SOURCE, FREE, fen))


def take(name: object, fen: int, **more: object) -> Unit:
    return unit(name, Move(FREE, OWED, fen), **more)  # type: ignore[arg-type]


async def free(store: Store) -> int:
    found = await store.pool.fetchval("SELECT balance_fen FROM balances WHERE account = $1", FREE)
    return int(found or 0)


async def lines(store: Store) -> int:
    """How many lines there are; all together sum to zero."""
    assert await store.pool.fetchval("SELECT coalesce(sum(amount_fen), 0) FROM journal_lines") == 0
    return int(await store.pool.fetchval("SELECT count(*) FROM journal_lines"))


async def events(store: Store) -> int:
    return int(await store.pool.fetchval("SELECT count(*) FROM events"))


async def test_what_overdraws_an_account_is_refused_and_nothing_of_it_stays(store: Store) -> None:
    await store.append(give(100))
    refused = await store.append(take("a", 101))

    assert refused == Overdrawn("balances_covered")
    assert (await free(store), await lines(store), await events(store)) == (100, 2, 1)
    assert isinstance(await store.append(take("a", 100)), Appended)
    assert await free(store) == 0


async def test_in_one_batch_the_earlier_goes_first(store: Store) -> None:
    await store.append(give(100))
    became = await store.append_batch([take(n, 40) for n in range(4)])

    assert [isinstance(outcome, Appended) for outcome in became] == [True, True, False, False]
    assert (await free(store), await events(store)) == (20, 3)


async def test_a_batch_with_one_that_overdraws_keeps_the_others(store: Store) -> None:
    await store.append(give(100))
    became = await store.append_batch([take("a", 10), take("b", 1_000), take("c", 20)])

    assert [type(outcome) for outcome in became] == [Appended, Overdrawn, Appended]
    assert await free(store) == 70


async def test_what_is_appended_together_stays_whole_or_not_at_all(store: Store) -> None:
    await store.append(give(100))
    await store.append(take("taken", 10))
    short = await store.append_together([take("a", 60), take("b", 60)])
    late = await store.append_together([take("c", 10), take("taken", 10)])
    whole = await store.append_together([take(n, 30) for n in range(3)])

    assert short == [Overdrawn("balances_covered")]
    assert isinstance(late[1], VersionConflict)
    assert all(isinstance(outcome, Appended) for outcome in whole)
    assert (await free(store), await events(store)) == (0, 5)


async def test_the_same_key_fifty_times_at_once_moves_money_once(store: Store) -> None:
    await store.append(give(1_000))
    became = await asyncio.gather(*(store.append(take("once", 10, key=b"a")) for _ in range(50)))

    assert sum(isinstance(outcome, Appended) for outcome in became) == 1
    assert sum(isinstance(outcome, Replayed) for outcome in became) == 49
    assert (await free(store), await lines(store)) == (990, 4)


async def test_of_two_requests_of_sixty_percent_exactly_one_passes(store: Store) -> None:
    await store.append(give(100))
    for n in range(20):
        both = await asyncio.gather(
            store.append_batch([take(f"{n}-a", 60)]), store.append_batch([take(f"{n}-b", 60)])
        )
        passed = [outcome for [outcome] in both if isinstance(outcome, Appended)]
        assert len(passed) == 1
        await store.append(unit(f"{n}-back", Move(OWED, FREE, 60)))
    assert await free(store) == 100


async def test_a_plans_advances_never_pass_their_ratio(store: Store) -> None:
    """HLD-10-4: 166.66 of 333.33 passes, 166.67 does not."""
    base = Room(PLAN, base_fen=333_33, max_ratio_bp=5_000)
    await store.append(unit("base", rooms=[base]))
    over = await store.append(unit("over", rooms=[Room(PLAN, by_fen=166_67)]))
    fits = await store.append(unit("fits", rooms=[Room(PLAN, by_fen=166_66)]))
    more = await store.append(unit("more", rooms=[Room(PLAN, by_fen=1)]))

    assert over == more == Overdrawn("advance_rooms_ratio")
    assert isinstance(fits, Appended)


def test_a_move_below_zero_is_no_move() -> None:
    with pytest.raises(ValueError, match="-1 fen"):
        lines_of("e", [Move(FREE, OWED, -1)])
    assert lines_of("e", [Move(FREE, OWED, 0)]) == []
