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

from services.cli.local import Local
from shared.clock import RealClock
from shared.log.open import open_log
from shared.store.pool import open_pool
from shared.store.store import Store
from tests.faults.checks import Ended, Found, check
from tests.faults.client import Client, tokens_of
from tests.faults.held import all_read, all_sent
from tests.faults.kills import Killer, Kind, schedule
from tests.faults.load import Load
from tests.faults.supervised import Supervised
from tests.faults.waiting import until
from tests.kafka_broker import Broker

PARTITIONS = 6
DRAIN_SECONDS = 120.0

SMALL = {
    Kind.SITE: 5,
    Kind.RELAY: 2,
    Kind.PAYMENTS: 4,
    Kind.BROKER: 3,
    Kind.DATABASE: 3,
    Kind.BETWEEN: 4,
}
"""21 by the schedule; each kill between the two is preceded by one of the process that ran"""
EMBEDDED = {Kind.SITE: 2, Kind.RELAY: 1, Kind.PAYMENTS: 2, Kind.DATABASE: 3, Kind.BETWEEN: 2}
FULL = {
    Kind.SITE: 110,
    Kind.RELAY: 70,
    Kind.PAYMENTS: 100,
    Kind.BROKER: 60,
    Kind.DATABASE: 60,
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
    load_seconds: float
    drain_seconds: float
    total_seconds: float
    found: Found


def fresh_seed() -> int:
    """From LEDGER_SEED, else a new one; the environment of services knows no such variable."""
    given = os.environ.get("LEDGER_SEED")
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
        load = Load(client, seed)
        load.start()
        try:
            await killer.run(schedule(wanted, chance), load, told)
            await load.stop()
        finally:
            await load.cancel()
        loaded = time.monotonic()
        told("draining")
        async with _ended(killer, load) as ended:
            await _drain(ended)
            drained = time.monotonic()
            found = await check(ended)
        services = (killer.site, killer.relay, killer.payments)
        return Report(
            seed, "kafka" if killer.broker else "postgresql", at, killer.killed,
            len(client.answered), client.retries, sum(len(s.ends) for s in services),
            loaded - began, drained - loaded, time.monotonic() - began, found,
        )  # fmt: skip


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
        site = Supervised(local, "claims", "site")
        relay = Supervised(local, "claims", "relay")
        payments = Supervised(local, "payments", "site,consumer,relay")
        for service in (site, relay, payments):
            stack.push_async_callback(service.stop)
            service.start()
        session = await stack.enter_async_context(aiohttp.ClientSession())
        client = Client(site.url, tokens_of(local), session)
        yield Killer(local, broker, site, relay, payments, chance), client


@asynccontextmanager
async def _ended(killer: Killer, load: Load) -> AsyncIterator[Ended]:
    local, now = killer.local, RealClock().now
    async with AsyncExitStack() as stack:
        log = await open_log(local.log or local.dsns["log"].owner_dsn)
        stack.push_async_callback(log.close)
        pools = []
        for name in ("claims", "payments"):
            pools.append(await open_pool(local.dsns[name].owner_dsn, 2))
            stack.push_async_callback(pools[-1].close)
        claims, payments = (Store(pool, PARTITIONS, now) for pool in pools)
        yield Ended(claims, payments, log, load.client, load.rosters)


async def _drain(ended: Ended) -> None:
    """Until payments has read what claims sent, and both relays have nothing left."""
    await until(lambda: all_sent(ended.claims), DRAIN_SECONDS, "claims' relay at its end")
    heads = await ended.claims.heads()
    await until(lambda: all_read(ended.payments.pool, heads), DRAIN_SECONDS, "payments' inbox")
    await until(lambda: all_sent(ended.payments), DRAIN_SECONDS, "payments' relay at its end")
