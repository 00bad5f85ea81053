"""Claims and payments at work on one log; each test uses its own persons."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from services.claims.app import build as claims
from services.payments.app import build as payments
from tests.databases import Databases
from tests.installation import Running, prepared


@dataclass
class Both:
    claims: Running
    payments: Running


@pytest.fixture(scope="session")
async def both(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Both]:
    folder = tmp_path_factory.mktemp("payments")
    installation = await prepared(folder, databases, "claims", "payments")
    installation.notice_days = 0
    async with (
        installation.running("claims", claims) as first,
        installation.running("payments", payments) as second,
    ):
        yield Both(first, second)
