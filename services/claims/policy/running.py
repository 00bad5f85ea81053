"""Runs a comparison in pieces: each request judges some pages, the last one says the result."""

import asyncio
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import uuid4

import msgspec

from services.claims.packs import carried_pack, policies
from services.claims.policy import views
from services.claims.policy.comparing import Between, compared, next_claims, total
from services.claims.policy.decide import Proposal
from services.claims.policy.views import Run
from shared.events.claims import ClaimContent, PolicyUsed
from shared.events.policies import KindCompared, PolicyCompared
from shared.policy.pack import Pack
from shared.service import Service

TURN_SECONDS = 5.0
"""after so long a request answers how far it is, and the next one goes on"""


@dataclass(frozen=True, slots=True)
class Progress:
    """`result` None: claims are left."""

    run: Run
    result: PolicyCompared | None = None


async def pack_of(proposal: Proposal) -> Pack:
    """The proposed pack, from the bytes in its event. Raises PackRefused, NotCarried."""
    facts = proposal.facts
    return await asyncio.to_thread(carried_pack, facts.pack, facts.file_sha256)


class Comparison:
    """One proposal against what is in force. Two requests at once, or a crash, count no claim
    twice: a page's counts and the run's place move in one transaction, by compare-and-set.
    """

    def __init__(self, service: Service, proposal: Proposal, new: Pack) -> None:
        self._service = service
        self._proposal = proposal
        self._new = new
        standing = policies(service).standing

        def old_of(content: ClaimContent, place: str) -> Pack | None:
            return standing.judging(place, content)

        self._base = standing.newest(self._new.content.jurisdiction.code)
        self._between = Between(
            old_of=old_of,
            new=self._new,
            effective_from=proposal.facts.effective_from,
            today=service.clock.today(),
        )

    async def turn(self, *, again: bool, seconds: float = TURN_SECONDS) -> Progress:
        """Judge for so long. `again`: begin anew although a run is done."""
        run = await views.newest_run(self._service.pool, self._proposal.event_id)
        if run is None or (run.done and again):
            run = await self._begun()
        until = time.monotonic() + seconds
        while not run.done and time.monotonic() < until:
            run = await self._page(run)
        return Progress(run, await self._result(run) if run.done else None)

    async def _begun(self) -> Run:
        pool = self._service.pool
        run = Run(f"comparison-{uuid4()}", await total(pool, self._new), "", 0, False)
        async with pool.acquire() as connection:
            now = self._service.clock.now()
            await views.begin(connection, run, self._proposal.event_id, now)
        return run

    async def _page(self, run: Run) -> Run:
        service = self._service
        claims = await next_claims(service.pool, self._new, run.after)
        lines = await compared(service, claims, self._between)
        async with service.pool.acquire() as connection, connection.transaction():
            await views.add(connection, run, lines, claims[-1] if claims else None)
        return await views.newest_run(service.pool, self._proposal.event_id) or run

    async def _result(self, run: Run) -> PolicyCompared:
        pool, facts = self._service.pool, self._proposal.facts
        kinds, reached = await views.kinds(pool, run.run)
        said: dict[str, Any] = {
            "policy_id": facts.policy_id,
            "version": facts.version,
            "content_sha256": facts.content_sha256,
            "run": run.run,
            "base": _used(self._base),
            "reached": reached,
            **_sums(kinds),
            "kinds": kinds,
            "lines_sha256": await views.lines_sha256(pool, run.run),
        }
        digest = sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()
        return PolicyCompared(**said, summary_sha256=digest)


def _sums(kinds: tuple[KindCompared, ...]) -> dict[str, int]:
    names = ("judged", "gain", "lose", "stay", "differ", "old_fen", "new_fen")
    return {name: sum(getattr(one, name) for one in kinds) for name in names}


def _used(pack: Pack | None) -> PolicyUsed | None:
    if pack is None:
        return None
    return PolicyUsed(
        policy_id=pack.policy_id, version=pack.version, content_sha256=pack.content_sha256
    )
