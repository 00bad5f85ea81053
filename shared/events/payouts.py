"""One payout's own story: scheduled for an approved claim, held, let go."""

from typing import Literal

from shared.events.base import (
    PAYOUT_EVENTS,
    ActorId,
    BasisPoints,
    Code,
    Day,
    Digest,
    Facts,
    Fen,
    Name,
    PayeeKind,
    Reference,
    Sealed,
    StreamId,
    Text,
    event,
)


class PayoutKeys(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """The keys that every event of a payout carries."""

    claim: StreamId | None = None
    person: Reference | None = None
    plan: StreamId | None = None
    institution: Code | None = None
    account: Reference | None = None


@event(PAYOUT_EVENTS)
class PayoutScheduled(PayoutKeys, frozen=True, kw_only=True, omit_defaults=True):
    """An approved claim is to be paid; no order has gone to the bank yet."""

    amount_fen: Fen
    payee_kind: PayeeKind
    payee: Code | None = None
    fund: Code | None = None
    approval: Code
    """event id of the ClaimApproved that it rests on"""


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
    order: int
    """the how-manieth payment of its stream in the file, so that advances keep their order"""
    old_reference: Name
    import_sha256: Digest
    import_row: int
    sealed: dict[str, Sealed] = {}
