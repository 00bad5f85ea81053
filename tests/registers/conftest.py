"""One simulator for all tests of the adapter."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from services.simulators.registers.books import Books
from shared.registers.port import SUBJECTS
from tests.registers.simulator import SECRET, Simulated, simulated


@pytest.fixture(scope="session")
async def registers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Simulated]:
    secrets = dict.fromkeys(SUBJECTS, SECRET)
    async with simulated(tmp_path_factory.mktemp("registers"), Books(), secrets) as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened
