"""The relay: from the events table to the log, numbered and chained; nothing lost or doubled."""

import asyncio
import time
from collections.abc import Mapping, Sequence

import asyncpg
import structlog

from shared.comparing import compare, shorter
from shared.faults import TRANSIENT
from shared.log.port import Log, LogRefused, LogUnavailable, LogWriter, TopicPartition
from shared.marks import (
    INSERT_BATCHES,
    START,
    Batch,
    EventsMissing,
    Fork,
    LogAhead,
    Mark,
    chained,
    saved_marks,
)
from shared.store.coalesce import Coalescer
from shared.store.store import Store

__all__ = ["EventsMissing", "Fork", "LogAhead", "Mark", "Relay", "SavedElsewhere"]

BATCH = 1_000
"""events read per partition and round trip, at most"""
BATCH_BYTES = 16 * 1024 * 1024
"""where bodies are large, fewer are read at once"""
BUSY_SECONDS, IDLE_SECONDS = 0.005, 0.25
SEND_SECONDS = 60.0
"""own deadline around a send: an idempotent producer blocks rather than fails"""
RETRY_SECONDS = 0.5
WATCH_SECONDS = 10.0
"""how often to look whether the log still holds what it acknowledged"""

RETRIED: tuple[type[BaseException], ...] = (*TRANSIENT, LogRefused)
"""a log that refuses has lost a topic or a right: it is asked again until it has it back"""

log = structlog.get_logger()


class SavedElsewhere(Exception):
    """Another relay saved this batch first: start again from the saved number."""


