"""One payout's own story: scheduled for an approved claim, held, let go, ordered, answered."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.events.base import (
    PAYOUT_EVENTS,
    ActorId,
    ActorIds,
    BasisPoints,
    Code,
    Codes,
    Count,
    Day,
    Digest,
    Facts,
    Fen,
    Instant,
    Level,
    Name,
    PayeeKind,
    Reference,
    SealedFields,
    StreamId,
    StreamIds,
    Text,
    event,
)
from shared.events.evidence import Documents


class PayoutKeys(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """The keys that every event of a payout carries."""

    claim: StreamId | None = None
    person: Reference | None = None
    plan: StreamId | None = None
    institution: Code | None = None
    account: Reference | None = None
    certificate: Reference | None = None
    occupation: Code | None = None
    level: Level | None = None
    scheme: Code | None = None
    """kind of subsidy, as in the claim"""


class SealOfAudit(msgspec.Struct, frozen=True, kw_only=True):
    """How far audit had judged one partition when money was let go."""

    topic: Code
    partition: Count
    seq: Count


SealsOfAudit = Annotated[tuple[SealOfAudit, ...], Meta(max_length=400)]
Overriders = Annotated[tuple[ActorId, ...], Meta(max_length=2)]


@event(PAYOUT_EVENTS)
class PayoutScheduled(PayoutKeys, frozen=True, kw_only=True, omit_defaults=True):
    """An approved claim is to be paid; no order has gone to the bank yet."""

    amount_fen: Fen
    payee_kind: PayeeKind
    payee: Code | None = None
    fund: Code | None = None
    approval: Code
    """event id of the ClaimApproved that it rests on"""
    filed_by: ActorId | None = None
    accepted_by: ActorId | None = None
    inspected_by: ActorId | None = None
    verified_by: ActorId | None = None
    approved_by: ActorId | None = None
    approval_partition: Count | None = None
    """where the ClaimApproved stands in claim-events: audit must have judged that far"""
    approval_seq: Count | None = None
    also_by: ActorIds = ()
    """everybody else who had a hand in it before: none of them authorises or releases the money"""
    notice_clause: Code | None = None
    """the clause that wants a public notice before the money leaves; none: it waits for none"""
    sources: Codes = ()
    """sources of money that the policy lets pay it; none named: any"""
    sources_clause: Code | None = None


@event(PAYOUT_EVENTS)
class PayoutHeld(PayoutKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The payout may not leave until a person has looked at the cause."""

    cause: Literal["finding", "officer"]
    finding: StreamId | None = None
    rule: Code | None = None
    owner: ActorId | None = None
    note: Text = ""


@event(PAYOUT_EVENTS)
class PayoutReleased(PayoutKeys, frozen=True, kw_only=True, omit_defaults=True):
    """One cause of the hold is gone; the payout may leave when no other cause is left."""

    cause: Literal["finding", "officer"]
    finding: StreamId | None = None
    note: Text = ""


@event(PAYOUT_EVENTS)
class PayoutAuthorised(PayoutKeys, frozen=True, kw_only=True, omit_defaults=True):
    """A finance officer agreed that this payout may go into a batch; a second person must release
    it.
    """

    amount_fen: Fen
    payee_kind: PayeeKind
    payee: Code | None = None
    fund: Code
    approval: Code
    opened_at_us: Count | None = None
    """when the officer opened the page, microseconds since 1970: how long a decision took"""
    notice: StreamId | None = None
    """the public notice that was closed without an upheld objection, where the policy wants one"""


@event(PAYOUT_EVENTS)
class PayoutInstructed(PayoutKeys, frozen=True, kw_only=True, omit_defaults=True):
    """A second officer released the batch: the order to pay is on its way to the bank."""

    amount_fen: Fen
    payee_kind: PayeeKind
    payee: Code | None = None
    fund: Code
    batch: StreamId
    line: Count
    bank_file_sha256: Digest
    instruction: Code
    """id that the bank gives back; the same one for ever, so that nothing is paid twice"""
    authorised_by: ActorId
    judged: SealsOfAudit = ()
    """audit's watermarks that cover the approvals of the batch"""
    overridden_by: Overriders = ()
    """two persons who let the batch go without audit, after ten minutes of silence"""
    sealed: SealedFields = msgspec.field(default_factory=dict)
    """name and account number for the bank file, as ciphertext"""


