"""Builders of one finding's life, as its events."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from services.audit.finding.decide import Finding, evolve
from services.audit.replay.findings import evidence_sha256, finding_id
from shared.events.base import Facts
from shared.events.cases import FindingProposed
from shared.events.envelope import Event
from shared.events.findings import (
    Evidence,
    FindingConfirmed,
    FindingDismissed,
    FindingLapsed,
    FindingOpened,
)

KEYS: dict[str, Any] = {"rule": "A1", "rule_version": 1, "tier": "R"}
SUBJECT = "a" * 32


def found(evidence: int = 1, **said: Any) -> FindingOpened:
    """What the rule A1 finds; another number of events is another evidence."""
    events = tuple(
        Evidence(
            topic="claim-events.v1", partition=0, seq=n, event_id=f"e-{n}", stream=f"claim-{n}"
        )
        for n in range(1, evidence + 1)
    )
    given: dict[str, Any] = {
        "finding_id": finding_id("A1", 1, SUBJECT, "window"),
        "subject": SUBJECT,
        "window_key": "window",
        "clause": ("HLD-10-3",),
        "rule_sha256": sha256(b"rule").hexdigest(),
        "evidence": events,
        "evidence_sha256": evidence_sha256(events),
        "claims": tuple(one.stream for one in events),
        "amount_fen": 150_000,
        "explanation_zh": "重复",
        "explanation_en": "twice",
    }
    return FindingOpened(**KEYS, **(given | said))


def proposed(outcome: Any = "dismiss", reason: str = "papers seen") -> FindingProposed:
    return FindingProposed(**KEYS, outcome=outcome, reason=reason)


def dismissed() -> FindingDismissed:
    return FindingDismissed(**KEYS, reason="papers seen", proposed_by="auditor-1")


def confirmed() -> FindingConfirmed:
    return FindingConfirmed(**KEYS, reason="papers seen", proposed_by="auditor-1")


def lapsed() -> FindingLapsed:
    return FindingLapsed(**KEYS)


def after(*facts: Facts, actor: str = "auditor-1") -> Finding:
    """The finding after these events."""
    finding = Finding()
    for version, one in enumerate(facts, start=1):
        finding = evolve(finding, event(version, one, actor))
    return finding


def event(version: int, facts: Facts, actor: str = "auditor-1") -> Event:
    time = datetime(2021, 3, 1, tzinfo=UTC)
    return Event(
        id=f"0192aaaa-0000-7000-a000-{version:012x}",
        source="/audit/211400",
        subject="finding-1",
        version=version,
        recorded_at=time,
        occurred_at=time,
        jurisdiction="211400",
        actor=actor,
        correlation_id="test",
        facts=facts,
    )
