"""The bank's word against ours: statements, differences with an owner, and the closed day."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.events.base import (
    PAYOUT_EVENTS,
    ActorId,
    Code,
    Codes,
    Count,
    Day,
    Digest,
    EventId,
    Facts,
    Fen,
    Reference,
    SignedFen,
    StreamId,
    Text,
    event,
)


class StatementLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the bank's statement; money that leaves the account is below 0."""

    line: Count
    amount_fen: SignedFen
    booked_on: Day
    bank_reference: Code
    instruction: Code | None = None
    account: Reference | None = None
    returned: bool = False


@event(PAYOUT_EVENTS)
class StatementImported(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """The bank's statement of one account and time came in and was compared line by line."""

    statement: StreamId
    fund: Code
    bank: Code
    from_day: Day
    to_day: Day
    opening_fen: SignedFen
    closing_fen: SignedFen
    file_commitment: Digest
    part: Count = 1
    parts: Count = 1
    lines: Annotated[tuple[StatementLine, ...], Meta(max_length=500)]
    matched: Count
    differences: Count


@event(PAYOUT_EVENTS)
class DifferenceOpened(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """The bank's line and our order do not agree, or one of them is missing; somebody must find out
    why.
    """

    difference: StreamId
    fund: Code
    kind: Literal[
        "amount",
        "account",
        "date",
        "missing_at_bank",
        "unknown_at_ledger",
        "double_line",
        "returned",
        "balance",
    ]
    statement: StreamId | None = None
    line: Count | None = None
    payout: StreamId | None = None
    instruction: Code | None = None
    ours_fen: SignedFen | None = None
    bank_fen: SignedFen | None = None
    owner: ActorId
    due_on: Day


@event(PAYOUT_EVENTS)
class DifferenceResolved(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody found out why bank and ledger did not agree, and which entry sets it right."""

    difference: StreamId
    fund: Code
    outcome: Literal["bank_error", "our_error", "timing", "returned", "recovered"]
    corrected_by: EventId | None = None
    note: Text


@event(PAYOUT_EVENTS)
class DayClosed(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """A fund's day is closed: what came, what went, what is left, and that it sums to zero."""

    fund: Code
    day: Day
    opening_fen: Fen
    allocated_fen: Fen
    paid_fen: Fen
    returned_fen: Fen
    recovered_fen: Fen
    closing_fen: Fen
    payments: Count
    open_differences: Count
    late: Codes = ()
    """batches of the day whose answers are not in yet"""
    journal_sha256: Digest
