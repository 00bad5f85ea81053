"""What everybody does all the while: claims, rosters, plans and their money, as stories."""

import asyncio
import random
from collections.abc import Coroutine
from typing import Any

from tests.faults.bank import PAID, RETURNED, UNKNOWN, Bank
from tests.faults.client import CSV, ENTERPRISES, Answer, Client
from tests.faults.desk import Desk
from tests.faults.people import claim, roster, roster_row, with_account
from tests.faults.plans import Plans
from tests.faults.teller import Teller

FILERS = 4
ROSTER_ROWS = 60
ROSTER_PAUSE_SECONDS = 3.0
PAUSE_SECONDS = 0.05


class Load:
    """Stories from a seed; `stop` lets each one come to its end."""

    def __init__(self, client: Client, seed: int) -> None:
        self.client = client
        self.rosters: list[tuple[int, Answer]] = []
        self._seed = seed
        self._teller = Teller(client)
        self._desk = Desk(self._teller)
        self._bank = Bank(self._teller)
        self._stopping = asyncio.Event()
        self._tellers: list[asyncio.Task[None]] = []
        self._paying: list[asyncio.Task[None]] = []
        self._beside: list[asyncio.Task[None]] = []

    def start(self, *beside: Coroutine[Any, Any, None]) -> None:
        """`beside` run as long as the load, and what they raise ends it."""
        for n in range(FILERS):
            chance = random.Random(f"{self._seed}/{n}")
            self._tellers.append(asyncio.create_task(self._stories(chance), name=f"filer-{n}"))
        for enterprise in ENTERPRISES:
            plans = Plans(self._teller, self._desk, self._bank, enterprise)
            chance = random.Random(f"{self._seed}/{enterprise}")
            task = asyncio.create_task(self._plans(plans, chance), name=enterprise)
            self._tellers.append(task)
        self._tellers.append(asyncio.create_task(self._rosters(), name="rosters"))
        self._paying.append(asyncio.create_task(self._bank.run(), name="bank"))
        self._beside += [asyncio.create_task(each) for each in beside]

    async def stop(self) -> None:
        """Raises what a story raised, or the bank on which they wait."""
        self._stopping.set()
        left = {*self._tellers}
        while left:
            done, _ = await asyncio.wait(
                {*left, *self._paying, *self._beside}, return_when=asyncio.FIRST_COMPLETED
            )
            self.check()
            left -= done
        self._bank.close()
        await asyncio.gather(*self._paying)

    async def cancel(self) -> None:
        tasks = [*self._tellers, *self._paying, *self._beside]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def check(self) -> None:
        """Raises what a story raised so far."""
        for task in (*self._tellers, *self._paying, *self._beside):
            if task.done():
                task.result()

    async def _stories(self, chance: random.Random) -> None:
        while not self._stopping.is_set():
            person = next(self._teller.persons)
            story = chance.random()
            if story < 0.4:
                await self._desk.file(claim(person))
            elif story < 0.9:
                await self._paid(person, chance)
            else:  # the same certificate by two persons: one of them at most is approved
                certificate = f"SHARED{person:07d}"
                first = await self._desk.file(claim(person, certificate))
                other = next(self._teller.persons)
                second = await self._desk.file(claim(other, certificate))
                await asyncio.gather(self._desk.approve(first), self._desk.approve(second))
            await asyncio.sleep(PAUSE_SECONDS)

    async def _paid(self, person: int, chance: random.Random) -> None:
        """A claim to the bank's last word; some are approved only, some taken back afterwards."""
        claim_id = await self._desk.file(with_account(person))
        story = chance.random()
        if not await self._desk.approve(claim_id) or story < 0.3:
            return
        says = (RETURNED,) if story < 0.45 else (UNKNOWN, PAID) if story < 0.55 else (PAID,)
        if story > 0.95:  # before anything has left
            await self._desk.revoke(claim_id)
            return
        await self._bank.pay_claim(claim_id, person, *says)
        if story > 0.85:
            await self._desk.revoke(claim_id)

    async def _plans(self, plans: Plans, chance: random.Random) -> None:
        while not self._stopping.is_set():
            await plans.tell(chance)

    async def _rosters(self) -> None:
        while not self._stopping.is_set():
            rows = [roster_row(next(self._teller.persons)) for _ in range(ROSTER_ROWS)]
            answer = await self._teller.upload("/rosters", roster(rows), "filer", CSV)
            self.rosters.append((len(rows), answer))
            await asyncio.sleep(ROSTER_PAUSE_SECONDS)
