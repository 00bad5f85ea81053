"""One service process: its parts opened, run together, closed; if one dies, the process dies."""

import asyncio
import contextlib
import gc
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import structlog

from shared.clock import Clock, RealClock, SimulatedClock
from shared.events.envelope import decode
from shared.faults import TRANSIENT
from shared.http.app import METERS, create_app, serve
from shared.http.faults import translate
from shared.http.health import Check
from shared.http.route import Route
from shared.inbox import Inbox
from shared.lag import Lag
from shared.log.open import open_log
from shared.log.port import Log, TopicPartition
from shared.relay import Relay
from shared.settings import Acknowledge, ClockKind, Part, Settings
from shared.store.commands import Ledger
from shared.store.heights import Heights
from shared.store.pool import open_pool
from shared.store.position import Position
from shared.store.store import Store
from shared.store.views import Projector
from shared.vault import keys as vault_keys
from shared.vault.client import Vault

SIMULATED_START = datetime(2020, 1, 1, tzinfo=UTC)
ACKNOWLEDGE_SECONDS = 10.0
YOUNG_OBJECTS = 20_000
START_SECONDS = 60.0
START_PAUSE_SECONDS = 1.0
"""a database or a log that is still starting is waited for so long"""
MAX_KEPT = timedelta(minutes=10)
"""how long an event may wait for its cause, or be parked, before /readyz says so"""

log = structlog.get_logger()


@dataclass(slots=True)
class Service:
    """What a service's handlers work with."""

    settings: Settings
    clock: Clock
    pool: asyncpg.Pool
    store: Store
    ledger: Ledger
    log: Log
    relay: Relay
    digest: Callable[[bytes], bytes]
    """HMAC for idempotency keys and request digests"""
    vault: Vault | None = None
    projectors: list[Projector] = field(default_factory=list)

    def committed(self) -> None:
        """Whoever follows the events table in this process may look now."""
        self.relay.nudge()
        for projector in self.projectors:
            projector.nudge()

    async def acknowledged(self, position: Position) -> None:
        """With `acknowledge=log`, return when the log has it too. Raises TimeoutError."""
        if self.settings.acknowledge is Acknowledge.COMMIT:
            return
        at = TopicPartition(position.topic, position.partition)
        async with asyncio.timeout(ACKNOWLEDGE_SECONDS):
            await self.relay.wait_saved(at, position.seq)


@dataclass(frozen=True, slots=True)
class Parts:
    """What makes one service different from another."""

    title: str
    routes: Sequence[Route]
    inboxes: Sequence[Inbox] = ()
    projectors: Sequence[Projector] = ()
    checks: Mapping[str, Check] = field(default_factory=dict)
    background: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()


Build = Callable[[Service], Awaitable[Parts]]


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Service]:
    """Pool, vault and log of one service; closed in reverse order."""
    async with AsyncExitStack() as stack:
        clock: Clock = (
            RealClock() if settings.clock is ClockKind.REAL else SimulatedClock(SIMULATED_START)
        )
        heights = Heights()
        pool = await open_pool(settings.database_url, settings.pool_size, heights.check)
        stack.push_async_callback(pool.close)
        log_ = await open_log(settings.log)
        stack.push_async_callback(log_.close)
        store = Store(pool, settings.partitions, clock.now, heights)
        vault = None
        if settings.vault_url and settings.vault_keys_file:
            keys = vault_keys.load(settings.vault_keys_file)
            vault = await Vault.connect(settings.vault_url, keys, clock)
            stack.push_async_callback(vault.close)
        ledger = Ledger(store, clock, await newest_time(pool))
        yield Service(
            settings, clock, pool, store, ledger, log_, Relay(store, log_),
            vault.digest if vault else settings.request_digest, vault,
        )  # fmt: skip


