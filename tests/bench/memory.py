"""Resident set of each service after many events: it must not grow with their number."""

import asyncio
from collections.abc import Mapping

import asyncpg
import psutil

from services.cli.local import SERVICES, Local, Running
from shared.events.base import CLAIM_EVENTS
from tests.bench.bench import Bench
from tests.bench.client import Client, session
from tests.bench.figures import Figure, at_most

ROSTER_ROWS = 5_000
READERS = ("payments", "audit")
CATCH_UP_SECONDS = 240.0
SETTLE_SECONDS = 3.0
MEGABYTE = 2**20


async def measure(bench: Bench) -> list[Figure]:
    local = Local(bench.folder / "memory")
    await local.start()
    try:
        running = {name: await local.serve(name) for name in SERVICES}
        try:
            few, many = await _measure(bench, local, running)
        finally:
            for service in running.values():
                await service.stop()
    finally:
        await local.stop()
    said = "memory of {} at {:,} events, beside {:,}"
    counts = tuple(reversed(bench.sizes.memory_events))
    return [
        at_most(1.1, what=said.format(name, *counts), ours=many[name], limit=few[name], unit="MB")
        for name in SERVICES
    ]


async def _measure(
    bench: Bench, local: Local, running: Mapping[str, Running]
) -> list[Mapping[str, float]]:
    found: list[Mapping[str, float]] = []
    filed = 0
    async with session() as http:
        client = Client(http, running["claims"].url, local)
        for wanted in bench.sizes.memory_events:
            while filed < wanted:
                rows = min(ROSTER_ROWS, wanted - filed)
                await client.file(bench.persons(rows), rows)
                filed += rows
            for name in READERS:
                await _caught_up(local, name, wanted)
            await asyncio.sleep(SETTLE_SECONDS)
            found.append({name: resident(service.pid) for name, service in running.items()})
    return found


async def _caught_up(local: Local, name: str, events: int) -> None:
    """Return when the service has applied all claims."""
    connection = await asyncpg.connect(local.dsns[name].service_dsn())
    try:
        async with asyncio.timeout(CATCH_UP_SECONDS):
            while True:
                if await connection.fetchval(_APPLIED, CLAIM_EVENTS) >= events:
                    return
                await asyncio.sleep(0.2)
    finally:
        await connection.close()


def resident(pid: int) -> float:
    """Megabytes of the process and of what it started."""
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return sum(float(one.memory_info().rss) for one in family) / MEGABYTE


_APPLIED = "SELECT COALESCE(sum(seq), 0)::bigint FROM inbox_positions WHERE topic = $1"
