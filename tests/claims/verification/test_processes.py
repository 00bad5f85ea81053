"""Real processes: the claims service is killed while a register is down, and goes on afterwards."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from services.cli.local import Local, Running
from shared.http.identity import Role
from tests.claims.verification.books import books_of
from tests.claims.verification.persons import new_claim
from tests.claims.verification.steps import until
from tests.installation import Answer, Person

INST = "INST_REG"


class Killed:
    """One installation with simulated registers, whose claims service may be killed."""

    def __init__(self, local: Local, registers: Running, http: aiohttp.ClientSession) -> None:
        self._local, self._http = local, http
        self.registers = registers
        self.claims: Running

    async def start(self) -> None:
        self.claims = await self._local.serve("claims")

    async def post(self, sub: str, role: Role, path: str, body: Any, key: str) -> Answer:
        return await self._person(sub, role).post(path, body, key=key)

    async def waiting(self) -> list[str]:
        listed = await self._person("clerk-1", Role.CLERK).get("/claims/waiting")
        return [f"{row.get('register')} {row['why']}" for row in listed.body["claims"]]

    async def mood(self, register: str, mood: str) -> None:
        url = f"{self.registers.url}/control/{register}"
        async with self._http.post(url, json={"mood": mood}) as given:
            assert given.status == 200

    async def decision(self, claim: str, key: str) -> str:
        answer = await self.post("clerk-1", Role.CLERK, f"/claims/{claim}/propose", {}, key)
        return str(answer.body["decision"])

    def _person(self, sub: str, role: Role) -> Person:
        token = self._local.token(sub, role, org="INST-1" if role is Role.INSTITUTION else "")
        return Person(self.claims.url, self._http, token)


@pytest.fixture
async def killed(scratch: Path) -> AsyncIterator[Killed]:
    async with AsyncExitStack() as stack:
        local = Local(scratch / "verifying")
        stack.push_async_callback(local.stop)
        await local.start()
        books = local.folder / "books.json"
        books.write_bytes(b"{}")
        registers = await local.simulate_registers(books)
        stack.push_async_callback(registers.stop)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        made = Killed(local, registers, http)
        await made.start()
        yield made
        await made.claims.stop()


async def test_a_claim_that_waits_for_a_register_survives_the_death_of_its_service(
    killed: Killed,
) -> None:
    body = new_claim()
    url = f"{killed.registers.url}/control/books"
    async with aiohttp.ClientSession() as http:
        await http.post(url, data=msgspec.json.encode(books_of(body)))
    await killed.mood(INST, "busy")
    filed = await killed.post("filer-1", Role.INSTITUTION, "/claims", body, "killed-1")
    claim = filed.body["claim"]
    await killed.post(
        "clerk-1", Role.CLERK, f"/claims/{claim}/accept", {"office": "OFFICE-1"}, "killed-2"
    )

    async def down() -> bool:
        return await killed.waiting() == [f"{INST} down"]

    async def nothing() -> bool:
        return await killed.waiting() == []

    await until(down, "the claim waits for the register that is down")
    held = await killed.decision(claim, "killed-3")
    await killed.claims.kill()
    await killed.start()
    still = await killed.waiting()
    await killed.mood(INST, "up")
    await until(nothing, "the claim has all its answers")

    assert held == "HOLD"
    assert still == [f"{INST} down"]
    assert await killed.decision(claim, "killed-4") == "APPROVE"
