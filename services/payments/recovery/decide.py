"""A debt of a payee (追回): demand, instalments, receipts, write-off, age. Pure.

A recovery stands in the stream of the money that must come back: a plan's advances and settlement,
or one payout. This fold reads only its own events and works on either stream.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

from services.payments.recovery.refusals import (
    InstalmentsWrong,
    MoreThanOwed,
    OffsetWithoutClause,
    RecoveryAwaitsBank,
    RecoveryClosed,
    WriteOffNotProposed,
    WriteOffSamePerson,
)
from shared.events.base import PAYOUT_EVENTS
from shared.events.envelope import Event
from shared.events.payouts import PayoutInstructed, PayoutPaid, PayoutReturned
from shared.events.settlements import (
    Instalment,
    RecoveryInstalmentsAgreed,
    RecoveryKeys,
    RecoveryOffset,
    RecoveryOpened,
    RecoveryReceived,
    RecoveryReduced,
    RecoveryWriteOffProposed,
    RecoveryWrittenOff,
)
from shared.store.commands import Aggregate, Decision, UnknownStream

TERM = timedelta(days=30)
"""how long a payee has to pay back, unless instalments are agreed; the document has no term"""
_RECOVERIES = UUID("5e7c2f39-9a40-5f0c-8d15-6b8a4c1d2e33")
_NO_KEYS = RecoveryKeys(recovery="recovery-", payee_kind="individual")


class Stage(StrEnum):
    OPEN = "open"
    PROPOSED = "write-off proposed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Recovery:
    """What one payee owes for one cause; amounts in fen."""

    keys: RecoveryKeys = _NO_KEYS
    cause: str = ""
    amount_fen: int = 0
    balance_fen: int = 0
    received_fen: int = 0
    reduced_fen: int = 0
    written_off_fen: int = 0
    demanded_on: date = date.min
    due_on: date = date.min
    instalments: tuple[Instalment, ...] = ()
    fund: str | None = None
    proposed_by: str | None = None
    """who proposed to give up the rest as it stands now"""
    proposal: RecoveryWriteOffProposed | None = None

    @property
    def id(self) -> str:
        return self.keys.recovery

    @property
    def stage(self) -> Stage:
        if not self.balance_fen:
            return Stage.CLOSED
        return Stage.PROPOSED if self.proposal else Stage.OPEN


@dataclass(frozen=True, slots=True)
class Recoveries:
    """All debts of one stream."""

    jurisdiction: str = ""
    each: tuple[Recovery, ...] = ()
    at_bank: bool = False
    """the payout's order has left, and the bank has not said what became of it"""

    def named(self, recovery: str) -> Recovery:
        """Raises UnknownStream."""
        for one in self.each:
            if one.id == recovery:
                return one
        raise UnknownStream(recovery)


@dataclass(frozen=True, slots=True)
class ReceiveRecovery:
    received_fen: int
    received_on: date
    bank_reference: str


@dataclass(frozen=True, slots=True)
class AgreeInstalments:
    instalments: tuple[Instalment, ...]
    on: date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ProposeWriteOff:
    reason: str
    clause: str | None = None
    decision_sha256: str | None = None


def recovery_id(stream_id: str, cause_event: str) -> str:
    """Stream id of the debt that one event causes in one stream: the same however often heard."""
    return f"recovery-{uuid5(_RECOVERIES, f'{stream_id}/{cause_event}')}"


def evolve(recoveries: Recoveries, event: Event) -> Recoveries:
    """The debts after one more event of the stream. Never refuses."""
    match event.facts:
        case RecoveryOpened() as said:
            debts = (*recoveries.each, opened(said))
        case RecoveryKeys() as said:
            debts = changed(recoveries.each, said, event.actor)
        case PayoutInstructed() | PayoutPaid() | PayoutReturned() as said:
            return replace(recoveries, at_bank=isinstance(said, PayoutInstructed))
        case _:
            return recoveries
    return replace(recoveries, jurisdiction=event.jurisdiction, each=debts)


RECOVERIES: Aggregate[Recoveries] = Aggregate("/payments", PAYOUT_EVENTS, Recoveries(), evolve)


def require_answered(recoveries: Recoveries) -> None:
    """Raises RecoveryAwaitsBank while nobody knows whether there is anything to get back."""
    if recoveries.at_bank:
        raise RecoveryAwaitsBank


def opened(facts: RecoveryOpened) -> Recovery:
    """A new debt as its demand says."""
    return Recovery(
        keys=RecoveryKeys(**said_of(facts)),
        cause=facts.cause,
        amount_fen=facts.amount_fen,
        balance_fen=facts.amount_fen,
        demanded_on=facts.demanded_on,
        due_on=facts.due_on,
        instalments=facts.instalments,
        fund=facts.fund,
    )


def changed(debts: Sequence[Recovery], facts: RecoveryKeys, actor: str) -> tuple[Recovery, ...]:
    """The debts after an event of one of them."""
    return tuple(_after(one, facts, actor) if one.id == facts.recovery else one for one in debts)


