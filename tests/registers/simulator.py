"""The simulated registers as a process of their own, with books that a test writes."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from services.simulators.registers.books import Books
from services.simulators.registers.site import Behave, Mood
from shared.registers.pacing import Limits

SECONDS = 20.0
SECRET = "a secret of this test"
FAST = Limits(
    tries=2,
    connect_seconds=0.5,
    answer_seconds=0.5,
    first_pause_seconds=0.01,
    longest_pause_seconds=0.02,
    calls_a_second=500,
    failures_to_open=3,
    open_seconds=0.1,
    longest_open_seconds=0.2,
)


@dataclass
class Simulated:
    """The running process; `session` is the test's own way to its control."""

    url: str
    session: aiohttp.ClientSession
    process: asyncio.subprocess.Process

    def address(self, register: str) -> str:
        return f"{self.url}/{register}"

    async def mood(self, register: str, mood: Mood, seconds: float = 30.0) -> None:
        await self._control(register, Behave(mood=mood, seconds=seconds))

    async def correct(self, books: Books) -> int:
        """How many answers that were given would be others now."""
        return int((await self._control("books", books))["changed"])

    async def calls(self, register: str) -> int:
        async with self.session.get(f"{self.url}/control/{register}") as given:
            return int((await given.json())["calls"])

    async def _control(self, what: str, said: Any) -> Mapping[str, Any]:
        body = msgspec.json.encode(said)
        async with self.session.post(f"{self.url}/control/{what}", data=body) as given:
            assert given.status == 200, await given.text()
            found: Mapping[str, Any] = await given.json()
            return found


@asynccontextmanager
async def simulated(
    folder: Path, books: Books, secrets: Mapping[str, str] | None = None
) -> AsyncIterator[Simulated]:
    file = folder / "books.json"
    file.write_bytes(msgspec.json.encode(books))
    command = [sys.executable, "-m", "services.simulators.registers", str(file)]
    if secrets:
        keys = folder / "secrets"
        keys.write_text("".join(f"{code} {secret}\n" for code, secret in secrets.items()))
        command += ["--secrets", str(keys)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        async with asyncio.timeout(SECONDS):
            line = await process.stdout.readline()
        port = int(line.decode().removeprefix("port "))
        async with aiohttp.ClientSession() as session:
            yield Simulated(f"http://127.0.0.1:{port}", session, process)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
