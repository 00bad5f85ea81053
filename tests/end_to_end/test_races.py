"""64 clients race at two processes of one service: exactly the lawful number wins."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from itertools import count, product
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import orjson
import pytest

from services.cli.local import Local
from shared.events.claims import ClaimApproved
from shared.events.envelope import Event, decode
from shared.http.identity import Role
from shared.policy.occupations import occupations
from tests.faults.client import Answer, Ask, Client, tokens_of
from tests.faults.people import CONFIRMED, LEVELS, claim, visit

RACERS = 64
PROPOSED = 3
"""version of a proposal: filed, accepted, proposed; then checked, inspected"""
Shown = dict[str, Any]


@dataclass(slots=True)
class Place:
    """Two sites of claims, one database behind them."""

    clients: Sequence[Client]
    database: "asyncpg.Connection[asyncpg.Record]"
    keys: "count[int]" = field(default_factory=count)

    async def say(
        self, n: int, path: str, body: dict[str, Any], actor: str, key: str | None = None
    ) -> Answer:
        """The n-th racer; even and odd ones meet different processes."""
        ask = Ask(path, orjson.dumps(body), key or f"race-{next(self.keys)}", actor)
        return await self.clients[n % len(self.clients)].ask(ask)

    async def proposed(self, n: int, body: dict[str, Any], actor: str) -> tuple[str, Shown]:
        """A claim that waits for its approval, and what its approver is shown."""
        filed = await self.say(n, "/claims", body, actor)
        claim_id = str(filed.told["claim"])
        await self.say(n, f"/claims/{claim_id}/accept", {"office": "211402-01"}, "clerk")
        proposal = (await self.say(n, f"/claims/{claim_id}/propose", {}, "clerk")).told
        assert proposal["decision"] == "APPROVE"
        await self.say(n, f"/claims/{claim_id}/identity-check", CONFIRMED, "checker")
        await self.say(n, "/inspections", visit(claim_id), "inspector")
        shown = {name: proposal[name] for name in ("amount_fen", "shown_sha256")}
        return claim_id, {**shown, "proposal_version": PROPOSED}

    async def approve(self, n: int, claim_id: str, shown: Shown) -> dict[str, Any]:
        return (await self.say(n, f"/claims/{claim_id}/approve", shown, "approver")).told

    async def events_of(self, claim_id: str) -> list[Event]:
        rows = await self.database.fetch(
            "SELECT body FROM events WHERE stream_id = $1 ORDER BY version", claim_id
        )
        return [decode(row["body"]) for row in rows]

    async def number(self) -> int:
        return int(await self.database.fetchval("SELECT count(*) FROM events"))


@pytest.fixture(scope="module")
async def place(scratch: Path) -> AsyncIterator[Place]:
    local = Local(scratch / "races", partitions=4)
    await local.start()
    sites = [await local.serve("claims", "site") for _ in range(2)]
    database = await asyncpg.connect(local.dsns["claims"].owner_dsn)
    tokens = tokens_of(local)
    for n in range(RACERS):
        tokens[f"org-{n}"] = local.token(f"teacher-{n}", Role.INSTITUTION, f"ORG{n:015d}")
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        yield Place([Client(site.url, tokens, session) for site in sites], database)
    await database.close()
    for site in sites:
        await site.kill()
    await local.stop()


async def test_one_certificate_is_paid_once_whoever_claims_it(place: Place) -> None:
    waiting = await asyncio.gather(
        *(place.proposed(n, claim(1), f"org-{n}") for n in range(RACERS))
    )
    assert len({claim_id for claim_id, _ in waiting}) == RACERS
    told = await asyncio.gather(*(place.approve(n, *one) for n, one in enumerate(waiting)))

    assert Counter(t["event"] for t in told) == {"ClaimApproved": 1, "ClaimRejected": RACERS - 1}
    [winner] = [t["claim"] for t in told if t["event"] == "ClaimApproved"]
    losers = [t for t in told if t["claim"] != winner]
    assert all(t["conflicts_with"] == [winner] for t in losers)


async def test_a_person_is_paid_three_times_a_year_whatever_is_approved_at_once(
    place: Place,
) -> None:
    kinds = list(product(sorted(occupations()), LEVELS))[:RACERS]
    bodies = [
        claim(2, f"YEAR{n:05d}") | {"occupation": occupation, "level": level}
        for n, (occupation, level) in enumerate(kinds)
    ]
    waiting = await asyncio.gather(
        *(place.proposed(n, body, "filer") for n, body in enumerate(bodies))
    )
    told = await asyncio.gather(*(place.approve(n, *one) for n, one in enumerate(waiting)))

    assert Counter(t["event"] for t in told) == {"ClaimApproved": 3, "ClaimRejected": RACERS - 3}
    winners = [t["claim"] for t in told if t["event"] == "ClaimApproved"]
    facts = [(await place.events_of(claim_id))[-1].facts for claim_id in winners]
    assert sorted(f.year_slot for f in facts if isinstance(f, ClaimApproved)) == [1, 2, 3]


async def test_one_claim_filed_by_all_at_once_is_filed_once(place: Place) -> None:
    before = await place.number()
    answers = await asyncio.gather(
        *(place.say(n, "/claims", claim(3), "filer") for n in range(RACERS))
    )

    assert len({answer.told["claim"] for answer in answers}) == 1
    assert Counter(answer.status for answer in answers) == {201: 1, 200: RACERS - 1}
    assert await place.number() == before + 1


async def test_one_key_and_one_body_fifty_times_at_once_is_one_event(place: Place) -> None:
    before = await place.number()
    answers = await asyncio.gather(
        *(place.say(n, "/claims", claim(4), "filer", "one-key") for n in range(50))
    )

    assert len(set(answers)) == 1
    assert answers[0].status == 201
    assert await place.number() == before + 1


async def test_one_approval_fifty_times_at_once_is_one_event(place: Place) -> None:
    claim_id, shown = await place.proposed(0, claim(5), "filer")
    answers = await asyncio.gather(
        *(
            place.say(n, f"/claims/{claim_id}/approve", shown, "approver", "one-approval")
            for n in range(50)
        )
    )

    assert len(set(answers)) == 1
    assert len(await place.events_of(claim_id)) == PROPOSED + 3


async def test_one_key_with_two_bodies_takes_one_and_refuses_the_other(place: Place) -> None:
    before = await place.number()
    answers = await asyncio.gather(
        *(place.say(n, "/claims", claim(6 + n // 2 % 2), "filer", "both") for n in range(RACERS))
    )

    assert Counter(answer.status for answer in answers) == {201: RACERS // 2, 422: RACERS // 2}
    assert len({answer for answer in answers if answer.status == 201}) == 1
    codes = {answer.told["code"] for answer in answers if answer.status == 422}
    assert codes == {"IDEMPOTENCY_KEY_REUSED"}
    assert await place.number() == before + 1