class BankAnswer(PayoutKeys, frozen=True, kw_only=True, omit_defaults=True):
    """What the bank said of one order."""

    amount_fen: Fen
    batch: StreamId
    line: Count
    instruction: Code


@event(PAYOUT_EVENTS)
class PayoutPaid(BankAnswer, frozen=True, kw_only=True, omit_defaults=True):
    """The bank says that the money has reached the payee's account."""

    payee_kind: PayeeKind
    payee: Code | None = None
    fund: Code
    approval: Code
    bank_reference: Code
    paid_at: Instant
    paid_on: Day
    months: Count | None = None
    allowance_days: Count | None = None
    authorised_by: ActorId | None = None
    released_by: ActorId | None = None


@event(PAYOUT_EVENTS)
class PayoutReturned(BankAnswer, frozen=True, kw_only=True, omit_defaults=True):
    """The bank gave the money back: account closed, name wrong. The claim is still owed."""

    reason: Code
    bank_reference: Code | None = None
    returned_on: Day
    fund: Code | None = None
    """the account that has the money again"""
    recovery: StreamId | None = None
    """the recovery that had been opened meanwhile and is closed by this return"""


@event(PAYOUT_EVENTS)
class PayoutUnknown(BankAnswer, frozen=True, kw_only=True, omit_defaults=True):
    """Nobody knows whether the money left; it is never sent again before the bank
    has been asked.
    """

    since: Instant
    inquiry: Code | None = None


@event(PAYOUT_EVENTS)
class PayoutCancelled(PayoutKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The payout will not take place; nothing had left yet, and the money is free again."""

    amount_fen: Fen
    cause: Literal["approval_revoked", "officer", "finding", "settled_by_plan"]
    revocation: Code | None = None
    """event id of the ApprovalRevoked"""
    note: Text = ""
    fund: Code | None = None
    """only where it had been authorised: the account whose money is free again"""


@event(PAYOUT_EVENTS)
class PayoutReissued(PayoutKeys, frozen=True, kw_only=True, omit_defaults=True):
    """A returned payout goes out again, to a corrected account; it is still one payment of one
    claim.
    """

    amount_fen: Fen
    reissue_of: StreamId
    returned_event: Code
    fund: Code
    attempt: Count | None = None
    """the n-th order for this payout"""


@event(PAYOUT_EVENTS)
class PayoutReversed(PayoutKeys, frozen=True, kw_only=True, omit_defaults=True):
    """A paid sum came back or was booked back in full; the person's slot is free again."""

    amount_fen: Fen
    reason: Text
    reversed_on: Day
    bank_reference: Code | None = None
    recovery: StreamId | None = None
    fund: Code | None = None
    """the account that has the money again"""


@event(PAYOUT_EVENTS)
class PayeeAccountChanged(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """The account that a payee is paid to was changed: from, to, by whom, and on what paper."""

    payee_kind: PayeeKind
    payee: Code | None = None
    person: Reference | None = None
    claims: StreamIds = ()
    """claims that wait to be paid to this payee"""
    before: Reference | None = None
    after: Reference
    requested_by: Literal["person", "institution", "clerk", "bank"]
    merger: Code | None = None
    """the bank's merger list that changed many accounts at once"""
    confirmed_by: Literal["counter", "phone", "face"] | None = None
    device: Reference | None = None
    documents: Documents = ()
    sealed: SealedFields = msgspec.field(default_factory=dict)


@event(PAYOUT_EVENTS)
class PayoutImported(PayoutKeys, frozen=True, kw_only=True, omit_defaults=True):
    """Money that left before the ledger: a payout, an advance on a plan or its settlement."""

    kind: Literal["payout", "advance", "settlement"]
    amount_fen: Fen
    payee_kind: PayeeKind
    payee: Code | None = None
    paid_on: Day
    authorised_by: ActorId | None = None
    released_by: ActorId | None = None
    base_fen: Fen | None = None
    """approved subsidy of the plan at that time: the base of the advance"""
    max_ratio_bp: BasisPoints | None = None
    order: Count
    """which line of its voucher this is in the old books, from 1"""
    old_reference: Annotated[Name, Meta(description="number in the old books; no personal data")]
    import_sha256: Digest
    import_row: Count
    sealed: SealedFields = msgspec.field(default_factory=dict)
