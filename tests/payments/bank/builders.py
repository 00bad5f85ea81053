"""Builders of batches: what happened to one, what audit said, and what would be paid."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.payments.bank.batch import BATCH, Batch
from services.payments.bank.hearing import Watermarks
from services.payments.bank.payable import Payment, Place
from services.payments.hands import Hand
from shared.events.base import CLAIM_EVENTS
from shared.events.batches import AuditOverrideAsked, BatchReleased
from tests.folding import START, Happened, state_after

ASKER, RELEASER = "releaser-1", "releaser-2"
NOW = datetime(2021, 5, 6, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STREAM = "batch-1"


def override_asked(asked_by: str = ASKER) -> Happened:
    facts = AuditOverrideAsked(reason="audit is down", silent_since=START, asked_by=asked_by)
    return Happened(facts, asked_by)


def released() -> Happened:
    facts = BatchReleased(
        fund="F", orders=("payout-1",), amount_fen=1, lines=1, bank_file_sha256="0" * 64
    )
    return Happened(facts, RELEASER)


def state(*given: Happened) -> Batch:
    return state_after(BATCH, given, STREAM)


def said(minutes_ago: int | None, **seqs: int) -> Watermarks:
    """Audit spoke so long ago; `p3=41`: it has judged partition 3 up to 41."""
    at = None if minutes_ago is None else NOW - minutes_ago * MINUTE
    return Watermarks({(CLAIM_EVENTS, int(p[1:])): seq for p, seq in seqs.items()}, at)


def payment(minutes_ago: int = 60, **facts: Any) -> Payment:
    """A payment whose approval came here so long ago, as number 41 of partition 3."""
    usual: dict[str, Any] = {
        "stream_id": "payout-1", "jurisdiction": "211402", "fund": "F", "amount_fen": 100,
        "payee_kind": "individual", "instruction": "1" * 32,
        "approvals": (Place(CLAIM_EVENTS, 3, 41),), "approved_at": NOW - minutes_ago * MINUTE,
        "hands": (Hand("authorise", "officer-1"),), "authorised_by": "officer-1",
    }  # fmt: skip
    return Payment(**{**usual, **facts})
