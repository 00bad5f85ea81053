"""The relay: from the events table to the log, numbered and chained; nothing lost or doubled."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog

from shared.faults import TRANSIENT
from shared.log.chain import GENESIS, link
from shared.log.port import Log, LogWriter, Record, TopicPartition
from shared.store.store import Store

BATCH = 1_000
"""events read per partition and round trip"""
BUSY_SECONDS, IDLE_SECONDS = 0.005, 0.25
SEND_SECONDS = 60.0
"""own deadline around a send: an idempotent producer blocks rather than fails"""
RETRY_SECONDS = 0.5

log = structlog.get_logger()


class Fork(Exception):
    """The log has another chain at a number that we sent: somebody rewrote history. Stop."""


class LogAhead(Exception):
    """The log has events that this database does not hold: it was restored to an earlier time.

    Nothing may be written until `claims-ledger recover` has taken them back.
    """


class SavedElsewhere(Exception):
    """Another relay saved this batch first: start again from the saved number."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a partition is in the log: the last number and the chain there."""

    seq: int
    chain: bytes


START = Mark(0, GENESIS)
Batch = dict[TopicPartition, list[Record]]


class Relay:
    """Sends the events of one service's topics in order. Exactly one need run; two do no harm."""

    def __init__(self, store: Store, log_: Log) -> None:
        self._store = store
        self._log = log_
        self._nudged = asyncio.Event()
        self._saved: dict[TopicPartition, int] = {}
        self.marks: dict[TopicPartition, Mark] = {}
        self.compared = asyncio.Event()
        self.why_not = ""
        self.sent = 0

    def nudge(self) -> None:
        """Something was committed in this process: look now. Correctness never rests on it."""
        self._nudged.set()

    async def wait_saved(self, at: TopicPartition, seq: int) -> None:
        """Return when the log has acknowledged this number; the relay may be another process."""
        pause = BUSY_SECONDS
        while (await self.all_saved()).get(at, START).seq < seq:
            await asyncio.sleep(pause)
            pause = min(pause * 2, IDLE_SECONDS)

    async def all_saved(self) -> dict[TopicPartition, Mark]:
        """How far the log is known to have each partition."""
        return await saved_marks(self._store.pool)

    async def compare_until_done(self) -> None:
        """For a process without a relay of its own: compare once, through database and network."""
        while not self.compared.is_set():
            try:
                await self.compare()
            except SavedElsewhere:
                continue
            except TRANSIENT as failed:
                self.why_not = f"cannot compare with the log: {type(failed).__name__}"
                await asyncio.sleep(RETRY_SECONDS)

    async def compare(self) -> None:
        """Compare the log's last records with what was saved. Raises Fork or LogAhead.

        Log ahead with events that we hold: saved now. Log shorter (truncated, recreated): sent
        again from there with the same numbers. The service accepts no writes before this.
        """
        heads = await self._store.heads()
        saved = await saved_marks(self._store.pool)
        lasts = await asyncio.gather(*(self._log.last(at) for at in heads))
        found = {}
        for (at, head), last in zip(heads.items(), lasts, strict=True):
            ours = saved.get(at, START)
            theirs = Mark(last.seq, last.chain) if last else START
            if theirs.seq > head:
                raise LogAhead(f"{at.topic}/{at.partition}: log {theirs.seq}, database {head}")
            if theirs != ours and theirs != await self._mark_at(at, theirs.seq):
                raise Fork(f"{at.topic}/{at.partition} at {theirs.seq}")
            if theirs.seq > ours.seq:
                found[at] = (ours.seq + 1, theirs)
            if theirs.seq < ours.seq:
                log.warning("log_shorter", topic=at.topic, partition=at.partition, log=theirs.seq)
            self.marks[at] = theirs
            self._saved[at] = ours.seq
        await self._save(found)
        self.compared.set()

    async def _mark_at(self, at: TopicPartition, seq: int) -> Mark:
        """Our own chain at a number, computed on from the nearest saved one."""
        mark = await saved_before(self._store.pool, at, seq)
        while mark.seq < seq:
            rows = await self._store.tail({at: mark.seq}, min(BATCH, seq - mark.seq))
            marks = {at: mark}
            chained(rows, marks)
            mark = marks[at]
        return mark

    async def run(self) -> None:
        """Compare, then send for ever; ends by Fork, LogAhead or cancellation."""
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
            except TRANSIENT as failed:
                self.why_not = f"cannot compare with the log: {type(failed).__name__}"
                log.warning("relay_retries", cause=type(failed).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    async def _pump(self, writer: LogWriter) -> None:
        """Read ahead by one batch while the one before is being sent."""
        ready: asyncio.Queue[Batch] = asyncio.Queue(maxsize=1)
        reading = asyncio.create_task(self._read(ready))
        try:
            while True:
                getting = asyncio.create_task(ready.get())
                await asyncio.wait({reading, getting}, return_when=asyncio.FIRST_COMPLETED)
                if reading.done():
                    getting.cancel()
                    reading.result()
                await self._send(writer, getting.result())
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read(self, ready: "asyncio.Queue[Batch]") -> None:
        ahead = dict(self.marks)
        pause = BUSY_SECONDS
        while True:
            rows = await self._store.tail({at: m.seq for at, m in ahead.items()}, BATCH)
            if rows:
                await ready.put(chained(rows, ahead))
                pause = BUSY_SECONDS
                continue
            self._nudged.clear()
            try:
                await asyncio.wait_for(self._nudged.wait(), pause)
                pause = BUSY_SECONDS
            except TimeoutError:
                pause = min(pause * 2, IDLE_SECONDS)

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
                "INSERT INTO relay_batches (topic, partition_no, first_seq, last_seq, chain)"
                " SELECT * FROM unnest($1::text[], $2::smallint[], $3::bigint[], $4::bigint[],"
                " $5::bytea[])",
                [at.topic for at in batches],
                [at.partition for at in batches],
                [first for first, _ in batches.values()],
                [mark.seq for _, mark in batches.values()],
                [mark.chain for _, mark in batches.values()],
            )
        except asyncpg.UniqueViolationError as lost:
            raise SavedElsewhere from lost
        self._saved |= {at: mark.seq for at, (_, mark) in batches.items()}


