"""Claims, payments and audit at work together on one log, as in an installation."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.audit.app import build as audit
from services.claims.app import build as claims
from services.payments.app import build as payments
from shared.delivery import Delivery
from shared.events.envelope import decode
from shared.http.identity import Role
from shared.log.port import Record, TopicPartition
from tests.databases import Databases
from tests.installation import Running, prepared
from tests.payments.conftest import Both
from tests.payments.money import Bureau

SECONDS = 20.0
READ = 10_000


@dataclass
class Three(Both):
    """All services; each test uses its own persons, plans and funds."""

    audit: Running

    async def findings(
        self, rule: str, wanted: Callable[[dict[str, Any]], bool]
    ) -> Sequence[dict[str, Any]]:
        """The rule's findings that are wanted, once there is one. Raises TimeoutError."""
        auditor = self.audit.person("auditor-1", Role.AUDITOR)
        async with asyncio.timeout(SECONDS):
            while True:
                listed = (await auditor.get(f"/findings?rule={rule}&limit=200")).body["findings"]
                if found := [one for one in listed if wanted(one)]:
                    return found
                await asyncio.sleep(0.05)

    async def logged(self, topic: str) -> list[Delivery]:
        """Every record of a topic with its place, as the log holds it."""
        log = self.claims.service.log
        states = await log.states([topic])
        reader = await log.reader({at: state.start_offset for at, state in states.items()})
        found: list[Delivery] = []
        try:
            while any(reader.position(at) < state.end_offset for at, state in states.items()):
                for at, records in (await reader.read(READ, 0.2)).items():
                    found += [Delivery(at, record, decode(record.body)) for record in records]
        finally:
            await reader.close()
        return found

    async def send_again(self, at: TopicPartition, record: Record) -> None:
        """The same record a second time, as a relay does that died before it had saved."""
        writer = await self.claims.service.log.writer()
        await writer.append(at, [record])
        await writer.close()

    async def all_heard(self) -> None:
        """Every event is in the log, every reader has read it, every read table shows it."""
        running = (self.claims, self.payments, self.audit)
        async with asyncio.timeout(SECONDS):
            still = 0
            while still < 2:  # what is heard may say something new
                busy = [await _behind(each) for each in running]
                still = 0 if any(busy) else still + 1
                await asyncio.sleep(0.02)


async def _behind(running: Running) -> bool:
    """Whether something committed is not sent, something sent not read, or not shown."""
    if await running.service.pool.fetchval(_UNSENT):
        return True
    if any([await inbox.lag() for inbox in running.parts.inboxes]):
        return True
    heads = await running.service.store.heads()
    seen = [
        await projector.seen(*at) < seq
        for projector in running.parts.projectors
        for at, seq in heads.items()
    ]
    return any(seen)


_UNSENT = """
SELECT count(*) FROM (SELECT topic, partition_no, max(seq) AS seq FROM events GROUP BY 1, 2) e
  LEFT JOIN (SELECT topic, partition_no, max(last_seq) AS seq FROM relay_batches GROUP BY 1, 2) s
 USING (topic, partition_no)
 WHERE s.seq IS NULL OR s.seq < e.seq
"""


@dataclass
class Finance(Bureau):
    """A bureau whose batches wait for what audit itself says, not for a made-up word."""

    async def released(self, *payouts: str, key: str) -> dict[str, Any]:
        async with asyncio.timeout(SECONDS):
            while True:
                answer = await self.release(*payouts, key=key)
                if answer.status == 201:
                    return dict(answer.body)
                assert answer.codes[0] == "AUDIT_BEHIND", answer.body
                await asyncio.sleep(0.1)


@asynccontextmanager
async def three(databases: Databases, folder: Path) -> AsyncIterator[Three]:
    """A whole installation in the test's process, on a PostgreSQL log."""
    installation = await prepared(folder, databases, "claims", "payments", "audit")
    installation.notice_days = 0
    async with (
        installation.running("claims", claims) as first,
        installation.running("payments", payments) as second,
        installation.running("audit", audit) as third,
    ):
        yield Three(first, second, third)
