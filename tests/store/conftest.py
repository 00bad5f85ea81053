"""A store of the claims service over a fresh database, and units to append."""

from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from shared.clock import RealClock
from shared.store.pool import open_pool
from shared.store.store import Store
from tests.databases import Databases
from tests.stands import claims_database, postgres_place, quick_claims

__all__ = ["claims_database", "postgres_place", "quick_claims", "store"]

OpenStore = Callable[[], Awaitable[Store]]


@pytest.fixture
async def store(databases: Databases) -> AsyncIterator[Store]:
    database = await databases("claims")
    pool: asyncpg.Pool = await open_pool(database.service_dsn("claims_service"), 8)
    yield Store(pool, 24, RealClock().now)
    await pool.close()
