"""One claim: what may be said of it, in which state, by whom. Pure: no I/O, no clock, no chance."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any

from services.claims.claim.judgement import (
    case_of,
    judged,
    keys_for,
    policy_used,
    taken_at_approval,
)
from services.claims.claim.refusals import (
    NotInThisState,
    NotWhatWasProposed,
    SamePersonTwice,
    StaleProposal,
)
from shared.events.base import CLAIM_EVENTS, Facts
from shared.events.claims import (
    ApprovalRevoked,
    ClaimAccepted,
    ClaimApproved,
    ClaimContent,
    ClaimCorrected,
    ClaimHeld,
    ClaimImported,
    ClaimKeys,
    ClaimProposed,
    ClaimRejected,
    ClaimReturned,
    ClaimSubmitted,
    ClaimWithdrawn,
    SlotHeld,
)
from shared.events.envelope import Event
from shared.policy.pack import Pack
from shared.store.commands import Aggregate, Decision, Holders, Slot
from shared.store.unit import SlotKey

IDENTITY = "claim"
"""kind of the slot that keeps one claim from being filed twice"""


class Stage(StrEnum):
    NEW = "new"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    HELD = "held"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a claim's events add up to."""

    stage: Stage = Stage.NEW
    version: int = 0
    jurisdiction: str = ""
    content: ClaimContent | None = None
    content_version: int = 0
    filed_by: tuple[str, ...] = ()
    accepted_by: str | None = None
    proposal: ClaimProposed | None = None
    proposal_version: int = 0
    approval: ClaimApproved | None = None
    imported: ClaimImported | None = None


@dataclass(frozen=True, slots=True)
class AcceptClaim:
    actor: str
    office: str
    opened_at_us: int | None = None


@dataclass(frozen=True, slots=True)
class ReturnClaim:
    actor: str
    reasons: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class CorrectClaim:
    content: ClaimContent
    reason: str


@dataclass(frozen=True, slots=True)
class WithdrawClaim:
    reason: str


@dataclass(frozen=True, slots=True)
class ProposeClaim:
    """`others`: open claims of other persons that name the same certificate (read table)."""

    stream_id: str
    on: date
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApproveClaim:
    """`proposal_version` and `amount_fen` are what the approver was shown and says yes to."""

    actor: str
    stream_id: str
    proposal_version: int
    amount_fen: int
    opened_at_us: int | None = None


@dataclass(frozen=True, slots=True)
class RejectClaim:
    actor: str
    proposal_version: int


@dataclass(frozen=True, slots=True)
class HoldClaim:
    actor: str
    reasons: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class RevokeApproval:
    actor: str
    reasons: tuple[str, ...]
    note: str = ""


def evolve(claim: Claim, event: Event) -> Claim:
    """The claim after one more event. Never refuses."""
    claim = replace(claim, version=event.version, jurisdiction=event.jurisdiction)
    match event.facts:
        case ClaimSubmitted() | ClaimCorrected() as content:
            return replace(
                claim,
                stage=Stage.SUBMITTED,
                content=content,
                content_version=event.version,
                filed_by=(*claim.filed_by, event.actor),
                accepted_by=None,
                proposal=None,
            )
        case ClaimAccepted():
            return replace(claim, stage=Stage.ACCEPTED, accepted_by=event.actor)
        case ClaimReturned():
            return replace(claim, stage=Stage.RETURNED, accepted_by=None, proposal=None)
        case ClaimProposed() as proposal:
            return replace(
                claim, stage=Stage.PROPOSED, proposal=proposal, proposal_version=event.version
            )
        case ClaimApproved() as approval:
            return replace(claim, stage=Stage.APPROVED, approval=approval)
        case ClaimRejected():
            return replace(claim, stage=Stage.REJECTED)
        case ClaimHeld():
            return replace(claim, stage=Stage.HELD, proposal=None)
        case ClaimWithdrawn():
            return replace(claim, stage=Stage.WITHDRAWN)
        case ApprovalRevoked():
            return replace(claim, stage=Stage.REVOKED)
        case ClaimImported() as imported:
            return replace(claim, stage=Stage.IMPORTED, imported=imported)
        case _:
            return claim  # events of later parts (notices, inspections) change nothing decided here


CLAIM: Aggregate[Claim] = Aggregate("/claims", CLAIM_EVENTS, Claim(), evolve)


def identity_of(content: ClaimContent, jurisdiction: str) -> str:
    """What makes two rows the same claim: place, kind, who files, person, certificate.

    Without a certificate, plan, occupation and level stand in. A refiled claim names the one that
    it supersedes and is another claim.
    """
    what = content.certificate or f"{content.plan}/{content.occupation}/{content.level}"
    filer = content.organisation or "self"
    parts = (jurisdiction, content.kind, filer, content.person, what, content.supersedes or "")
    return sha256("".join(f"{len(p)}:{p}" for p in parts).encode()).hexdigest()[:40]


