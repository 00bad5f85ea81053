"""One installation in this process for the tests that need all services and no crash."""

from collections.abc import AsyncIterator

import pytest

from tests.databases import Databases
from tests.three import Three, three


@pytest.fixture(scope="session")
async def ledger(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Three]:
    async with three(databases, tmp_path_factory.mktemp("three")) as running:
        yield running
