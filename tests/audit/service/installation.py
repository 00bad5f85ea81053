"""Audit on a real PostgreSQL log and database, moved step by step by its test."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from services.audit.app import build
from services.audit.consumer import Auditing
from services.audit.detectors.rules import load_rules
from services.audit.finding.decide import FINDING, Finding
from services.audit.hot_rows import MAX_ROWS
from services.audit.judging import Judges
from services.audit.trace.index import Indexed
from services.audit.watermark import READER, STREAM, Watermark
from shared.events.base import TOPICS
from shared.events.envelope import Event, decode, encode
from shared.events.partition import partition_of
from shared.inbox import Inbox
from shared.log.chain import GENESIS, link
from shared.log.open import open_log
from shared.log.port import Log, LogReader, Record, TopicPartition
from shared.service import Parts, Service, opened
from shared.settings import Environment, Settings
from tests.audit.histories import PARTITIONS
from tests.audit.memory_log import topic_of
from tests.databases import Databases

RULES = load_rules()


@dataclass
class Audit:
    """One audit process's parts without its loops: `hear` reads the log, `send` tells its own."""

    service: Service
    others: Log
    """the log as the other services may write it"""
    parts: Parts
    judges: Judges
    inbox: Inbox
    reader: LogReader
    folder: Path
    said: dict[TopicPartition, Record] = field(default_factory=dict)
    max_rows: int = MAX_ROWS

    async def say(self, *events: Event) -> None:
        """Append to the log as the relays of the other services do."""
        await self.say_bodies(*((e.subject, topic_of(e), e.id, encode(e)) for e in events))

    async def say_bodies(self, *told: tuple[str, str, str, bytes]) -> None:
        writer = await self.others.writer()
        for subject, topic, identity, body in told:
            at = TopicPartition(topic, partition_of(subject, PARTITIONS))
            last = self.said.get(at) or Record(0, bytes(16), GENESIS, b"")
            chain = link(last.chain, last.seq + 1, UUID(identity).bytes, body)
            record = Record(last.seq + 1, UUID(identity).bytes, chain, body)
            await writer.append(at, [record])
            self.said[at] = record
        await writer.close()

    async def hear(self) -> None:
        """Judge all that the log holds, and send what comes of it."""
        await self.send()
        while await self.inbox.lag():
            await self.inbox.turn(self.reader)
        await self.send()

    async def send(self) -> None:
        await self.service.relay.send_all()

    async def restart(self) -> None:
        """A new reader from the saved positions, as a new process has."""
        await self.reader.close()
        self.inbox = inbox_of(self.service, self.judges, self.max_rows)
        self.reader = await self.inbox.open()

    async def judged(self) -> bool:
        """One round of the watermark."""
        said = await Watermark(self.service, self.judges).turn()
        await self.send()
        return said

    async def findings(self) -> dict[str, Finding]:
        """All findings by stream."""
        streams = {e.subject for e in await self.own_events() if e.subject != STREAM}
        return {one: FINDING.fold(await self.service.store.load(one)) for one in sorted(streams)}

    async def own_events(self) -> Sequence[Event]:
        rows = await self.service.pool.fetch("SELECT body FROM events ORDER BY stream_id, version")
        return [decode(row[0]) for row in rows]

    async def kinds(self) -> list[str]:
        """Types of the findings' events, in the order of their streams."""
        return [type(e.facts).__name__ for e in await self.own_events() if e.subject != STREAM]


def inbox_of(service: Service, judges: Judges, max_rows: int) -> Inbox:
    handler = Indexed(Auditing(service, judges, max_rows))
    return Inbox(READER, service.store, service.log, TOPICS, handler, service.clock)


@asynccontextmanager
async def audit_on(
    databases: Databases, folder: Path, max_rows: int = MAX_ROWS
) -> AsyncIterator[Audit]:
    database, log = await databases("audit", PARTITIONS), await databases("log")
    owner = await open_log(log.owner_dsn)
    await owner.create_topics(dict.fromkeys(TOPICS, PARTITIONS))
    settings = Settings(
        environment=Environment.TEST,
        database_url=database.service_dsn("audit_service"),
        log=log.service_dsn("audit_service"),
        issuer="https://issuer.test",
        audience="claims-ledger",
        jwks=str(folder / "jwks.json"),
        request_key="a key of the tests",
        partitions=PARTITIONS,
        archive_dir=folder / "archive",
        shutdown_seconds=2,
    )
    judges = Judges(RULES, {})
    async with opened(settings) as service:
        parts = await build(service)
        service.projectors.extend(parts.projectors)
        await service.relay.compare()
        inbox = inbox_of(service, judges, max_rows)
        reader = await inbox.open()
        audit = Audit(service, owner, parts, judges, inbox, reader, folder, max_rows=max_rows)
        yield audit
        await audit.reader.close()
        judges.close()
    await owner.close()
