"""What the pack asks registers about a claim, and what their answers make of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from services.claims.claim.judgement import case_of
from services.claims.verification.decide import Verification
from services.claims.verification.verified import Verified
from shared.events.claims import ClaimContent
from shared.events.verifications import VerificationKeys
from shared.policy.answers import fact_from
from shared.policy.cases import Fact
from shared.policy.conditions import Scope, holds
from shared.policy.pack import Pack
from shared.policy.parts import FactSpec

_QUESTIONS = UUID("b0f4a5d2-6f0e-5f1b-8d63-52c1d0d3a7c4")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One question that a claim needs answered, for one fact of its pack."""

    spec: FactSpec
    keys: VerificationKeys

    @property
    def stream_id(self) -> str:
        return self.keys.verification


def questions_of(content: ClaimContent, pack: Pack) -> tuple[Wanted, ...]:
    """The questions of the claim's kind and group; one that lacks its subject cannot be asked."""
    names = pack.kind_facts.get((content.kind, content.group), ())
    scope = Scope(case_of(content, ""), {}, content.claimed_on)
    asked = [spec for name in names if (spec := pack.facts[name]).ask and _needed(spec, scope)]
    found = (_wanted(content, spec) for spec in asked)
    return tuple(wanted for wanted in found if wanted is not None)


def _needed(spec: FactSpec, scope: Scope) -> bool:
    return spec.ask is None or spec.ask.when is None or holds(spec.ask.when, scope) is True


def _employer(content: ClaimContent) -> str | None:
    """The enterprise of the claim: as it is named, or the one that is paid or that filed."""
    paid = content.payee if content.payee_kind == "enterprise" else None
    return content.employer or paid or content.organisation


def _wanted(content: ClaimContent, spec: FactSpec) -> Wanted | None:
    ask = spec.ask
    as_of = getattr(content, spec.as_of) if spec.as_of else None
    if ask is None or as_of is None:
        return None
    person = content.person if ask.about in ("person", "certificate") else None
    certificate = content.certificate if ask.about == "certificate" else None
    organisations = {"institution": content.institution, "employer": _employer(content)}
    organisation = organisations.get(ask.about)
    if (certificate if ask.about == "certificate" else person or organisation) is None:
        return None
    until = getattr(content, ask.until) if ask.until else None
    subject = (person or "", certificate or "", organisation or "")
    name = "\n".join((spec.register, ask.attribute, *subject, str(as_of), str(until or "")))
    keys = VerificationKeys(
        # the same question has the same stream, whichever claim asks it
        verification=f"verification-{uuid5(_QUESTIONS, name)}",
        register=spec.register,
        question=ask.attribute,
        person=person,
        certificate=certificate,
        organisation=organisation,
        as_of=as_of,
        until=until,
    )
    return Wanted(spec, keys)


def verified(
    content: ClaimContent,
    content_version: int,
    jurisdiction: str,
    pack: Pack,
    verifications: Mapping[str, Verification],
    hands: Sequence[str],
) -> Verified:
    """The facts that stand. What one of `hands` (who filed, who accepted) answered by hand about
    the own claim stays unknown: four eyes (HLD clause 12).
    """
    case = case_of(content, jurisdiction)
    facts: dict[str, Fact] = {}
    by_hand: dict[str, str] = {}
    for wanted in questions_of(content, pack):
        known = verifications.get(wanted.stream_id, Verification())
        if known.answer is None or known.answered_by in hands:
            continue
        fact = fact_from(wanted.spec, case, known.answer, known.answer_id)
        if fact is None:
            continue
        facts[wanted.spec.id] = fact
        if known.answered_by is not None:
            by_hand[known.answer_id] = known.answered_by
    return Verified(content_version, facts, by_hand)
