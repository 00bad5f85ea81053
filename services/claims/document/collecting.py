"""Files that no event names go; those that one names are kept. Once an hour, a day late."""

import asyncio
from datetime import timedelta

import structlog

from services.claims.document.files import Begun, Files
from shared.clock import Clock
from shared.events.documents import DocumentAttached
from shared.events.envelope import decode
from shared.faults import TRANSIENT
from shared.store.store import Store

EVERY_SECONDS = 3600.0
LEFT_FOR = timedelta(days=1)
"""an upload ends within minutes; a day leaves room for every retry of its command"""
AT_ONCE = 200

log = structlog.get_logger()


class Collecting:
    """One per process; two at once do no harm: the events say what stays."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._files = Files(store.pool)

    async def run(self) -> None:
        """For ever, once an hour; a failure of the database waits for the next hour."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                dropped = await self.once()
            except TRANSIENT as failed:
                log.warning("documents_not_collected", cause=type(failed).__name__)
            else:
                log.info("documents_collected", files=dropped)

    async def once(self) -> int:
        """How many files went."""
        before, dropped = self._clock.now() - LEFT_FOR, 0
        while found := await self._files.leftovers(before, AT_ONCE):
            for begun in found:
                if await self._named(begun):
                    await self._files.keep(begun.document)
                else:
                    await self._files.drop(begun.document)
                    dropped += 1
        return dropped

    async def _named(self, begun: Begun) -> bool:
        events = [decode(body).facts for body in await self._store.load(begun.stream_id)]
        return any(
            isinstance(facts, DocumentAttached) and facts.document == begun.document
            for facts in events
        )
