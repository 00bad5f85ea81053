"""From an accepted claim to its questions: each asked once, for all claims that need it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.claims.claim.decide import CLAIM, Claim, Stage
from services.claims.packs import judging
from services.claims.verification.decide import (
    SYSTEM,
    VERIFICATION,
    Channel,
    RequestVerification,
    request_verification,
)
from services.claims.verification.questions import Wanted, questions_of
from shared.events.envelope import decode
from shared.service import Service
from shared.store.commands import By
from shared.store.store import Asked, Connection
from shared.store.unit import Appended, Unit

PAGE = 100
"""claims in one turn"""
OPEN = (Stage.ACCEPTED, Stage.PROPOSED, Stage.HELD)


@dataclass(frozen=True, slots=True)
class Needing:
    """One claim and the questions that its pack asks about it."""

    claim: str
    jurisdiction: str
    correlation_id: str
    wanted: tuple[Wanted, ...]


class Requesting:
    """Works off `claims_to_verify`. Two at once, or a crash half-way, ask nothing twice: a question
    is a stream of its own, and the claims that it knows are in its events.
    """

    def __init__(self, service: Service, asked: frozenset[str]) -> None:
        self._service = service
        self._asked = asked
        """registers that can be asked; the others answer by hand"""

    async def turn(self) -> int:
        """How many claims were looked at."""
        rows = await self._service.pool.fetch(_NEXT, PAGE)
        claims = tuple(row["claim"] for row in rows)
        if not claims:
            return 0
        needing = [
            self._needing(claim, bodies) for claim, bodies in (await self._read(claims)).items()
        ]
        for place in sorted({need.jurisdiction for need in needing}):
            group = [need for need in needing if need.jurisdiction == place]
            units = await self._units(group, place)
            became = await self._service.store.append_batch(units) if units else []
            if not all(isinstance(outcome, Appended) for outcome in became):
                return len(rows)  # somebody else was first: what is left is seen at the next turn
            self._service.committed()
            await self._settle(group)
        return len(rows)

    async def _read(self, streams: Sequence[str]) -> Mapping[str, Sequence[bytes]]:
        return (await self._service.store.read(Asked(tuple(streams)))).bodies

    async def _units(self, group: Sequence[Needing], place: str) -> list[Unit]:
        """One unit a question, with all claims of this place that need it."""
        asking: dict[str, tuple[Wanted, list[Needing]]] = {}
        for need in group:
            for wanted in need.wanted:
                asking.setdefault(wanted.stream_id, (wanted, []))[1].append(need)
        known = await self._read(tuple(asking)) if asking else {}
        units = []
        for stream_id, (wanted, needs) in asking.items():
            bodies = known.get(stream_id, ())
            claims = tuple(need.claim for need in needs)
            command = RequestVerification(wanted.keys, claims, self._channel(wanted))
            decision = request_verification(VERIFICATION.fold(bodies), command)
            if not decision.events:
                continue
            by = By(
                actor=SYSTEM, jurisdiction=place, correlation_id=needs[0].correlation_id
            )  # fmt: skip
            units.append(
                self._service.ledger.unit(
                    VERIFICATION, stream_id, len(bodies), decision, by,
                    not_before=decode(bodies[-1]).recorded_at if bodies else None,
                )
            )  # fmt: skip
        return units

    def _needing(self, claim_id: str, bodies: Sequence[bytes]) -> Needing:
        claim: Claim = CLAIM.fold(bodies)
        wanted: tuple[Wanted, ...] = ()
        if claim.content is not None and claim.stage in OPEN:
            pack = judging(self._service, claim.content, claim.jurisdiction)
            wanted = questions_of(claim.content, pack)
        return Needing(claim_id, claim.jurisdiction, decode(bodies[-1]).correlation_id, wanted)

    def _channel(self, wanted: Wanted) -> Channel:
        return "http" if wanted.keys.register in self._asked else "by_hand"

    async def _settle(self, group: Sequence[Needing]) -> None:
        """The claims wait for exactly these answers from now on, and are asked about."""
        async with self._service.pool.acquire() as connection, connection.transaction():
            await _wait(connection, group)


async def _wait(connection: Connection, group: Sequence[Needing]) -> None:
    claims = [need.claim for need in group]
    await connection.execute(_FORGET, claims)
    await connection.executemany(_WAIT, list(_pairs(group)))
    await connection.execute(_DONE, claims)


def _pairs(group: Sequence[Needing]) -> Iterator[tuple[str, str]]:
    for need in group:
        for wanted in need.wanted:
            yield need.claim, wanted.stream_id


_NEXT = "SELECT claim FROM claims_to_verify ORDER BY since, claim LIMIT $1"
_FORGET = "DELETE FROM verification_claims WHERE claim = ANY($1)"
_WAIT = """
INSERT INTO verification_claims (claim, stream_id) VALUES ($1, $2) ON CONFLICT DO NOTHING
"""
_DONE = "DELETE FROM claims_to_verify WHERE claim = ANY($1)"
