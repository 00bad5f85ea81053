"""One command that approves many claims, beside the same events and slots as bare INSERTs."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from uuid import uuid4

import asyncpg
import orjson

from services.claims.approvals.working import PAGE
from services.cli.local import Local
from shared.clock import RealClock
from shared.store.commands import Ledger
from shared.store.pool import open_pool
from shared.store.store import Store
from tests.bench.bench import Bench
from tests.bench.client import CSV, Client, session
from tests.bench.figures import Figure, alternate, beside
from tests.claims.approvals.waiting import Proposed, propose, table, wanted

LOOK_SECONDS = 0.02
LAST_SECONDS = 600.0
SLOTS = 3
"""of one approval: certificate, level, year"""
TABLES = (
    "CREATE TABLE IF NOT EXISTS bare_events (event_id uuid PRIMARY KEY, stream_id text NOT NULL,"
    " version int NOT NULL, body bytea NOT NULL, UNIQUE (stream_id, version))",
    "CREATE TABLE IF NOT EXISTS bare_slots (key text PRIMARY KEY, stream_id text NOT NULL)",
)
EVENT = "INSERT INTO bare_events (event_id, stream_id, version, body) VALUES ($1, $2, $3, $4)"
SLOT = "INSERT INTO bare_slots (key, stream_id) VALUES ($1, $2)"


async def measure(bench: Bench) -> list[Figure]:
    local = Local(bench.folder / "approvals")
    await local.start()
    try:
        service = await local.serve("claims")
        try:
            async with session() as http:
                sides = Sides(Client(http, service.url, local), local, bench.sizes.approvals)
                await sides.one(PAGE)
                limit, ours = await alternate(sides.bare, sides.ours, bench.sizes.rounds)
        finally:
            await service.stop()
    finally:
        await local.stop()
    what = "claims approved by one command"
    return [beside(what=what, ours=ours[0], limit=limit[0], unit="claims/s")]


@dataclass(slots=True)
class Sides:
    """Both on one server, one after the other."""

    client: Client
    local: Local
    claims: int
    event_bytes: int = 0

    async def ours(self) -> list[float]:
        return [await self.one(self.claims)]

    async def one(self, claims: int) -> float:
        """Claims a second, from sending the list until each has its outcome."""
        proposed = await self._proposed(claims)
        began = perf_counter()
        said = await self.client.post("/claims/approvals", table(proposed), "approver", CSV)
        path = f"/claims/approvals/{said['approvals']}"
        async with asyncio.timeout(LAST_SECONDS):
            while True:
                shown = orjson.loads(await self.client.download(path, "approver", "claims"))
                if shown["done"] == claims:
                    break
                await asyncio.sleep(LOOK_SECONDS)
        seconds = perf_counter() - began
        if shown["counts"]["approved"] != claims:
            raise AssertionError(f"approvals: {shown['counts']}")
        return claims / seconds

    async def bare(self) -> list[float]:
        """As many rows of the same size, in commits of as many claims."""
        connection = await asyncpg.connect(self.local.dsns["claims"].owner_dsn)
        try:
            for statement in TABLES:
                await connection.execute(statement)
            streams = [uuid4().hex for _ in range(self.claims)]
            began = perf_counter()
            for first in range(0, len(streams), PAGE):
                await self._page(connection, streams[first : first + PAGE])
            return [self.claims / (perf_counter() - began)]
        finally:
            await connection.close()

    async def _page(self, connection: asyncpg.Connection, streams: Sequence[str]) -> None:
        body = bytes(self.event_bytes)
        async with connection.transaction():
            await connection.executemany(EVENT, [(uuid4(), s, 6, body) for s in streams])
            slots = [(f"{s}/{n}", s) for s in streams for n in range(SLOTS)]
            await connection.executemany(SLOT, slots)

    async def _proposed(self, claims: int) -> list[Proposed]:
        pool = await open_pool(self.local.dsns["claims"].service_dsn(), 4)
        try:
            clock = RealClock()
            ledger = Ledger(Store(pool, self.local.partitions, clock.now), clock)
            proposed = await propose(ledger, wanted(claims))
            if not self.event_bytes:
                self.event_bytes = int(await pool.fetchval(_BYTES) or 1_500)
            return proposed
        finally:
            await pool.close()


_BYTES = "SELECT avg(octet_length(body))::int FROM events WHERE stream_id LIKE 'claim-%'"
