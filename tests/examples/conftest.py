"""One installation for all worked examples; each example uses its own persons and money."""

from collections.abc import AsyncIterator

import pytest

from tests.databases import Databases
from tests.three import Three, three


@pytest.fixture(scope="session")
async def ledger(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Three]:
    async with three(databases, tmp_path_factory.mktemp("examples")) as running:
        yield running
