"""One policy's versions: proposed by one person, compared, published by another. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from services.claims.claim.decide import other_person
from services.claims.policy.refusals import (
    NoSuchProposal,
    NotCompared,
    NotOwnProposal,
    OtherCity,
    PlaceTaken,
    ProposalOpen,
    RetroactiveUnsaid,
    VersionNotNext,
    VersionPublished,
)
from shared.events.base import CLAIM_EVENTS
from shared.events.envelope import Event
from shared.events.policies import (
    PolicyCompared,
    PolicyProposalRefused,
    PolicyProposalWithdrawn,
    PolicyProposed,
)
from shared.events.references import PolicyPublished
from shared.policy.pack import Pack
from shared.store.commands import Aggregate, Decision, Slot

SLOT = "policy-version"
"""kind of the slot that a published version holds: it is there as soon as its event is"""
CITY = "policy-city"
"""kind of the slot that keeps two policies from judging in one city"""


class Stage(StrEnum):
    NEW = "new"
    IDLE = "idle"
    PROPOSED = "proposed"
    COMPARED = "compared"


@dataclass(frozen=True, slots=True)
class Known:
    """A version that stands: published here, or come with the release."""

    version: int
    content_sha256: str
    effective_from: date


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one officer laid before the others. `compared` is the newest comparison of it."""

    facts: PolicyProposed
    proposed_by: str
    event_id: str
    compared: PolicyCompared | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """What a policy's events add up to."""

    stage: Stage = Stage.NEW
    version: int = 0
    jurisdiction: str = ""
    published: tuple[Known, ...] = ()
    proposal: Proposal | None = None


@dataclass(frozen=True, slots=True)
class ProposeVersion:
    """`released`: the newest version that came with the program; `taken_by`: another policy that
    judges in one of the pack's places.
    """

    actor: str
    pack: Pack
    file_sha256: str
    carried: str
    effective_from: date
    today: date
    retroactive: bool = False
    reason: str = ""
    released: Known | None = None
    taken_by: str | None = None


@dataclass(frozen=True, slots=True)
class PublishVersion:
    """`content_sha256` and `summary_sha256` are what the publisher was shown and says yes to."""

    actor: str
    version: int
    content_sha256: str
    summary_sha256: str
    pack: Pack
    today: date


@dataclass(frozen=True, slots=True)
class EndProposal:
    """Taken back by who made it, or refused by another."""

    actor: str
    version: int
    reason: str = ""


def stream_of(policy_id: str) -> str:
    return f"policy-{policy_id}"


def evolve(policy: Policy, event: Event) -> Policy:
    """The policy after one more event. Never refuses."""
    policy = replace(policy, version=event.version, jurisdiction=event.jurisdiction)
    match event.facts:
        case PolicyProposed() as facts:
            made = Proposal(facts, event.actor, event.id)
            return replace(policy, stage=Stage.PROPOSED, proposal=made)
        case PolicyCompared() as facts:
            assert policy.proposal is not None
            seen = replace(policy.proposal, compared=facts)
            return replace(policy, stage=Stage.COMPARED, proposal=seen)
        case PolicyPublished() as facts:
            known = Known(facts.version, facts.content_sha256, facts.effective_from or date.min)
            published = (*policy.published, known)
            return replace(policy, stage=Stage.IDLE, proposal=None, published=published)
        case PolicyProposalWithdrawn() | PolicyProposalRefused():
            return replace(policy, stage=Stage.IDLE, proposal=None)
        case _:
            return policy


POLICY: Aggregate[Policy] = Aggregate("/claims", CLAIM_EVENTS, Policy(), evolve)


def propose_version(policy: Policy, command: ProposeVersion) -> Decision:
    """The next version, effective from today or later unless it is said to be retroactive."""
    if policy.proposal is not None:
        raise ProposalOpen(version=policy.proposal.facts.version)
    _require_place(policy, command)
    newest = newest_of(policy, command.released)
    _require_next(policy, command.pack, newest)
    earliest = max(command.today, newest.effective_from if newest else date.min)
    if command.effective_from < earliest and not (command.retroactive and command.reason):
        raise RetroactiveUnsaid(earliest=earliest.isoformat())
    proposed = PolicyProposed(
        **_keys(command.pack),
        file_sha256=command.file_sha256,
        pack=command.carried,
        effective_from=command.effective_from,
        retroactive=command.retroactive,
        reason=command.reason,
    )
    return Decision([proposed])


