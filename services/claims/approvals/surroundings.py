"""What approving many claims must know of each: read for a page of them in a few round trips."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.claims.approvals.book import Waiting
from services.claims.claim import views
from services.claims.claim.approval import slots_wanted
from services.claims.claim.decide import CLAIM, Claim
from services.claims.claim.planned import NO_PLAN, PlanOfClaim
from services.claims.handling.demands import NOTHING_AROUND, Around
from services.claims.handling.views import around_each
from services.claims.packs import pack_of
from services.claims.plan.views import plans_of
from services.claims.verification.loading import verified_for
from services.claims.verification.verified import Verified
from shared.events.base import CLAIM_EVENTS
from shared.events.envelope import decode
from shared.policy.pack import Pack
from shared.service import Service
from shared.store.commands import Holders
from shared.store.store import Asked

LOOKS, LOOK_SECONDS = 1_000, 0.005
"""how long the read tables may take to show what is committed: 5 s"""


class ViewBehind(Exception):
    """The read tables do not show yet what is committed: try the page again."""


@dataclass(frozen=True, slots=True)
class Found:
    """One claim, and what stands around it."""

    claim: Claim
    version: int
    last_at: datetime
    pack: Pack
    verified: Verified | None
    others: tuple[str, ...]
    around: Around
    plan: PlanOfClaim


class Surroundings:
    """Reads pages of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def of(self, page: Sequence[Waiting]) -> tuple[Mapping[str, Found], Holders]:
        """By claim; one that does not exist, or was imported, is left out. Raises ViewBehind."""
        store = self._service.store
        heads = await store.heads()
        bodies = (await store.read(Asked(tuple(one.claim for one in page)))).bodies
        claims = {stream: CLAIM.fold(own) for stream, own in bodies.items()}
        claims = {stream: claim for stream, claim in claims.items() if claim.content}
        packs = {stream: pack_of(self._service, claim) for stream, claim in claims.items()}
        said = await asyncio.gather(*(verified_for(self._service, c) for c in claims.values()))
        verified = dict(zip(claims, said, strict=True))
        await self._shown({at.partition: n for at, n in heads.items() if at.topic == CLAIM_EVENTS})
        others, around, plans = await self._tables(claims, packs)
        found = {
            stream: Found(
                claim, len(bodies[stream]), decode(bodies[stream][-1]).recorded_at, packs[stream],
                verified[stream], others.get(stream, ()), around.get(stream, NOTHING_AROUND),
                plans.get(stream, NO_PLAN),
            )
            for stream, claim in claims.items()
        }  # fmt: skip
        return found, await self._holders(claims, packs)

    async def _tables(
        self, claims: Mapping[str, Claim], packs: Mapping[str, Pack]
    ) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, Around], Mapping[str, PlanOfClaim]]:
        pool = self._service.pool
        contents = {stream: c.content for stream, c in claims.items() if c.content is not None}
        others = await views.others_with_each(pool, contents)
        by_place: dict[frozenset[str], list[str]] = defaultdict(list)
        for stream in contents:
            by_place[packs[stream].jurisdictions].append(stream)
        around: dict[str, Around] = {}
        for places, streams in by_place.items():
            around |= await around_each(pool, {s: contents[s] for s in streams}, places)
        named = {s: (c.plan, c.person) for s, c in contents.items() if c.plan is not None}
        plans = await plans_of(pool, set(named.values()))
        return others, around, {s: plans.get(key, NO_PLAN) for s, key in named.items()}

    async def _holders(self, claims: Mapping[str, Claim], packs: Mapping[str, Pack]) -> Holders:
        slots = {key for s, claim in claims.items() for key in slots_wanted(claim, packs[s])}
        if not slots:
            return {}
        return (await self._service.store.read(Asked(slots=tuple(sorted(slots))))).holders

    async def _shown(self, wanted: Mapping[int, int]) -> None:
        """Wait until the tables show all of this, in whichever process they are kept."""
        for _ in range(LOOKS):
            rows = await self._service.pool.fetch(_SEEN, views.VIEW, CLAIM_EVENTS)
            seen = {row["partition_no"]: row["seq"] for row in rows}
            if all(seen.get(partition, 0) >= number for partition, number in wanted.items()):
                return
            await asyncio.sleep(LOOK_SECONDS)
        raise ViewBehind


_SEEN = "SELECT partition_no, seq FROM view_positions WHERE view = $1 AND topic = $2"
