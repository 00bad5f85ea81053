"""Which packs judge where: those of the release and those published here, taken up as they come."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from weakref import WeakKeyDictionary, proxy

import structlog

from services.claims.claim.decide import Claim
from services.claims.plan.decide import Plan
from services.claims.policy.decide import SLOT
from shared.attempts import RETRIED
from shared.events.claims import ClaimContent, PolicyUsed
from shared.events.envelope import decode
from shared.events.policies import PolicyProposed
from shared.events.references import PolicyPublished
from shared.policy import load
from shared.policy.carried import digest_of, unpacked
from shared.policy.document import PackRefused
from shared.policy.load import PACKS, parse_pack
from shared.policy.pack import Pack
from shared.policy.standing import Days, Standing, Version, shipped
from shared.service import Service
from shared.store.store import Asked, Connection, Store

LOOK_SECONDS = 0.5
MAX_READ = 64
"""packs of events that are held read"""

log = structlog.get_logger()

_SLOTS = "SELECT DISTINCT stream_id FROM reservations WHERE kind = $1 ORDER BY stream_id"
_COUNT = "SELECT count(*) FROM reservations WHERE kind = $1"
_KEEP = """
INSERT INTO policy_files (file_sha256, content_sha256, policy_id, version, content)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
"""
_FIND = """
SELECT content FROM policy_files
 WHERE policy_id = $1 AND version = $2 AND content_sha256 = $3 ORDER BY file_sha256 LIMIT 1
"""


@cache
def released() -> tuple[Version, ...]:
    """The packs that come with the program."""
    return tuple(shipped(load.shipped()))


@cache
def packs() -> Mapping[str, Pack]:
    """Pack of the release by GB/T 2260 code of the city and of its districts.

    It knows nothing of what was published since; whoever judges asks `policies`.
    """
    standing = Standing.of(released())
    return {code: standing.versions[policy][-1].pack for code, policy in standing.places.items()}


class Policies:
    """What stands in this process. A published version holds a slot from the transaction of its
    event on, so one look at the slots tells whether something is new.
    """

    def __init__(self, store: Store) -> None:
        self._store: Store = proxy(store)  # whoever holds the store holds us
        self._published = 0
        self.standing = Standing.of(released())

    async def open(self) -> None:
        """Before the first request: keep the files of this release, take up what was published."""
        async with self._store.pool.acquire() as connection, connection.transaction():
            for path, pack in zip(sorted(PACKS.glob("*.yaml")), load.shipped(), strict=True):
                await keep(connection, pack, path.read_bytes())
        await self.now()

    async def now(self) -> Standing:
        """What stands at this moment, versions published by other processes included."""
        count = await self._store.pool.fetchval(_COUNT, SLOT)
        if count != self._published:
            rows = await self._store.pool.fetch(_SLOTS, SLOT)
            streams = tuple(row["stream_id"] for row in rows)
            bodies = (await self._store.read(Asked(streams))).bodies
            found: list[Version] = []
            for stream in streams:
                found += await asyncio.to_thread(published, bodies[stream])
            self.standing, self._published = Standing.of((*released(), *found)), len(found)
            log.info("policies_taken_up", published=len(found))
        return self.standing

    async def run(self) -> None:
        """Follow for ever; the database is waited for."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.now()
            except RETRIED as failed:
                log.warning("policies_retry", cause=type(failed).__name__)

    async def used(self, policy: PolicyUsed) -> Pack | None:
        """The pack of a decision, also an old one; None when its file is not here, or this program
        cannot read it any more.
        """
        said = (policy.policy_id, policy.version, policy.content_sha256)
        if (standing := self.standing.find(*said)) is not None:
            return standing
        content = await self._store.pool.fetchval(_FIND, *said)
        try:
            return None if content is None else parse_pack(content.decode())
        except PackRefused:
            return None


_OPENED: "WeakKeyDictionary[Store, Policies]" = WeakKeyDictionary()


def policies(service: Service) -> Policies:
    """Those of this running service; one process may run several."""
    known = _OPENED.get(service.store)
    if known is None:
        known = _OPENED[service.store] = Policies(service.store)
    return known


def judging(service: Service, content: ClaimContent, place: str) -> Pack:
    """The version that judges this claim, as this process knows it. Raises KeyError: none here."""
    pack = policies(service).standing.judging(place, content)
    if pack is None:
        raise KeyError(place)
    return pack


def pack_of(service: Service, claim: Claim) -> Pack:
    """The version that judges the claim; one from before the ledger is not judged, and has the
    newest.
    """
    if claim.content is not None:
        return judging(service, claim.content, claim.jurisdiction)
    pack = policies(service).standing.newest(claim.jurisdiction)
    if pack is None:
        raise KeyError(claim.jurisdiction)
    return pack


def plan_pack(service: Service, plan: Plan) -> Pack:
    """The version that will judge the claims of a plan that ends as planned: its certificates are
    not there before its last day.
    """
    standing = policies(service).standing
    said = plan.content
    pack = standing.newest(plan.jurisdiction)
    if said is not None:
        days = Days(said.kind, said.ends_on, said.ends_on, said.starts_on, said.ends_on)
        pack = standing.judging(plan.jurisdiction, days)
    if pack is None:
        raise KeyError(plan.jurisdiction)
    return pack


def published(bodies: Sequence[bytes]) -> list[Version]:
    """The versions that one policy's events put in force, each from the file in its proposal."""
    found: list[Version] = []
    carried: dict[str, PolicyProposed] = {}
    for body in bodies:
        match decode(body).facts:
            case PolicyProposed() as proposed:
                carried[proposed.content_sha256] = proposed
            case PolicyPublished() as facts:
                proposed = carried[facts.content_sha256]
                pack = carried_pack(proposed.pack, proposed.file_sha256)
                found.append(Version(pack, proposed.effective_from, published=True))
            case _:
                pass
    return found


@lru_cache(maxsize=MAX_READ)
def carried_pack(carried: str, file_sha256: str) -> Pack:
    """The pack that an event carries. Raises NotCarried, PackRefused: no program that this one can
    follow wrote it.
    """
    return parse_pack(unpacked(carried, file_sha256).decode())


async def keep(connection: Connection, pack: Pack, content: bytes) -> None:
    """The file of a pack, found again by what it says. Written once."""
    await connection.execute(
        _KEEP, digest_of(content), pack.content_sha256, pack.policy_id, pack.version, content
    )
