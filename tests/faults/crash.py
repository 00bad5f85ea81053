"""The crash test: a whole installation under load, killed part by part, then looked at.

One code, two sizes: SMALL runs with the tests, FULL by `make soak`.
"""

import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from services.cli.local import SERVICES, Local
from shared.clock import RealClock
from shared.log.open import open_log
from shared.store.pool import open_pool
from shared.store.store import Store
from tests.faults.checks import Ended, Found, check
from tests.faults.client import Client, tokens_of
from tests.faults.held import behind
from tests.faults.kills import Killer, Kind, schedule
from tests.faults.load import Load
from tests.faults.operator import Operator
from tests.faults.supervised import Supervised
from tests.faults.waiting import NeverCame, until
from tests.kafka_broker import Broker

PARTITIONS = 6
DRAIN_SECONDS = 120.0
ALL_PARTS = "site,consumer,relay"
FEW_RELEASED, KILLS_PER_RELEASE = 3, 50
"""streams that may be parked by kills: three, or one for fifty kills"""

SMALL = {
    Kind.SITE: 4,
    Kind.RELAY: 2,
    Kind.PAYMENTS: 4,
    Kind.AUDIT: 2,
    Kind.BROKER: 3,
    Kind.DATABASE: 3,
    Kind.BETWEEN: 3,
}
"""21 by the schedule; each kill between the two is preceded by one of the process that ran"""
EMBEDDED = {
    Kind.SITE: 2,
    Kind.RELAY: 1,
    Kind.PAYMENTS: 2,
    Kind.AUDIT: 2,
    Kind.DATABASE: 3,
    Kind.BETWEEN: 2,
}
FULL = {
    Kind.SITE: 100,
    Kind.RELAY: 60,
    Kind.PAYMENTS: 90,
    Kind.AUDIT: 50,
    Kind.BROKER: 50,
    Kind.DATABASE: 50,
    Kind.BETWEEN: 100,
}


@dataclass(frozen=True, slots=True)
class Report:
    """What happened in one run."""

    seed: int
    log: str
    at: datetime
    killed: Counter[Kind]
    answered: int
    retries: int
    ends: int
    """how often a service process ended, by a kill or by itself"""
    released: tuple[str, ...]
    """streams that were parked by kills, and released by hand"""
    load_seconds: float
    drain_seconds: float
    total_seconds: float
    found: Found


def fresh_seed() -> int:
    """From TEST_SEED, else a new one; the environment of services knows no such variable."""
    given = os.environ.get("TEST_SEED")
    return int(given) if given else random.SystemRandom().randrange(2**32)


async def crash(
    folder: Path, wanted: Mapping[Kind, int], seed: int, told: Callable[[str], None]
) -> Report:
    """Start everything, load it, kill, drain, check. With no broker to kill: the PostgreSQL log.

    AssertionError names a broken promise; log files of all processes lie in `folder`.
    """
    began, at = time.monotonic(), datetime.now(UTC)
    chance = random.Random(seed)
    async with _running(folder, kafka=Kind.BROKER in wanted, chance=chance) as (killer, client):
        load, operator = Load(client, seed), _operator(killer, sum(wanted.values()))
        await _loaded(killer, load, operator, schedule(wanted, chance), told)
        loaded = time.monotonic()
        told("draining")
        async with _ended(killer, load, folder) as ended:
            await _drain(ended, operator)
            drained = time.monotonic()
            found = await check(ended)
        return Report(
            seed, "kafka" if killer.broker else "postgresql", at, killer.killed,
            len(client.answered), client.retries,
            sum(len(service.ends) for service in killer.services.values()),
            tuple(operator.released), loaded - began, drained - loaded, time.monotonic() - began,
            found,
        )  # fmt: skip


async def _loaded(
    killer: Killer, load: Load, operator: Operator, kinds: list[Kind], told: Callable[[str], None]
) -> None:
    """All kills under load, with somebody on duty, then the end of every story."""
    load.start(operator.run())
    try:
        await killer.run(kinds, load, told)
        told("the stories come to their ends")
        await load.stop()
    finally:
        await load.cancel()


def _operator(killer: Killer, kills: int) -> Operator:
    dsns = {name: killer.local.dsns[name].owner_dsn for name in ("payments", "audit")}
    return Operator(dsns, max(FEW_RELEASED, kills // KILLS_PER_RELEASE))


@asynccontextmanager
async def _running(
    folder: Path, *, kafka: bool, chance: random.Random
) -> AsyncIterator[tuple[Killer, Client]]:
    async with AsyncExitStack() as stack:
        broker = await stack.enter_async_context(Broker(folder / "kafka")) if kafka else None
        local = Local(
            folder / "installation", f"kafka://{broker.bootstrap}" if broker else None, PARTITIONS
        )
        stack.push_async_callback(local.stop)
        await local.start()
        site = Supervised(local, "claims", "site,consumer")
        relay = Supervised(local, "claims", "relay")
        payments, audit = (Supervised(local, name, ALL_PARTS) for name in ("payments", "audit"))
        for service in (site, relay, payments, audit):
            stack.push_async_callback(service.stop)
            service.start()
        session = await stack.enter_async_context(aiohttp.ClientSession())
        client = Client(site.url, tokens_of(local), session, payments.url)
        yield Killer(local, broker, site, relay, payments, audit, chance), client


@asynccontextmanager
async def _ended(killer: Killer, load: Load, folder: Path) -> AsyncIterator[Ended]:
    local, now = killer.local, RealClock().now
    async with AsyncExitStack() as stack:
        log = await open_log(local.log or local.dsns["log"].owner_dsn)
        stack.push_async_callback(log.close)
        stores = {}
        for name in SERVICES:
            pool = await open_pool(local.dsns[name].owner_dsn, 2)
            stack.push_async_callback(pool.close)
            stores[name] = Store(pool, PARTITIONS, now)
        yield Ended(stores, log, load.client, load.rosters, folder)


async def _drain(ended: Ended, operator: Operator) -> None:
    """Until nobody is behind anybody, at one moment without a new event."""

    async def quiet() -> bool:
        for name in ("payments", "audit"):
            await operator.look(name, ended.stores[name].pool)
        ended.behind = await behind(ended.stores)
        return ended.behind is None

    try:
        await until(quiet, DRAIN_SECONDS)
    except NeverCame:
        raise NeverCame(ended.behind) from None
