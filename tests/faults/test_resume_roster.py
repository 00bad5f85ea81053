"""A roster whose service is killed half-way is sent again: what is there is not filed twice."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from services.cli.local import Local, Running
from tests.faults.client import CSV, Ask, Client, tokens_of
from tests.faults.people import roster, roster_row
from tests.faults.waiting import until

ROWS = 10_400
HALF_WAY = 3_000
"""events in the database when the process is killed; a page of 1,000 more may be under way"""


@dataclass(slots=True)
class Place:
    local: Local
    session: aiohttp.ClientSession
    database: "asyncpg.Connection[asyncpg.Record]"

    async def claims_by_row(self) -> dict[int, str]:
        """Claim by the row of the file that it was filed from."""
        rows = await self.database.fetch(
            "SELECT note, stream_id FROM reservations WHERE kind = 'claim'"
        )
        return {int(r["note"].partition("/")[2]): r["stream_id"] for r in rows}

    async def number(self) -> int:
        return int(await self.database.fetchval("SELECT count(*) FROM events"))

    async def left_alone(self) -> bool:
        """No statement of the killed process is under way: the server finishes what it was sent."""
        return not await self.database.fetchval(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = 'claims_service'"
        )

    def client(self, site: Running) -> Client:
        return Client(site.url, tokens_of(self.local), self.session)


@pytest.fixture
async def place(scratch: Path) -> AsyncIterator[Place]:
    local = Local(scratch / "resume", partitions=4)
    await local.start()
    database = await asyncpg.connect(local.dsns["claims"].owner_dsn)
    async with aiohttp.ClientSession() as session:
        yield Place(local, session, database)
    await database.close()
    await local.stop()


async def test_a_roster_sent_again_after_a_crash_files_what_is_missing_and_no_more(
    place: Place,
) -> None:
    rows = [roster_row(n) for n in range(ROWS)]
    whole = Ask("/rosters", roster(rows), "first", "filer", CSV)
    known = await _killed_half_way(place, whole)
    assert HALF_WAY <= len(known) < ROWS

    first_row = min(known)
    changed = random.Random(7).choice(sorted(known))
    order = list(range(ROWS))
    random.Random(7).shuffle(order)
    lines = list(rows)
    lines[changed - first_row] = roster_row(changed - first_row, "HLD-OTHER-1")
    site = await place.local.serve("claims", "site")
    client = place.client(site)
    again = await client.ask(
        Ask("/rosters", roster([lines[n] for n in order]), "second", "filer", CSV)
    )

    outcomes = again.told["outcomes"]
    found = {order[n] + first_row: outcome for n, outcome in enumerate(outcomes)}
    already = {row: o["record"] for row, o in found.items() if o["outcome"] == "already"}
    submitted = {row for row, o in found.items() if o["outcome"] == "submitted"}
    assert already == {row: known[row] for row in known if row != changed}
    assert submitted == set(found) - set(known) | {changed}
    assert await place.number() == ROWS + 1

    third = (await client.ask(whole)).told
    assert third["counts"] == {"submitted": len(known), "already": ROWS - len(known)}
    assert await place.number() == ROWS + 1
    await site.kill()


async def _killed_half_way(place: Place, whole: Ask) -> dict[int, str]:
    """The rows that were committed before the process was gone."""
    site = await place.local.serve("claims", "site")
    sending = asyncio.create_task(place.client(site).once(whole))

    async def half_way() -> bool:
        assert not sending.done(), "the roster was answered before the kill"
        return await place.number() >= HALF_WAY

    await until(half_way, 60.0, "half of the roster")
    await site.kill()
    with pytest.raises((aiohttp.ClientError, OSError)):
        await sending
    await until(place.left_alone, 20.0, "the end of the killed process's statements")
    return await place.claims_by_row()
