"""Why a claim was paid, or was not, as of an instant: from its events and their pack. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from services.audit.trace.follow import Entry
from services.claims.claim.decide import Claim, Stage, evolve
from shared.events.base import Facts
from shared.events.claims import (
    ApprovalRevoked,
    Citation,
    ClaimApproved,
    ClaimHeld,
    ClaimProposed,
    ClaimRejected,
    PolicyUsed,
)
from shared.events.payouts import PayoutPaid
from shared.policy.parts import Words

DECIDING = (ClaimProposed, ClaimApproved, ClaimRejected, ClaimHeld, ApprovalRevoked)
_STATES: Mapping[str, Words] = {
    "paid": Words(en="Paid.", zh="已支付。"),
    "unfiled": Words(en="Not filed by then.", zh="当时尚未提出申请。"),
    "approved": Words(en="Approved, and not paid yet.", zh="已批准，尚未支付。"),
    "settled": Words(en="Approved; its plan's settlement pays it.", zh="已批准，随班次结算支付。"),
    "rejected": Words(en="Not paid: refused.", zh="未支付：已驳回。"),
    "held": Words(en="Not paid: held.", zh="未支付：暂缓。"),
    "proposed": Words(
        en="Not paid: calculated, and nobody has decided yet.", zh="未支付：已计算，尚未作出决定。"
    ),
    "submitted": Words(en="Not paid: not taken in yet.", zh="未支付：尚未受理。"),
    "accepted": Words(
        en="Not paid: taken in, not calculated yet.", zh="未支付：已受理，尚未计算。"
    ),
    "returned": Words(en="Not paid: given back to be corrected.", zh="未支付：已退回补正。"),
    "withdrawn": Words(en="Not paid: taken back.", zh="未支付：已撤回。"),
    "revoked": Words(en="The approval was taken back.", zh="批准已撤销。"),
    "imported": Words(
        en="Decided before the ledger, not by it.", zh="账本启用前作出的决定，非本系统决定。"
    ),
}
_ROLES: Mapping[str, Words] = {
    "ClaimSubmitted": Words(en="the filer", zh="申请人"),
    "ClaimCorrected": Words(en="the filer or a clerk", zh="申请人或经办人"),
    "ClaimWithdrawn": Words(en="the filer or a clerk", zh="申请人或经办人"),
    "ClaimAccepted": Words(en="a clerk", zh="经办人"),
    "ClaimReturned": Words(en="a clerk", zh="经办人"),
    "ClaimAssigned": Words(en="a clerk", zh="经办人"),
    "IdentityChecked": Words(en="a clerk", zh="经办人"),
    "InspectionRecorded": Words(en="an inspector", zh="检查人员"),
    "ClaimProposed": Words(en="the policy, asked by staff", zh="政策计算（工作人员发起）"),
    "ClaimHeld": Words(en="a clerk or an approver", zh="经办人或审批人"),
    "ClaimApproved": Words(en="an approver", zh="审批人"),
    "ClaimRejected": Words(en="an approver", zh="审批人"),
    "ApprovalRevoked": Words(en="an approver", zh="审批人"),
    "PayoutAuthorised": Words(en="a finance officer", zh="财务人员"),
    "PayoutInstructed": Words(en="a second finance officer", zh="第二名财务人员"),
}
_SYSTEM = Words(en="the system", zh="系统")
_OFFICE = Words(en="staff", zh="工作人员")


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One event of the story. `place` is topic/partition/number."""

    place: str
    id: str
    time: datetime
    type: str
    by: Words
    """the role, never the person"""


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to say of a claim at one instant; empty where nothing was decided yet."""

    claim: str
    as_of: datetime | None
    state: str
    verdict: Words
    decided: Told | None = None
    """the event that the verdict rests on"""
    calculated: Told | None = None
    amount_fen: int = 0
    policy: PolicyUsed | None = None
    proposal: ClaimProposed | None = None
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    conflicts: tuple[str, ...] = ()
    story: tuple[Told, ...] = ()


def explained(claim_id: str, found: Iterable[Entry], as_of: datetime | None) -> Explained:
    """`found`: every event that names the claim or its payout, later ones included."""
    entries = sorted(
        (e for e in found if as_of is None or e.event.recorded_at <= as_of),
        key=lambda e: (e.event.recorded_at, e.at, e.seq),
    )
    own = sorted((e for e in entries if e.event.subject == claim_id), key=_version)
    claim = Claim()
    for entry in own:
        claim = evolve(claim, entry.event)
    deciding = [e for e in own if isinstance(e.event.facts, DECIDING)]
    proposed = [e for e in own if isinstance(e.event.facts, ClaimProposed)]
    state = _state(claim, entries)
    last = deciding[-1] if deciding and state not in _OPEN else None
    basis = proposed[-1] if proposed and state not in _OPEN else None
    return Explained(
        claim=claim_id,
        as_of=as_of,
        state=state,
        verdict=_STATES[state],
        decided=_told(last) if last else None,
        calculated=_told(basis) if basis else None,
        amount_fen=_said(last, basis, "amount_fen") or 0,
        policy=_said(last, basis, "policy"),
        proposal=_calculation(basis),
        reasons=_said(last, basis, "reasons") or (),
        flags=_said(basis, None, "flags") or (),
        citations=_said(last, basis, "citations") or (),
        conflicts=_said(last, basis, "conflicts_with") or (),
        story=tuple(_told(entry) for entry in entries),
    )


_OPEN = ("unfiled", "submitted", "accepted", "returned", "withdrawn", "imported")


def _version(entry: Entry) -> int:
    return entry.event.version


def _state(claim: Claim, entries: Sequence[Entry]) -> str:
    if claim.stage is Stage.NEW:
        return "unfiled"
    paid = _last(entries, "Payout")
    if isinstance(paid, PayoutPaid):
        return "paid"
    if claim.stage is Stage.APPROVED and claim.approval and claim.approval.settled_by_plan:
        return "settled"
    return claim.stage.value


def _last(entries: Sequence[Entry], prefix: str) -> Facts | None:
    """The newest event about the money; a payout's stream is in order."""
    own = [e for e in entries if type(e.event.facts).__name__.startswith(prefix)]
    return max(own, key=_version).event.facts if own else None


def _said(last: Entry | None, basis: Entry | None, field: str) -> Any:
    """What the decision says; where it is silent, what was calculated before it."""
    for entry in (last, basis):
        if entry is not None and (value := getattr(entry.event.facts, field, None)):
            return value
    return None


def _calculation(basis: Entry | None) -> ClaimProposed | None:
    facts = basis.event.facts if basis else None
    return facts if isinstance(facts, ClaimProposed) else None


def _told(entry: Entry) -> Told:
    event = entry.event
    name = type(event.facts).__name__
    by = _SYSTEM if event.actor == "system" else _ROLES.get(name, _OFFICE)
    return Told(place=entry.place, id=event.id, time=event.recorded_at, type=name, by=by)
