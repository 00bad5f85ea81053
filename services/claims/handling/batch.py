"""One command for each of many claims: an outcome each, one commit for all of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from services.claims.claim.decide import CLAIM, Claim
from shared.events.envelope import decode
from shared.http import catalogue as codes
from shared.http.problems import CATALOGUE, Problem
from shared.http.problems import Refusal as Sentences
from shared.service import Service
from shared.store.commands import MAX_TRIES, By, Contended, Decision, Refusal
from shared.store.store import Asked
from shared.store.unit import Appended, Unit

MAX_CLAIMS = 500


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one claim of the request; `code` and sentences where it was refused."""

    claim: str
    outcome: str
    code: str = ""
    en: str = ""
    zh: str = ""


class Outcomes(msgspec.Struct, frozen=True):
    """One outcome for each claim, in the order of the request."""

    counts: dict[str, int]
    outcomes: list[Outcome]


class Nothing(Exception):
    """The claim says so already, from the same person."""


@dataclass(frozen=True, slots=True)
class Batch:
    """`decide` gets the claim's id and state; it raises Refusal, Problem or Nothing."""

    service: Service
    by: Callable[[str], By]
    decide: Callable[[str, Claim], Decision]

    async def run(self, claims: Sequence[str]) -> Outcomes:
        """Claims that others change meanwhile are decided again, three times. Raises Contended."""
        found: dict[str, Outcome] = {}
        for _ in range(MAX_TRIES):
            units = await self._units([claim for claim in claims if claim not in found], found)
            if units:
                became = await self.service.store.append_batch(list(units.values()))
                for claim, outcome in zip(units, became, strict=True):
                    if isinstance(outcome, Appended):
                        found[claim] = Outcome(claim, "recorded")
                self.service.committed()
            if len(found) == len(claims):
                return _counted([found[claim] for claim in claims])
        raise Contended

    async def _units(self, claims: Sequence[str], found: dict[str, Outcome]) -> dict[str, Unit]:
        known = await self.service.store.read(Asked(tuple(claims)))
        units = {}
        for claim in claims:
            bodies = known.bodies.get(claim, ())
            if not bodies or not claim.startswith("claim-"):
                found[claim] = _refused(
                    claim, codes.RESOURCE_UNKNOWN.code, Sentences(codes.RESOURCE_UNKNOWN)
                )
                continue
            state = CLAIM.fold(bodies)
            try:
                decision = self.decide(claim, state)
            except Nothing:
                found[claim] = Outcome(claim, "already")
            except Refusal as refused:
                kind = CATALOGUE[refused.code]
                facts = {**refused.facts, "clause": refused.clause}
                found[claim] = _refused(claim, kind.code, Sentences(kind, facts))
            except Problem as problem:
                found[claim] = _refused(claim, problem.kind.code, problem.refusal)
            else:
                units[claim] = self.service.ledger.unit(
                    CLAIM, claim, len(bodies), decision, self.by(state.jurisdiction),
                    not_before=decode(bodies[-1]).recorded_at,
                )  # fmt: skip
        return units


def _refused(claim: str, code: str, why: Sentences) -> Outcome:
    en, zh = why.sentences()
    return Outcome(claim, "refused", code, en, zh)


def _counted(outcomes: list[Outcome]) -> Outcomes:
    words = sorted({one.outcome for one in outcomes})
    return Outcomes({w: sum(one.outcome == w for one in outcomes) for w in words}, outcomes)
