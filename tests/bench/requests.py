"""One claim per request through the whole service, beside a bare handler with one INSERT."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import asyncpg
import msgspec

from services.cli.local import Local
from shared.http.identity import Role
from tests.bench import bare
from tests.bench.bench import Bench
from tests.bench.figures import Figure, alternate, at_least, at_most
from tests.bench.load import Answer, Order

MAX_RATE = 6_000
"""requests a second that are made beforehand; a faster side is measured for a shorter time"""
SETTLE_SECONDS = 2.0
"""between two measurements, so that no side pays for the other's checkpoint or backlog"""
MAX_EXTRA_SECONDS = 60.0
EVENT_BYTES = 1_200
AIMS = {64: 1.0, 256: 1.1}


@dataclass(slots=True)
class Sides:
    """The service and the bare handler, both running, and a token for either."""

    bench: Bench
    service_port: int
    bare_port: int
    token: str

    async def one(self, port: int, connections: int, seconds: float) -> list[float]:
        """Rate and p99 in milliseconds."""
        persons = int(MAX_RATE * seconds)
        first = self.bench.persons(persons)
        order = Order(port, connections, seconds, first, persons, self.token)
        answer = await ask(order)
        if answer.others or not answer.answered:
            raise AssertionError(f"{answer.others} of {answer.answered} answers were no 201")
        await asyncio.sleep(SETTLE_SECONDS)
        return [answer.answered / answer.seconds, answer.p99_ms]


async def measure(bench: Bench) -> list[Figure]:
    local = Local(bench.folder / "requests")
    await local.start()
    try:
        service = await local.serve("claims", "site")
        try:
            token = local.token("clerk-bench", Role.CLERK)
            async with _bare(local) as bare_port:
                sides = Sides(bench, service.port, bare_port, token)
                return await _measure(sides)
        finally:
            await service.stop()
    finally:
        await local.stop()


async def _measure(sides: Sides) -> list[Figure]:
    sizes = sides.bench.sizes
    figures = []
    for connections in sizes.connections:
        await sides.one(sides.bare_port, connections, sizes.load_seconds / 4)
        await sides.one(sides.service_port, connections, sizes.load_seconds / 4)
        limit, ours = await alternate(
            partial(sides.one, sides.bare_port, connections, sizes.load_seconds),
            partial(sides.one, sides.service_port, connections, sizes.load_seconds),
            sizes.rounds,
        )
        what = f"claim per request, {connections} connections"
        figures += [
            at_least(
                AIMS.get(connections, 1.0),
                what=what,
                ours=ours[0],
                limit=limit[0],
                unit="requests/s",
            ),
            at_most(1.0, what=f"{what}: p99", ours=ours[1], limit=limit[1], unit="ms"),
        ]
    return figures


async def ask(order: Order) -> Answer:
    """Run one load in its own process."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.load",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(order.seconds + MAX_EXTRA_SECONDS):
        said, _ = await child.communicate(msgspec.json.encode(order))
    if child.returncode != 0:
        raise AssertionError(f"the load generator ended with {child.returncode}")
    return msgspec.json.decode(said, type=Answer)


@asynccontextmanager
async def _bare(local: Local) -> AsyncIterator[int]:
    """The bare handler's port; its table has the size of our events and keys, and two indexes."""
    dsn = local.dsns["claims"].owner_dsn
    connection = await asyncpg.connect(dsn)
    await connection.execute(bare.TABLE)
    await connection.close()
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.bare",
        dsn,
        str(EVENT_BYTES),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert child.stdout is not None
        yield int((await child.stdout.readline()).split()[1])
    finally:
        child.terminate()
        await child.wait()
