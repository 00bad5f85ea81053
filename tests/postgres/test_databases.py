"""Fresh databases of the test run: each its own, and only its own roles get in."""

import asyncpg
import pytest

from shared.postgres.prepare import KINDS
from tests.databases import Databases


async def test_each_asking_gives_a_database_of_its_own(databases: Databases) -> None:
    first, second = await databases("claims"), await databases("claims")
    assert first.name != second.name
    for database in (first, second):
        connection = await asyncpg.connect(database.service_dsn())
        assert await connection.fetchval("SELECT current_database()") == database.name
        await connection.close()


FOREIGN = [
    (kind, role)
    for kind in KINDS
    for role in ("claims_service", "payments_service", "audit_service")
    if role not in KINDS[kind].roles
]


@pytest.mark.parametrize(("kind", "role"), FOREIGN)
async def test_a_service_cannot_connect_to_a_database_of_others(
    databases: Databases, kind: str, role: str
) -> None:
    database = await databases(kind)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(database.dsn(role))