def chained(rows: Sequence[Any], marks: dict[TopicPartition, Mark]) -> Batch:
    """The rows as records, each partition chained on from its mark; `marks` moves on with them."""
    batch: Batch = {}
    for row in rows:
        topic, partition_no, seq, event_id, body = row
        at = TopicPartition(topic, partition_no)
        chain = link(marks[at].chain, seq, event_id.bytes, body)
        batch.setdefault(at, []).append(Record(seq, event_id.bytes, chain, body))
        marks[at] = Mark(seq, chain)
    return batch


async def saved_marks(pool: asyncpg.Pool) -> dict[TopicPartition, Mark]:
    """The newest saved number and chain of each partition that was ever sent."""
    rows = await pool.fetch(
        "SELECT h.topic, h.partition_no, b.last_seq, b.chain FROM heads h CROSS JOIN LATERAL"
        " (SELECT last_seq, chain FROM relay_batches r WHERE r.topic = h.topic"
        "  AND r.partition_no = h.partition_no ORDER BY first_seq DESC LIMIT 1) AS b"
    )
    return {TopicPartition(r[0], r[1]): Mark(r[2], r[3]) for r in rows}


async def saved_before(pool: asyncpg.Pool, at: TopicPartition, seq: int) -> Mark:
    """The last saved mark whose number is at most `seq`."""
    row = await pool.fetchrow(
        "SELECT last_seq, chain FROM relay_batches WHERE topic = $1 AND partition_no = $2"
        " AND first_seq <= $3 AND last_seq <= $3 ORDER BY first_seq DESC LIMIT 1",
        *at,
        seq,
    )
    return Mark(row[0], row[1]) if row else START