def submit_claim(claim: Claim, content: ClaimSubmitted, jurisdiction: str) -> Decision:
    """A well-formed claim is always recorded; entitlement is judged afterwards."""
    _expect(claim, "submit", Stage.NEW)
    identity = Slot(IDENTITY, identity_of(content, jurisdiction), _row_of(content))
    return Decision([content], takes=[identity])


def correct_claim(claim: Claim, command: CorrectClaim) -> Decision:
    """New content; acceptance and proposal are void. A new identity is taken beside the old."""
    _expect(claim, "correct", Stage.SUBMITTED, Stage.RETURNED, Stage.HELD)
    assert claim.content is not None
    before = identity_of(claim.content, claim.jurisdiction)
    after = identity_of(command.content, claim.jurisdiction)
    said = {name: getattr(command.content, name) for name in command.content.__struct_fields__}
    takes = [] if after == before else [Slot(IDENTITY, after, _row_of(command.content))]
    return Decision([ClaimCorrected(**said, reason=command.reason)], takes=takes)


def accept_claim(claim: Claim, command: AcceptClaim) -> Decision:
    _expect(claim, "accept", Stage.SUBMITTED)
    _other_person(command.actor, claim.filed_by)
    accepted = ClaimAccepted(
        **_keys(claim), office=command.office, opened_at_us=command.opened_at_us
    )
    return Decision([accepted])


def return_claim(claim: Claim, command: ReturnClaim) -> Decision:
    _expect(claim, "return", Stage.SUBMITTED, Stage.ACCEPTED, Stage.PROPOSED, Stage.HELD)
    _other_person(command.actor, claim.filed_by)
    returned = ClaimReturned(**_keys(claim), reasons=command.reasons, note=command.note)
    return Decision([returned])


def withdraw_claim(claim: Claim, command: WithdrawClaim) -> Decision:
    """Frees the claim's identity, so that it may be filed again."""
    open_stages = (Stage.SUBMITTED, Stage.RETURNED, Stage.ACCEPTED, Stage.PROPOSED, Stage.HELD)
    _expect(claim, "withdraw", *open_stages)
    assert claim.content is not None
    identity = Slot(IDENTITY, identity_of(claim.content, claim.jurisdiction))
    return Decision(
        [ClaimWithdrawn(**_keys(claim), reason=command.reason)],
        frees=[identity],
    )


def slots_wanted(claim: Claim, pack: Pack) -> Sequence[SlotKey]:
    """Every slot whose holder the judgement and the approval must know."""
    return keys_for(claim.content, claim.jurisdiction, pack) if claim.content else ()


def propose_claim(claim: Claim, command: ProposeClaim, pack: Pack, holders: Holders) -> Decision:
    """The policy calculates; whoever asks for it decides nothing."""
    _expect(claim, "propose", Stage.ACCEPTED, Stage.HELD, Stage.PROPOSED)
    if claim.accepted_by is None:
        raise NotInThisState(command="propose", state="not accepted")
    assert claim.content is not None
    case = case_of(claim.content, claim.jurisdiction)
    judgement = judged(case, claim.content, command, pack, holders)
    proposed = ClaimProposed(
        **_keys(claim),
        **judgement,
        policy=policy_used(pack),
        content_version=claim.content_version,
    )
    return Decision([proposed])


def approve_claim(claim: Claim, command: ApproveClaim, pack: Pack, holders: Holders) -> Decision:
    """Approve what was proposed, and take its slots; where one is held, refuse or hold instead.

    HLD-10-2 and HLD-10-3 (three a year, no repeat), HLD-1.5-3 (one certificate once).
    """
    proposal = _shown(claim, "approve", command.proposal_version, "APPROVE")
    if command.amount_fen != proposal.amount_fen:
        raise NotWhatWasProposed(shown=command.amount_fen, proposed=proposal.amount_fen)
    if proposal.policy != policy_used(pack):
        raise StaleProposal(shown=command.proposal_version)
    _other_person(command.actor, (*claim.filed_by, claim.accepted_by or ""))
    assert claim.content is not None
    content, keys = claim.content, _keys(claim)
    taken = taken_at_approval(content, claim.jurisdiction, command.stream_id, pack, holders)
    if taken.refused is not None:
        return Decision([taken.refused(keys, policy_used(pack), claim.proposal_version)])
    approved = ClaimApproved(
        **keys,
        amount_fen=proposal.amount_fen,
        citations=proposal.citations,
        reasons=proposal.reasons,
        flags=proposal.flags,
        policy=proposal.policy,
        payee_kind=content.payee_kind,
        payee=content.payee,
        account=content.account,
        year=taken.year,
        year_slot=taken.year_slot,
        certificate_issued_on=content.certificate_issued_on,
        certificate_type=content.certificate_type,
        claimed_on=content.claimed_on,
        group=content.group,
        supersedes=content.supersedes,
        filed_by=claim.filed_by[0],
        accepted_by=claim.accepted_by,
        proposal_version=claim.proposal_version,
        opened_at_us=command.opened_at_us,
        slots=tuple(SlotHeld(kind=s.kind, key=s.key) for s in taken.slots),
    )
    return Decision([approved], takes=taken.slots)