async def run(settings: Settings, build: Build, ready: Callable[[int], None] | None = None) -> None:
    """Run the service until SIGTERM or SIGINT. Any part that fails ends it with its exception."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    fatal: asyncio.Future[None] = loop.create_future()
    async with AsyncExitStack() as stack:
        service = await _opened_in_time(settings, stack, stop)
        if service is None:
            return
        parts = await build(service)
        service.projectors.extend(parts.projectors)
        _settle_memory()
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(part) for part in _running(service, parts, settings, fatal, ready)
            ]
            await _until(stop, fatal)
            for task in tasks:
                task.cancel()
            if fatal.done():
                fatal.result()


async def _opened_in_time(
    settings: Settings, stack: AsyncExitStack, stop: asyncio.Event
) -> Service | None:
    """None when it was stopped first. At the end raises what stood in the way, one of TRANSIENT."""
    until = time.monotonic() + START_SECONDS
    while not stop.is_set():
        try:
            return await stack.enter_async_context(opened(settings))
        except TRANSIENT as failed:
            if time.monotonic() > until:
                raise
            log.warning("start_waits", cause=type(failed).__name__)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(START_PAUSE_SECONDS):
                    await stop.wait()
    return None


def _settle_memory() -> None:
    """What is here now stays: the collector need not look at it again at each of its rounds.

    A request makes thousands of objects and almost no cycle, so it comes less often, too.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)


async def _until(stop: asyncio.Event, fatal: "asyncio.Future[None]") -> None:
    stopping = asyncio.ensure_future(stop.wait())
    ends: list[asyncio.Future[Any]] = [stopping, fatal]
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()


def _running(
    service: Service,
    parts: Parts,
    settings: Settings,
    fatal: "asyncio.Future[None]",
    ready: Callable[[int], None] | None,
) -> list[Coroutine[Any, Any, None]]:
    wanted: list[Coroutine[Any, Any, None]] = []
    if Part.RELAY in settings.parts:
        wanted.append(service.relay.run())
    if Part.CONSUMER in settings.parts:
        wanted += [inbox.run() for inbox in parts.inboxes]
        wanted += [work() for work in parts.background]
    if Part.SITE in settings.parts:
        wanted += [projector.run() for projector in parts.projectors]
        wanted.append(_site(service, parts, settings, fatal, ready))
        if Part.RELAY not in settings.parts:
            wanted.append(service.relay.compare_until_done())
    return wanted


async def _site(
    service: Service,
    parts: Parts,
    settings: Settings,
    fatal: "asyncio.Future[None]",
    ready: Callable[[int], None] | None,
) -> None:
    def on_fatal(error: Exception) -> None:
        if not fatal.done():
            fatal.set_exception(error)

    lag = Lag(service, parts.inboxes)
    checks = {
        "database": lambda: _database(service),
        "relay": lambda: _compared(service),
        "inbox": lambda: _alarms(service, parts.inboxes),
        **parts.checks,
    }
    app = create_app(
        settings, parts.routes, title=parts.title, clock=service.clock, on_fatal=on_fatal,
        checks=checks, translate=translate,
    )  # fmt: skip
    lag.register(app[METERS])
    async with serve(app, settings) as port, asyncio.TaskGroup() as group:
        log.info("listening", title=parts.title, port=port)
        if ready:
            ready(port)
        group.create_task(lag.run())
        await asyncio.Event().wait()


async def _database(service: Service) -> str | None:
    try:
        await service.pool.fetchval("SELECT 1")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as failed:
        return type(failed).__name__
    return None


async def _compared(service: Service) -> str | None:
    if service.relay.compared.is_set():
        return None
    return service.relay.why_not or "the log has not been compared yet"


async def _alarms(service: Service, inboxes: Sequence[Inbox]) -> str | None:
    reasons = [alarm for inbox in inboxes for alarm in inbox.alarms()]
    rows = await service.pool.fetch(
        "SELECT reader, min(since) AS since FROM inbox_pending WHERE since < $1 GROUP BY reader",
        service.clock.now() - MAX_KEPT,
    )
    reasons += [f"{row['reader']}: kept since {row['since']:%Y-%m-%dT%H:%MZ}" for row in rows]
    return "; ".join(reasons) or None


async def newest_time(pool: asyncpg.Pool) -> datetime:
    """Recorded time of the newest event that the heads name; 1970 for an empty ledger."""
    rows = await pool.fetch(
        "SELECT e.body FROM heads h JOIN events e USING (topic, partition_no, seq)"
    )
    times = [decode(row["body"]).recorded_at for row in rows]
    return max(times, default=datetime(1970, 1, 1, tzinfo=UTC))
