"""Builders of histories: planted cases and their innocent look-alikes, as encoded events."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from services.audit.archive.catch_up import catch_up
from shared.events.advances import AdvanceAuthorised, AdvanceCancelled, AdvanceReturned
from shared.events.base import TOPICS, Facts
from shared.events.claims import (
    ApprovalRevoked,
    ClaimAccepted,
    ClaimApproved,
    ClaimCorrected,
    ClaimImported,
    ClaimSubmitted,
    ClaimWithdrawn,
    PolicyUsed,
)
from shared.events.envelope import Event
from shared.events.payouts import PayoutImported
from shared.log.port import TopicPartition
from tests.audit.memory_log import MemoryLog

START = datetime(2021, 3, 1, 1, 0, tzinfo=UTC)
POLICY = PolicyUsed(policy_id="HLD", version=1, content_sha256="0" * 64)
DAY = date(2020, 6, 1)
PARTITIONS = 3
Kind = Literal["payout", "advance", "settlement"]


def ref(number: int) -> str:
    """A reference as the vault would give it."""
    return f"{number:032x}"


@dataclass
class History:
    """Events in the order they were recorded; each stream counts its own versions."""

    events: list[Event] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)

    def add(self, stream: str, facts: Facts, actor: str = "clerk-1") -> Event:
        number = len(self.events) + 1
        self.versions[stream] = self.versions.get(stream, 0) + 1
        event = Event(
            id=f"0192aaaa-0000-7000-a000-{number:012x}",
            source="/test/211400",
            subject=stream,
            version=self.versions[stream],
            recorded_at=START + timedelta(seconds=number),
            occurred_at=START,
            jurisdiction="211400",
            actor=actor,
            correlation_id="test",
            facts=facts,
        )
        self.events.append(event)
        return event

    def submitted(self, claim: str, actor: str = "filer-1", **said: Any) -> None:
        self.add(claim, ClaimSubmitted(**_content(said)), actor)

    def corrected(self, claim: str, actor: str = "filer-1", **said: Any) -> None:
        self.add(claim, ClaimCorrected(reason="typo", **_content(said)), actor)

    def accepted(self, claim: str, actor: str = "clerk-1", **said: Any) -> None:
        self.add(claim, ClaimAccepted(office="office-1", **_keys(said)), actor)

    def withdrawn(self, claim: str, **said: Any) -> None:
        self.add(claim, ClaimWithdrawn(reason="second thoughts", **_keys(said)), "filer-1")

    def revoked(self, claim: str, **said: Any) -> None:
        facts = ApprovalRevoked(amount_fen=150_000, reasons=("WRONG",), **_keys(said))
        self.add(claim, facts, "approver-2")

    def approved(self, claim: str, actor: str = "approver-1", **said: Any) -> None:
        given: dict[str, Any] = {
            "amount_fen": 150_000,
            "filed_by": "filer-1",
            "accepted_by": "clerk-1",
            "verified_by": None,
            "inspected_by": None,
            "supersedes": None,
            "settled_by_plan": False,
        }
        given |= {name: said.pop(name) for name in list(given) if name in said}
        facts = ClaimApproved(
            citations=(),
            policy=POLICY,
            payee_kind="individual",
            year=2021,
            year_slot=1,
            certificate_issued_on=DAY,
            certificate_type="skill_level",
            claimed_on=DAY,
            group="employee",
            proposal_version=1,
            **given,
            **_keys(said),
        )
        self.add(claim, facts, actor)

    def imported(self, claim: str, **said: Any) -> None:
        given: dict[str, Any] = {
            "decision": "approved",
            "amount_fen": 150_000,
            "filed_by": "filer-1",
            "accepted_by": None,
            "verified_by": None,
            "approved_by": None,
            "paid_by": None,
            "supersedes": None,
            "reissue_of": None,
        }
        given |= {name: said.pop(name) for name in list(given) if name in said}
        facts = ClaimImported(
            certificate_type="skill_level",
            certificate_issued_on=DAY,
            payee_kind="individual",
            decided_on=DAY,
            year=2020,
            old_reference="old-1",
            import_sha256="0" * 64,
            import_row=len(self.events),
            **given,
            **_keys(said),
        )
        self.add(claim, facts, "importer")

    def payment_imported(self, stream: str, kind: Kind, amount_fen: int, **said: Any) -> None:
        given: dict[str, Any] = {"order": self.versions.get(stream, 0) + 1}
        facts = PayoutImported(
            kind=kind,
            amount_fen=amount_fen,
            payee_kind="institution",
            paid_on=DAY,
            old_reference="old-2",
            import_sha256="0" * 64,
            import_row=len(self.events),
            **(given | said),
        )
        self.add(stream, facts, "importer")

    def advance_imported(self, plan: str, advance_fen: int, base_fen: int | None) -> None:
        self.payment_imported(
            f"advance-{plan}", "advance", advance_fen, plan=plan, base_fen=base_fen
        )

    def advance(self, plan: str, number: int, advance_fen: int, base_fen: int) -> None:
        facts = AdvanceAuthorised(
            plan=plan,
            advance_no=number,
            advance_fen=advance_fen,
            payee_kind="institution",
            base_fen=base_fen,
            max_ratio_bp=5000,
            plan_approved="0192aaaa-0000-7000-a000-000000000000",
            plan_version=1,
            fund="fund-1",
            clause="HLD-10-4",
            settlement_due_on=DAY,
        )
        self.add(f"advance-{plan}", facts, "officer-1")

    def advance_cancelled(self, plan: str, number: int, advance_fen: int) -> None:
        facts = AdvanceCancelled(
            plan=plan,
            advance_no=number,
            advance_fen=advance_fen,
            payee_kind="institution",
            cause="officer",
        )
        self.add(f"advance-{plan}", facts, "officer-1")

    def advance_returned(self, plan: str, number: int, advance_fen: int) -> None:
        facts = AdvanceReturned(
            plan=plan,
            advance_no=number,
            advance_fen=advance_fen,
            payee_kind="institution",
            cause="bank",
            returned_on=DAY,
        )
        self.add(f"advance-{plan}", facts, "officer-1")


def _keys(said: dict[str, Any]) -> dict[str, Any]:
    keys: dict[str, Any] = {
        "kind": "skill_upgrade",
        "person": ref(1),
        "occupation": "6-31-01-03",
        "level": "L4",
    }
    return keys | said


def _content(said: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {
        "group": "employee",
        "certificate_type": "skill_level",
        "certificate_issued_on": DAY,
        "training_from": DAY,
        "training_to": DAY,
        "paid_by": "individual",
        "payee_kind": "individual",
        "claimed_on": DAY,
    }
    return _keys(content | said)


def log_of(history: History, topics: tuple[str, ...] = TOPICS) -> MemoryLog:
    """The history as a relay would have sent it; the named topics exist even when empty."""
    log = MemoryLog()
    for topic in topics:
        for partition in range(PARTITIONS):
            log.records[TopicPartition(topic, partition)] = []
    log.tell(PARTITIONS, *history.events)
    return log


async def archived(history: History, folder: Path) -> Path:
    await catch_up(log_of(history), folder)
    return folder
