"""What the clients do all the while: file claims, take some to their approval, send rosters."""

import asyncio
import itertools
import random
from collections.abc import Iterator
from typing import Any

import orjson

from tests.faults.client import CSV, Answer, Ask, Client
from tests.faults.people import CONFIRMED, claim, roster, roster_row, visit

FILERS = 6
ROSTER_ROWS = 60
ROSTER_PAUSE_SECONDS = 3.0
PAUSE_SECONDS = 0.05
PROPOSED = 3
"""version of a proposal: filed, accepted, proposed"""


class Unlawful(Exception):
    """A request that is right was refused."""


class Load:
    """Stories from a seed; `stop` lets each one come to its end."""

    def __init__(self, client: Client, seed: int) -> None:
        self.client = client
        self.rosters: list[tuple[int, Answer]] = []
        self._seed = seed
        self._persons: Iterator[int] = itertools.count()
        self._keys: Iterator[int] = itertools.count()
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        for n in range(FILERS):
            chance = random.Random(f"{self._seed}/{n}")
            self._tasks.append(asyncio.create_task(self._stories(chance), name=f"filer-{n}"))
        self._tasks.append(asyncio.create_task(self._rosters(), name="rosters"))

    async def stop(self) -> None:
        """Raises what a story raised."""
        self._stopping.set()
        await asyncio.gather(*self._tasks)

    async def cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def check(self) -> None:
        """Raises what a story raised so far."""
        for task in self._tasks:
            if task.done():
                task.result()

    async def _stories(self, chance: random.Random) -> None:
        while not self._stopping.is_set():
            person = next(self._persons)
            story = chance.random()
            if story < 0.5:
                await self._file(person)
            elif story < 0.9:
                await self._approve(await self._file(person))
            else:  # the same certificate by two persons: one of them at most is approved
                certificate = f"SHARED{person:07d}"
                first = await self._file(person, certificate)
                second = await self._file(next(self._persons), certificate)
                await asyncio.gather(self._approve(first), self._approve(second))
            await asyncio.sleep(PAUSE_SECONDS)

    async def _rosters(self) -> None:
        while not self._stopping.is_set():
            rows = [roster_row(next(self._persons)) for _ in range(ROSTER_ROWS)]
            answer = await self._ask("/rosters", roster(rows), "filer", CSV)
            self.rosters.append((len(rows), answer))
            await asyncio.sleep(ROSTER_PAUSE_SECONDS)

    async def _file(self, person: int, certificate: str | None = None) -> str:
        told = await self._say("/claims", claim(person, certificate), "filer")
        return str(told["claim"])

    async def _approve(self, claim_id: str) -> None:
        await self._say(f"/claims/{claim_id}/accept", {"office": "211402-01"}, "clerk")
        proposed = await self._say(f"/claims/{claim_id}/propose", {}, "clerk")
        if proposed["decision"] != "APPROVE":
            return
        await self._say(f"/claims/{claim_id}/identity-check", CONFIRMED, "checker")
        await self._say("/inspections", visit(claim_id), "inspector")
        shown = {
            "proposal_version": PROPOSED,
            "amount_fen": proposed["amount_fen"],
        }
        await self._say(f"/claims/{claim_id}/approve", shown, "approver")

    async def _say(self, path: str, body: dict[str, Any], actor: str) -> dict[str, Any]:
        return (await self._ask(path, orjson.dumps(body), actor)).told

    async def _ask(
        self, path: str, body: bytes, actor: str, content_type: str = "application/json"
    ) -> Answer:
        key = f"key-{next(self._keys)}"
        answer = await self.client.ask(Ask(path, body, key, actor, content_type))
        if answer.status >= 300:
            raise Unlawful(f"{path}: {answer.status} {answer.told['code']}")
        return answer
