"""Steps of a worked example about a plan's money or a payout, each with its expected fen."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

from shared.events.base import CLAIM_EVENTS
from shared.events.claims import ClaimApproved
from shared.http.identity import Role
from shared.ids import payout_id
from shared.money import parse_yuan as fen
from tests.claims.filing import CONFIRMED, SHOWN, Office, visit
from tests.claims.plan.office import PlanOffice, claim_of, entry, plan
from tests.examples.enterprise import Enterprise, money_in
from tests.examples.steps import World
from tests.payments.advance.plans import Plan
from tests.three import Finance

_CODES = count(1)
_PLACES = count(70_000, 1_000)


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A plan of apprentices is filed, listed, accepted and approved; payments has heard of it."""

    persons: int = 40
    budget: str | None = None
    base: str

    async def run(self, world: World) -> None:
        number, first = next(_CODES), next(_PLACES)
        code, persons = f"91210{number:012d}X", range(first, first + self.persons)
        office = PlanOffice(world.ledger.claims)
        office.filer = world.ledger.claims.person("planner-1", Role.INSTITUTION, org=code)
        office.claims.filer = office.filer
        budget = {} if self.budget is None else {"budget_fen": fen(self.budget)}
        key = f"example-plan-{number}"
        plan_id = await office.filed(plan(5_000 + number, self.persons, **budget), key)
        listed = {"entries": [entry(person, employer=code) for person in persons]}
        for who, what, body in (
            (office.filer, "roster", listed), (office.clerk, "accept", {"office": "OFFICE-1"}),
        ):  # fmt: skip
            done = await who.post(f"/plans/{plan_id}/{what}", body, key=f"{key}-{what}")
            assert done.status == 200, done.body
        approved = await office.approve(plan_id, key)
        asker = world.ledger.payments.person("asker-1", Role.INSTITUTION, org=code)
        bureau = await Finance.opened(world.ledger, f"EX-{number}", fen("300000.00"))
        world.enterprise = Enterprise(
            office, Plan(world.ledger, bureau, plan_id, asker, code), persons
        )
        shown = await money_in(world.enterprise.money, "open")

        assert approved.body["base_fen"] == shown["base_fen"] == fen(self.base)
        assert shown["max_ratio_bp"] == 5_000


@dataclass(frozen=True, kw_only=True)
class AdvanceAsked:
    """The enterprise, or one of its trainees, asks; the ratio and the payee decide."""

    yuan: str
    by: Literal["enterprise", "trainee"] = "enterprise"
    refused: str | None = None

    async def run(self, world: World) -> None:
        money = world.enterprise.money
        trainee = world.ledger.payments.person("trainee-1", Role.CLAIMANT)
        person = trainee if self.by == "trainee" else None
        before = (await money.shown())["live_fen"]
        asked = await money.ask(fen(self.yuan), f"ask-{self.yuan}-{self.by}", person)
        live = (await money.shown())["live_fen"]

        assert asked.status == 201, asked.body
        if self.refused is None:
            assert asked.body["event"] == "AdvanceRequested"
            assert live == before + fen(self.yuan)
        else:
            assert (asked.body["event"], asked.body["reason"]) == ("AdvanceRefused", self.refused)
            assert asked.body["clause"] == "HLD-10-4"
            assert live == before


@dataclass(frozen=True, kw_only=True)
class AdvancePaid:
    """What was asked for is authorised, released by another person, and paid by the bank."""

    yuan: str

    async def run(self, world: World) -> None:
        money = world.enterprise.money
        for answer in (await money.account("account"), await money.authorise(1, "authorise")):
            assert answer.status == 200, answer.body
        batch = await money.pays("pay")
        [_, row] = await money.bureau.file(batch["batch"])
        shown = await money.shown()

        assert row[4] == self.yuan
        assert (shown["advanced_fen"], shown["receivable_fen"]) == (fen(self.yuan), fen(self.yuan))
        assert shown["payee_kind"] == "enterprise"


@dataclass(frozen=True, kw_only=True)
class Certified:
    """The plan ends; so many get the certificate, and the enterprise claims for each of them."""

    passed: int
    earned: str

    async def run(self, world: World) -> None:
        enterprise = world.enterprise
        office, plan_id = enterprise.office, enterprise.money.id
        done = await office.complete(plan_id, self.passed, f"{plan_id}-end")
        assert done.status == 200, done.body
        persons = enterprise.persons[: self.passed]
        claims = await asyncio.gather(*(self._proposed(world, person) for person in persons))
        checks = {"checks": [{"claim": claim, **CONFIRMED} for claim, _ in claims]}
        looked = [
            await world.checker.post("/identity-checks", checks, key=f"{plan_id}-check"),
            await world.inspector.post(
                "/inspections", visit(*(claim for claim, _ in claims)), key=f"{plan_id}-visit"
            ),
        ]
        assert [each.body["counts"] for each in looked] == [{"recorded": self.passed}] * 2
        for claim, proposal in claims:
            said = {name: proposal[name] for name in SHOWN}
            yes = await world.approver.post(f"/claims/{claim}/approve", said, key=f"{claim}-ok")
            assert yes.body["event"] == "ClaimApproved", yes.body
        await office.claims.noticed(f"{plan_id}-notice", *(claim for claim, _ in claims))
        decided = (await office.until_decided(plan_id, 1))["decided"]

        assert decided["earned"] == [{
            "payee_kind": "enterprise", "payee": enterprise.payee,
            "earned_fen": fen(self.earned), "claims": self.passed,
        }]  # fmt: skip

    async def _proposed(self, world: World, person: int) -> tuple[str, dict[str, Any]]:
        enterprise = world.enterprise
        body = claim_of(
            enterprise.money.id, person, payee={"kind": "enterprise", "code": enterprise.payee}
        )
        office = enterprise.office.claims
        claim, proposal = await office.proposed(body, f"{enterprise.money.id}-{person}")
        assert (proposal["decision"], proposal["amount_fen"]) == ("APPROVE", fen("5000.00"))
        return claim, proposal


