"""A database that went back is noticed by the first new connection."""

import asyncpg
import pytest

from shared.clock import RealClock
from shared.store.heights import DatabaseWentBack, Heights
from shared.store.pool import open_pool
from shared.store.position import Position
from shared.store.store import Store
from tests.databases import Databases
from tests.store.units import stream, unit


async def test_a_connection_to_an_older_database_is_refused(databases: Databases) -> None:
    newer, older = await databases("claims"), await databases("claims")
    heights = Heights()
    pool = await open_pool(newer.service_dsn("claims_service"), 2, heights.check)
    await Store(pool, 24, RealClock().now, heights).append(unit(stream("a")))
    await pool.close()

    with pytest.raises(DatabaseWentBack):
        await open_pool(older.service_dsn("claims_service"), 2, heights.check)


async def test_a_connection_to_the_same_database_is_taken(databases: Databases) -> None:
    database = await databases("claims")
    heights = Heights()
    for n in range(2):
        pool = await open_pool(database.service_dsn("claims_service"), 2, heights.check)
        await Store(pool, 24, RealClock().now, heights).append(unit(stream(n)))
        await pool.close()

    assert await _count(database.owner_dsn) == 2


async def test_only_the_highest_number_counts(databases: Databases) -> None:
    database = await databases("claims")
    connection = await asyncpg.connect(database.owner_dsn)
    await connection.execute("UPDATE heads SET seq = 5")
    heights = Heights()
    heights.note([Position("claim-events.v1", 3, 5), Position("claim-events.v1", 3, 4)])
    await heights.check(connection)
    heights.note([Position("claim-events.v1", 3, 6)])
    with pytest.raises(DatabaseWentBack):
        await heights.check(connection)
    await connection.close()


async def _count(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    count = await connection.fetchval("SELECT count(*) FROM events")
    await connection.close()
    return int(count)
