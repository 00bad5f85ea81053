"""A claims service that asks simulated registers, for all tests of a module."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
import pytest

from services.claims.app import build
from services.claims.verification.working import Rhythm, Verifying
from services.simulators.registers.books import Books
from shared.registers.http import HttpRegister
from shared.registers.port import SUBJECTS
from tests.claims.filing import Office
from tests.databases import Databases
from tests.installation import Running, prepared
from tests.registers.simulator import FAST, SECRET, Simulated, simulated

RHYTHM = Rhythm(
    idle_seconds=0.02, retry_seconds=0.05, silent_seconds=0.05, longest_silent_seconds=0.1,
    corrections_seconds=0.1,
)  # fmt: skip


@dataclass
class Bureau:
    """The service, its office, and the registers that it asks."""

    claims: Running
    office: Office
    registers: Simulated


@pytest.fixture(scope="session")
async def registers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Simulated]:
    folder: Path = tmp_path_factory.mktemp("registers")
    async with simulated(folder, Books(), dict.fromkeys(SUBJECTS, SECRET)) as running:
        yield running


@pytest.fixture(scope="session")
async def bureau(
    databases: Databases, registers: Simulated, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Bureau]:
    installation = await prepared(tmp_path_factory.mktemp("verifying"), databases, "claims")
    asked = {code: registers.address(code) for code in SUBJECTS}
    installation = replace(installation, registers=asked)
    async with (
        installation.running("claims", build) as claims,
        aiohttp.ClientSession() as session,
        working(claims, session),
    ):
        yield Bureau(claims, Office(claims), registers)


class working:
    """The background work, quick enough for tests; ends with its first failure."""

    def __init__(self, claims: Running, session: aiohttp.ClientSession) -> None:
        addresses = claims.service.settings.registers or {}
        registers = {
            code: HttpRegister(code, url, session, secret=SECRET, limits=FAST)
            for code, url in addresses.items()
        }
        self._work = Verifying(claims.service, RHYTHM).work(registers)

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(self._work)

    async def __aexit__(self, *_: object) -> None:
        failed = self._task.done() and self._task.exception()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        assert not failed, failed
