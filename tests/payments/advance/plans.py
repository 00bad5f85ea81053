"""Plans that payments hears of, and what is done with their money over HTTP."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from services.payments.reactions import REACTIONS
from shared.clock import RealClock
from shared.delivery import Delivery
from shared.events.base import CLAIM_EVENTS, Facts
from shared.events.envelope import Event, encode
from shared.events.plans import PlanApproved, PlanCancelled, PlanDecided
from shared.http.identity import Role
from shared.ids import new_event_id
from shared.log.port import Record, TopicPartition
from shared.reactor import Reactor
from shared.store.commands import Ledger
from tests.installation import Answer, Person
from tests.payments.advance import builders
from tests.payments.advance.builders import ENTERPRISE
from tests.payments.conftest import Both
from tests.payments.money import PLACE, SECONDS, Bureau

HANDLER = "999999198001010011"


def delivered(plan: str, facts: Facts, actor: str = builders.APPROVER) -> Delivery:
    """One event of the plan as the inbox hands it over."""
    event = Event(
        id=new_event_id(RealClock()), source="/claims/211402", subject=plan, version=1,
        recorded_at=datetime.now(UTC), occurred_at=datetime.now(UTC), jurisdiction=PLACE,
        actor=actor, correlation_id="c-1", facts=facts,
    )  # fmt: skip
    record = Record(17, bytes(16), bytes(32), encode(event))
    return Delivery(TopicPartition(CLAIM_EVENTS, 0), record, event)


async def react(ledger: Ledger, delivery: Delivery) -> int:
    """What the inbox does with one delivery; gives how many events came of it."""
    async with ledger.store.pool.acquire() as connection, connection.transaction():
        effects = await Reactor(ledger, REACTIONS).apply(connection, [delivery])
        if effects.units:
            await ledger.store.append_within(connection, effects.units)
    return sum(len(unit.events) for unit in effects.units)


@dataclass
class Plan:
    """One plan of an enterprise, and the persons who act on its money."""

    both: Both
    bureau: Bureau
    id: str
    asker: Person
    payee: str

    @classmethod
    async def approved(cls, both: Both, bureau: Bureau, base_fen: int, **said: Any) -> "Plan":
        number = str(uuid4())
        payee = said.get("payee", f"{ENTERPRISE}-{number[:8]}")
        asker = both.payments.person("asker-1", Role.INSTITUTION, org=payee)
        plan = cls(both, bureau, f"plan-{number}", asker, payee)
        await plan.hears(plan.approval(base_fen, **said))
        return plan

    def approval(self, base_fen: int, **said: Any) -> PlanApproved:
        own = {"plan": self.id, "payee": self.payee, "organisation": self.payee}
        return builders.approved(base_fen, **{**own, **said})

    @property
    def path(self) -> str:
        return f"/plans/{self.id}"

    async def hears(self, facts: Facts) -> int:
        service = self.both.payments.service
        made = await react(service.ledger, delivered(self.id, facts))
        service.committed()
        return made

    async def decided(self, earned_fen: int, revision: int = 1) -> int:
        said = builders.decided(earned_fen, revision)
        [other, mine] = said.earned
        earned = (other, type(mine)(
            payee_kind="enterprise", payee=self.payee, earned_fen=earned_fen, claims=36
        ))  # fmt: skip
        fields = {name: getattr(said, name) for name in PlanDecided.__struct_fields__}
        return await self.hears(PlanDecided(**{**fields, "plan": self.id, "earned": earned}))

    async def cancelled(self) -> int:
        return await self.hears(PlanCancelled(plan=self.id, reason="few", by="filer"))

    async def ask(self, fen: int, key: str, person: Person | None = None) -> Answer:
        body = {"advance_fen": fen}
        return await (person or self.asker).post(f"{self.path}/advances", body, key=self.key(key))

    async def account(self, key: str, number: str = "6222021001116240001") -> Answer:
        body = {"holder": "葫芦岛钢铁公司", "account": number, "handler": HANDLER}
        return await self.asker.post(f"{self.path}/account", body, key=self.key(key))

    async def authorise(self, number: int, key: str, person: Person | None = None) -> Answer:
        path = f"{self.path}/advances/{number}/authorise"
        who = person or self.bureau.officer
        return await who.post(path, {"fund": self.bureau.fund}, key=self.key(key))

    async def settle(self, key: str) -> Answer:
        path = f"{self.path}/settlement/authorise"
        body = {"fund": self.bureau.fund}
        return await self.bureau.officer.post(path, body, key=self.key(key))

    async def pays(self, key: str, outcome: str = "成功", reason: str = "") -> dict[str, Any]:
        """What is authorised goes to the bank in a batch of its own, and the bank answers."""
        stream = self.id.replace("plan-", "advance-")
        batch = await self.bureau.released(stream, key=self.key(key))
        rows = await self.bureau.rows(batch["batch"], outcome, f"B-{key}", reason)
        said = await self.bureau.answer(batch["batch"], rows, self.key(f"{key}-a"))
        assert said.body["counts"] == {"recorded": 1}, said.body
        return batch

    async def advance(self, fen: int, key: str, number: int = 1) -> None:
        """From the request to the bank's answer."""
        for answer in (
            await self.ask(fen, f"{key}-ask"),
            await self.account(f"{key}-acc"),
            await self.authorise(number, f"{key}-auth"),
        ):
            assert answer.status in (200, 201), answer.body
        await self.pays(f"{key}-pay")

    async def shown(self) -> dict[str, Any]:
        answer = await self.asker.get(self.path)
        assert answer.status == 200, answer.body
        return dict(answer.body)

    async def recovery(self) -> str:
        """The plan's only debt, once the read tables show it."""
        [recovery] = (await self.shown())["recoveries"]
        async with asyncio.timeout(SECONDS):
            while True:
                if (await self.bureau.officer.get(f"/recoveries/{recovery}")).status == 200:
                    return str(recovery)
                await asyncio.sleep(0.02)

    def key(self, key: str) -> str:
        return f"{self.id[-12:]}-{key}"
