"""Works off lists of approvals in the background: a page of claims, their events and outcomes, in
one commit. A process that is killed loses a page that was not committed, and nothing else.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence

import asyncpg
import structlog

from services.claims.approvals import book
from services.claims.approvals.book import Asked, DoneElsewhere, Outcome, Waiting
from services.claims.approvals.deciding import Decided, decide_one, refused
from services.claims.approvals.surroundings import Found, Surroundings, ViewBehind
from services.claims.claim.decide import CLAIM
from services.claims.packs import policies
from shared.attempts import RETRIED
from shared.events.approvals import ApprovalsEnded
from shared.events.base import CLAIM_EVENTS
from shared.events.envelope import Event
from shared.http.access import Jurisdictions
from shared.http.faults import CONTENDED
from shared.service import Service
from shared.store.coalesce import Overloaded
from shared.store.commands import Aggregate, By, Decision
from shared.store.unit import Appended, Unit

PAGE = 250
"""claims in one commit"""
MAX_TRIES = 5
"""how often one claim is decided again because others were first"""
LOOK_SECONDS, RETRY_SECONDS = 0.5, 0.5
AGAIN: tuple[type[BaseException], ...] = (
    *RETRIED,
    asyncpg.UniqueViolationError,
    DoneElsewhere,
    Overloaded,
    ViewBehind,
)
"""the page is tried again, from what stands then"""

log = structlog.get_logger()


def _count(version: int, event: Event) -> int:
    return event.version


APPROVALS: Aggregate[int] = Aggregate("/claims", CLAIM_EVENTS, 0, _count)
"""asked for, then ended"""


class Approving:
    """Two processes at once do no harm: the outcome of a claim is written once, with its event."""

    def __init__(self, service: Service, page: int = PAGE) -> None:
        self._service = service
        self._page = page
        self._surroundings = Surroundings(service)
        self._jurisdictions = Jurisdictions.released()
        self._tries: Counter[tuple[str, int]] = Counter()

    async def run(self) -> None:
        """For ever; database and read tables are waited for."""
        await self._service.relay.compare_until_done()
        while True:
            try:
                if not await self.turn():
                    await asyncio.sleep(LOOK_SECONDS)
            except AGAIN as failed:
                log.warning("approvals_retry", cause=type(failed).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    async def turn(self) -> int:
        """A page of each list that is open, so that a short one does not wait for a long one; how
        many claims were looked at. Raises one of AGAIN: then nothing of the page was written.
        """
        looked = 0
        for asked in await book.open_lists(self._service.pool):
            page = await book.waiting(self._service.pool, asked.approvals, self._page)
            if page:
                await self.work(asked, page)
            else:
                await self._end(asked)
            looked += len(page) or 1
        return looked

    async def work(self, asked: Asked, page: Sequence[Waiting]) -> None:
        """One page; nothing of it stays where a claim has its outcome from elsewhere."""
        await policies(self._service).now()
        found, holders = await self._surroundings.of(page)
        seen = self._jurisdictions.seen_by(asked.jurisdiction, self._service.clock.today())
        units: list[tuple[Unit, Outcome]] = []
        outcomes: list[Outcome] = []
        taken: set[tuple[str, str]] = set()
        for line in page:
            said = decide_one(asked, line, found.get(line.claim), holders, seen)
            if isinstance(said, Outcome):
                outcomes.append(said)
                continue
            keys = {(slot.kind, slot.key) for slot in said.decision.takes}
            if taken.isdisjoint(keys):  # else it is decided again, when this page is committed
                units.append((self._unit(asked, line, found[line.claim], said), said.outcome))
            taken |= keys
        await self._commit(asked, units, outcomes)

    def _unit(self, asked: Asked, line: Waiting, found: Found, said: Decided) -> Unit:
        by = By(
            actor=asked.actor,
            jurisdiction=found.claim.jurisdiction,
            correlation_id=asked.correlation_id,
            org=asked.org,
            causation_id=asked.event_id,
        )
        return self._service.ledger.unit(
            CLAIM, line.claim, found.version, said.decision, by, not_before=found.last_at
        )

    async def _commit(
        self,
        asked: Asked,
        units: Sequence[tuple[Unit, Outcome]],
        outcomes: Sequence[Outcome],
    ) -> None:
        store = self._service.store
        async with store.pool.acquire() as connection, connection.transaction():
            became = await store.append_within(connection, [unit for unit, _ in units])
            settled = list(outcomes)
            for (_, outcome), one in zip(units, became, strict=True):
                if isinstance(one, Appended):
                    settled.append(outcome)
                elif self._hopeless(asked, outcome.n):
                    settled.append(refused(outcome.n, CONTENDED))
            await book.settle(connection, asked.approvals, settled)
        store.seen(at for one in became if isinstance(one, Appended) for at in one.positions)
        self._service.committed()

    def _hopeless(self, asked: Asked, n: int) -> bool:
        """Others were first at this claim, or at what it takes, again and again."""
        self._tries[asked.approvals, n] += 1
        return self._tries[asked.approvals, n] >= MAX_TRIES

    async def _end(self, asked: Asked) -> None:
        service = self._service
        by = By(
            actor=asked.actor,
            jurisdiction=asked.jurisdiction,
            correlation_id=asked.correlation_id,
            org=asked.org,
            causation_id=asked.event_id,
        )
        counts = await book.counts(service.pool, asked.approvals)
        unit = service.ledger.unit(
            APPROVALS, asked.approvals, 1, Decision([ended(counts)]), by, not_before=asked.asked_at
        )
        async with service.pool.acquire() as connection, connection.transaction():
            [outcome] = await service.store.append_within(connection, [unit])
            await book.end(connection, asked.approvals, service.clock.now())
        if isinstance(outcome, Appended):
            service.store.seen(outcome.positions)
        service.committed()
        self._tries.clear()
        log.info("approvals_ended", approvals=asked.approvals, **counts)


def ended(counts: Mapping[str, int]) -> ApprovalsEnded:
    """The event that ends a list."""
    words = ("approved", "rejected", "held", "refused")
    return ApprovalsEnded(**{word: counts.get(word, 0) for word in words})
