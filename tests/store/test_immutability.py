"""Even the owner of the table cannot change an event without first removing the trigger."""

import asyncpg
import pytest

from tests.databases import Databases


@pytest.mark.parametrize(
    "statement", ["UPDATE events SET version = 2", "DELETE FROM events", "TRUNCATE events_1"]
)
async def test_the_trigger_refuses_the_owner_too(databases: Databases, statement: str) -> None:
    database = await databases("claims")
    connection = await asyncpg.connect(database.owner_dsn)
    try:
        await connection.execute(
            "INSERT INTO events SELECT n, 'claim-1', 1, 'claim-events.v1', 1, gen_random_uuid(), ''"
            " FROM generate_series(0, 23) AS n"
        )
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="immutable"):
            await connection.execute(statement)
    finally:
        await connection.close()
