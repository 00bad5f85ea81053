"""A fund with money, officers, and an audit that has judged: what a payment over HTTP needs."""

import asyncio
import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from services.payments.bank.hearing import Hearing
from services.payments.reactions import REACTIONS
from shared.clock import RealClock
from shared.delivery import Delivery
from shared.events.base import CLAIM_EVENTS, FINDING_EVENTS, Facts
from shared.events.cases import Judged, Position
from shared.events.envelope import Event, encode
from shared.events.findings import FindingOpened
from shared.events.partition import DEFAULT_PARTITIONS
from shared.http.identity import Role
from shared.ids import new_event_id, payout_id
from shared.log.port import Record, TopicPartition
from shared.reactor import Reactor
from tests.claims.filing import Office, claim, resident_number
from tests.installation import Answer, Person
from tests.payments.conftest import Both

PLACE = "211402"
SECONDS = 15.0
FAR = 10**9


@dataclass
class Bureau:
    """Two finance officers and two approvers of the city, and one fund of the district."""

    both: Both
    fund: str
    fund_id: str
    officer: Person
    other_officer: Person
    approver: Person
    other_approver: Person

    @classmethod
    async def opened(cls, both: Both, fund: str, fen: int) -> Self:
        person = both.payments.person
        officer = person("officer-1", Role.FINANCE_OFFICER)
        bureau = cls(
            both, fund, "", officer, person("officer-2", Role.FINANCE_OFFICER),
            person("releaser-1", Role.FINANCE_APPROVER),
            person("releaser-2", Role.FINANCE_APPROVER),
        )  # fmt: skip
        opened = await officer.post("/funds", fund_body(fund), key=f"{fund}-open")
        assert opened.status == 201, opened.body
        bureau.fund_id = opened.body["fund"]
        if fen:
            given = await bureau.allocate(fen, f"{fund}-give")
            assert given.status == 200, given.body
        return bureau

    async def allocate(self, fen: int, key: str, approved_by: str = "director-1") -> Answer:
        body = {
            "amount_fen": fen, "document": "HLD-2021-7", "allocated_on": "2021-01-04",
            "approved_by": approved_by,
        }  # fmt: skip
        return await self.officer.post(f"/funds/{self.fund_id}/allocate", body, key=key)

    async def scheduled(self, body: dict[str, Any], key: str) -> str:
        """The payout of a claim that was approved in the other service, after its notice."""
        office = Office(self.both.claims)
        claim_id = await office.approved(body, key)
        await office.noticed(f"{key}-n", claim_id)
        await self.state(payout_id(claim_id), "scheduled")
        return payout_id(claim_id)

    async def authorise(self, payout: str, key: str, officer: Person | None = None) -> Answer:
        who = officer or self.officer
        return await who.post(f"/payouts/{payout}/authorise", {"fund": self.fund}, key=key)

    async def pay_from(self, fund: str, payout: str) -> Answer:
        """Authorised from a fund of another name."""
        path = f"/payouts/{payout}/authorise"
        return await self.officer.post(path, {"fund": fund}, key=f"{payout}-{fund}")

    async def authorised(self, body: dict[str, Any], key: str) -> str:
        payout = await self.scheduled(body, key)
        answer = await self.authorise(payout, f"{key}-auth")
        assert answer.status == 200, answer.body
        return payout

    async def release(self, *payouts: str, key: str, **more: Any) -> Answer:
        return await self.approver.post("/batches", {"payables": payouts, **more}, key=key)

    async def released(self, *payouts: str, key: str) -> dict[str, Any]:
        await judged(self.both)
        answer = await self.release(*payouts, key=key)
        assert answer.status == 201, answer.body
        return dict(answer.body)

    async def change_account(self, payout: str, n: int, key: str) -> Answer:
        """The n-th person names another account at the counter."""
        body = {
            "id_number": resident_number(n), "name": "学员甲", "account": OTHER_ACCOUNT,
            "requested_by": "person",
        }  # fmt: skip
        return await self.other_officer.post(f"/payouts/{payout}/account", body, key=key)

    async def file(self, batch: str) -> list[list[str]]:
        """The rows of the bank's file, header first."""
        return list(csv.reader(io.StringIO((await self.bytes_of(batch)).decode("utf-8-sig"))))

    async def bytes_of(self, batch: str) -> bytes:
        person = self.approver
        headers = {"Authorization": f"Bearer {person.token}"}
        url = f"{person.url}/batches/{batch}/file"
        async with person.session.get(url, headers=headers) as given:
            assert given.status == 200, await given.read()
            return await given.read()

    async def answer(self, batch: str, rows: list[str], key: str) -> Answer:
        table = "\n".join(["指令号,结果,金额,日期,流水号,原因", *rows, ""]).encode()
        return await self.officer.upload(f"/batches/{batch}/answers", table, key=key)

    async def paid(self, body: dict[str, Any], key: str) -> tuple[str, str]:
        """A payout that the bank has paid, and its batch."""
        payout = await self.authorised(body, key)
        batch = (await self.released(payout, key=f"{key}-rel"))["batch"]
        [row] = await self.rows(batch, "成功", "B-1", "")
        answer = await self.answer(batch, [row], f"{key}-ans")
        assert answer.body["counts"] == {"recorded": 1}, answer.body
        return payout, batch

    async def rows(self, batch: str, outcome: str, reference: str, reason: str) -> list[str]:
        """An answer of the bank to each line of its file."""
        _, *lines = await self.file(batch)
        return [f"{row[1]},{outcome},{row[4]},2021-05-07,{reference},{reason}" for row in lines]

    async def state(self, payout: str, state: str) -> dict[str, Any]:
        """The payout once it is in that state and waits for no notice."""
        return await self.until(
            payout, lambda body: body["state"] == state and "waits_for" not in body
        )

    async def until(self, payout: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The payout once it is as wanted: another service's event is on its way."""
        async with asyncio.timeout(SECONDS):
            while True:
                answer = await self.officer.get(f"/payouts/{payout}")
                if answer.status == 200 and wanted(answer.body):
                    return dict(answer.body)
                await asyncio.sleep(0.02)

    async def debt(self, claim_id: str) -> str:
        """The open recovery of a claim's payout, once the read tables show it."""
        async with asyncio.timeout(SECONDS):
            while True:
                listed = await self.officer.get("/recoveries?state=open&limit=200")
                for one in listed.body["recoveries"]:
                    if one.get("claim") == claim_id:
                        return str(one["recovery"])
                await asyncio.sleep(0.02)

    async def balances(self) -> dict[str, int]:
        """Every account of the fund that holds anything."""
        shown = await self.officer.get(f"/funds/{self.fund_id}")
        return {name: fen for name, fen in shown.body["balances"].items() if fen}

    async def until_balances(self, wanted: Callable[[dict[str, int]], bool]) -> dict[str, int]:
        """The balances once they are as wanted: another service's event is on its way."""
        async with asyncio.timeout(SECONDS):
            while True:
                if wanted(found := await self.balances()):
                    return found
                await asyncio.sleep(0.02)


ACCOUNT = "6222021001116245702"
OTHER_ACCOUNT = "6222021001116245703"


def with_account(n: int) -> dict[str, Any]:
    """A claim whose person named an account."""
    body = claim(n)
    body["person"]["account"] = ACCOUNT
    return body


def fund_body(fund: str, jurisdiction: str = PLACE) -> dict[str, Any]:
    return {
        "jurisdiction": jurisdiction, "fund": fund, "source": "unemployment_insurance_surplus",
        "year": 2021, "purposes": [], "bank": "ICBC", "account": "6222000000000001",
        "opened_on": "2021-01-04",
    }  # fmt: skip


async def forget_audit(both: Both) -> None:
    """As on the first day: audit has said nothing yet."""
    await both.payments.service.pool.execute("DELETE FROM audit_judged")


def finding_on(payout: str) -> FindingOpened:
    """A breach of a rule that holds the payout."""
    return FindingOpened(
        rule="A1", rule_version=1, tier="R", finding_id="0" * 64, subject="person/L4",
        window_key="person/L4", clause=("HLD-10-3",), rule_sha256="0" * 64, evidence=(),
        evidence_sha256="0" * 64, claims=(payout.replace("payout-", "claim-"),),
        explanation_zh="", explanation_en="",
    )  # fmt: skip


async def judged(both: Both, upto: int = FAR, at: datetime | None = None) -> None:
    """Audit says that it has judged every partition of claims up to this number."""
    places = tuple(
        Position(topic=CLAIM_EVENTS, partition=n, seq=upto) for n in range(DEFAULT_PARTITIONS)
    )
    said = Judged(positions=places, rule_pack_sha256="0" * 64, findings=0)
    await heard(both, said, at or datetime.now(UTC))


async def heard(
    both: Both, facts: Facts, at: datetime, subject: str = "judged-1", event_id: str = ""
) -> None:
    """What the inbox of payments does with one event of another service."""
    event = Event(
        id=event_id or new_event_id(RealClock()), source="/audit", subject=subject, version=1,
        recorded_at=at, occurred_at=at, jurisdiction=PLACE, actor="system", correlation_id="c-1",
        facts=facts,
    )  # fmt: skip
    record = Record(1, bytes(16), bytes(32), encode(event))
    service = both.payments.service
    delivery = Delivery(TopicPartition(FINDING_EVENTS, 0), record, event)
    async with service.pool.acquire() as connection, connection.transaction():
        effects = await Hearing(Reactor(service.ledger, REACTIONS)).apply(connection, [delivery])
        if effects.units:
            await service.store.append_within(connection, effects.units)
    service.committed()
