"""Money before the training ends (预支): a plan's advances and settlement are one stream."""

from typing import Literal

import msgspec

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
    EventId,
    Facts,
    Fen,
    Instant,
    PayeeKind,
    Reference,
    SealedFields,
    StreamId,
    Text,
    event,
)
from shared.events.claims import Reason
from shared.events.payouts import Overriders, SealsOfAudit


class AdvanceKeys(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """The keys that every event of an advance carries; `advance_no` counts the
    advances of a plan.
    """

    plan: StreamId
    advance_no: Count
    advance_fen: Fen
    payee_kind: PayeeKind
    payee: Code | None = None
    institution: Code | None = None
    account: Reference | None = None


class AdvanceBase(AdvanceKeys, frozen=True, kw_only=True, omit_defaults=True):
    """What the advance is measured by: the plan as it was approved, never its latest budget."""

    base_fen: Fen
    max_ratio_bp: BasisPoints
    plan_approved: EventId
    """event id of the PlanApproved that fixes the base"""
    plan_version: Count
    already_fen: Fen = 0
    """advances of the plan before this one, pending ones included"""


@event(PAYOUT_EVENTS)
class AdvanceBaseSet(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """Payments heard that a plan was approved: what its advances are measured by, and who may ask.

    A plan that is changed and approved again sets a new base; what was paid stays measured by its
    own.
    """

    plan: StreamId
    base_fen: Fen
    max_ratio_bp: BasisPoints
    clause: Code | None = None
    plan_approved: EventId
    plan_version: Count
    payee_kind: PayeeKind
    payee: Code | None = None
    institution: Code | None = None
    organisation: Code | None = None
    """who filed the plan and may ask for an advance"""
    fund: Code | None = None
    settlement_due_on: Day
    filed_by: ActorId
    accepted_by: ActorId | None = None
    approved_by: ActorId
    approval_partition: Count | None = None
    """where the PlanApproved stands in claim-events: audit must have judged that far"""
    approval_seq: Count | None = None
    also_by: ActorIds = ()
    """everybody else who had a hand in it before: none of them authorises or releases the money"""
    notice_clause: Code | None = None
    """the clause that wants a public notice of the plan's claims before they are settled"""
    sources: Codes = ()
    """sources of money that the policy lets pay it; none named: any"""
    sources_clause: Code | None = None
    scheme: Code | None = None
    """kind of subsidy, as in the plan"""


@event(PAYOUT_EVENTS)
class AdvanceRequested(AdvanceKeys, frozen=True, kw_only=True, omit_defaults=True):
    """An enterprise or institution asked for part of a plan's subsidy before the training ends."""

    requested_on: Day
    purpose: Text = ""


@event(PAYOUT_EVENTS)
class AdvanceAuthorised(AdvanceBase, frozen=True, kw_only=True, omit_defaults=True):
    """A finance officer let part of a plan's subsidy leave before the training ended."""

    fund: Code
    clause: Code
    settlement_due_on: Day
    overdue_plans: Count = 0
    """plans of the same payee whose settlement was overdue at that moment"""
    opened_at_us: Count | None = None


@event(PAYOUT_EVENTS)
class AdvanceRefused(AdvanceKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The advance was refused: above the ratio, plan not approved, payee barred, or no clause for
    it.
    """

    reason: Reason
    clause: Code | None = None
    base_fen: Fen | None = None
    max_ratio_bp: BasisPoints | None = None
    already_fen: Fen = 0
    note: Text = ""


@event(PAYOUT_EVENTS)
class AdvanceInstructed(AdvanceBase, frozen=True, kw_only=True, omit_defaults=True):
    """A second officer released the advance: the order to pay is on its way to the bank."""

    fund: Code
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
class AdvancePaid(AdvanceBase, frozen=True, kw_only=True, omit_defaults=True):
    """The bank says that the advance has reached the payee. It must be settled or come back."""

    fund: Code
    instruction: Code
    bank_reference: Code
    paid_at: Instant
    paid_on: Day
    settlement_due_on: Day
    authorised_by: ActorId | None = None
    released_by: ActorId | None = None


@event(PAYOUT_EVENTS)
class AdvanceReturned(AdvanceKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The advance came back: by the bank, or paid back by the payee before the settlement."""

    cause: Literal["bank", "payee"]
    reason: Code | None = None
    bank_reference: Code | None = None
    returned_on: Day
    fund: Code | None = None
    """the account that has the money again"""
    instruction: Code | None = None


@event(PAYOUT_EVENTS)
class AdvanceUnknown(AdvanceKeys, frozen=True, kw_only=True, omit_defaults=True):
    """Nobody knows whether the advance left; it counts as paid until the bank has been asked."""

    instruction: Code
    since: Instant
    inquiry: Code | None = None


@event(PAYOUT_EVENTS)
class AdvanceCancelled(AdvanceKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The advance was called off before an order went to the bank; its room under the ratio is
    free.
    """

    cause: Literal["payee", "officer", "plan_cancelled", "finding", "barred", "plan_decided"]
    note: Text = ""
    fund: Code | None = None
    """only where it had been authorised: the account whose money is free again"""


@event(PAYOUT_EVENTS)
class AdvanceExpired(AdvanceKeys, frozen=True, kw_only=True, omit_defaults=True):
    """Nobody authorised or released the advance in time; it must be asked for again."""

    stage: Literal["requested", "authorised"]
    expired_on: Day
    day_opened: EventId
    """the DayOpened that ended the term: no clock decides"""
    fund: Code | None = None
    """only where it had been authorised: the account whose money is free again"""


@event(PAYOUT_EVENTS)
class AdvancesClosed(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """The plan will not take place: nothing more is advanced, and what was paid must come back."""

    plan: StreamId
    payee_kind: PayeeKind
    payee: Code | None = None
    institution: Code | None = None
    cause: Literal["plan_cancelled"]
    cause_event: EventId
