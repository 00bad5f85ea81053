"""Each service opens each calendar day once, in order: after midnight, a pause, a crash."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from shared.clock import SimulatedClock
from shared.days import MAX_AT_ONCE, MAX_MISSING, ClockJumped, Days, stream_of
from shared.events.base import CLAIM_EVENTS, TOPICS
from shared.events.days import DayOpened
from shared.events.envelope import decode
from shared.log.open import open_log
from shared.service import Service, opened
from shared.settings import ClockKind, Environment, Settings
from tests.databases import Databases

FRIDAY = date(2026, 3, 6)
EVENING = datetime(2026, 3, 6, 15, 59, 59, tzinfo=UTC)  # 23:59:59 in Shanghai
PARTITIONS = 3


@asynccontextmanager
async def on_new_ledger(databases: Databases, folder: Path) -> AsyncIterator[Settings]:
    database, log = await databases("claims", PARTITIONS), await databases("log")
    owner = await open_log(log.owner_dsn)
    await owner.create_topics(dict.fromkeys(TOPICS, PARTITIONS))
    yield Settings(
        environment=Environment.TEST,
        database_url=database.service_dsn("claims_service"),
        log=log.service_dsn("claims_service"),
        issuer="https://issuer.test",
        audience="claims-ledger",
        jwks=str(folder / "jwks.json"),
        request_key="a key of the tests",
        partitions=PARTITIONS,
        clock=ClockKind.SIMULATED,
        shutdown_seconds=2,
    )
    await owner.close()


def days_of(service: Service, now: datetime = EVENING) -> Days:
    assert isinstance(service.clock, SimulatedClock)
    service.clock.set(now)
    return Days(service, "claims", CLAIM_EVENTS)


def clock(service: Service) -> SimulatedClock:
    assert isinstance(service.clock, SimulatedClock)
    return service.clock


async def told(service: Service) -> list[DayOpened]:
    events = [decode(body) for body in await service.store.load(stream_of("claims"))]
    assert [event.version for event in events] == list(range(1, len(events) + 1))
    return [event.facts for event in events if isinstance(event.facts, DayOpened)]


async def until_told(service: Service, number: int) -> None:
    for _ in range(500):
        if len(await told(service)) == number:
            return
        await asyncio.sleep(0.02)
    raise TimeoutError(number)


async def test_a_day_opens_at_midnight_in_shanghai_and_once(
    databases: Databases, tmp_path: Path
) -> None:
    async with on_new_ledger(databases, tmp_path) as settings, opened(settings) as service:
        days = days_of(service)
        assert [await days.turn(), await days.turn()] == [1, 0]
        clock(service).advance(timedelta(seconds=1))
        assert [await days.turn(), await days.turn()] == [1, 0]

        assert [(d.day, d.working_day) for d in await told(service)] == [
            (FRIDAY, True),
            (FRIDAY + timedelta(days=1), False),
        ]


async def test_missing_days_are_made_up_for_in_order_also_by_a_new_process(
    databases: Databases, tmp_path: Path
) -> None:
    async with on_new_ledger(databases, tmp_path) as settings:
        async with opened(settings) as service:
            await days_of(service).turn()
        gap = MAX_AT_ONCE * 2 + 5
        async with opened(settings) as service:
            assert await days_of(service, EVENING + timedelta(days=gap)).turn() == gap

            said = [one.day for one in await told(service)]
            assert said == [FRIDAY + timedelta(days=n) for n in range(gap + 1)]


async def test_two_processes_at_once_make_each_day_once(
    databases: Databases, tmp_path: Path
) -> None:
    async with (
        on_new_ledger(databases, tmp_path) as settings,
        opened(settings) as one,
        opened(settings) as other,
    ):
        both = [days_of(one), days_of(other)]
        for _ in range(4):
            await asyncio.gather(*(days.turn() for days in both))
            clock(one).advance(timedelta(days=70))
            clock(other).advance(timedelta(days=70))

        said = [day.day for day in await told(one)]
        assert said == [FRIDAY + timedelta(days=n) for n in range(211)]


async def test_a_clock_that_jumped_by_decades_opens_no_day(
    databases: Databases, tmp_path: Path
) -> None:
    async with on_new_ledger(databases, tmp_path) as settings, opened(settings) as service:
        days = days_of(service)
        await days.turn()
        clock(service).advance(timedelta(days=MAX_MISSING + 1))
        with pytest.raises(ClockJumped):
            await days.turn()

        assert len(await told(service)) == 1


async def test_the_task_opens_the_day_by_itself_after_the_log_was_compared(
    databases: Databases, tmp_path: Path
) -> None:
    async with on_new_ledger(databases, tmp_path) as settings, opened(settings) as service:
        running = asyncio.create_task(days_of(service).run())
        await until_told(service, 1)
        clock(service).advance(timedelta(days=1))
        await until_told(service, 2)
        assert service.relay.compared.is_set()
        running.cancel()
        await asyncio.wait([running])