class Relay:
    """Sends the events of one service's topics in order. Exactly one need run; two do no harm."""

    def __init__(self, store: Store, log_: Log) -> None:
        self._store = store
        self._log = log_
        self._nudged = asyncio.Event()
        self._saved: dict[TopicPartition, int] = {}
        self._limit = 1
        self._watched = 0.0
        # Requests that wait for the log's word share one look at the saved numbers.
        self._asking: Coalescer[None, dict[TopicPartition, Mark]] = Coalescer(self._ask)
        self.marks: dict[TopicPartition, Mark] = {}
        """the last number that the log acknowledged, and the chain there"""
        self.compared = asyncio.Event()
        self.why_not = ""
        self.sent = 0

    def nudge(self) -> None:
        """Something was committed in this process: look now. Correctness never rests on it."""
        self._nudged.set()

    async def wait_saved(self, at: TopicPartition, seq: int) -> None:
        """Return when the log has acknowledged this number; the relay may be another process."""
        pause = BUSY_SECONDS
        while (await self._asking(None)).get(at, START).seq < seq:
            await asyncio.sleep(pause)
            pause = min(pause * 2, IDLE_SECONDS)

    async def all_saved(self) -> dict[TopicPartition, Mark]:
        """How far the log is known to have each partition."""
        return await saved_marks(self._store.pool)

    async def _ask(self, waiting: Sequence[None]) -> list[dict[TopicPartition, Mark]]:
        return [await self.all_saved()] * len(waiting)

    async def compare_until_done(self) -> None:
        """For a process without a relay of its own: compare once, through database and network.

        It saves nothing: the relay's process does. Raises Fork, LogAhead, EventsMissing.
        """
        while not self.compared.is_set():
            try:
                await compare(self._store, self._log)
                self.compared.set()
            except TRANSIENT as failed:
                self.why_not = f"cannot compare with the log: {type(failed).__name__}"
                await asyncio.sleep(RETRY_SECONDS)

    async def compare(self) -> None:
        """Compare the log's last records with what was saved. Raises Fork, LogAhead, EventsMissing.

        Log ahead with events that we hold: saved now. Log shorter (truncated, recreated): sent
        again from there with the same numbers. The service accepts no writes before this.
        """
        found = await compare(self._store, self._log)
        ahead = {}
        for at, stands in found.items():
            if stands.resume.seq > stands.saved.seq:
                ahead[at] = (stands.saved.seq + 1, stands.resume)
            if stands.resume.seq < stands.saved.seq:
                log.warning(
                    "log_shorter",
                    topic=at.topic,
                    partition=at.partition,
                    log=stands.resume.seq,
                    saved=stands.saved.seq,
                )
        self.marks = {at: stands.resume for at, stands in found.items()}
        self._saved = {at: stands.saved.seq for at, stands in found.items()}
        await self._save(ahead)
        self._watched = time.monotonic()
        self.compared.set()

    async def run(self) -> None:
        """Compare, then send for ever; ends by Fork, LogAhead, EventsMissing or cancellation."""
        while True:
            try:
                await self.compare()
                writer = await self._log.writer()
                try:
                    await self._pump(writer)
                finally:
                    await writer.close()
            except SavedElsewhere:
                log.warning("relay_saved_elsewhere")
            except RETRIED as failed:
                self.why_not = f"cannot compare with the log: {type(failed).__name__}"
                log.warning("relay_retries", cause=type(failed).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    async def send_all(self) -> int:
        """Send what is committed by now and is not in the log; gives the number of events.

        For `claims-ledger log rebuild`: one failure ends it, and a new run goes on from there.
        """
        await self.compare()
        writer = await self._log.writer()
        try:
            ahead = dict(self.marks)
            while batch := await self._read(ahead):
                await self._send(writer, batch)
        finally:
            await writer.close()
        return self.sent

    async def _pump(self, writer: LogWriter) -> None:
        """Read ahead by one batch while the one before is being sent."""
        ahead = dict(self.marks)
        following = asyncio.create_task(self._next(ahead))
        try:
            while True:
                batch = await following
                following = asyncio.create_task(self._next(ahead))
                await self._send(writer, batch)
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    async def _next(self, ahead: dict[TopicPartition, Mark]) -> Batch:
        """Poll until there is something: often while it is busy, seldom when it is not."""
        pause = BUSY_SECONDS
        while True:
            await self._watch()
            self._nudged.clear()
            if batch := await self._read(ahead):
                return batch
            try:
                async with asyncio.timeout(pause):  # wait_for() may swallow a cancellation
                    await self._nudged.wait()
                pause = BUSY_SECONDS
            except TimeoutError:
                pause = min(pause * 2, IDLE_SECONDS)

    async def _read(self, ahead: dict[TopicPartition, Mark]) -> Batch:
        rows = await self._store.tail({at: m.seq for at, m in ahead.items()}, self._limit)
        batch = chained(rows, ahead)
        if size := sum(len(row[4]) for row in rows):
            fitting = BATCH_BYTES * len(rows) // (size * len(batch))
            self._limit = max(1, min(BATCH, self._limit * 8, fitting))
        return batch

    async def _watch(self) -> None:
        """A topic that was recreated while nobody wrote is filled again, not waited for."""
        if time.monotonic() - self._watched < WATCH_SECONDS:
            return
        self._watched = time.monotonic()
        acknowledged = dict(self.marks)  # what is sent while we ask is not lost
        states = await self._log.states(sorted({at.topic for at in acknowledged}))
        if lost := shorter(states, acknowledged):
            at = lost[0]
            raise LogUnavailable(f"{at.topic}/{at.partition} has lost what it acknowledged")

    async def _send(self, writer: LogWriter, batch: Batch) -> None:
        """Send, wait for the log's word, save. What was saved before is sent again unsaved."""
        async with asyncio.timeout(SEND_SECONDS):
            await asyncio.gather(*(writer.append(at, records) for at, records in batch.items()))
        await self._acknowledged()
        fresh = {}
        for at, records in batch.items():
            self.marks[at] = Mark(records[-1].seq, records[-1].chain)
            if records[-1].seq > self._saved[at]:
                fresh[at] = (self._saved[at] + 1, self.marks[at])
        await self._save(fresh)
        self.sent += sum(map(len, batch.values()))

    async def _acknowledged(self) -> None:
        """Between the log's word and the saved number: where a crash test likes to strike."""

    async def _save(self, batches: Mapping[TopicPartition, tuple[int, Mark]]) -> None:
        if not batches:
            return
        try:
            await self._store.pool.execute(
                INSERT_BATCHES,
                [at.topic for at in batches],
                [at.partition for at in batches],
                [first for first, _ in batches.values()],
                [mark.seq for _, mark in batches.values()],
                [mark.chain for _, mark in batches.values()],
            )
        except asyncpg.UniqueViolationError as lost:
            raise SavedElsewhere from lost
        self._saved |= {at: mark.seq for at, (_, mark) in batches.items()}
