"""One service's database beside one topic of a real log, events in it, and what runs on both."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Protocol

import asyncpg
import pytest

from shared.clock import RealClock
from shared.events.days import DayOpened
from shared.events.envelope import Event, encode
from shared.events.partition import partition_of
from shared.ids import new_event_id
from shared.log.port import Log, Record, TopicPartition
from shared.log.verified import Verifier
from shared.marks import mark_at
from shared.postgres.prepare import Database
from shared.relay import Relay
from shared.store.pool import open_pool
from shared.store.store import Store
from shared.store.unit import Appended, NewEvent, Reservation, Unit
from tests.contract.places import Place, bare, open_place, read_all
from tests.databases import Databases
from tests.kafka_broker import Broker

BOTH = ("kafka", "postgres")
PARTITIONS = 2
CLOCK = RealClock()
THEN = datetime(2026, 3, 2, tzinfo=UTC)
TABLES = (
    "events", "heads", "idempotency", "reservations", "relay_batches", "inbox_positions",
    "inbox_pending", "inbox_attempts", "view_positions",
)  # fmt: skip


@dataclass(frozen=True)
class Stand:
    """A service: its database, its one topic, the log that the topic is in."""

    database: Database
    store: Store
    topic: str
    place: Place

    @property
    def log(self) -> Log:
        return self.place.log

    async def say(self, stream_id: str, version: int = 1, cause: str | None = None) -> str:
        """Commit one event of a stream; gives its id."""
        return (await self.say_all([unit(self.topic, stream_id, version, cause=cause)]))[0]

    async def say_many(self, count: int, name: str = "stream") -> list[str]:
        """Commit the first event of so many streams."""
        return await self.say_all([unit(self.topic, f"{name}-{n}") for n in range(count)])

    async def say_all(self, units: list[Unit]) -> list[str]:
        outcomes = await self.store.append_batch(units)
        assert all(isinstance(outcome, Appended) for outcome in outcomes)
        return [event.event_id for unit_ in units for event in unit_.events]

    async def send(self) -> int:
        """Bring everything into the log, as a relay does that runs for a moment."""
        return await Relay(self.store, self.log).send_all()

    async def events(self) -> dict[int, list[Record]]:
        """What the log must hold, out of the events table."""
        rows = await self.store.tail(dict.fromkeys(await self.store.heads(), 0), 100_000)
        found: dict[int, list[Record]] = {n: [] for n in range(PARTITIONS)}
        for _, partition_no, seq, event_id, body in rows:
            mark = await mark_at(self.store, TopicPartition(self.topic, partition_no), seq)
            found[partition_no].append(Record(seq, event_id.bytes, mark.chain, body))
        return found

    async def logged(self) -> dict[int, list[Record]]:
        """What the log holds, copies included."""
        return {n: bare(r) for n, r in (await read_all(self.log, self.topic)).items()}

    async def read(self) -> dict[int, list[Record]]:
        """What a verifying reader makes of the log."""
        found = await self.logged()
        return {n: Verifier(TopicPartition(self.topic, n)).accept(r) for n, r in found.items()}

    async def fetch(self, sql: str, *values: Any) -> list[Any]:
        return list(await self.store.pool.fetch(sql, *values))

    async def as_owner(self, sql: str, *values: Any) -> None:
        """What no service may do."""
        connection = await asyncpg.connect(self.database.owner_dsn)
        try:
            await connection.execute(sql, *values)
        finally:
            await connection.close()

    async def lose_topic(self) -> None:
        """Deleted and created again, empty."""
        await self.place.delete(self.topic)
        await self.log.create_topics({self.topic: PARTITIONS})

    def at(self, stream_id: str) -> TopicPartition:
        return TopicPartition(self.topic, partition_of(stream_id, PARTITIONS))

    def streams_of(self, partition: int, count: int, name: str = "stream") -> list[str]:
        """Names of streams that all live in this partition."""
        named = (f"{name}-{n}" for n in range(count * 20))
        return [s for s in named if partition_of(s, PARTITIONS) == partition][:count]


def unit(
    topic: str,
    stream_id: str,
    version: int = 1,
    *,
    cause: str | None = None,
    body: bytes | None = None,
    takes: tuple[str, str] | None = None,
) -> Unit:
    event_id = new_event_id(CLOCK)
    made = NewEvent(
        topic,
        partition_of(stream_id, PARTITIONS),
        stream_id,
        version,
        event_id,
        body or encode(event(stream_id, version, event_id, cause)),
    )
    return Unit([made], [Reservation(*takes, stream_id)] if takes else [])


def event(stream_id: str, version: int, event_id: str, cause: str | None = None) -> Event:
    return Event(
        id=event_id,
        source="/claims/999999",
        subject=stream_id,
        version=version,
        recorded_at=THEN,
        occurred_at=THEN,
        jurisdiction="999999",
        actor="clerk-1",
        correlation_id=event_id,
        causation_id=cause,
        facts=DayOpened(day=date(2026, 3, 2), working_day=True),
    )


@contextlib.asynccontextmanager
async def stand(database: Database, place: Place) -> AsyncIterator[Stand]:
    """An emptied database whose one topic has a name of its own: the broker is shared."""
    topic = f"test-{database.kind}-{secrets.token_hex(6)}.v1"
    await place.allow(topic)
    await place.log.create_topics({topic: PARTITIONS})
    await _as_admin(
        database,
        "SET session_replication_role = replica;"  # no trigger refuses
        + "".join(f"DELETE FROM {table};" for table in TABLES)
        + f"INSERT INTO heads SELECT '{topic}', n, 0 FROM generate_series(0, {PARTITIONS - 1}) n",
    )
    async with store_of(database) as store:
        yield Stand(database, store, topic, place)


async def _as_admin(database: Database, sql: str) -> None:
    connection = await asyncpg.connect(database.admin_dsn, database=database.name)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def _quick(databases: Databases, kind: str) -> Database:
    """Nothing here kills PostgreSQL, so no commit waits for the disk."""
    made = await databases(kind, PARTITIONS)
    await _as_admin(made, f'ALTER DATABASE "{made.name}" SET synchronous_commit = off')
    return made


@contextlib.asynccontextmanager
async def store_of(database: Database) -> AsyncIterator[Store]:
    pool = await open_pool(database.service_dsn(), 8)
    try:
        yield Store(pool, PARTITIONS, CLOCK.now)
    finally:
        await pool.close()


class Running(Protocol):
    async def run(self) -> None: ...


@contextlib.asynccontextmanager
async def running(*parts: Running) -> AsyncIterator[None]:
    """They run until the block ends; an error in one of them ends the block, and is raised here."""
    test = asyncio.current_task()
    assert test is not None
    tasks = [asyncio.create_task(part.run()) for part in parts]
    broken: list[BaseException] = []

    def ended(task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()):
            broken.append(error)
            test.cancel()

    for task in tasks:
        task.add_done_callback(ended)
    try:
        yield
    except asyncio.CancelledError:
        if not broken:
            raise
        test.uncancel()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if broken:
        raise broken[0]


async def until(true: Callable[[], Any], seconds: float = 20) -> None:
    """Wait for a condition, which may be a coroutine function."""
    async with asyncio.timeout(seconds):
        while True:
            answer = true()
            if asyncio.iscoroutine(answer):
                answer = await answer
            if answer:
                return
            await asyncio.sleep(0.01)


@pytest.fixture(params=BOTH, scope="session")
def log_server(request: pytest.FixtureRequest) -> Broker | Databases:
    """Only the server that this parameter needs is started."""
    name = "kafka" if request.param == "kafka" else "databases"
    found: Broker | Databases = request.getfixturevalue(name)
    return found


@pytest.fixture(scope="session")
async def place(log_server: Broker | Databases) -> AsyncIterator[Place]:
    """Both logs, one after the other."""
    if isinstance(log_server, Broker):
        opened = await open_place(f"kafka://{log_server.bootstrap}")
    else:
        opened = await open_place((await log_server("log")).owner_dsn)
    yield opened
    await opened.log.close()


@pytest.fixture(scope="session")
async def postgres_place(databases: Databases) -> AsyncIterator[Place]:
    opened = await open_place((await databases("log")).owner_dsn)
    yield opened
    await opened.log.close()


@pytest.fixture(scope="session")
async def claims_database(databases: Databases) -> Database:
    """One for many tests, emptied before each: a fresh one takes ten times as long."""
    return await _quick(databases, "claims")


@pytest.fixture(scope="session")
async def payments_database(databases: Databases) -> Database:
    return await _quick(databases, "payments")


@pytest.fixture
async def claims(claims_database: Database, place: Place) -> AsyncIterator[Stand]:
    async with stand(claims_database, place) as made:
        yield made


@pytest.fixture
async def quick_claims(claims_database: Database, postgres_place: Place) -> AsyncIterator[Stand]:
    """On the PostgreSQL log alone, where the log makes no difference."""
    async with stand(claims_database, postgres_place) as made:
        yield made


@pytest.fixture
async def payments(payments_database: Database, place: Place) -> AsyncIterator[Stand]:
    async with stand(payments_database, place) as made:
        yield made


@pytest.fixture
async def quick_payments(
    payments_database: Database, postgres_place: Place
) -> AsyncIterator[Stand]:
    async with stand(payments_database, postgres_place) as made:
        yield made
