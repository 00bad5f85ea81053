"""What database and log hold at the end, side by side."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import asyncpg

from services.audit.watermark import STREAM as JUDGED
from services.audit.watermark import Vector, others_of, vector_of
from shared.events.base import CLAIM_EVENTS, FINDING_EVENTS, TOPICS
from shared.events.envelope import decode
from shared.log.port import Log, Record, TopicPartition
from shared.log.verified import ForkFound, Verifier
from shared.marks import saved_marks
from shared.store.store import Store

PAGE = 1_000
READ_SECONDS = 1.0
HEARS: Mapping[str, Sequence[str]] = {"payments": (CLAIM_EVENTS, FINDING_EVENTS), "audit": TOPICS}

Line = tuple[int, bytes, bytes]
"""number, event id, exact bytes"""


@dataclass(slots=True)
class LogHeld:
    """The log's records after verified copies were dropped; a gap or a fork raises."""

    lines: dict[TopicPartition, list[Line]]
    chains: dict[TopicPartition, list[bytes]]
    records: int = 0
    gaps: list[TopicPartition] = field(default_factory=list)

    @property
    def copies(self) -> int:
        """Records that stand in the log more than once, each with the same chain."""
        return self.records - sum(map(len, self.lines.values()))


async def in_database(store: Store) -> dict[TopicPartition, list[Line]]:
    """Every event of one service, by number."""
    lines: dict[TopicPartition, list[Line]] = {at: [] for at in await store.heads()}
    marks = dict.fromkeys(lines, 0)
    while rows := await store.tail(marks, PAGE):
        for topic, partition_no, seq, event_id, body in rows:
            at = TopicPartition(topic, partition_no)
            lines[at].append((seq, event_id.bytes, bytes(body)))
            marks[at] = seq
    return lines


async def in_log(log: Log, topics: Sequence[str]) -> LogHeld:
    """Every record of these topics, its chain recomputed. Raises ForkFound."""
    states = await log.states(topics)
    held = LogHeld({at: [] for at in states}, {at: [] for at in states})
    verifiers = {at: Verifier(at) for at in states}
    reader = await log.reader({at: state.start_offset for at, state in states.items()})
    try:
        while any(reader.position(at) < state.end_offset for at, state in states.items()):
            for at, records in (await reader.read(PAGE, READ_SECONDS)).items():
                _take(held, verifiers[at], records)
    finally:
        await reader.close()
    held.gaps = [at for at, verifier in verifiers.items() if verifier.gap]
    return held


def _take(held: LogHeld, verifier: Verifier, records: Sequence[Record]) -> None:
    held.records += len(records)
    fresh = verifier.accept(records)
    held.lines[verifier.at] += [(r.seq, r.event_id, r.body) for r in fresh]
    held.chains[verifier.at] += [r.chain for r in fresh]
    for copy in verifier.to_compare():
        if held.chains[verifier.at][copy.seq - 1] != copy.chain:
            raise ForkFound(verifier.at, copy.seq)


async def all_sent(store: Store) -> bool:
    """Whether the relay's saved numbers have reached the heads."""
    marks = await saved_marks(store.pool)
    heads = await store.heads()
    return all(at in marks and marks[at].seq == seq for at, seq in heads.items() if seq)


async def behind(stores: Mapping[str, Store]) -> str | None:
    """Who has not come to the end, or None when at one moment everybody has.

    `stores` has claims, payments and audit, which says its last watermark when it has judged all.
    """
    before = await _heads(stores.values())
    for name, store in stores.items():
        if not await all_sent(store):
            return f"the relay of {name}"
    for reader, topics in HEARS.items():
        heads = {at: seq for at, seq in before.items() if at.topic in topics}
        if not await all_read(stores[reader].pool, heads):
            return f"the inbox of {reader}"
        if kept := await kept_by(stores[reader].pool):
            return f"{reader} keeps {kept}"
    if await _judged(stores["audit"]) != others_of(before):
        return "the watermark of audit"
    return None if await _heads(stores.values()) == before else "new events"


async def _judged(audit: Store) -> Vector:
    """How far audit has said that it has judged, its own topic left out."""
    bodies = await audit.load(JUDGED)
    return others_of(vector_of(decode(bodies[-1]) if bodies else None))


async def _heads(stores: Iterable[Store]) -> dict[TopicPartition, int]:
    return {at: seq for store in stores for at, seq in (await store.heads()).items()}


async def kept_by(pool: asyncpg.Pool) -> list[str]:
    """Each event that a service has read and not applied: its stream, its place and why."""
    rows = await pool.fetch(
        "SELECT stream_id, topic, partition_no, seq, state, cause, detail, for_stream"
        " FROM inbox_pending ORDER BY topic, partition_no, seq"
    )
    return [
        f"{stream} at {topic}/{partition}/{seq}: {state}, {cause} {detail} {wanted or ''}".strip()
        for stream, topic, partition, seq, state, cause, detail, wanted in rows
    ]


async def all_read(pool: asyncpg.Pool, heads: Mapping[TopicPartition, int]) -> bool:
    """Whether a service has applied its topics up to these numbers."""
    rows = await pool.fetch("SELECT topic, partition_no, seq FROM inbox_positions")
    read = {TopicPartition(topic, partition_no): seq for topic, partition_no, seq in rows}
    return all(read.get(at, 0) == seq for at, seq in heads.items() if seq)
