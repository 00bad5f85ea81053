"""The plans' chapter: two classes of apprentices from their rosters to settlement and recovery."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec

from services.cli.demo import decisions, registers
from services.cli.demo.bank import Batch, send
from services.cli.demo.decisions import Decided
from services.cli.demo.desk import Desk, until
from services.cli.demo.expected import Key, PlanFiles
from services.cli.demo.fund import FUND, Step
from services.cli.demo.groups import Listed
from services.cli.demo.notices import show
from services.cli.people import APPROVERS, CLERKS, ENTERPRISES, OFFICER, Person
from shared.clock import RealClock
from shared.ids import advance_id
from shared.tables.outcomes import FileAnswer

SESSIONS = ("2020-03-02", "2020-06-01", "2020-12-01")
TERM = timedelta(days=90)
"""what the bureau adds from today: the plans of 2020 are played years later"""
LATER = "books taken over late"
INSTALMENTS = 5
PLAN_COLUMN = "班次编号"


class _Filed(msgspec.Struct, frozen=True):
    plan: str


class _Terms(msgspec.Struct, frozen=True):
    base_fen: int


class _Shown(msgspec.Struct, frozen=True):
    plan_version: int
    roster_revision: int
    terms: _Terms


class PlanMoney(msgspec.Struct, frozen=True):
    """What GET /plans/{plan} of payments says, in fen."""

    plan: str
    state: str
    base_fen: int
    advanced_fen: int
    settled_fen: int
    demanded_fen: int
    receivable_fen: int
    earned_fen: int = 0
    recoveries: tuple[str, ...] = ()


class Debt(msgspec.Struct, frozen=True):
    """What GET /recoveries/{recovery} says, in fen."""

    recovery: str
    amount_fen: int
    received_fen: int
    balance_fen: int


@dataclass(slots=True)
class Plan:
    """One plan as far as the story has come."""

    files: PlanFiles
    enterprise: Person
    id: str
    claims: list[Listed] = field(default_factory=list)
    money: PlanMoney | None = None
    debt: Debt | None = None


@dataclass(slots=True)
class PlansTold:
    """What came of the chapter; `waited` claims were seen waiting for the register."""

    plans: list[Plan]
    batches: list[Batch]
    decided: list[Decided]
    waited: int


@dataclass(frozen=True, slots=True)
class PlansChapter:
    """Both plans side by side: one batch of advances, one outage of a register."""

    desk: Desk
    key: Key
    files: Sequence[PlanFiles]

    async def tell(self) -> PlansTold:
        one_up = self.desk.step("plans", 6)
        plans = [await self._approved(*both) for both in zip(self.files, ENTERPRISES, strict=True)]
        one_up()
        advances = await self._advances(plans)
        one_up()
        for plan, due in zip(plans, self.key.plans, strict=True):
            await self._attended(plan)
            await self._completed(plan, due.passed)
        one_up()
        waited = await self._verified(plans)
        one_up()
        decided = await self._decided(plans)
        one_up()
        settlements = await self._settled(plans, decided)
        one_up()
        return PlansTold(plans, [advances, *settlements], decided, waited)

    async def _approved(self, files: PlanFiles, enterprise: Person) -> Plan:
        """Filed with its roster, accepted, approved with the base that the policy gives."""
        filer = self.desk.at("claims", enterprise)
        plan = Plan(files, enterprise, "")
        plan.id = (await filer.post("/plans", f"plan-{enterprise.sub}", files.plan, _Filed)).plan
        at = f"/plans/{plan.id}"
        listed = await filer.upload(
            f"{at}/roster-file", f"{at}-roster", files.roster.read_bytes(), FileAnswer
        )
        if set(listed.counts) != {"submitted"}:
            raise AssertionError(f"{files.roster.name}: {listed.counts}")
        clerk, approver = self.desk.at("claims", CLERKS[0]), self.desk.at("claims", APPROVERS[0])
        await clerk.post(f"{at}/accept", f"{at}-accept", {"office": "window-1"}, Step)

        async def accepted() -> _Shown | None:
            return await approver.get(at, _Shown, own_writes=True)

        shown = await until("the accepted plan", accepted)
        said = {
            "plan_version": shown.plan_version, "roster_revision": shown.roster_revision,
            "base_fen": shown.terms.base_fen, "fund": FUND,
        }  # fmt: skip
        await approver.post(f"{at}/approve", f"{at}-approve", said, Step)
        return plan

    async def _advances(self, plans: Sequence[Plan]) -> Batch:
        """Each enterprise asks, an officer authorises, a second person releases both."""
        officer, approver = (
            self.desk.at("payments", OFFICER),
            self.desk.at("payments", APPROVERS[1]),
        )
        later = {"due_on": RealClock().today() + TERM, "reason": LATER}
        for plan, due in zip(plans, self.key.plans, strict=True):
            filer, at = self.desk.at("payments", plan.enterprise), f"/plans/{plan.id}"
            await self._money(plan)  # payments has heard of the approval
            await approver.post(f"{at}/settlement/extend", f"{at}-later", later, Step)
            asked = {"advance_fen": due.advance_fen}
            await filer.post(f"{at}/advances", f"{at}-advance", asked, Step)
            account = {
                "holder": plan.files.holder, "account": plan.files.account,
                "handler": plan.files.handler,
            }  # fmt: skip
            await filer.post(f"{at}/account", f"{at}-account", account, Step)
            fund = {"fund": FUND}
            await officer.post(f"{at}/advances/1/authorise", f"{at}-authorise", fund, Step)
        return await send(self.desk, "advances", [advance_id(plan.id) for plan in plans])

    async def _attended(self, plan: Plan) -> None:
        """The list of some working days; everybody was there."""
        filer = self.desk.at("claims", plan.enterprise)
        numbers = [row["身份证号码"] for row in _rows(plan.files.roster.read_bytes())]
        for n, day in enumerate(SESSIONS, start=1):
            session = {
                "session": f"S-{n}", "mode": "work",
                "started_at": f"{day}T08:00:00+08:00", "ended_at": f"{day}T17:00:00+08:00",
                "presences": [
                    {"id_number": number, "status": "present", "credited_minutes": 480}
                    for number in numbers
                ],
            }  # fmt: skip
            await filer.post(f"/plans/{plan.id}/sessions", f"{plan.id}-{n}", session, Step)

    async def _completed(self, plan: Plan, passed: int) -> None:
        """The class ends, and the enterprise files a claim for each certificate."""
        filer = self.desk.at("claims", plan.enterprise)
        content = plan.files.plan
        said = {"ended_on": content["ends_on"], "finished": content["persons"], "passed": passed}
        await filer.post(f"/plans/{plan.id}/complete", f"{plan.id}-complete", said, Step)
        table = with_plan(plan.files.certificates.read_bytes(), plan.id)
        filed = await filer.upload("/rosters", f"{plan.id}-claims", table, FileAnswer)
        if filed.counts != {"submitted": passed}:
            raise AssertionError(f"{plan.files.certificates.name}: {filed.counts}")
        plan.claims = [Listed(o.record, o.record) for o in filed.outcomes if o.record]

    async def _verified(self, plans: Sequence[Plan]) -> int:
        """The certificate register is down: the claims wait in sight. It comes back: they go on."""
        register = self.key.outage.register
        claims = [one.claim for plan in plans for one in plan.claims]
        await registers.set_mood(self.desk, register, "busy")
        try:
            await decisions.accept(self.desk, {claim: n for n, claim in enumerate(claims)})
            waited = await registers.down(self.desk, claims, register)
        finally:
            await registers.set_mood(self.desk, register, "up")
        first, last = self.files[0].plan["starts_on"], self.files[0].plan["ends_on"]
        await registers.by_hand(self.desk, claims, first, last)
        await registers.answered(self.desk)
        return waited

    async def _decided(self, plans: Sequence[Plan]) -> list[Decided]:
        listed = [one for plan in plans for one in plan.claims]
        await decisions.look_at(self.desk, [one.claim for one in listed])
        rows = {one.claim: n for n, one in enumerate(listed)}
        return await decisions.decide(self.desk, listed, rows)

    async def _settled(self, plans: Sequence[Plan], decided: Sequence[Decided]) -> list[Batch]:
        """What was earned beyond the advance is paid; what was not earned is demanded back."""
        granted = {one.claim for one in decided if one.event == "ClaimApproved"}
        officer, batches = self.desk.at("payments", OFFICER), []
        for plan, due in zip(plans, self.key.plans, strict=True):
            if due.recovery_fen:
                await self._recovered(plan, due.received_fen)
                continue
            await self._money(plan, "settlement scheduled")
            path, key = f"/plans/{plan.id}/settlement/authorise", f"{plan.id}-settle"
            mine = [one.claim for one in plan.claims if one.claim in granted]
            await show(self.desk, plan.files.plan["jurisdiction"], mine)

            async def shown(path: str = path, key: str = key) -> Step:
                return await officer.post(path, key, {"fund": FUND}, Step)

            await until(f"the claims of {plan.id} were shown", shown)
            batches.append(await send(self.desk, "settlement", [advance_id(plan.id)]))
            plan.money = await self._money(plan, "settled")
        return batches

    async def _recovered(self, plan: Plan, received_fen: int) -> None:
        """Instalments are agreed, and the first one comes in."""
        plan.money = await self._money(plan, "settled", "closed")
        [recovery] = plan.money.recoveries
        officer, today = self.desk.at("payments", OFFICER), RealClock().today()

        async def there() -> Debt | None:
            return await officer.get(f"/recoveries/{recovery}", Debt, own_writes=True)

        debt = await until("the recovery is shown", there)
        part = debt.amount_fen // INSTALMENTS
        parts = [
            {"due_on": today + timedelta(days=30 * n), "amount_fen": part}
            for n in range(1, INSTALMENTS + 1)
        ]
        at = f"/recoveries/{recovery}"
        await officer.post(f"{at}/instalments", f"{at}-parts", {"instalments": parts}, Step)
        received = {
            "received_fen": received_fen, "received_on": today, "bank_reference": "R-0001",
        }  # fmt: skip
        await officer.post(f"{at}/receipts", f"{at}-first", received, Step)
        plan.debt = await until("the receipt is shown", there)

    async def _money(self, plan: Plan, *states: str) -> PlanMoney:
        """The plan's money once it is in one of these states; without any, once it is there."""
        officer = self.desk.at("payments", OFFICER)

        async def there() -> PlanMoney | None:
            found = await officer.get(f"/plans/{plan.id}", PlanMoney, own_writes=True)
            return found if not states or found.state in states else None

        return await until(f"{plan.id}: {' or '.join(states) or 'heard'}", there)


def with_plan(table: bytes, plan: str) -> bytes:
    """The same rows with one column more: whose claims they are."""
    header, *lines = table.decode().splitlines()
    return "\n".join(
        [f"{header},{PLAN_COLUMN}", *(f"{line},{plan}" for line in lines), ""]
    ).encode()


def _rows(table: bytes) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(table.decode())))