def _require_place(policy: Policy, command: ProposeVersion) -> None:
    city = command.pack.content.jurisdiction.code
    if policy.jurisdiction and policy.jurisdiction != city:
        raise OtherCity(city=policy.jurisdiction)
    if command.taken_by is not None:
        raise PlaceTaken(policy=command.taken_by)


def _require_next(policy: Policy, pack: Pack, newest: Known | None) -> None:
    number = newest.version if newest else 0
    if pack.version <= number:
        raise VersionPublished(version=pack.version, newest=number)
    if pack.version != number + 1:
        raise VersionNotNext(version=pack.version, next=number + 1)


def newest_of(policy: Policy, released: Known | None) -> Known | None:
    """The version with the highest number; a published one before one of the release."""
    known = [*policy.published, *([released] if released else [])]
    return max(known, key=lambda one: one.version) if known else None


def record_comparison(policy: Policy, compared: PolicyCompared) -> Decision:
    """What the proposal would change; whoever asks for it decides nothing."""
    _proposal(policy, compared.version, compared.content_sha256)
    return Decision([compared])


def publish_version(policy: Policy, command: PublishVersion) -> Decision:
    """In force by this event. Four eyes; exactly what was proposed and compared."""
    proposal = _proposal(policy, command.version, command.content_sha256)
    other_person(command.actor, [proposal.proposed_by])
    compared = proposal.compared
    if compared is None or compared.summary_sha256 != command.summary_sha256:
        raise NotCompared(version=command.version)
    facts = proposal.facts
    if facts.effective_from < command.today and not facts.retroactive:
        raise RetroactiveUnsaid(earliest=command.today.isoformat())
    content = command.pack.content
    published = PolicyPublished(
        **_keys(command.pack),
        document_no=content.document.number,
        valid_from=content.validity.valid_from,
        valid_to=content.validity.valid_to,
        interpretations=tuple(one.id for one in content.interpretations),
        max_ratio_bp=content.advance.max_ratio_bp if content.advance else None,
        approved_by=command.actor,
        effective_from=facts.effective_from,
        retroactive=facts.retroactive,
        reason=facts.reason,
        proposed_by=proposal.proposed_by,
        file_sha256=facts.file_sha256,
        comparison_sha256=compared.summary_sha256,
    )
    return Decision([published], takes=_slots(published, content.jurisdiction.code))


def withdraw_proposal(policy: Policy, command: EndProposal) -> Decision:
    """Taken back by who made it."""
    proposal = _proposal(policy, command.version)
    if command.actor != proposal.proposed_by:
        raise NotOwnProposal(version=command.version)
    return Decision([PolicyProposalWithdrawn(**_said(proposal), reason=command.reason)])


def refuse_proposal(policy: Policy, command: EndProposal) -> Decision:
    """Refused by another person than who made it."""
    proposal = _proposal(policy, command.version)
    other_person(command.actor, [proposal.proposed_by])
    refused = PolicyProposalRefused(
        **_said(proposal), proposed_by=proposal.proposed_by, reason=command.reason
    )
    return Decision([refused])


def slots_of(event: Event) -> tuple[Sequence[Slot], Sequence[str]]:
    """The slots of a published version; they are never let go of."""
    facts = event.facts
    return (_slots(facts, event.jurisdiction) if isinstance(facts, PolicyPublished) else ()), ()


def _slots(facts: PolicyPublished, city: str) -> list[Slot]:
    own = [Slot(SLOT, f"{facts.policy_id}/{facts.version}")]
    return [*own, Slot(CITY, city)] if facts.version == 1 else own


def _proposal(policy: Policy, version: int, content_sha256: str | None = None) -> Proposal:
    """The open proposal. Raises NoSuchProposal unless it is this version and content."""
    proposal = policy.proposal
    if proposal is None or proposal.facts.version != version:
        raise NoSuchProposal(version=version)
    if content_sha256 is not None and proposal.facts.content_sha256 != content_sha256:
        raise NoSuchProposal(version=version)
    return proposal


def _keys(pack: Pack) -> dict[str, Any]:
    return {
        "policy_id": pack.policy_id,
        "version": pack.version,
        "content_sha256": pack.content_sha256,
    }


def _said(proposal: Proposal) -> dict[str, Any]:
    facts = proposal.facts
    return {
        "policy_id": facts.policy_id,
        "version": facts.version,
        "content_sha256": facts.content_sha256,
    }
