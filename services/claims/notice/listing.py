"""From claims to the list that is shown: who may stand in it, names opened, masked, recorded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from services.claims import problems
from services.claims.claim.decide import CLAIM, Claim, Stage
from services.claims.notice.page import STAR, Line, masked
from shared.events.base import Sealed
from shared.events.claims import ClaimContent
from shared.events.envelope import decode
from shared.events.persons import PersonalDataRead
from shared.http import catalogue as codes
from shared.http.problems import FieldRefusal, Kind, Problem, Refusal
from shared.policy.pack import Demand, Pack
from shared.service import Service
from shared.store.store import Asked
from shared.vault.sealing import open_sealed

PURPOSE = "public-notice"
MAX_ERRORS = 50


@dataclass(frozen=True, slots=True)
class Named:
    """A claim with the ciphertext of the name, and the event that it is bound to."""

    stream_id: str
    claim: Claim
    event_id: str
    name: Sealed | None


@dataclass(frozen=True, slots=True)
class Listing:
    """The claims of a notice and the step of the pack that wants them shown."""

    named: Sequence[Named]
    step: Demand

    @property
    def amount_fen(self) -> int:
        return sum(amount_of(one.claim) for one in self.named)


async def load_named(service: Service, claims: Sequence[str]) -> Mapping[str, Named]:
    """The claims by id, those that this service knows; at most a thousand in one read."""
    known = await service.store.read(Asked(tuple(claims)))
    found = {}
    for stream_id, bodies in known.bodies.items():
        if not stream_id.startswith("claim-"):
            continue
        events = [decode(body) for body in bodies]
        filed = [event for event in events if isinstance(event.facts, ClaimContent)]
        if filed:
            newest = filed[-1]
            assert isinstance(newest.facts, ClaimContent)
            name = newest.facts.sealed.get("name")
            found[stream_id] = Named(stream_id, CLAIM.fold(bodies), newest.id, name)
    return found


def listing_of(
    claims: Sequence[str],
    named: Mapping[str, Named],
    newest: Pack | None,
    pack_of: Callable[[Claim], Pack],
) -> Listing:
    """Raises Problem with each claim that must not stand in the notice, and why. `newest` is the
    city's newest policy, `pack_of` the version that judges a claim.
    """
    if newest is None:
        raise Problem(problems.JURISDICTION_UNKNOWN, pointer="/jurisdiction")
    steps: list[Demand] = []
    errors: list[FieldRefusal] = []
    for n, stream_id in enumerate(claims):
        one = named.get(stream_id)
        here = one is not None and one.claim.jurisdiction in newest.jurisdictions
        step = _step(one.claim, pack_of) if one and here else None
        why = _refusal(one, step, newest.jurisdictions)
        if why is not None:
            errors.append(FieldRefusal(f"/claims/{n}", Refusal(why)))
        elif step is not None:
            steps.append(step)
    if errors:
        raise Problem(problems.NOTICE_REFUSED, errors=tuple(errors[:MAX_ERRORS]), count=len(errors))
    longest = max(steps, key=lambda step: step.days or 0)
    return Listing([named[stream_id] for stream_id in claims], longest)


def _step(claim: Claim, pack_of: Callable[[Claim], Pack]) -> Demand | None:
    if claim.content is None:
        return None
    demands = pack_of(claim).demands.get(claim.content.kind)
    return next((s for s in demands.steps if s.step == "notice"), None) if demands else None


def _refusal(one: Named | None, step: Demand | None, places: frozenset[str]) -> Kind | None:
    if one is None:
        return codes.RESOURCE_UNKNOWN
    if one.claim.jurisdiction not in places:
        return codes.JURISDICTION_REFUSED
    if step is None:
        return problems.NOTICE_NOT_DEMANDED
    approved = one.claim.stage is Stage.APPROVED
    proposal = one.claim.proposal
    granted = one.claim.stage is Stage.PROPOSED and proposal and proposal.decision == "APPROVE"
    ready = approved if step.before == "payment" else granted
    return None if ready else problems.NOT_TO_BE_SHOWN


def amount_of(claim: Claim) -> int:
    """What is granted, or what the policy proposes, in fen."""
    if claim.approval is not None:
        return claim.approval.amount_fen
    return claim.proposal.amount_fen if claim.proposal else 0


async def lines_of(service: Service, named: Sequence[Named], actor: str) -> list[Line]:
    """The lines with masked names; each opening of a key is recorded by the vault."""
    assert service.vault is not None
    persons = persons_of(named)
    opened = await service.vault.open_keys(persons, purpose=PURPOSE, actor=actor)
    keys = dict(zip(persons, opened, strict=True))
    lines = []
    for one in named:
        content = one.claim.content
        assert content is not None
        key, name = keys[content.person], STAR
        if key is not None and one.name is not None:
            name = masked(open_sealed(key, one.event_id, "name", one.name))
        lines.append(
            Line(
                one.stream_id,
                name,
                content.kind,
                content.occupation,
                content.level,
                content.institution or "",
                amount_of(one.claim),
            )
        )
    return lines


def persons_of(named: Sequence[Named]) -> list[str]:
    return sorted({one.claim.content.person for one in named if one.claim.content})


def read_by(named: Sequence[Named], reader: str, notice: str) -> PersonalDataRead:
    """Whose names were opened, and what for."""
    return PersonalDataRead(
        persons=tuple(persons_of(named)), reader=reader, purpose=PURPOSE, fields=("name",),
        subject=notice,
    )  # fmt: skip
