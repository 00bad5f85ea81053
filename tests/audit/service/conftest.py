"""A fresh audit on a fresh log for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.audit.service.installation import Audit, audit_on
from tests.databases import Databases


@pytest.fixture
async def audit(databases: Databases, tmp_path: Path) -> AsyncIterator[Audit]:
    async with audit_on(databases, tmp_path) as audit:
        yield audit
