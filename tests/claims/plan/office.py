"""Plans over HTTP: bodies of made-up classes, and the persons who take one through its life."""

import asyncio
from typing import Any

from shared.events.envelope import Event, decode
from shared.http.identity import Role
from tests.claims.filing import Office, claim, resident_number
from tests.installation import Answer, Running

ENTERPRISE, INSTITUTION = "52210000MJ1234567X", "52999999000000115P"
RATE_FEN, SKILL_FEN = 500_000, 200_000
SECONDS = 10.0


def plan(number: int, persons: int = 40, **said: Any) -> dict[str, Any]:
    """The body of POST /plans: apprentices of an enterprise for one year, mid level (E24)."""
    return {
        "jurisdiction": "211402",
        "institution": INSTITUTION,
        "kind": "HLD.K.apprentice",
        "occupation": "6-11-01-03",
        "level": "L4",
        "class_type": "apprentice",
        "mode": "work",
        "starts_on": "2020-03-01",
        "ends_on": "2021-02-28",
        "planned_days": 200,
        "planned_minutes": 96_000,
        "persons": persons,
        "budget_fen": persons * RATE_FEN,
        "agreement": f"HLD-XT-{number}",
        **said,
    }


def entry(person: int, **said: Any) -> dict[str, Any]:
    """One line of a roster."""
    return {
        "id_number": resident_number(person), "name": "学员甲", "group": "HLD.G.apprentice",
        "enrolled_on": "2020-03-01", "employer": ENTERPRISE, **said,
    }  # fmt: skip


def roster_table(persons: range, *rows: str) -> bytes:
    """The same lines as a file."""
    lines = [f"{resident_number(n)},学员甲,HLD.G.apprentice,2020-03-01" for n in persons]
    return "\n".join(["身份证号码,姓名,人员类别,入班日期", *lines, *rows, ""]).encode()


def claim_of(plan_id: str, person: int, **said: Any) -> dict[str, Any]:
    """An apprentice's certificate, claimed by the enterprise."""
    body = claim(person)
    training = {**body["training"], "starts_on": "2020-03-01", "ends_on": "2021-02-28"}
    return {
        **body,
        "kind": "HLD.K.apprentice",
        "group": "HLD.G.apprentice",
        "plan": plan_id,
        "training": {**training, "paid_by": "enterprise", "completed": True},
        "payee": {"kind": "enterprise", "code": ENTERPRISE},
        **said,
    }


def skill_plan(number: int, persons: int, **said: Any) -> dict[str, Any]:
    """Employees whom their enterprise sends to a course: 2,000.00 a head at mid level."""
    return plan(number, persons) | {
        "kind": "HLD.K.employee_skill", "class_type": "ordinary", "mode": "classroom",
        "starts_on": "2021-02-05", "ends_on": "2021-03-22", "budget_fen": persons * SKILL_FEN,
        **said,
    }  # fmt: skip


def skill_claim(plan_id: str, person: int, **said: Any) -> dict[str, Any]:
    """One of them, claimed by the enterprise."""
    body = claim(person)
    return {
        **body,
        "plan": plan_id,
        "training": {**body["training"], "paid_by": "enterprise"},
        "payee": {"kind": "enterprise", "code": ENTERPRISE},
        **said,
    }


def session(*persons: int) -> dict[str, Any]:
    """The list of one session, by ID numbers."""
    return {
        "session": "S-1", "started_at": "2020-03-02T01:00:00Z", "ended_at": "2020-03-02T04:00:00Z",
        "mode": "work", "instructor": resident_number(60_999), "device": "TABLET-1",
        "presences": [
            {"id_number": resident_number(n), "status": "present", "credited_minutes": 180}
            for n in persons
        ],
    }  # fmt: skip


def correction(person: int) -> dict[str, Any]:
    presence = {
        "id_number": resident_number(person),
        "status": "present",
        "credited_minutes": 60,
    }
    return {"presences": [presence], "reason": "left early"}


async def events_of(claims: Running, stream_id: str) -> list[Event]:
    return [decode(body) for body in await claims.service.store.load(stream_id)]


class PlanOffice:
    """Who files, accepts and approves plans, and an office for their claims."""

    def __init__(self, claims: Running) -> None:
        self.filer = claims.person("planner-1", Role.INSTITUTION, org=ENTERPRISE)
        self.clerk = claims.person("plan-clerk-1", Role.CLERK)
        self.approver = claims.person("plan-approver-1", Role.APPROVER)
        self.claims = Office(claims)
        self.claims.filer = self.filer
        self._running = claims

    async def filed(self, body: dict[str, Any], key: str) -> str:
        answer = await self.filer.post("/plans", body, key=key)
        assert answer.status == 201, answer.body
        return str(answer.body["plan"])

    async def listed(self, plan_id: str, persons: range, key: str) -> Answer:
        said = {"entries": [entry(person) for person in persons]}
        answer = await self.filer.post(f"/plans/{plan_id}/roster", said, key=f"{key}-roster")
        assert answer.status == 200, answer.body
        return answer

    async def accepted(self, body: dict[str, Any], persons: range, key: str) -> str:
        plan_id = await self.filed(body, key)
        await self.listed(plan_id, persons, key)
        answer = await self.clerk.post(
            f"/plans/{plan_id}/accept", {"office": "OFFICE-1"}, key=f"{key}-accept"
        )
        assert answer.status == 200, answer.body
        return plan_id

    async def approve(self, plan_id: str, key: str, **said: Any) -> Answer:
        """Yes to what is shown."""
        shown = (await self.approver.get(f"/plans/{plan_id}")).body
        body = {name: shown[name] for name in ("plan_version", "roster_revision")}
        body["base_fen"] = shown["terms"]["base_fen"]
        return await self.approver.post(
            f"/plans/{plan_id}/approve", {**body, **said}, key=f"{key}-approve"
        )

    async def approved(self, body: dict[str, Any], persons: range, key: str) -> str:
        plan_id = await self.accepted(body, persons, key)
        answer = await self.approve(plan_id, key)
        assert answer.status == 200, answer.body
        return plan_id

    async def complete(self, plan_id: str, passed: int, key: str, **said: Any) -> Answer:
        body = {"ended_on": "2021-02-28", "finished": passed, "passed": passed, **said}
        return await self.filer.post(f"/plans/{plan_id}/complete", body, key=f"{key}-complete")

    async def says(self, plan_id: str, after: str) -> dict[str, Any]:
        answer = await self.clerk.get(f"/plans/{plan_id}", after)
        assert answer.status == 200, answer.body
        return dict(answer.body)

    async def until_decided(self, plan_id: str, revision: int) -> dict[str, Any]:
        """The plan once the system has said this revision. Raises TimeoutError."""
        async with asyncio.timeout(SECONDS):
            while True:
                shown = (await self.clerk.get(f"/plans/{plan_id}")).body
                if shown.get("decided", {}).get("revision", 0) >= revision:
                    return dict(shown)
                await asyncio.sleep(0.05)