@dataclass(frozen=True, kw_only=True)
class Settled:
    """Earned more than was advanced: the rest goes to the enterprise."""

    yuan: str
    in_all: str

    async def run(self, world: World) -> None:
        money = world.enterprise.money
        due = await money_in(money, "settlement scheduled")
        await world.ledger.all_heard()  # the notice of each claim too
        authorised = await money.settle("settle")
        batch = await money.pays("settle-pay")
        [_, row] = await money.bureau.file(batch["batch"])
        shown = await money.shown()

        assert due["settlement_fen"] == shown["settled_fen"] == fen(self.yuan)
        assert authorised.body["event"] == "SettlementAuthorised"
        assert row[4] == self.yuan
        assert (shown["state"], shown["receivable_fen"], shown["recoveries"]) == ("settled", 0, [])
        assert (await money.bureau.balances())["spent"] == fen(self.in_all)


@dataclass(frozen=True, kw_only=True)
class Recovered:
    """Earned less than was advanced: a debt of the enterprise, asked back and paid."""

    yuan: str
    in_all: str

    async def run(self, world: World) -> None:
        money, officer = world.enterprise.money, world.enterprise.money.bureau.officer
        await money_in(money, "settled")
        recovery = await money.recovery()
        debt = (await officer.get(f"/recoveries/{recovery}")).body
        body = {"received_fen": fen(self.yuan), "received_on": "2021-06-01", "bank_reference": "R"}
        paid = await officer.post(
            f"/recoveries/{recovery}/receipts", body, key=money.key("received")
        )
        after = (await officer.get(f"/recoveries/{recovery}", paid.position)).body
        balances = await money.bureau.balances()

        assert (debt["amount_fen"], debt["cause"]) == (fen(self.yuan), "settlement")
        assert (debt["payee"], debt["balance_fen"]) == (money.payee, fen(self.yuan))
        assert (after["state"], after["balance_fen"]) == ("closed", 0)
        assert balances["spent"] == fen(self.in_all)
        assert sum(balances.values()) == 0


@dataclass(frozen=True, kw_only=True)
class BankPays:
    """An approved claim is paid; first the bank may send it back for a wrong name."""

    yuan: str
    claim: str = "claim"
    person: str = "the person"
    returned_first: bool = False

    async def run(self, world: World) -> None:
        bureau = await world.finance(fen("10000.00"))
        before = (await bureau.balances()).get("spent", 0)
        payout = payout_id(world.claims[self.claim])
        await Office(world.ledger.claims).noticed(f"{payout}-notice", world.claims[self.claim])
        await bureau.state(payout, "scheduled")
        assert (await bureau.authorise(payout, f"{payout}-auth")).status == 200
        if self.returned_first:
            await self._answered(bureau, payout, "退回", "户名不符")
            await bureau.state(payout, "returned")
            await bureau.change_account(payout, world.persons[self.person], f"{payout}-account")
            again = await bureau.officer.post(f"/payouts/{payout}/reissue", {}, key=f"{payout}-2")
            assert again.body["event"] == "PayoutReissued"
        await self._answered(bureau, payout, "成功", "")
        paid = await bureau.state(payout, "paid")
        balances = await bureau.balances()

        assert paid["amount_fen"] == fen(self.yuan)
        assert balances["spent"] == before + fen(self.yuan)
        assert sum(balances.values()) == 0

    async def _answered(self, bureau: Finance, payout: str, outcome: str, reason: str) -> None:
        key = f"{payout}-{'back' if reason else 'paid'}"
        batch = (await bureau.released(payout, key=f"{key}-r"))["batch"]
        [row] = await bureau.rows(batch, outcome, f"B-{batch}", reason)
        answer = await bureau.answer(batch, [row], f"{key}-a")
        assert answer.body["counts"] == {"recorded": 1}, answer.body


@dataclass(frozen=True)
class DeliveredTwice:
    """The log delivers the event of the approval again; there is still one payout of one order."""

    claim: str = "claim"

    async def run(self, world: World) -> None:
        claim, ledger = world.claims[self.claim], world.ledger
        await ledger.all_heard()
        [heard] = [
            each for each in await ledger.logged(CLAIM_EVENTS)
            if each.event.subject == claim and isinstance(each.event.facts, ClaimApproved)
        ]  # fmt: skip
        await ledger.send_again(heard.at, heard.record)
        await ledger.all_heard()
        events = await ledger.payments.service.store.load(payout_id(claim))
        scheduled = await ledger.payments.service.pool.fetchval(
            "SELECT count(*) FROM payouts_in_hand WHERE claim = $1", claim
        )

        assert [each.event.id for each in await ledger.logged(CLAIM_EVENTS)].count(
            heard.event.id
        ) == 2
        assert (len(events), scheduled) == (1, 1)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Audit names these claims by this rule."""

    rule: str
    claims: Sequence[str]

    async def run(self, world: World) -> None:
        named = {world.claims[name] for name in self.claims}
        [found] = await world.ledger.findings(self.rule, lambda one: {*one["claims"]} == named)

        assert found["tier"] == "R"
