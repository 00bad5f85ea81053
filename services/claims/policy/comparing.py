"""Recorded claims judged under two versions: who would gain, who would lose, how much."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import asyncpg
import msgspec

from services.claims.claim.approval import ProposeClaim
from services.claims.claim.decide import CLAIM, Claim
from services.claims.claim.exceptions import recorded
from services.claims.claim.judgement import case_of, judged, keys_for
from services.claims.claim.planned import NO_PLAN
from services.claims.claim.views import others_with
from services.claims.plan.views import plan_of
from services.claims.verification.loading import verified_for
from shared.clock import SHANGHAI
from shared.events.claims import ClaimContent, ClaimProposed
from shared.events.envelope import Event
from shared.policy.pack import Pack
from shared.policy.standing import picked_day
from shared.service import Service
from shared.store.commands import Holders
from shared.store.store import Asked

PAGE = 100
"""claims judged between two looks at the clock; at most so many streams are held in memory"""
LEFT_OUT = ("withdrawn", "imported")
"""what asks for nothing any more, and what the ledger did not decide"""

PackOf = Callable[[ClaimContent, str], Pack | None]


class Said(msgspec.Struct, frozen=True):
    """What one version says of one claim."""

    decision: str
    amount_fen: int
    reasons: tuple[str, ...]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One claim under both versions. `reached`: its day lies in the days of the new one."""

    claim: str
    kind: str
    reached: bool
    old: Said
    new: Said

    @property
    def differs(self) -> bool:
        return self.old != self.new

    @property
    def gained_fen(self) -> int:
        """Below zero: lost."""
        return self.new.amount_fen - self.old.amount_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """`old_of` gives the version that judges a claim today; None: no policy was there."""

    old_of: PackOf
    new: Pack
    effective_from: date
    today: date


@dataclass(frozen=True, slots=True)
class _Read:
    """One recorded claim with all that its judgement needs, whichever version judges."""

    stream_id: str
    claim: Claim
    content: ClaimContent
    on: date
    old: Pack | None


_COUNT = "SELECT count(*) FROM claims_in_hand WHERE jurisdiction = ANY($1) AND stage <> ALL($2)"
_NEXT = """
SELECT stream_id FROM claims_in_hand
 WHERE jurisdiction = ANY($1) AND stage <> ALL($2) AND stream_id > $3 ORDER BY stream_id LIMIT $4
"""


async def total(pool: asyncpg.Pool, new: Pack) -> int:
    """How many recorded claims the version's places have."""
    return int(await pool.fetchval(_COUNT, sorted(new.jurisdictions), list(LEFT_OUT)))


async def next_claims(pool: asyncpg.Pool, new: Pack, after: str, limit: int = PAGE) -> list[str]:
    """The claims after this one, in the order of their ids."""
    rows = await pool.fetch(_NEXT, sorted(new.jurisdictions), list(LEFT_OUT), after, limit)
    return [row["stream_id"] for row in rows]


async def compared(service: Service, claims: Sequence[str], between: Between) -> list[Line]:
    """Judge these claims under both versions: content as filed, facts as registers and tables
    answered, history as the slots that stand, the day of the newest proposal or else today.
    """
    bodies = (await service.store.read(Asked(tuple(claims)))).bodies
    found = [_read(stream_id, bodies[stream_id], between) for stream_id in claims]
    ready = [one for one in found if one is not None]
    holders = await _holders(service, ready, between)
    return await asyncio.gather(*(_line(service, one, holders, between) for one in ready))


def _read(stream_id: str, bodies: Sequence[bytes], between: Between) -> _Read | None:
    claim = CLAIM.fold(bodies)
    if claim.content is None:
        return None
    events = reversed(CLAIM.events(bodies))
    on = next((_day(e) for e in events if isinstance(e.facts, ClaimProposed)), between.today)
    return _Read(
        stream_id, claim, claim.content, on, between.old_of(claim.content, claim.jurisdiction)
    )


def _day(event: Event) -> date:
    return event.recorded_at.astimezone(SHANGHAI).date()


async def _holders(service: Service, ready: Sequence[_Read], between: Between) -> Holders:
    """Every slot that either version would look at, in one question."""
    wanted = {
        key
        for one in ready
        for pack in (one.old, between.new)
        if pack is not None
        for key in keys_for(one.content, one.claim.jurisdiction, pack)
    }
    return (await service.store.read(Asked(slots=tuple(sorted(wanted))))).holders if wanted else {}


async def _line(service: Service, one: _Read, holders: Holders, between: Between) -> Line:
    content = one.content
    others: tuple[str, ...] = ()
    if content.certificate is not None:
        others = await others_with(service.pool, content.certificate, content.person)
    plan = NO_PLAN
    if content.plan is not None:
        plan = await plan_of(service.pool, content.plan, content.person)

    async def said(pack: Pack | None) -> Said:
        """Exactly what a proposal would say: the same function, nothing written."""
        if pack is None:
            return Said("NONE", 0, ())
        seen = await verified_for(service, one.claim, pack)
        found = judged(
            case_of(content, one.claim.jurisdiction), content, one.claim.content_version,
            ProposeClaim(one.stream_id, one.on, others, seen, plan), pack, holders,
            recorded(one.claim),
        )  # fmt: skip
        return Said(found["decision"], found["amount_fen"], tuple(found["reasons"]))

    return Line(
        claim=one.stream_id,
        kind=content.kind,
        reached=picked_day(between.new, content) >= between.effective_from,
        old=await said(one.old),
        new=await said(between.new),
    )
