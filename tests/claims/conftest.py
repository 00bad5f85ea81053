"""The claims service at work, once for all tests of a module; each test uses its own persons."""

from collections.abc import AsyncIterator

import pytest

from services.claims.app import build
from tests.databases import Databases
from tests.installation import Running, prepared


@pytest.fixture(scope="session")
async def claims(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    installation = await prepared(tmp_path_factory.mktemp("claims"), databases, "claims")
    async with installation.running("claims", build) as running:
        yield running
