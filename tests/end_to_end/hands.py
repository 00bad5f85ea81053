"""One payment through seven hands, each step by the person whom a test names."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from shared.http.identity import Role
from shared.ids import payout_id
from tests.claims.filing import CONFIRMED, SHOWN, Office, visit
from tests.claims.plan.office import ENTERPRISE, entry, plan
from tests.installation import Answer, Person
from tests.payments.advance.plans import HANDLER
from tests.payments.money import with_account
from tests.three import Finance, Three

CLAIM_STEPS = ("file", "accept", "verify", "inspect", "approve")
PAYOUT_STEPS = (*CLAIM_STEPS, "authorise", "release")
COMPANION = "companion"
"""who went along with the inspector"""
PLAN_STEPS = ("file", "accept", "approve")
ROLES = (
    Role.INSTITUTION, Role.CLERK, Role.INSPECTOR, Role.APPROVER, Role.FINANCE_OFFICER,
    Role.FINANCE_APPROVER,
)  # fmt: skip


@dataclass
class Hands(ABC):
    """Everybody may do everything by their roles; only who did what before can be in the way."""

    ledger: Three
    bureau: Finance
    name: str
    by: str = ""
    """whose step it is that this person took before; empty: everybody takes the own step"""

    def person(self, step: str, service: str) -> Person:
        running = self.ledger.payments if service == "payments" else self.ledger.claims
        return running.person(f"{self.name}-{self.by or step}", *ROLES, org=ENTERPRISE)

    async def say(self, step: str, service: str, path: str, body: Any) -> Answer:
        key = f"{self.name}-{step}-by-{self.by or step}"
        return await self.person(step, service).post(path, body, key=key)

    @abstractmethod
    async def take(self, step: str) -> Answer:
        """What one step asks of the services, by whoever takes it now."""

    async def tried(self, step: str, by: str) -> list[str]:
        """The codes that somebody gets who took the step `by` and tries this one."""
        self.by = by
        answer = await self.take(step)
        self.by = ""
        return codes_of(answer)


@dataclass
class PayoutHands(Hands):
    """A claim of one person, approved and paid to that person."""

    number: int = 0
    claim: str = ""

    async def take(self, step: str) -> Answer:
        claim, payout = f"/claims/{self.claim}", payout_id(self.claim or "claim-")
        match step:
            case "file":
                filed = await self.say(step, "claims", "/claims", with_account(self.number))
                self.claim = filed.body["claim"]
                return filed
            case "accept":
                return await self.say(step, "claims", f"{claim}/accept", {"office": "OFFICE-1"})
            case "verify":
                return await self.say(step, "claims", f"{claim}/identity-check", CONFIRMED)
            case "inspect":
                went = [f"{self.name}-{self.by or step}", f"{self.name}-{COMPANION}"]
                body = {**visit(self.claim), "inspectors": went}
                return await self.say(step, "claims", "/inspections", body)
            case "approve":
                return await self._approve(step, claim)
            case "authorise":
                await self._noticed()
                await self.bureau.state(payout, "scheduled")
                body = {"fund": self.bureau.fund}
                return await self.say(step, "payments", f"/payouts/{payout}/authorise", body)
            case _:
                return await self.say(step, "payments", "/batches", {"payables": [payout]})

    async def _noticed(self) -> None:
        """Shown by a clerk who has no other step; asked again, it is the same notice."""
        await Office(self.ledger.claims).noticed(f"{self.name}-notice", self.claim)

    async def _approve(self, step: str, claim: str) -> Answer:
        proposer = self.ledger.claims.person(f"{self.name}-propose", *ROLES, org=ENTERPRISE)
        await proposer.post(f"{claim}/propose", {}, key=f"{self.name}-propose")
        proposal = (await self.person("look", "claims").get(claim)).body["proposal"]
        said = {name: proposal[name] for name in SHOWN}
        return await self.say(step, "claims", f"{claim}/approve", said)


@dataclass
class AdvanceHands(Hands):
    """A plan of one enterprise, and its advance."""

    number: int = 0
    plan: str = ""

    async def take(self, step: str) -> Answer:
        path = f"/plans/{self.plan}"
        match step:
            case "file":
                filed = await self.say(step, "claims", "/plans", plan(self.number, 1))
                self.plan = filed.body["plan"]
                listed = {"entries": [entry(self.number)]}
                await self.person(step, "claims").post(
                    f"/plans/{self.plan}/roster", listed, key=f"{self.name}-roster"
                )
                return filed
            case "accept":
                return await self.say(step, "claims", f"{path}/accept", {"office": "OFFICE-1"})
            case "approve":
                shown = (await self.person("look", "claims").get(path)).body
                body = {name: shown[name] for name in ("plan_version", "roster_revision")}
                body["base_fen"] = shown["terms"]["base_fen"]
                return await self.say(step, "claims", f"{path}/approve", body)
            case "request":
                await self.ledger.all_heard()
                return await self.say(step, "payments", f"{path}/advances", {"advance_fen": 100})
            case "account":
                body = {"holder": "某公司", "account": "6222021001116240001", "handler": HANDLER}
                return await self.say(step, "payments", f"{path}/account", body)
            case "authorise":
                body = {"fund": self.bureau.fund}
                return await self.say(step, "payments", f"{path}/advances/1/authorise", body)
            case _:
                stream = self.plan.replace("plan-", "advance-")
                return await self.say(step, "payments", "/batches", {"payables": [stream]})


def codes_of(answer: Answer) -> list[str]:
    """Why nothing was done, also where each claim has an outcome of its own."""
    if answer.status < 300:
        return [one["code"] for one in answer.body.get("outcomes", ()) if "code" in one]
    return answer.codes
