"""One payout: scheduled for an approval, held for a cause, let go by another person. Pure."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from services.payments.bank.payable import Place, Seals
from services.payments.hands import Hand, hands_of
from services.payments.payout.refusals import (
    HeldByFinding,
    NotHeld,
    NotInThisState,
    SamePersonTwice,
)
from shared.events.base import CLAIM_EVENTS, PAYOUT_EVENTS, PayeeKind
from shared.events.claims import ClaimApproved
from shared.events.envelope import Event
from shared.events.payouts import (
    PayeeAccountChanged,
    PayoutAuthorised,
    PayoutCancelled,
    PayoutHeld,
    PayoutImported,
    PayoutInstructed,
    PayoutKeys,
    PayoutPaid,
    PayoutReissued,
    PayoutReleased,
    PayoutReturned,
    PayoutReversed,
    PayoutScheduled,
    PayoutUnknown,
)
from shared.events.settlements import (
    RecoveryOffset,
    RecoveryOpened,
    RecoveryReceived,
    RecoveryReduced,
    RecoveryWrittenOff,
)
from shared.ids import payout_id
from shared.store.commands import Aggregate, Decision

NOTHING = Decision([])
_NO_KEYS = PayoutKeys()


class Stage(StrEnum):
    NEW = "new"
    SCHEDULED = "scheduled"
    AUTHORISED = "authorised"
    INSTRUCTED = "instructed"
    UNKNOWN = "unknown"
    RETURNED = "returned"
    REISSUED = "reissued"
    PAID = "paid"
    REVERSED = "reversed"
    CANCELLED = "cancelled"
    IMPORTED = "imported"


WAITING = frozenset({Stage.SCHEDULED, Stage.AUTHORISED, Stage.RETURNED, Stage.REISSUED})
"""no order of it is at the bank: it can be held, and it can be cancelled"""
ENDED = frozenset({Stage.PAID, Stage.REVERSED, Stage.CANCELLED, Stage.IMPORTED})


class Order(NamedTuple):
    """One line of a file for the bank."""

    batch: str
    line: int
    instruction: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Payout:
    """What a payout's events add up to. It may leave only when held by nothing."""

    stage: Stage = Stage.NEW
    version: int = 0
    jurisdiction: str = ""
    amount_fen: int = 0
    keys: PayoutKeys = _NO_KEYS
    findings: tuple[str, ...] = ()
    """finding streams that hold it"""
    officer: str | None = None
    """who held it by hand; another person lets it go"""
    payee_kind: PayeeKind = "individual"
    payee: str | None = None
    fund: str | None = None
    """the account that pays, named by who authorised it"""
    approval: str = ""
    approved_at: Place | None = None
    paid_on: date | None = None
    scheduled_at: datetime | None = None
    hands: tuple[Hand, ...] = ()
    """of the claim: who filed, accepted, inspected, verified, approved"""
    authorised_by: tuple[str, ...] = ()
    released_by: tuple[str, ...] = ()
    account_by: tuple[str, ...] = ()
    """who changed the payee's account"""
    order: Order | None = None
    orders: int = 0
    answered: tuple[tuple[str, str], ...] = ()
    """by instruction what the bank said in the end"""
    seals: Seals | None = None
    corrected: Seals | None = None
    """a new account since the last order: what the next one goes to"""
    returned: str = ""
    """event id of the last return"""
    recovery: str | None = None
    owed_fen: int = 0
    """what of the recovery has not come back"""
    notice_clause: str | None = None
    """what wants a public notice before the money leaves"""
    sources: tuple[str, ...] = ()
    """sources of money that may pay it; none named: any"""
    sources_clause: str | None = None

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
            return _scheduled(_placed(payout, event, said), event, said)
        case PayoutHeld() | PayoutReleased() as said:
            return _holding(payout, event, said)
        case PayoutAuthorised() | PayoutReissued() as said:
            stage = Stage.AUTHORISED if isinstance(said, PayoutAuthorised) else Stage.REISSUED
            officers = (*payout.authorised_by, event.actor)
            return replace(payout, stage=stage, fund=said.fund, authorised_by=officers)
        case PayoutInstructed() as said:
            return _instructed(payout, event, said)
        case PayoutPaid() | PayoutReturned() | PayoutUnknown() as said:
            return _answered(payout, event, said)
        case PayeeAccountChanged(after=after, sealed=sealed):
            return replace(
                payout, keys=_with_account(payout.keys, after), corrected=Seals(event.id, sealed),
                account_by=(*payout.account_by, event.actor),
            )  # fmt: skip
        case PayoutCancelled():
            return replace(payout, stage=Stage.CANCELLED)
        case PayoutReversed():
            return replace(payout, stage=Stage.REVERSED)
        case PayoutImported() as said:
            paid = payout.amount_fen + said.amount_fen  # a plan's advances are one stream
            return replace(_placed(payout, event, said), stage=Stage.IMPORTED, amount_fen=paid)
        case _:
            return _recovering(payout, event)


