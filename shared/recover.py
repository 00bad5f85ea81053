"""After a disaster: events taken back from the log, the log filled again, both compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import msgspec

from shared.comparing import Standing, standing
from shared.log.port import Log, LogReader, LogRefused, LogUnavailable, Record, TopicPartition
from shared.log.seek import offset_of
from shared.log.verified import Verifier
from shared.marks import INSERT_BATCHES, Fork, Mark, mark_at
from shared.pending import Parked, list_parked, release
from shared.reconcile import Difference, Reconciled, reconcile
from shared.relay import Relay
from shared.store.rebuild import Restored, SlotsOf, restore_reservations
from shared.store.store import Connection, Store

__all__ = [
    "Difference",
    "LogIncomplete",
    "NotAlone",
    "Parked",
    "Rebuilt",
    "Reconciled",
    "Recovered",
    "list_parked",
    "rebuild_log",
    "reconcile",
    "recover",
    "release",
]

PAGE = 1_000
"""events taken back in one transaction"""
WAIT_SECONDS = 1.0
MAX_SILENT_READS = 30


class NotAlone(Exception):
    """Something else writes to this database: stop the service's processes, then run again."""


class LogIncomplete(Exception):
    """The log lacks a number below its last one, so nothing behind it can be proved."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What one run took back, per partition the last number, and the reservations mended."""

    events: Mapping[TopicPartition, int]
    heads: Mapping[TopicPartition, int]
    reservations: Restored


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was sent to the log."""

    events: int


async def recover(store: Store, log: Log, slots_of: SlotsOf) -> Recovered:
    """Take back from the log the events that this database does not hold: the same bytes under the
    same numbers; then make the reservations what the events say. Runs again without harm.

    The service must be stopped. Each page locks its partition's head and compares it, so that a
    writer elsewhere ends this run (NotAlone) and is never overtaken. Not in the log, so not taken
    back: stored answers to idempotency keys, and what was never sent. Raises Fork when the log and
    the database differ below the head, ForkFound when the log's chain does not hold, LogIncomplete.
    """
    found = await standing(store, log)
    ahead = {at: stands for at, stands in found.items() if stands.log.seq > stands.head}
    for at, stands in found.items():
        if at not in ahead and stands.log != await mark_at(store, at, stands.log.seq):
            raise Fork(f"{at.topic}/{at.partition} at {stands.log.seq}")
    taken = await _take_back(store, log, ahead) if ahead else {}
    return Recovered(taken, await store.heads(), await restore_reservations(store, slots_of))


async def _take_back(
    store: Store, log: Log, ahead: Mapping[TopicPartition, Standing]
) -> dict[TopicPartition, int]:
    starts = {at: await offset_of(log, at, stands.saved.seq + 1) for at, stands in ahead.items()}
    states = await log.states(sorted({at.topic for at in ahead}))
    parts = {at: _Part(store, at, stands, starts[at]) for at, stands in ahead.items()}
    reader = await log.reader(starts)
    try:
        await _read(reader, parts, {at: states[at].end_offset for at in ahead})
    finally:
        await reader.close()
    for at, part in parts.items():
        if part.verifier.gap or part.mark.seq < ahead[at].log.seq:
            raise LogIncomplete(f"{at.topic}/{at.partition} lacks {part.verifier.seq + 1}")
    return {at: part.mark.seq - ahead[at].head for at, part in parts.items()}


async def _read(
    reader: LogReader, parts: Mapping[TopicPartition, "_Part"], ends: Mapping[TopicPartition, int]
) -> None:
    silent = 0
    while any(reader.position(at) < end for at, end in ends.items()):
        found = await reader.read(PAGE, WAIT_SECONDS)
        silent = 0 if found else silent + 1
        if silent > MAX_SILENT_READS:
            raise LogUnavailable("the log gives nothing before its end")
        for at, records in found.items():
            await parts[at].accept(records)


class _Part:
    """One partition on its way from our last saved mark, over what we hold, to what we lost."""

    def __init__(self, store: Store, at: TopicPartition, stands: Standing, offset: int) -> None:
        self._store = store
        self._at = at
        self._saved = stands.saved.seq
        self._head = stands.head
        self.mark = stands.saved
        self.verifier = Verifier(at, stands.saved.seq, stands.saved.chain, offset)

    async def accept(self, records: Sequence[Record]) -> None:
        """Raises ForkFound, Fork, NotAlone."""
        fresh = self.verifier.accept(records)
        self.verifier.doubted.clear()  # copies of what was proved when it was saved
        for record in fresh:
            if record.seq == self._head:  # the chain covers all below, and was ours when saved
                await self._same_head(Mark(record.seq, record.chain))
        lost = [record for record in fresh if record.seq > self._head]
        for n in range(0, len(lost), PAGE):
            await self._append(lost[n : n + PAGE])
        if fresh:
            self.mark = Mark(self.verifier.seq, self.verifier.chain)

    async def _same_head(self, theirs: Mark) -> None:
        if theirs != await mark_at(self._store, self._at, self._head):
            raise Fork(f"{self._at.topic}/{self._at.partition} at {self._head}")

    async def _append(self, lost: Sequence[Record]) -> None:
        """One transaction: the events, the head, and that the log has them."""
        expected = lost[0].seq - 1
        try:
            async with self._store.pool.acquire() as connection, connection.transaction():
                head = await connection.fetchval(_LOCK_HEAD, *self._at)
                if head != expected:
                    raise NotAlone(f"{self._at.topic}/{self._at.partition} moved to {head}")
                await self._insert(connection, lost)
        except asyncpg.UniqueViolationError as lost_race:
            raise NotAlone(f"{self._at.topic}/{self._at.partition}") from lost_race
        self._saved = lost[-1].seq

    async def _insert(self, connection: Connection, lost: Sequence[Record]) -> None:
        places = [_place(self._at, record) for record in lost]
        await connection.execute(
            _INSERT, *self._at, [place.subject for place in places],
            [place.streamversion for place in places], [record.seq for record in lost],
            [UUID(bytes=record.event_id) for record in lost], [record.body for record in lost],
        )  # fmt: skip
        await connection.execute(_MOVE_HEAD, *self._at, lost[-1].seq)
        await connection.execute(
            INSERT_BATCHES, [self._at.topic], [self._at.partition], [self._saved + 1],
            [lost[-1].seq], [lost[-1].chain],
        )  # fmt: skip


class _Place(msgspec.Struct):
    """Out of the envelope alone: the type may be newer than this program."""

    subject: str
    streamversion: int


_PLACE = msgspec.json.Decoder(_Place)


def _place(at: TopicPartition, record: Record) -> _Place:
    try:
        return _PLACE.decode(record.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise LogRefused(f"{at.topic}/{at.partition} seq {record.seq} is no event") from None


async def rebuild_log(store: Store, log: Log) -> Rebuilt:
    """Send everything from PostgreSQL to an empty log, same numbers, same chain; where a run broke
    off, the next goes on. Raises Fork, LogAhead for a log that holds something else.
    """
    counts: dict[str, int] = {}
    for at in await store.heads():
        counts[at.topic] = counts.get(at.topic, 0) + 1
    await log.create_topics(counts)
    return Rebuilt(await Relay(store, log).send_all())


_LOCK_HEAD = "SELECT seq FROM heads WHERE topic = $1 AND partition_no = $2 FOR UPDATE"
_MOVE_HEAD = "UPDATE heads SET seq = $3 WHERE topic = $1 AND partition_no = $2"
_INSERT = """
INSERT INTO events (partition_no, stream_id, version, topic, seq, event_id, body)
SELECT $2, stream_id, version, $1, seq, event_id, body
  FROM unnest($3::text[], $4::int[], $5::bigint[], $6::uuid[], $7::bytea[])
    AS e(stream_id, version, seq, event_id, body)
"""
