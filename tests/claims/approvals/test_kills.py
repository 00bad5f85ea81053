"""A list of approvals whose process is killed (SIGKILL) again and again: each claim once.

`make soak` runs it with 100,000 claims (LEDGER_APPROVALS).
"""

import asyncio
import os
import random
from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import aiohttp
import asyncpg

from services.cli.local import Local, Running
from shared.clock import RealClock
from shared.events.approvals import ApprovalsEnded
from shared.events.claims import ClaimApproved
from shared.events.envelope import decode
from shared.http.identity import Role
from shared.store.commands import Ledger
from shared.store.pool import open_pool
from shared.store.store import Store
from tests.claims.approvals.waiting import Proposed, propose, table, wanted

CLAIMS = int(os.environ.get("LEDGER_APPROVALS", "600"))
LARGE = 10_000
KILLS, SECONDS = (40, 8.0) if CLAIMS >= LARGE else (1, 0.0)
"""how often at most, and at most how long a process works after its first page"""
LOOK_SECONDS = 0.01
MAX_SECONDS = 60 + CLAIMS / 50


@dataclass
class Place:
    """An installation, a connection that looks into it, and what was sent."""

    local: Local
    database: asyncpg.Connection
    approvals: str = ""

    async def send(self, service: Running, proposed: list[Proposed]) -> None:
        token = self.local.token("approver-1", Role.APPROVER)
        headers = {
            "Authorization": f"Bearer {token}", "Content-Type": "text/csv",
            "Idempotency-Key": "one-list",
        }  # fmt: skip
        async with aiohttp.ClientSession() as http:
            url = f"{service.url}/claims/approvals"
            async with http.post(url, data=BytesIO(table(proposed)), headers=headers) as answer:
                assert answer.status == 202, await answer.text()
                self.approvals = (await answer.json())["approvals"]

    async def ended(self) -> bool:
        return bool(await self.database.fetchval(_ENDED, self.approvals))

    async def done(self) -> int:
        return int(await self.database.fetchval(_DONE, self.approvals))

    async def until_more_than(self, before: int) -> None:
        """Return when the list goes on, or has ended."""
        for _ in range(int(MAX_SECONDS / LOOK_SECONDS)):
            if await self.done() > before or await self.ended():
                return
            await asyncio.sleep(LOOK_SECONDS)
        raise AssertionError("the list does not go on")


async def test_a_list_whose_process_is_killed_approves_each_claim_once(scratch: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    local = Local(scratch / "approvals", partitions=4)
    await local.start()
    database = await asyncpg.connect(local.dsns["claims"].owner_dsn)
    place = Place(local, database)
    try:
        proposed = await _proposed(local)
        service = await local.serve("claims")
        await place.send(service, proposed)
        killed = await _until_ended(place, service, chance)
        outcomes = await database.fetch(_OUTCOMES, place.approvals)
        approved = await _approved(database)
        [newest] = await database.fetch(_NEWEST, place.approvals)
    finally:
        await database.close()
        await local.stop()

    assert killed >= 1
    assert {row["outcome"]: row["k"] for row in outcomes} == {"approved": CLAIMS}
    assert (len(approved), set(approved.values())) == (CLAIMS, {1})
    assert decode(newest["body"]).facts == ApprovalsEnded(
        approved=CLAIMS, rejected=0, held=0, refused=0
    )


async def _proposed(local: Local) -> list[Proposed]:
    pool = await open_pool(local.dsns["claims"].service_dsn(), 4)
    try:
        clock = RealClock()
        return await propose(
            Ledger(Store(pool, local.partitions, clock.now), clock), wanted(CLAIMS)
        )
    finally:
        await pool.close()


async def _until_ended(place: Place, service: Running, chance: random.Random) -> int:
    """How many processes were killed while claims waited; the last one ends the list."""
    killed = 0
    while killed < KILLS and not await place.ended():
        await place.until_more_than(await place.done() if killed else 0)
        await asyncio.sleep(chance.random() * SECONDS)
        killed += not await place.ended()
        await service.kill()
        service = await place.local.serve("claims")
    while not await place.ended():
        await place.until_more_than(await place.done())
    await service.stop()
    return killed


async def _approved(database: asyncpg.Connection) -> Counter[str]:
    """How often each claim was approved, by the events themselves."""
    found: Counter[str] = Counter()
    async with database.transaction():
        async for row in database.cursor("SELECT stream_id, body FROM events", prefetch=1_000):
            if b'"ClaimApproved.v1"' in row["body"]:
                assert isinstance(decode(row["body"]).facts, ClaimApproved)
                found[row["stream_id"]] += 1
    return found


_ENDED = "SELECT ended_at IS NOT NULL FROM approvals_asked WHERE approvals = $1"
_DONE = "SELECT count(*) FROM approvals_of WHERE approvals = $1 AND outcome IS NOT NULL"
_OUTCOMES = """
SELECT outcome, count(*) AS k FROM approvals_of WHERE approvals = $1 GROUP BY outcome
"""
_NEWEST = "SELECT body FROM events WHERE stream_id = $1 ORDER BY version DESC LIMIT 1"
