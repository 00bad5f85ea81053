"""The same log twice: Apache Kafka and PostgreSQL, both real."""

from collections.abc import AsyncIterator

import pytest

from shared.postgres.prepare import prepare
from shared.postgres.server import Server
from tests.contract.places import Place, open_place
from tests.databases import Databases
from tests.kafka_broker import Broker

BOTH = ("kafka", "postgres")


@pytest.fixture(params=BOTH)
def server(request: pytest.FixtureRequest) -> Broker | Databases:
    """Only the server that this parameter needs is started."""
    name = "kafka" if request.param == "kafka" else "databases"
    found: Broker | Databases = request.getfixturevalue(name)
    return found


@pytest.fixture
async def place(server: Broker | Databases) -> AsyncIterator[Place]:
    url = await address(server)
    opened = await open_place(url)
    yield opened
    await opened.log.close()


async def address(server: Broker | Databases) -> str:
    if isinstance(server, Broker):
        return f"kafka://{server.bootstrap}"
    return (await server("log")).owner_dsn


@pytest.fixture
async def kafka_place(kafka: Broker) -> AsyncIterator[Place]:
    opened = await open_place(f"kafka://{kafka.bootstrap}")
    yield opened
    await opened.log.close()


@pytest.fixture
async def postgres_place(databases: Databases) -> AsyncIterator[Place]:
    opened = await open_place((await databases("log")).owner_dsn)
    yield opened
    await opened.log.close()


@pytest.fixture(params=BOTH)
def own_server(request: pytest.FixtureRequest) -> Broker | Server:
    """A server of the test's own, to be killed."""
    name = "own_kafka" if request.param == "kafka" else "own_postgres"
    found: Broker | Server = request.getfixturevalue(name)
    return found


@pytest.fixture
async def own_place(own_server: Broker | Server) -> AsyncIterator[Place]:
    if isinstance(own_server, Broker):
        url = f"kafka://{own_server.bootstrap}"
    else:
        url = (await prepare(own_server, ["log"]))["log"].owner_dsn
    opened = await open_place(url)
    yield opened
    await opened.log.close()