def _after(debt: Recovery, facts: RecoveryKeys, actor: str) -> Recovery:
    match facts:
        case RecoveryInstalmentsAgreed():
            return replace(debt, instalments=facts.instalments)
        case RecoveryWriteOffProposed():
            return replace(debt, proposal=facts, proposed_by=actor)
        case RecoveryReceived(received_fen=fen):
            debt = replace(debt, received_fen=debt.received_fen + fen)
        case RecoveryReduced(reduced_fen=fen):
            debt = replace(debt, reduced_fen=debt.reduced_fen + fen)
        case RecoveryWrittenOff(written_off_fen=fen):
            debt = replace(debt, written_off_fen=debt.written_off_fen + fen)
        case RecoveryOffset():
            pass
        case _:
            return debt
    # A proposal speaks of the balance that it names: another balance needs another one.
    return replace(debt, balance_fen=facts.balance_fen, proposal=None, proposed_by=None)


def receive(debt: Recovery, command: ReceiveRecovery) -> Decision:
    """Money came in from the debtor. Raises RecoveryClosed, MoreThanOwed."""
    _require_open(debt)
    if command.received_fen > debt.balance_fen:
        raise MoreThanOwed(balance_fen=debt.balance_fen)
    received = RecoveryReceived(
        **said_of(debt.keys),
        received_fen=command.received_fen,
        balance_fen=debt.balance_fen - command.received_fen,
        received_on=command.received_on,
        bank_reference=command.bank_reference,
        fund=_fund(debt),
    )
    return Decision([received])


def agree_instalments(debt: Recovery, command: AgreeInstalments) -> Decision:
    """The debtor may pay in parts. Raises RecoveryClosed, InstalmentsWrong."""
    _require_open(debt)
    days = [part.due_on for part in command.instalments]
    rising = all(a < b for a, b in zip([command.on, *days], days, strict=False))
    positive = all(part.amount_fen > 0 for part in command.instalments)
    together = sum(part.amount_fen for part in command.instalments)
    if not (rising and positive and together == debt.balance_fen):
        raise InstalmentsWrong(balance_fen=debt.balance_fen)
    agreed = RecoveryInstalmentsAgreed(
        **said_of(debt.keys),
        balance_fen=debt.balance_fen,
        instalments=command.instalments,
        reason=command.reason,
    )
    return Decision([agreed])


def propose_write_off(debt: Recovery, command: ProposeWriteOff) -> Decision:
    """An officer proposes to give up what is left. Raises RecoveryClosed."""
    _require_open(debt)
    proposed = RecoveryWriteOffProposed(
        **said_of(debt.keys),
        balance_fen=debt.balance_fen,
        reason=command.reason,
        clause=command.clause,
        decision_sha256=command.decision_sha256,
    )
    return Decision([proposed])


def write_off(debt: Recovery, actor: str) -> Decision:
    """Another person agrees. Raises RecoveryClosed, WriteOffNotProposed, WriteOffSamePerson."""
    _require_open(debt)
    if debt.proposal is None or debt.proposed_by is None:
        raise WriteOffNotProposed
    if debt.proposed_by == actor:
        raise WriteOffSamePerson(actor=actor)
    written_off = RecoveryWrittenOff(
        **said_of(debt.keys),
        written_off_fen=debt.balance_fen,
        balance_fen=0,
        reason=debt.proposal.reason,
        clause=debt.proposal.clause,
        proposed_by=debt.proposed_by,
        decision_sha256=debt.proposal.decision_sha256,
        fund=_fund(debt),
    )
    return Decision([written_off])


def offset(debt: Recovery, against: str) -> Decision:
    """No policy of the ledger names a clause for it: debts are demanded and received only.

    Raises RecoveryClosed, OffsetWithoutClause.
    """
    _require_open(debt)
    raise OffsetWithoutClause(against=against)


def overdue_fen(debt: Recovery, on: date) -> int:
    """What should have come by that day and did not; what came pays the earliest parts first."""
    if not debt.instalments:
        return debt.balance_fen if debt.due_on < on else 0
    later = sum(part.amount_fen for part in debt.instalments if part.due_on >= on)
    return max(0, debt.balance_fen - later)


def age_days(debt: Recovery, on: date) -> int:
    """Whole days since the demand; 0 when nothing is owed any longer."""
    return (on - debt.demanded_on).days if debt.balance_fen else 0


def said_of(keys: RecoveryKeys) -> dict[str, Any]:
    """The keys that the next event of the debt repeats."""
    return {name: getattr(keys, name) for name in RecoveryKeys.__struct_fields__}


def _require_open(debt: Recovery) -> None:
    if not debt.balance_fen:
        raise RecoveryClosed


def _fund(debt: Recovery) -> str:
    assert debt.fund is not None  # every debt of the ledger's own names what it left
    return debt.fund
