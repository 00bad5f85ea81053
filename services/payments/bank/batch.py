"""When a batch may be released: audit judged what it rests on, or two persons override. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.payments.bank.hearing import Watermarks
from services.payments.bank.payable import Payment, Place
from services.payments.hands import Hand, require_new_hand
from shared.events.base import PAYOUT_EVENTS
from shared.events.batches import AuditOverrideAsked, BatchReleased
from shared.events.envelope import Event
from shared.events.payouts import SealOfAudit
from shared.store.commands import Aggregate, Decision, Refusal

SILENCE = timedelta(minutes=10)
"""of audit, before two persons may release without it"""
OVERRIDE_TERM = timedelta(hours=24)
"""how long the first person's word holds"""
MAX_LINES = 1_000
"""orders in one file"""


class AuditHeard(Refusal):
    """Audit has spoken less than ten minutes ago: it is behind, not silent."""

    code = "AUDIT_NOT_SILENT"


class OverrideUnusable(Refusal):
    """There is no such override, or it was used, or it is too old."""

    code = "OVERRIDE_UNUSABLE"


class MixedBatch(Refusal):
    """One file takes money from one fund."""

    code = "BATCH_MIXED"


class Stage(StrEnum):
    NEW = "new"
    OVERRIDDEN = "override-asked"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Batch:
    """One file for the bank. Its lines are events of what they pay."""

    stage: Stage = Stage.NEW
    version: int = 0
    jurisdiction: str = ""
    asked_by: str = ""
    asked_at: datetime | None = None
    released_by: str = ""
    facts: BatchReleased | None = None


def evolve(batch: Batch, event: Event) -> Batch:
    """The batch after one more event. Never refuses."""
    batch = replace(batch, version=event.version, jurisdiction=event.jurisdiction)
    match event.facts:
        case AuditOverrideAsked(asked_by=asked_by):
            return replace(
                batch, stage=Stage.OVERRIDDEN, asked_by=asked_by, asked_at=event.recorded_at
            )
        case BatchReleased() as facts:
            return replace(batch, stage=Stage.RELEASED, released_by=event.actor, facts=facts)
        case _:
            return batch


BATCH: Aggregate[Batch] = Aggregate("/payments", PAYOUT_EVENTS, Batch(), evolve)


def ask_override(
    batch: Batch, actor: str, reason: str, marks: Watermarks, now: datetime
) -> Decision:
    """The first of two persons. Raises AuditHeard while audit is not silent."""
    if batch.stage is not Stage.NEW:
        raise OverrideUnusable
    if marks.said_at is not None and now - marks.said_at < SILENCE:
        raise AuditHeard(minutes=SILENCE.seconds // 60)
    silent_since = marks.said_at or now
    return Decision([AuditOverrideAsked(reason=reason, silent_since=silent_since, asked_by=actor)])


def overriders(
    batch: Batch, actor: str, payments: Sequence[Payment], marks: Watermarks, now: datetime
) -> tuple[str, str]:
    """The two persons who let the batch go without audit.

    Audit must have been silent for ten minutes since it spoke and since the newest approval of the
    batch came here. Raises OverrideUnusable, HandTwice, AuditHeard.
    """
    if batch.stage is not Stage.OVERRIDDEN or batch.asked_at is None:
        raise OverrideUnusable
    elsewhere = any(payment.jurisdiction != batch.jurisdiction for payment in payments)
    if elsewhere or now - batch.asked_at > OVERRIDE_TERM:
        raise OverrideUnusable
    require_new_hand([Hand("override", batch.asked_by)], actor)
    newest = max(payment.approved_at for payment in payments)
    since = max(newest, marks.said_at) if marks.said_at else newest
    if now - since < SILENCE:
        raise AuditHeard(minutes=SILENCE.seconds // 60)
    return batch.asked_by, actor


def not_judged(payment: Payment, marks: Watermarks) -> list[Place]:
    """The approvals of a payment that audit has not judged yet."""
    return [at for at in payment.approvals if marks.seqs.get((at.topic, at.partition), 0) < at.seq]


def seals_of_audit(payments: Iterable[Payment], marks: Watermarks) -> tuple[SealOfAudit, ...]:
    """The watermarks that the batch rests on, one for each partition."""
    touched = sorted({(at.topic, at.partition) for p in payments for at in p.approvals})
    return tuple(
        SealOfAudit(topic=topic, partition=partition, seq=marks.seqs.get((topic, partition), 0))
        for topic, partition in touched
    )


def require_one_fund(jurisdiction: str, payments: Sequence[Payment]) -> None:
    """One fund, of the jurisdiction in which the batch is released. Raises MixedBatch."""
    funds = {(payment.jurisdiction, payment.fund) for payment in payments}
    if len(funds) != 1 or payments[0].jurisdiction != jurisdiction:
        raise MixedBatch