def _placed(payout: Payout, event: Event, said: PayoutScheduled | PayoutImported) -> Payout:
    """Amount, keys and jurisdiction are those of the approval or of the old payment."""
    return replace(
        payout,
        jurisdiction=event.jurisdiction,
        amount_fen=said.amount_fen,
        keys=keys_of(said),
        payee_kind=said.payee_kind,
        payee=said.payee,
    )


def _scheduled(payout: Payout, event: Event, said: PayoutScheduled) -> Payout:
    place = None
    if said.approval_partition is not None and said.approval_seq is not None:
        place = Place(CLAIM_EVENTS, said.approval_partition, said.approval_seq)
    return replace(
        payout,
        stage=Stage.SCHEDULED,
        approval=said.approval,
        approved_at=place,
        scheduled_at=event.recorded_at,
        notice_clause=said.notice_clause,
        sources=said.sources,
        sources_clause=said.sources_clause,
        hands=hands_of(
            said.also_by, file=said.filed_by, accept=said.accepted_by, inspect=said.inspected_by,
            verify=said.verified_by, approve=said.approved_by,
        ),
    )  # fmt: skip


def _holding(payout: Payout, event: Event, said: PayoutHeld | PayoutReleased) -> Payout:
    match said:
        case PayoutHeld(cause="finding", finding=str(finding)):
            known = payout if payout.stage is not Stage.NEW else replace(payout, keys=keys_of(said))
            return replace(known, findings=(*payout.findings, finding))
        case PayoutHeld():
            return replace(payout, officer=event.actor)
        case PayoutReleased(cause="finding", finding=finding):
            left = tuple(each for each in payout.findings if each != finding)
            return replace(payout, findings=left)
        case PayoutReleased():
            return replace(payout, officer=None)


def _instructed(payout: Payout, event: Event, said: PayoutInstructed) -> Payout:
    return replace(
        payout,
        stage=Stage.INSTRUCTED,
        order=Order(said.batch, said.line, said.instruction, event.recorded_at),
        orders=payout.orders + 1,
        released_by=(*payout.released_by, event.actor),
        seals=Seals(event.id, said.sealed),
        corrected=None,
    )


def _answered(
    payout: Payout, event: Event, said: PayoutPaid | PayoutReturned | PayoutUnknown
) -> Payout:
    if isinstance(said, PayoutUnknown):
        return replace(payout, stage=Stage.UNKNOWN)
    if isinstance(said, PayoutPaid):
        answered = (*payout.answered, (said.instruction, "paid"))
        return replace(payout, stage=Stage.PAID, answered=answered, paid_on=said.paid_on)
    stage = Stage.RETURNED if said.recovery is None else Stage.CANCELLED
    answered = (*payout.answered, (said.instruction, "returned"))
    return replace(payout, stage=stage, returned=event.id, answered=answered)


def _recovering(payout: Payout, event: Event) -> Payout:
    """What was paid wrongly comes back in this stream too, so that its order is known."""
    match event.facts:
        case RecoveryOpened(recovery=recovery, amount_fen=fen):
            return replace(payout, recovery=recovery, owed_fen=fen)
        case (
            RecoveryReceived(balance_fen=fen)
            | RecoveryReduced(balance_fen=fen)
            | RecoveryOffset(balance_fen=fen)
            | RecoveryWrittenOff(balance_fen=fen)
        ):
            return replace(payout, owed_fen=fen)
        case _:
            return payout


