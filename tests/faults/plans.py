"""The life of one plan: filed, advanced, attended, decided, settled or demanded back, corrected."""

import random
from dataclasses import dataclass, field
from typing import Any

from shared.ids import advance_id
from tests.faults.bank import PAID, RETURNED, UNKNOWN, Bank
from tests.faults.client import PAYMENTS, Answer
from tests.faults.desk import Desk
from tests.faults.people import (
    HEAD_FEN,
    claim_of_plan,
    entry,
    plan,
    presence,
    resident_number,
    session,
)
from tests.faults.teller import Teller, Unlawful

HEADS = 3
SETTLEMENT = "settlement scheduled"


@dataclass(slots=True)
class Plan:
    """One plan of one enterprise, and which of its persons were approved."""

    id: str
    enterprise: str
    persons: list[int]
    revision: int = 0
    claims: list[str] = field(default_factory=list)
    """settled by the plan"""

    @property
    def path(self) -> str:
        return f"/plans/{self.id}"


class Plans:
    """Tells plans of one enterprise, one after the other, so that it never owes for an old one."""

    def __init__(self, teller: Teller, desk: Desk, bank: Bank, enterprise: str) -> None:
        self._teller = teller
        self._desk = desk
        self._bank = bank
        self._enterprise = enterprise

    async def tell(self, chance: random.Random) -> None:
        """From the filing to the last fen. Raises Unlawful, NotAnswered."""
        mine = await self._approved()
        await self._advance(mine, chance)
        await self._attended(mine, chance)
        passed = chance.randint(0, HEADS)
        await self._say(mine, "complete", {
            "ended_on": "2021-03-22", "finished": HEADS, "passed": passed,
        })  # fmt: skip
        themselves = [n for n in range(passed) if chance.random() < 0.2]
        for n, person in enumerate(mine.persons[:passed]):
            await self._claim(mine, person, own=n in themselves)
        await self._settle(mine, 1)
        if passed < HEADS and chance.random() < 0.5:  # a late certificate
            await self._claim(mine, mine.persons[passed], own=False)
            await self._settle(mine, 2)
        if mine.claims and chance.random() < 0.3:
            await self._desk.revoke(mine.claims.pop())
            await self._settle(mine, mine.revision + 1)

    async def _approved(self) -> Plan:
        persons = [next(self._teller.persons) for _ in range(HEADS)]
        filed = await self._teller.say("/plans", plan(persons[0], HEADS), self._enterprise)
        mine = Plan(str(filed["plan"]), self._enterprise, persons)
        await self._say(mine, "roster", {"entries": [entry(person) for person in persons]})
        say = self._teller.say
        await say(f"{mine.path}/accept", {"office": "211402-01"}, "clerk")
        shown = {"plan_version": 1, "roster_revision": 1, "base_fen": HEADS * HEAD_FEN}
        await say(f"{mine.path}/approve", shown, "approver")
        return mine

    async def _advance(self, mine: Plan, chance: random.Random) -> None:
        """Too much is refused by an event; what the bank gives back may be asked for again."""
        await self._teller.client.look(PAYMENTS, mine.path, mine.enterprise, _has_base)
        account = {
            "holder": "葫芦岛钢铁公司", "account": f"6222{mine.persons[0]:012d}",
            "handler": resident_number(mine.persons[0]),
        }  # fmt: skip
        await self._pay_say(mine, "account", account)
        half = HEADS * HEAD_FEN // 2
        if chance.random() < 0.5:
            await self._asked(mine, half + 1, "AdvanceRefused")
        number = await self._asked(mine, half, "AdvanceRequested")
        returned = chance.random() < 0.25
        await self._pay_advance(mine, number, RETURNED if returned else PAID)
        if returned:
            number = await self._asked(mine, half, "AdvanceRequested")
            await self._pay_advance(mine, number, *_words(chance))

    async def _asked(self, mine: Plan, fen: int, event: str) -> int:
        told = await self._pay_say(mine, "advances", {"advance_fen": fen})
        if told["event"] != event:
            raise Unlawful(f"{mine.path}/advances: {told}")
        return int(told["advance_no"])

    async def _pay_advance(self, mine: Plan, number: int, *says: str) -> None:
        await self._bank.authorise(f"{mine.path}/advances/{number}")
        await self._bank.pay(advance_id(mine.id), *says)

    async def _attended(self, mine: Plan, chance: random.Random) -> None:
        for code in ("S-1", "S-2"):
            await self._say(mine, "sessions", session(code, mine.persons))
        if chance.random() < 0.5:
            wrong = {"presences": [presence(mine.persons[0], 60)], "reason": "left early"}
            await self._say(mine, "sessions/S-1/correct", wrong)

    async def _claim(self, mine: Plan, person: int, *, own: bool) -> None:
        """Filed for the enterprise, or by a person who is paid by a payout."""
        enterprise = None if own else mine.enterprise
        actor = "filer" if own else mine.enterprise
        claim_id = await self._desk.file(claim_of_plan(mine.id, person, enterprise), actor)
        if not await self._desk.approve(claim_id):
            raise Unlawful(f"{claim_id} of {mine.id} was not approved")
        if own:
            await self._bank.pay_claim(claim_id, person, PAID)
        else:
            mine.claims.append(claim_id)
            await self._bank.show(claim_id)

    async def _settle(self, mine: Plan, revision: int) -> None:
        """What payments makes of the decision: the rest is paid, or the debt comes in."""
        mine.revision = revision

        def decided(answer: Answer) -> bool:
            shown = answer.told
            known = int(shown.get("revision", 0))
            return known >= revision and shown["state"] in (SETTLEMENT, "settled")

        look = self._teller.client.look
        shown = (await look(PAYMENTS, mine.path, mine.enterprise, decided)).told
        if shown["state"] == SETTLEMENT:
            await self._bank.authorise(f"{mine.path}/settlement")
            await self._bank.pay(advance_id(mine.id), PAID)
        for recovery in shown["recoveries"]:
            await self._repay(recovery)

    async def _repay(self, recovery: str) -> None:
        path = f"/recoveries/{recovery}"
        look = self._teller.client.look
        debt = (await look(PAYMENTS, path, "officer")).told
        if not debt["balance_fen"]:
            return
        receipt = {
            "received_fen": debt["balance_fen"], "received_on": "2021-06-01",
            "bank_reference": "R-1",
        }  # fmt: skip
        await self._teller.say(f"{path}/receipts", receipt, "officer", PAYMENTS)
        await look(PAYMENTS, path, "officer", lambda said: said.told["balance_fen"] == 0)

    async def _say(self, mine: Plan, command: str, body: dict[str, Any]) -> dict[str, Any]:
        return await self._teller.say(f"{mine.path}/{command}", body, mine.enterprise)

    async def _pay_say(self, mine: Plan, command: str, body: dict[str, Any]) -> dict[str, Any]:
        return await self._teller.say(f"{mine.path}/{command}", body, mine.enterprise, PAYMENTS)


def _words(chance: random.Random) -> tuple[str, ...]:
    return (UNKNOWN, PAID) if chance.random() < 0.3 else (PAID,)


def _has_base(answer: Answer) -> bool:
    return "base_fen" in answer.told
