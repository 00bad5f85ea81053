"""What a plan earned less what was advanced, and money that must come back (追回)."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.events.base import (
    PAYOUT_EVENTS,
    ActorId,
    ActorIds,
    Code,
    Count,
    Day,
    Digest,
    EventId,
    Facts,
    Fen,
    Instant,
    PayeeKind,
    Reference,
    SealedFields,
    SignedFen,
    StreamId,
    StreamIds,
    Text,
    event,
)
from shared.events.evidence import Documents
from shared.events.payouts import Overriders, SealsOfAudit


class SettlementKeys(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """The keys of a plan's settlement with one payee."""

    plan: StreamId
    payee_kind: PayeeKind
    payee: Code | None = None
    institution: Code | None = None


class SettlementDue(SettlementKeys, frozen=True, kw_only=True, omit_defaults=True):
    """What a plan earned, less what left before: `settlement_fen` is still to be paid."""

    earned_fen: Fen
    advanced_fen: Fen
    """advances paid and not returned"""
    settled_before_fen: SignedFen = 0
    """paid (or, below 0, demanded) for an earlier revision of the same plan"""
    settlement_fen: Fen
    plan_decided: EventId
    revision: Count
    fund: Code | None = None
    account: Reference | None = None


@event(PAYOUT_EVENTS)
class SettlementScheduled(SettlementDue, frozen=True, kw_only=True, omit_defaults=True):
    """The plan is decided and earned more than was advanced: the rest is to be paid."""

    decided_partition: Count | None = None
    """where the PlanDecided stands in claim-events: audit must have judged that far"""
    decided_seq: Count | None = None
    passed: Count | None = None
    """claims of the payee that were approved"""
    also_by: ActorIds = ()
    """who handled the claims that are settled, as PlanDecided says"""