PAYOUT: Aggregate[Payout] = Aggregate("/payments", PAYOUT_EVENTS, Payout(), evolve)


class Cause(NamedTuple):
    """The event of another service that a reaction answers: its id, who did it, its place."""

    event_id: str
    actor: str
    place: Place


def schedule_payout(payout: Payout, approved: ClaimApproved, claim: str, cause: Cause) -> Decision:
    """An approved claim is paid once, however often the approval is delivered (E95).

    What belongs to the payee of its plan is paid by the plan's settlement alone.
    """
    if payout.stage is not Stage.NEW or approved.settled_by_plan:
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
        approval=cause.event_id,
        filed_by=approved.filed_by,
        accepted_by=approved.accepted_by,
        inspected_by=approved.inspected_by,
        verified_by=approved.verified_by,
        approved_by=cause.actor,
        approval_partition=cause.place.partition,
        approval_seq=cause.place.seq,
        also_by=approved.also_by,
        notice_clause=approved.notice_clause,
        sources=approved.sources,
        sources_clause=approved.sources_clause,
    )
    return Decision([scheduled])


def hold_for_finding(payout: Payout, finding: str, rule: str, claim: str | None) -> Decision:
    """An R finding holds, for a person to look at; also a payout that is not scheduled yet."""
    if finding in payout.findings or payout.stage in ENDED:
        return NOTHING
    keys = said_of(payout) if payout.stage is not Stage.NEW else {"claim": claim}
    return Decision([PayoutHeld(**keys, cause="finding", finding=finding, rule=rule)])


def lift_finding(payout: Payout, finding: str) -> Decision:
    """The finding was dismissed, or lapsed: its hold ends, others stay."""
    if finding not in payout.findings:
        return NOTHING
    return Decision([PayoutReleased(**said_of(payout), cause="finding", finding=finding)])


def hold_payout(payout: Payout, command: HoldPayout) -> Decision:
    if payout.stage not in WAITING or payout.officer is not None:
        raise NotInThisState(command="hold", state=state_of(payout))
    held = PayoutHeld(**said_of(payout), cause="officer", owner=command.actor, note=command.note)
    return Decision([held])


def release_payout(payout: Payout, command: ReleasePayout) -> Decision:
    """Only an officer's hold is let go by an officer, and by another one; a finding's by audit."""
    if payout.stage not in WAITING:
        raise NotInThisState(command="release", state=state_of(payout))
    if payout.officer is None and payout.findings:
        raise HeldByFinding(finding=payout.findings[0])
    if payout.officer is None:
        raise NotHeld
    if payout.officer == command.actor:
        raise SamePersonTwice(actor=command.actor)
    return Decision([PayoutReleased(**said_of(payout), cause="officer", note=command.note)])


def import_payment(payout: Payout, imported: PayoutImported) -> Decision:
    """Money that left before the ledger: recorded as it was, never judged here."""
    if payout.stage not in (Stage.NEW, Stage.IMPORTED):
        raise NotInThisState(command="import", state=state_of(payout))
    return Decision([imported])


def state_of(payout: Payout) -> str:
    """The stage for a reader: `held` is a payout that waits and may not leave."""
    return "held" if payout.held and payout.stage in WAITING else payout.stage.value


def keys_of(facts: PayoutKeys) -> PayoutKeys:
    return PayoutKeys(**{name: getattr(facts, name) for name in PayoutKeys.__struct_fields__})


def said_of(payout: Payout) -> dict[str, Any]:
    """The keys that the next event of the payout repeats."""
    return {name: getattr(payout.keys, name) for name in PayoutKeys.__struct_fields__}


def stream_of(payout: Payout) -> str:
    """Its stream id: one claim, one payout."""
    return payout_id(payout.keys.claim or "")


def _with_account(keys: PayoutKeys, account: str) -> PayoutKeys:
    said = {name: getattr(keys, name) for name in PayoutKeys.__struct_fields__}
    return PayoutKeys(**{**said, "account": account})
