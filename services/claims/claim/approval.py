"""What is granted: the policy proposes, another person approves or rejects, or takes it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from services.claims.claim.decide import Claim, Stage, expect, keys_of, other_person
from services.claims.claim.exceptions import askers, cited, hands_of, recorded
from services.claims.claim.judgement import (
    SlotsTaken,
    case_of,
    judged,
    keys_for,
    policy_used,
    taken_at_approval,
)
from services.claims.claim.paying import notice_clause, sources_clause
from services.claims.claim.planned import NO_PLAN, PlanOfClaim, plan_grounds, settled_by_plan
from services.claims.claim.refusals import NotWhatWasProposed, StaleProposal
from services.claims.claim.shown import shown_sha256
from services.claims.handling.demands import (
    NOTHING_AROUND,
    Around,
    hands_before,
    inspection_of,
    require_met,
    require_other_inspectors,
)
from services.claims.verification.verified import Verified
from shared.events.base import MAX_HANDS
from shared.events.claims import (
    ApprovalRevoked,
    ClaimApproved,
    ClaimProposed,
    ClaimRejected,
    SlotHeld,
)
from shared.policy.pack import Pack
from shared.policy.sources import sources_of
from shared.store.commands import Decision, Holders, Slot
from shared.store.unit import SlotKey


@dataclass(frozen=True, slots=True)
class ProposeClaim:
    """`others`: open claims of other persons that name the same certificate (read table).

    `verified` None: no register is asked, and what the claimant states counts.
    """

    stream_id: str
    on: date
    others: tuple[str, ...] = ()
    verified: Verified | None = None
    plan: PlanOfClaim = NO_PLAN


@dataclass(frozen=True, slots=True)
class ApproveClaim:
    """`proposal_version`, `amount_fen` and the hash of all the rest are what the approver was shown
    and says yes to.
    """

    actor: str
    stream_id: str
    proposal_version: int
    amount_fen: int
    shown_sha256: str
    opened_at_us: int | None = None
    others: tuple[str, ...] = ()
    verified: Verified | None = None
    around: Around = NOTHING_AROUND
    plan: PlanOfClaim = NO_PLAN


@dataclass(frozen=True, slots=True)
class RejectClaim:
    actor: str
    proposal_version: int
    around: Around = NOTHING_AROUND


@dataclass(frozen=True, slots=True)
class RevokeApproval:
    actor: str
    reasons: tuple[str, ...]
    note: str = ""


def slots_wanted(claim: Claim, pack: Pack) -> Sequence[SlotKey]:
    """Every slot whose holder the judgement and the approval must know."""
    return keys_for(claim.content, claim.jurisdiction, pack) if claim.content else ()


def propose_claim(claim: Claim, command: ProposeClaim, pack: Pack, holders: Holders) -> Decision:
    """The policy calculates; whoever asks for it decides nothing."""
    expect(claim, "propose", Stage.ACCEPTED, Stage.HELD, Stage.PROPOSED)
    assert claim.content is not None
    case = case_of(claim.content, claim.jurisdiction)
    judgement = judged(
        case, claim.content, claim.content_version, command, pack, holders, recorded(claim)
    )
    proposed = ClaimProposed(
        **keys_of(claim),
        **judgement,
        policy=policy_used(pack),
        content_version=claim.content_version,
    )
    shown = shown_sha256(command.stream_id, claim, proposed)
    return Decision([msgspec.structs.replace(proposed, shown_sha256=shown)])


def approve_claim(claim: Claim, command: ApproveClaim, pack: Pack, holders: Holders) -> Decision:
    """Approve what was proposed, and take its slots; where one is held, refuse or hold instead.

    HLD-15-2 (identity check and inspection first), HLD-10-2 and HLD-10-3 (three a year, no
    repeat), HLD-1.5-3 (one certificate once).
    """
    proposal = _shown(claim, "approve", command.proposal_version, "APPROVE")
    if command.amount_fen != proposal.amount_fen:
        raise NotWhatWasProposed(shown=command.amount_fen, proposed=proposal.amount_fen)
    if command.shown_sha256 != shown_sha256(command.stream_id, claim, proposal):
        raise StaleProposal(shown=command.proposal_version)
    if proposal.policy != policy_used(pack):
        raise StaleProposal(shown=command.proposal_version)
    assert claim.content is not None
    if plan_grounds(claim.content, claim.jurisdiction, command.plan):
        raise StaleProposal(shown=command.proposal_version)
    verifiers = _verifiers(command, proposal)
    before = (*hands_before(claim, command.around), *verifiers, *askers(claim))
    other_person(command.actor, before)
    require_other_inspectors(claim, command.around, verifiers)
    require_met(claim, pack, command.around)
    taken = taken_at_approval(
        claim.content, claim.jurisdiction, command, pack, holders, recorded(claim),
        proposal.months or 0,
    )  # fmt: skip
    if taken.refused is not None:
        refused = taken.refused(keys_of(claim), policy_used(pack), claim.proposal_version)
        return Decision([refused])
    approved = _approved(claim, command, proposal, taken, verifiers, pack)
    return Decision([approved], takes=taken.slots)


def _verifiers(command: ApproveClaim, proposal: ClaimProposed) -> tuple[str, ...]:
    """Who answered by hand what the proposal rests on.

    Raises StaleProposal when the registers say otherwise, or more, than when it was calculated.
    """
    verified = command.verified
    standing = verified.answers() if verified else frozenset()
    if standing != set(proposal.verifications):
        raise StaleProposal(shown=command.proposal_version)
    return verified.verifiers(proposal.verifications) if verified else ()


def _approved(
    claim: Claim, command: ApproveClaim, proposal: ClaimProposed, taken: SlotsTaken,
    verifiers: tuple[str, ...], pack: Pack,
) -> ClaimApproved:  # fmt: skip
    content = claim.content
    assert content is not None
    inspected = inspection_of(claim, command.around)
    checked = claim.identity.hands if claim.identity else ()
    verified_by = next(iter((*verifiers, *checked)), None)
    inspected_by = inspected.hands[0] if inspected else None
    named = (claim.filed_by[0], claim.accepted_by, verified_by, inspected_by)
    hands = (*hands_before(claim, command.around), *verifiers, *hands_of(claim))
    everybody = dict.fromkeys(hand for hand in hands if hand != command.actor)
    return ClaimApproved(
        **keys_of(claim),
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
        verifications=proposal.verifications,
        filed_by=claim.filed_by[0],
        accepted_by=claim.accepted_by,
        verified_by=verified_by,
        inspected_by=inspected_by,
        proposal_version=claim.proposal_version,
        months=proposal.months,
        opened_at_us=command.opened_at_us,
        slots=tuple(SlotHeld(kind=s.kind, key=s.key) for s in taken.slots),
        settled_by_plan=settled_by_plan(content, command.plan),
        also_by=tuple(actor for actor in everybody if actor not in named)[:MAX_HANDS],
        exceptions=cited(claim),
        shown_sha256=command.shown_sha256,
        notice_clause=notice_clause(pack, content.kind),
        sources=sources_of(pack, content.kind),
        sources_clause=sources_clause(pack, content.kind),
    )


def reject_claim(claim: Claim, command: RejectClaim) -> Decision:
    """Refuse what the policy proposed to refuse, for its reasons."""
    proposal = _shown(claim, "reject", command.proposal_version, "REJECT")
    other_person(command.actor, hands_before(claim, command.around))
    rejected = ClaimRejected(
        **keys_of(claim),
        reasons=proposal.reasons,
        citations=proposal.citations,
        conflicts_with=proposal.conflicts_with,
        policy=proposal.policy,
        proposal_version=claim.proposal_version,
    )
    return Decision([rejected])


def revoke_approval(claim: Claim, command: RevokeApproval) -> Decision:
    """Frees every slot of the approval; payments stops or recovers what was granted."""
    expect(claim, "revoke", Stage.APPROVED)
    other_person(command.actor, claim.filed_by)
    assert claim.approval is not None
    revoked = ApprovalRevoked(
        **keys_of(claim),
        amount_fen=claim.approval.amount_fen,
        reasons=command.reasons,
        note=command.note,
    )
    return Decision([revoked], frees=[Slot(s.kind, s.key) for s in claim.approval.slots])


def _shown(claim: Claim, command: str, proposal_version: int, decision: str) -> ClaimProposed:
    """The proposal that the approver saw, if it still stands and says so."""
    expect(claim, command, Stage.PROPOSED)
    assert claim.proposal is not None
    if claim.proposal_version != proposal_version:
        raise StaleProposal(shown=proposal_version, standing=claim.proposal_version)
    if claim.proposal.decision != decision:
        raise NotWhatWasProposed(shown=decision, proposed=claim.proposal.decision)
    return claim.proposal