@event(PAYOUT_EVENTS)
class SettlementDeferred(SettlementKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The plan is decided, but money of it is at the bank: it is settled when the bank answers."""

    earned_fen: Fen
    plan_decided: EventId
    revision: Count
    instruction: Code
    """the order whose answer is awaited"""
    decided_partition: Count | None = None
    decided_seq: Count | None = None
    passed: Count | None = None
    also_by: ActorIds = ()
    """who handled the claims that are settled, as PlanDecided says"""


@event(PAYOUT_EVENTS)
class SettlementAuthorised(SettlementDue, frozen=True, kw_only=True, omit_defaults=True):
    """A finance officer agreed to the settlement; a second person must release it."""

    opened_at_us: Count | None = None


@event(PAYOUT_EVENTS)
class SettlementInstructed(SettlementDue, frozen=True, kw_only=True, omit_defaults=True):
    """A second officer released the settlement: the order to pay is on its way to the bank."""

    batch: StreamId
    line: Count
    bank_file_sha256: Digest
    instruction: Code
    authorised_by: ActorId
    judged: SealsOfAudit = ()
    overridden_by: Overriders = ()
    sealed: SealedFields = msgspec.field(default_factory=dict)
    """account holder and number for the bank file, as ciphertext"""


@event(PAYOUT_EVENTS)
class SettlementReturned(SettlementDue, frozen=True, kw_only=True, omit_defaults=True):
    """The bank gave the settlement back: the plan is still owed."""

    instruction: Code
    reason: Code
    bank_reference: Code | None = None
    returned_on: Day


@event(PAYOUT_EVENTS)
class SettlementUnknown(SettlementDue, frozen=True, kw_only=True, omit_defaults=True):
    """Nobody knows whether the settlement left; the bank must be asked before anything else."""

    instruction: Code
    since: Instant
    inquiry: Code | None = None


@event(PAYOUT_EVENTS)
class SettlementCancelled(SettlementDue, frozen=True, kw_only=True, omit_defaults=True):
    """A settlement that had not left is called off: the plan was decided anew with another sum."""

    cause: Literal["revision"]
    superseded_by: EventId
    freed_fen: Fen = 0
    """what had been authorised and is free again"""


@event(PAYOUT_EVENTS)
class SettlementPaid(SettlementKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The plan is settled: what it earned, less the advances, was paid; both sums stand here.

    `settlement_fen` = `earned_fen` − `advanced_fen` − `settled_before_fen`; 0 closes the plan
    without money.
    """

    earned_fen: Fen
    advanced_fen: Fen
    """advances paid and not returned"""
    settled_before_fen: SignedFen = 0
    """paid (or, below 0, demanded) for an earlier revision of the same plan"""
    settlement_fen: Fen
    plan_decided: EventId
    revision: Count
    passed: Count | None = None
    fund: Code
    account: Reference | None = None
    instruction: Code | None = None
    bank_reference: Code | None = None
    paid_at: Instant
    paid_on: Day
    authorised_by: ActorId | None = None
    released_by: ActorId | None = None
    cleared_fen: Fen = 0
    """part of the advances that was earned, and is no longer a debt"""


@event(PAYOUT_EVENTS)
class SettlementExtended(SettlementKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The bureau gave the payee more time to settle the plan; until then it is not overdue."""

    due_before: Day
    due_on: Day
    clause: Code | None = None
    approved_by: ActorId
    reason: Text
    documents: Documents = ()


class RecoveryKeys(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """The keys of one recovery: who owes, and for what."""

    recovery: StreamId
    payee_kind: PayeeKind
    payee: Code | None = None
    person: Reference | None = None
    plan: StreamId | None = None
    claim: StreamId | None = None
    payout: StreamId | None = None
    institution: Code | None = None


class Instalment(msgspec.Struct, frozen=True, kw_only=True):
    """One part of what is owed, and its day."""

    due_on: Day
    amount_fen: Fen


Instalments = Annotated[tuple[Instalment, ...], Meta(max_length=60)]


@event(PAYOUT_EVENTS)
class RecoveryOpened(RecoveryKeys, frozen=True, kw_only=True, omit_defaults=True):
    """Money must come back: an advance larger than what was earned, a revoked approval, or a
    finding.
    """

    amount_fen: Fen
    cause: Literal["settlement", "approval_revoked", "finding", "plan_cancelled"]
    cause_event: EventId
    finding: StreamId | None = None
    earned_fen: Fen | None = None
    advanced_fen: Fen | None = None
    demanded_on: Day
    due_on: Day
    instalments: Instalments = ()
    clause: Code | None = None
    fund: Code | None = None
    """the account that the money left, and comes back to"""
    from_advance_fen: Fen = 0
    """part of the debt that was an advance; the rest had been paid for good"""
    cleared_fen: Fen = 0
    """part of the advances that was earned, and is no longer a debt"""
    revision: Count | None = None
    """revision of the PlanDecided"""


@event(PAYOUT_EVENTS)
class RecoveryReduced(RecoveryKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The plan earned more than was known when the debt arose: that much is owed no longer."""

    reduced_fen: Fen
    balance_fen: Fen
    cause_event: EventId
    revision: Count | None = None
    fund: Code


@event(PAYOUT_EVENTS)
class RecoveryInstalmentsAgreed(RecoveryKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The debtor may pay in parts, each by its day; together they are what is still owed."""

    balance_fen: Fen
    instalments: Instalments
    reason: Text = ""


@event(PAYOUT_EVENTS)
class RecoveryReceived(RecoveryKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The debtor paid some or all of it back into the special account."""

    received_fen: Fen
    balance_fen: Fen
    """what is still owed after this receipt"""
    received_on: Day
    bank_reference: Code
    account: Reference | None = None
    fund: Code


@event(PAYOUT_EVENTS)
class RecoveryOffset(RecoveryKeys, frozen=True, kw_only=True, omit_defaults=True):
    """What is owed was taken off the debtor's next payment; only where the policy names a clause
    for it.
    """

    offset_fen: Fen
    balance_fen: Fen
    against: StreamId
    """the payout or settlement that was made smaller"""
    clause: Code


@event(PAYOUT_EVENTS)
class RecoveryWriteOffProposed(RecoveryKeys, frozen=True, kw_only=True, omit_defaults=True):
    """An officer proposes to give up the rest of a debt; another person decides."""

    balance_fen: Fen
    reason: Text
    clause: Code | None = None
    decision_sha256: Digest | None = None


@event(PAYOUT_EVENTS)
class RecoveryWrittenOff(RecoveryKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The rest of a debt was given up by two persons, for a reason on paper: dead, dissolved,
    insolvent.
    """

    written_off_fen: Fen
    balance_fen: Fen
    reason: Text
    clause: Code | None = None
    proposed_by: ActorId
    related: StreamIds = ()
    decision_sha256: Digest | None = None
    fund: Code | None = None
