"""Many at once on a real PostgreSQL: the guard row, terms that run out, and the books made anew."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from uuid import uuid4

import pytest

from services.payments.advance.asking import TERM, request_advance
from services.payments.advance.decide import PLAN_MONEY, PlanMoney, Stage
from services.payments.advance.expiring import Expiring
from services.payments.advance.views import PlanMoneyInHand
from shared.books import book
from shared.clock import RealClock
from shared.events.base import PAYOUT_EVENTS
from shared.events.days import DayOpened
from shared.events.envelope import decode
from shared.ids import advance_id
from shared.store.commands import (
    Aggregate,
    By,
    Contended,
    Decision,
    Ledger,
    Request,
    RoomExhausted,
)
from shared.store.journal import Room, netted
from shared.store.pool import open_pool
from shared.store.rebook import booked_by_events, booked_in_database, restore_journal
from shared.store.store import Store
from shared.store.unit import Appended, Overdrawn
from tests.databases import Databases
from tests.payments.advance.builders import TODAY, approved, asked
from tests.payments.advance.plans import delivered, react

REQUESTS = int(os.environ.get("LEDGER_RACERS", "200"))
"""1,000 in full size: `LEDGER_RACERS=1000 pytest tests/payments/advance/test_racing.py`"""
EACH_FEN = 1_000_000 // REQUESTS + 237
BY = By(actor="asker-1", jurisdiction="211402", correlation_id="c-1")


@pytest.fixture
async def ledgers(databases: Databases) -> AsyncIterator[Sequence[Ledger]]:
    """Two processes of the service on one database."""
    database = await databases("payments")
    pools = [await open_pool(database.service_dsn("payments_service"), 4) for _ in range(2)]
    yield [Ledger(Store(pool, 24, RealClock().now), RealClock(), books=book) for pool in pools]
    for pool in pools:
        await pool.close()


async def plan_of(ledger: Ledger, base_fen: int) -> str:
    plan = f"plan-{uuid4()}"
    await react(ledger, delivered(plan, approved(base_fen, plan=plan)))
    return plan


async def ask(ledger: Ledger, plan: str, fen: int, key: str) -> None:
    """One request of its own; who lost three races comes back with the same key."""
    command = asked(fen, plan=plan)
    request = Request(key.encode().ljust(32), b"d" * 32, lambda _: b"{}")
    while True:
        try:
            await ledger.execute(
                PLAN_MONEY, advance_id(plan), lambda money, _: request_advance(money, command),
                BY, request,
            )  # fmt: skip
        except Contended:
            await asyncio.sleep(0)
        else:
            return


async def money_of(ledger: Ledger, plan: str) -> PlanMoney:
    return PLAN_MONEY.fold(await ledger.store.load(advance_id(plan)))


async def test_of_many_advances_at_once_the_largest_lawful_sum_passes(
    ledgers: Sequence[Ledger],
) -> None:
    plan = await plan_of(ledgers[0], 1_000_000)
    await asyncio.gather(
        *(ask(ledgers[n % 2], plan, EACH_FEN, f"race-{n}") for n in range(REQUESTS))
    )
    money = await money_of(ledgers[0], plan)
    passed = [each for each in money.advances if each.stage is Stage.REQUESTED]
    room = await ledgers[0].store.pool.fetchrow(
        "SELECT advanced_fen, base_fen FROM advance_rooms WHERE plan = $1", plan
    )

    assert len(money.advances) == REQUESTS
    assert len(passed) * EACH_FEN == money.live_fen <= 500_000 < money.live_fen + EACH_FEN
    assert room is not None
    assert tuple(room) == (money.live_fen, 1_000_000)


async def test_the_guard_row_refuses_what_a_wrong_decision_let_pass(
    ledgers: Sequence[Ledger],
) -> None:
    ledger = ledgers[0]
    plan = await plan_of(ledger, 333_33)
    for fen, outcome in ((166_67, Overdrawn), (166_66, Appended)):
        [requested, *_] = request_advance(PlanMoney(), asked(fen, plan=plan)).events
        version = len(await ledger.store.load(advance_id(plan)))
        unit = ledger.unit(PLAN_MONEY, advance_id(plan), version, Decision([requested]), BY)
        assert isinstance(await ledger.store.append(unit), outcome)


async def test_a_room_that_is_passed_is_refused_by_name(ledgers: Sequence[Ledger]) -> None:
    plan = await plan_of(ledgers[0], 1_000)
    [requested, *_] = request_advance(PlanMoney(), asked(501, plan=plan)).events
    request = Request(b"k" * 32, b"d" * 32, lambda _: b"{}")

    with pytest.raises(RoomExhausted):
        await ledgers[0].execute(
            PLAN_MONEY, advance_id(plan), lambda *_: Decision([requested]), BY, request
        )


async def test_the_rooms_are_computed_again_from_the_events(ledgers: Sequence[Ledger]) -> None:
    ledger = ledgers[0]
    plan, unheard = await plan_of(ledger, 1_000), f"plan-{uuid4()}"
    for n, fen in enumerate((300, 300, 200)):
        await ask(ledger, plan, fen, f"again-{n}")
    refused = request_advance(PlanMoney(), asked(5, plan=unheard))
    unit = ledger.unit(PLAN_MONEY, advance_id(unheard), 0, refused, BY)
    assert isinstance(await ledger.store.append(unit), Appended)
    wanted = await booked_by_events(ledger.store, book)
    assert (await booked_in_database(ledger.store)).rooms == wanted.rooms
    assert wanted.rooms[plan] == Room(plan, 500, 1_000, 5_000)
    assert await restore_journal(ledger.store, book) == 0


async def test_a_smaller_base_leaves_room_for_the_last_fen_that_was_advanced(
    ledgers: Sequence[Ledger],
) -> None:
    ledger, plan = ledgers[0], f"plan-{uuid4()}"
    await react(ledger, delivered(plan, approved(100_000, plan=plan, max_ratio_bp=3_000)))
    await ask(ledger, plan, 10_001, "third")
    smaller = approved(9, plan=plan, max_ratio_bp=3_000, plan_version=3)

    assert await react(ledger, delivered(plan, smaller)) == 1
    assert (await booked_in_database(ledger.store)).rooms[plan] == Room(plan, 10_001, 33_337, 3_000)
    assert await restore_journal(ledger.store, book) == 0
    wanted = await booked_by_events(ledger.store, book)
    assert wanted.rooms == (await booked_in_database(ledger.store)).rooms


def test_what_one_commit_takes_and_gives_back_is_nothing() -> None:
    base = Room("p", base_fen=10, max_ratio_bp=5_000)

    assert netted([Room("p", 7), Room("p", -7), base, Room("p", 3), Room("q", 1)]) == [
        Room("p", 0), base, Room("p", 3), Room("q", 1),
    ]  # fmt: skip


async def opened(ledger: Ledger, day: date) -> str:
    """The day begins for payments."""
    days: Aggregate[None] = Aggregate("/payments", PAYOUT_EVENTS, None, lambda s, _: s)
    fact = DayOpened(day=day, working_day=True)
    stream = f"day-{uuid4()}"
    unit = ledger.unit(days, stream, 0, Decision([fact]), BY)
    assert isinstance(await ledger.store.append(unit), Appended)
    return stream


async def test_terms_run_out_on_the_day_and_once(ledgers: Sequence[Ledger]) -> None:
    ledger = ledgers[0]
    plan = await plan_of(ledger, 1_000)
    await ask(ledger, plan, 200, "term-1")
    await ask(ledger, plan, 100, "term-2")
    table, expiring = PlanMoneyInHand(ledger.store), Expiring(ledger)
    states = []
    for day in (TODAY + TERM - timedelta(days=1), TODAY + TERM):
        streams = [await opened(ledger, day), advance_id(plan)]
        for _ in range(3):  # each turn ends one advance of a plan
            bodies = [body for stream in streams for body in await ledger.store.load(stream)]
            async with ledger.store.pool.acquire() as connection, connection.transaction():
                await table.project(connection, [decode(body) for body in bodies])
            async with ledger.store.pool.acquire() as connection, connection.transaction():
                await expiring.turn(connection)
        states.append([each.stage.value for each in (await money_of(ledger, plan)).advances])
    events = PLAN_MONEY.events(await ledger.store.load(advance_id(plan)))

    assert states == [["requested", "requested"], ["expired", "expired"]]
    assert [type(event.facts).__name__ for event in events][-2:] == ["AdvanceExpired"] * 2
    assert len(events) == 5
