"""Real servers for all tests: one PostgreSQL and one Kafka per run, a fresh database per asking."""

import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from shared.postgres.server import Server
from tests.databases import Databases
from tests.kafka_broker import Broker

# Taken out of the environment at once: a service that is started by a test refuses settings that
# it does not know.
RUNNING_POSTGRES = os.environ.pop("LEDGER_TEST_POSTGRES", None)
RUNNING_KAFKA = os.environ.pop("LEDGER_TEST_KAFKA", None)


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder that the server's account may enter too: pytest's own is closed to all but us."""
    with tempfile.TemporaryDirectory(prefix="ledger-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
async def postgres(scratch: Path) -> AsyncIterator[Server]:
    """The run's server, or the running one whose data folder LEDGER_TEST_POSTGRES names."""
    if RUNNING_POSTGRES is not None:
        yield Server.attach(Path(RUNNING_POSTGRES))
        return
    async with Server(scratch / "postgres") as server:
        yield server
        await server.kill()  # its data go too: no need to write a thousand databases to the disk


@pytest.fixture(scope="session")
async def databases(postgres: Server) -> AsyncIterator[Databases]:
    """`await databases("claims")`: a fresh database, migrated, heads filled.

    They go with the run's own server; on one that was running before they are dropped.
    """
    factory = Databases(postgres)
    yield factory
    if RUNNING_POSTGRES is not None:
        await factory.close()


@pytest.fixture(scope="session")
async def kafka(scratch: Path) -> AsyncIterator[Broker]:
    """The run's broker, or the running one whose folder LEDGER_TEST_KAFKA names."""
    if RUNNING_KAFKA is not None:
        yield Broker.attach(Path(RUNNING_KAFKA))
        return
    async with Broker(scratch / "kafka") as broker:
        yield broker


@pytest.fixture
async def own_postgres(scratch: Path) -> AsyncIterator[Server]:
    """A server of the test's own, for tests that kill it."""
    async with Server(scratch / f"postgres-{secrets.token_hex(4)}") as server:
        yield server


@pytest.fixture
async def own_kafka(scratch: Path) -> AsyncIterator[Broker]:
    """A broker of the test's own, for tests that kill it."""
    async with Broker(scratch / f"kafka-{secrets.token_hex(4)}") as broker:
        yield broker
