"""How far audit is: the Judged events that others wait for, and the same for readers over HTTP."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg
import structlog

from services.audit.detectors.rules import rule_pack_sha256
from services.audit.judging import Judges
from shared.events.base import FINDING_EVENTS
from shared.events.cases import Judged, Position
from shared.events.envelope import Event, decode
from shared.faults import TRANSIENT
from shared.ids import new_event_id
from shared.log.port import TopicPartition
from shared.service import Service
from shared.settings import SettingsRefused
from shared.store.commands import Aggregate, By, ClockBehind, Decision
from shared.store.store import Connection

READER = "audit"
"""name of the inbox"""
STREAM = "judged"
LOOK_SECONDS = 0.2
"""how soon what was judged is told"""
PAUSE_SECONDS = 0.7
"""between two watermarks of a busy system: each names every partition, and stays for ever"""
MAX_PARTITIONS = 100
"""one Judged event names every partition of four topics, and at most 400"""

RETRIED: tuple[type[BaseException], ...] = (*TRANSIENT, ClockBehind)

log = structlog.get_logger()

Vector = Mapping[TopicPartition, int]
_AGGREGATE: Aggregate[None] = Aggregate("/audit", FINDING_EVENTS, None, lambda state, _: state)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment of the database: what is judged, and the findings that follow from it."""

    judged: Vector
    """topic and partition → last number; findings count as judged when they are written"""
    findings: int
    parked: int
    newest: Event | None
    """the newest Judged event"""


async def snapshot(pool: asyncpg.Pool, partition_no: int) -> Snapshot:
    """`partition_no` is that of the watermark's stream. All reads see the same moment."""
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        rows = await connection.fetch(_VECTOR, READER, FINDING_EVENTS)
        findings = await connection.fetchval("SELECT count(*) FROM findings_held")
        parked = await connection.fetchval(_PARKED, READER)
        return Snapshot(
            {TopicPartition(row[0], row[1]): row[2] for row in rows},
            findings,
            parked,
            await _newest(connection, partition_no),
        )


async def _newest(connection: Connection, partition_no: int) -> Event | None:
    body = await connection.fetchval(_NEWEST, partition_no, STREAM)
    return None if body is None else decode(body)


class Watermark:
    """Says within a second how far audit is, when that has changed."""

    def __init__(self, service: Service, judges: Judges) -> None:
        if service.settings.partitions > MAX_PARTITIONS:
            raise SettingsRefused(f"LEDGER_PARTITIONS: audit takes {MAX_PARTITIONS} at most")
        self._service = service
        self._rules_sha256 = rule_pack_sha256(judges.rules)
        self._told: Vector | None = None

    async def run(self) -> None:
        while True:
            said = False
            try:
                said = await self.turn()
            except RETRIED as failed:
                log.warning("watermark_retries", cause=type(failed).__name__)
            await asyncio.sleep(PAUSE_SECONDS if said else LOOK_SECONDS)

    async def turn(self) -> bool:
        """True when something new was said. Findings alone are no news: no echo of an echo."""
        heard = await self._heard()
        if heard == self._told:
            return False
        said = await self._tell()
        self._told = heard  # or more, which the next look finds
        return said

    async def _heard(self) -> Vector:
        rows = await self._service.pool.fetch(_HEARD, READER, FINDING_EVENTS)
        return {TopicPartition(row[0], row[1]): row[2] for row in rows}

    async def _tell(self) -> bool:
        service = self._service
        seen = await snapshot(service.pool, service.store.partition_of(STREAM))
        newest = seen.newest
        if others_of(seen.judged) == others_of(vector_of(newest)):
            return False
        by = By(
            actor="system",
            jurisdiction=service.settings.jurisdiction,
            correlation_id=new_event_id(service.clock),
        )
        unit = service.ledger.unit(
            _AGGREGATE, STREAM, newest.version if newest else 0, Decision([self._said(seen)]), by,
            not_before=newest.recorded_at if newest else None,
        )  # fmt: skip
        await service.store.append(unit)  # another process that was first has said the same
        service.committed()
        return True

    def _said(self, seen: Snapshot) -> Judged:
        return Judged(
            positions=tuple(
                Position(topic=at.topic, partition=at.partition, seq=seq)
                for at, seq in sorted(seen.judged.items())
            ),
            rule_pack_sha256=self._rules_sha256,
            findings=seen.findings,
            parked=seen.parked,
        )


def vector_of(event: Event | None) -> Vector:
    """What a Judged event says; empty without one."""
    if event is None or not isinstance(event.facts, Judged):
        return {}
    return {TopicPartition(p.topic, p.partition): p.seq for p in event.facts.positions}


def others_of(vector: Vector) -> Vector:
    """Without the findings themselves, and without partitions where nothing is."""
    return {at: seq for at, seq in vector.items() if seq and at.topic != FINDING_EVENTS}


# The numbers of our own events are those given at commit, also where the inbox has not yet read
# them back: up to them stand exactly the findings that follow from the other positions.
_VECTOR = """
SELECT topic, partition_no, seq FROM inbox_positions WHERE reader = $1 AND topic <> $2
UNION ALL SELECT topic, partition_no, seq FROM heads WHERE topic = $2
"""
_HEARD = """
SELECT topic, partition_no, seq FROM inbox_positions WHERE reader = $1 AND topic <> $2
"""
_PARKED = """
SELECT count(DISTINCT stream_id) FROM inbox_pending WHERE reader = $1 AND state = 'parked'
"""
_NEWEST = """
SELECT body FROM events WHERE partition_no = $1 AND stream_id = $2 ORDER BY version DESC LIMIT 1
"""
