"""One payout: scheduled for an approval, held for a cause, let go by another person. Pure."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from services.payments.payout.refusals import (
    HeldByFinding,
    NotHeld,
    NotInThisState,
    SamePersonTwice,
)
from shared.events.base import PAYOUT_EVENTS
from shared.events.claims import ApprovalRevoked, ClaimApproved
from shared.events.envelope import Event
from shared.events.payouts import (
    PayoutCancelled,
    PayoutHeld,
    PayoutImported,
    PayoutKeys,
    PayoutReleased,
    PayoutScheduled,
)
from shared.store.commands import Aggregate, Decision

NOTHING = Decision([])
_NO_KEYS = PayoutKeys()


class Stage(StrEnum):
    NEW = "new"
    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"
    IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class Payout:
    """What a payout's events add up to. It may leave only when scheduled and held by nothing."""

    stage: Stage = Stage.NEW
    version: int = 0
    jurisdiction: str = ""
    amount_fen: int = 0
    keys: PayoutKeys = _NO_KEYS
    findings: tuple[str, ...] = ()
    """finding streams that hold it"""
    officer: str | None = None
    """who held it by hand; another person lets it go"""

    @property
    def held(self) -> bool:
        return bool(self.findings) or self.officer is not None


@dataclass(frozen=True, slots=True)
class HoldPayout:
    actor: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReleasePayout:
    actor: str
    note: str = ""


def evolve(payout: Payout, event: Event) -> Payout:
    """The payout after one more event. Never refuses."""
    payout = replace(payout, version=event.version)
    match event.facts:
        case PayoutScheduled() as said:
            return replace(_placed(payout, event, said), stage=Stage.SCHEDULED)
        case PayoutHeld(cause="finding", finding=str(finding)) as said:
            known = payout if payout.stage is not Stage.NEW else replace(payout, keys=keys_of(said))
            return replace(known, findings=(*payout.findings, finding))
        case PayoutHeld():
            return replace(payout, officer=event.actor)
        case PayoutReleased(cause="finding", finding=finding):
            left = tuple(each for each in payout.findings if each != finding)
            return replace(payout, findings=left)
        case PayoutReleased():
            return replace(payout, officer=None)
        case PayoutCancelled():
            return replace(payout, stage=Stage.CANCELLED)
        case PayoutImported() as said:
            paid = payout.amount_fen + said.amount_fen  # a plan's advances are one stream
            return replace(_placed(payout, event, said), stage=Stage.IMPORTED, amount_fen=paid)
        case _:
            return payout  # the bank's steps come with a later part


def _placed(payout: Payout, event: Event, said: PayoutScheduled | PayoutImported) -> Payout:
    """Amount, keys and jurisdiction are those of the approval or of the old payment."""
    return replace(
        payout,
        jurisdiction=event.jurisdiction,
        amount_fen=said.amount_fen,
        keys=keys_of(said),
    )


PAYOUT: Aggregate[Payout] = Aggregate("/payments", PAYOUT_EVENTS, Payout(), evolve)


def schedule_payout(payout: Payout, approved: ClaimApproved, claim: str, cause: str) -> Decision:
    """An approved claim is paid once, however often the approval is delivered (E95)."""
    if payout.stage is not Stage.NEW:
        return NOTHING
    scheduled = PayoutScheduled(
        claim=claim,
        person=approved.person,
        plan=approved.plan,
        institution=approved.institution,
        account=approved.account,
        certificate=approved.certificate,
        occupation=approved.occupation,
        level=approved.level,
        scheme=approved.kind,
        amount_fen=approved.amount_fen,
        payee_kind=approved.payee_kind,
        payee=approved.payee,
        fund=approved.fund,
        approval=cause,
    )
    return Decision([scheduled])


def hold_for_finding(payout: Payout, finding: str, rule: str, claim: str | None) -> Decision:
    """An R finding holds, for a person to look at; also a payout that is not scheduled yet."""
    if finding in payout.findings or payout.stage in (Stage.CANCELLED, Stage.IMPORTED):
        return NOTHING
    keys = _said(payout) if payout.stage is not Stage.NEW else {"claim": claim}
    return Decision([PayoutHeld(**keys, cause="finding", finding=finding, rule=rule)])


def lift_finding(payout: Payout, finding: str) -> Decision:
    """The finding was dismissed, or lapsed: its hold ends, others stay."""
    if finding not in payout.findings:
        return NOTHING
    return Decision([PayoutReleased(**_said(payout), cause="finding", finding=finding)])


def cancel_payout(payout: Payout, revoked: ApprovalRevoked, cause: str) -> Decision:
    """The approval was revoked before anything left (design section 9)."""
    if payout.stage is not Stage.SCHEDULED:
        return NOTHING
    cancelled = PayoutCancelled(
        **_said(payout),
        amount_fen=payout.amount_fen,
        cause="approval_revoked",
        revocation=cause,
    )
    return Decision([cancelled])


def hold_payout(payout: Payout, command: HoldPayout) -> Decision:
    if payout.stage is not Stage.SCHEDULED or payout.officer is not None:
        raise NotInThisState(command="hold", state=state_of(payout))
    held = PayoutHeld(**_said(payout), cause="officer", owner=command.actor, note=command.note)
    return Decision([held])


def release_payout(payout: Payout, command: ReleasePayout) -> Decision:
    """Only an officer's hold is let go by an officer, and by another one; a finding's by audit."""
    if payout.stage is not Stage.SCHEDULED:
        raise NotInThisState(command="release", state=state_of(payout))
    if payout.officer is None and payout.findings:
        raise HeldByFinding(finding=payout.findings[0])
    if payout.officer is None:
        raise NotHeld
    if payout.officer == command.actor:
        raise SamePersonTwice(actor=command.actor)
    return Decision([PayoutReleased(**_said(payout), cause="officer", note=command.note)])


def import_payment(payout: Payout, imported: PayoutImported) -> Decision:
    """Money that left before the ledger: recorded as it was, never judged here."""
    if payout.stage not in (Stage.NEW, Stage.IMPORTED):
        raise NotInThisState(command="import", state=state_of(payout))
    return Decision([imported])


def state_of(payout: Payout) -> str:
    """The stage for a reader: `held` is a scheduled payout that may not leave."""
    return "held" if payout.held and payout.stage is Stage.SCHEDULED else payout.stage.value


def keys_of(facts: PayoutKeys) -> PayoutKeys:
    return PayoutKeys(**{name: getattr(facts, name) for name in PayoutKeys.__struct_fields__})


def _said(payout: Payout) -> dict[str, Any]:
    return {name: getattr(payout.keys, name) for name in PayoutKeys.__struct_fields__}
