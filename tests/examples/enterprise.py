"""One enterprise with one plan of apprentices, in claims and in payments."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.claims.plan.office import PlanOffice
from tests.payments.advance.plans import Plan
from tests.payments.money import SECONDS


@dataclass
class Enterprise:
    """Who files and claims for it, its plan's money, and who is on the roster."""

    office: PlanOffice
    money: Plan
    persons: Sequence[int]

    @property
    def payee(self) -> str:
        return self.money.payee


async def money_in(money: Plan, state: str) -> dict[str, Any]:
    """The plan's money once it is in this state: another service's event is on its way."""
    async with asyncio.timeout(SECONDS):
        while True:
            answer = await money.asker.get(money.path)
            if answer.status == 200 and answer.body["state"] == state:
                return dict(answer.body)
            await asyncio.sleep(0.05)
