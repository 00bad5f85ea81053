"""A fresh vault per test, and clients of it as the services have them."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from shared.clock import SimulatedClock
from shared.postgres.prepare import Database
from shared.vault.client import Vault
from shared.vault.keys import Keys, new_keys
from tests.databases import Databases
from tests.vault.builders import NOON

Clients = Callable[..., Awaitable[Vault]]


@pytest.fixture
async def database(databases: Databases) -> Database:
    return await databases("vault")


@pytest.fixture
def keys() -> Keys:
    return new_keys()


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(NOON)


@pytest.fixture
async def clients(database: Database, keys: Keys, clock: SimulatedClock) -> AsyncIterator[Clients]:
    """`await clients()`: one more process that uses the vault, as claims or as `role`."""
    opened: list[Vault] = []

    async def connect(role: str = "claims_service", held: Keys | None = None) -> Vault:
        vault = await Vault.connect(database.service_dsn(role), held or keys, clock)
        opened.append(vault)
        return vault

    yield connect
    for vault in opened:
        await vault.close()


@pytest.fixture
async def vault(clients: Clients) -> Vault:
    return await clients()