def reject_claim(claim: Claim, command: RejectClaim) -> Decision:
    proposal = _shown(claim, "reject", command.proposal_version, "REJECT")
    _other_person(command.actor, (*claim.filed_by, claim.accepted_by or ""))
    rejected = ClaimRejected(
        **_keys(claim),
        reasons=proposal.reasons,
        citations=proposal.citations,
        conflicts_with=proposal.conflicts_with,
        policy=proposal.policy,
        proposal_version=claim.proposal_version,
    )
    return Decision([rejected])


def hold_claim(claim: Claim, command: HoldClaim) -> Decision:
    _expect(claim, "hold", Stage.ACCEPTED, Stage.PROPOSED)
    _other_person(command.actor, claim.filed_by)
    reasons = command.reasons or (claim.proposal.reasons if claim.proposal else ())
    held = ClaimHeld(
        **_keys(claim),
        reasons=reasons,
        citations=claim.proposal.citations if claim.proposal else (),
        conflicts_with=claim.proposal.conflicts_with if claim.proposal else (),
        note=command.note,
    )
    return Decision([held])


def revoke_approval(claim: Claim, command: RevokeApproval) -> Decision:
    """Frees every slot of the approval; payments stops or recovers what was granted."""
    _expect(claim, "revoke", Stage.APPROVED)
    _other_person(command.actor, claim.filed_by)
    assert claim.approval is not None
    revoked = ApprovalRevoked(
        **_keys(claim),
        amount_fen=claim.approval.amount_fen,
        reasons=command.reasons,
        note=command.note,
    )
    return Decision([revoked], frees=[Slot(s.kind, s.key) for s in claim.approval.slots])


def import_claim(claim: Claim, imported: ClaimImported) -> Decision:
    """A decision from before the ledger: recorded as it was, never judged here."""
    _expect(claim, "import", Stage.NEW)
    slots = [Slot(s.kind, s.key, imported.person) for s in imported.slots]
    return Decision([imported], records=slots)


def slots_of(event: Event) -> tuple[Sequence[Slot], Sequence[str]]:
    """The slots that one event takes, and the kinds of slot that its claim lets go of.

    Reservations are rebuilt from these.
    """
    facts: Facts = event.facts
    match facts:
        case ClaimSubmitted() | ClaimCorrected():
            return [Slot(IDENTITY, identity_of(facts, event.jurisdiction), _row_of(facts))], ()
        case ClaimApproved() | ClaimImported():
            return [Slot(s.kind, s.key, facts.person) for s in facts.slots], ()
        case ClaimWithdrawn():
            return (), (IDENTITY,)
        case ApprovalRevoked():
            return (), ("certificate", "occupation-level", "person-year")
        case _:
            return (), ()


def _row_of(content: ClaimContent) -> str:
    """Tells a roster that is sent again from another file with the same claim."""
    return f"{content.roster}/{content.roster_row}" if content.roster else ""


def _shown(claim: Claim, command: str, proposal_version: int, decision: str) -> ClaimProposed:
    """The proposal that the approver saw, if it still stands and says so."""
    _expect(claim, command, Stage.PROPOSED)
    assert claim.proposal is not None
    if claim.proposal_version != proposal_version:
        raise StaleProposal(shown=proposal_version, standing=claim.proposal_version)
    if claim.proposal.decision != decision:
        raise NotWhatWasProposed(shown=decision, proposed=claim.proposal.decision)
    return claim.proposal


def _expect(claim: Claim, command: str, *stages: Stage) -> None:
    if claim.stage not in stages:
        raise NotInThisState(command=command, state=claim.stage.value)


def _other_person(actor: str, before: Sequence[str]) -> None:
    """Four eyes: who files, accepts and approves are different persons (HLD clause 12, WH-17)."""
    if actor in before:
        raise SamePersonTwice(actor=actor)


def _keys(claim: Claim) -> dict[str, Any]:
    content = claim.content
    assert content is not None
    return {name: getattr(content, name) for name in ClaimKeys.__struct_fields__}
