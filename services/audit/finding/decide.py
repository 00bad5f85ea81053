"""One finding: what the rules and two auditors may make of it. Pure: no I/O, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from msgspec.structs import replace as with_values

from services.audit.finding.refusals import (
    EvidenceChanged,
    FindingNotInThisState,
    NotTheProposedOutcome,
    ProposerDecides,
)
from shared.events.base import FINDING_EVENTS
from shared.events.cases import FindingProposed
from shared.events.envelope import Event
from shared.events.findings import (
    FindingConfirmed,
    FindingDismissed,
    FindingLapsed,
    FindingOpened,
)
from shared.store.commands import Aggregate, Decision

Outcome = Literal["confirm", "dismiss"]
MAX_NAMED = 1000
"""claims or payouts that one event names"""
_ID_DIGITS = 32


class Stage(StrEnum):
    NEW = "new"
    OPENED = "opened"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a finding's events add up to.

    `claims` and `payouts`: all that it named since it was last closed, since others may hold them
    until it ends; `dismissed`: the evidence digests that people dismissed.
    """

    stage: Stage = Stage.NEW
    version: int = 0
    jurisdiction: str = ""
    opened: FindingOpened | None = None
    claims: tuple[str, ...] = ()
    payouts: tuple[str, ...] = ()
    proposal: FindingProposed | None = None
    proposed_by: str | None = None
    dismissed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ProposeOutcome:
    """`evidence_sha256` is what the auditor was shown; None when the client did not say."""

    actor: str
    outcome: Outcome
    reason: str
    honest_error: bool = False
    evidence_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class DecideOutcome:
    """`reason` None: that of the proposal."""

    actor: str
    outcome: Outcome
    reason: str | None = None


def stream_of(finding_id: str) -> str:
    """The stream of a finding: the same for everybody who judges the same events."""
    return f"finding-{finding_id[:_ID_DIGITS]}"


def evolve(finding: Finding, event: Event) -> Finding:
    """The finding after one more event. Never refuses."""
    finding = replace(finding, version=event.version, jurisdiction=event.jurisdiction)
    match event.facts:
        case FindingOpened() as opened:
            closed = finding.stage in (Stage.LAPSED, Stage.DISMISSED)
            return replace(
                finding,
                stage=Stage.OPENED,
                opened=opened,
                claims=_named(() if closed else finding.claims, opened.claims),
                payouts=_named(() if closed else finding.payouts, opened.payouts),
                proposal=None,
                proposed_by=None,
            )
        case FindingProposed() as proposal:
            return replace(
                finding, stage=Stage.PROPOSED, proposal=proposal, proposed_by=event.actor
            )
        case FindingConfirmed():
            return replace(finding, stage=Stage.CONFIRMED)
        case FindingDismissed():
            grounds = {finding.opened.evidence_sha256} if finding.opened else set()
            return replace(finding, stage=Stage.DISMISSED, dismissed=finding.dismissed | grounds)
        case FindingLapsed():
            return replace(finding, stage=Stage.LAPSED, proposal=None, proposed_by=None)
        case _:
            return finding  # assignment, notice and answer of later parts change nothing here


def _named(before: Sequence[str], now: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({*before, *now}))[:MAX_NAMED]


FINDING: Aggregate[Finding] = Aggregate("/audit", FINDING_EVENTS, Finding(), evolve)


def judge_finding(finding: Finding, found: FindingOpened | None) -> Decision:
    """What the rules say now: None when they no longer hold. Empty when nothing changes.

    A ground that two persons dismissed counts no more, until the evidence is another. What two
    persons confirmed does not lapse; other evidence brings it before them again.
    """
    if found is not None and found.evidence_sha256 in finding.dismissed:
        found = None
    if found is not None:
        return Decision([found]) if _is_news(finding, found) else Decision([])
    if finding.stage not in (Stage.OPENED, Stage.PROPOSED):
        return Decision([])
    opened = _opened(finding)
    return Decision(
        [
            FindingLapsed(
                rule=opened.rule,
                rule_version=opened.rule_version,
                tier=opened.tier,
                claims=finding.claims,
                payouts=finding.payouts,
            )
        ]
    )


def _is_news(finding: Finding, found: FindingOpened) -> bool:
    before = finding.opened
    if before is None or finding.stage in (Stage.LAPSED, Stage.DISMISSED):
        return True
    if finding.stage is Stage.CONFIRMED:
        return found.evidence_sha256 != before.evidence_sha256
    # A new wording of the same rule version says nothing new of the case.
    return with_values(before, rule_sha256=found.rule_sha256) != found


def propose_outcome(finding: Finding, command: ProposeOutcome) -> Decision:
    """One auditor says how the case should end; a later proposal replaces an earlier one."""
    _expect(finding, "propose", Stage.OPENED, Stage.PROPOSED)
    opened = _opened(finding)
    if command.evidence_sha256 not in (None, opened.evidence_sha256):
        raise EvidenceChanged(standing=opened.evidence_sha256)
    proposed = FindingProposed(
        rule=opened.rule,
        rule_version=opened.rule_version,
        tier=opened.tier,
        outcome=command.outcome,
        honest_error=command.honest_error,
        reason=command.reason,
        claims=finding.claims,
        payouts=finding.payouts,
    )
    return Decision([proposed])


def decide_outcome(finding: Finding, command: DecideOutcome) -> Decision:
    """A second person agrees with what was proposed; nobody decides alone (HLD clause 12)."""
    _expect(finding, "decide", Stage.PROPOSED)
    opened, proposal = _opened(finding), finding.proposal
    assert proposal is not None
    assert finding.proposed_by is not None
    if command.actor == finding.proposed_by:
        raise ProposerDecides(actor=command.actor)
    if command.outcome != proposal.outcome:
        raise NotTheProposedOutcome(shown=command.outcome, proposed=proposal.outcome)
    kind = FindingConfirmed if command.outcome == "confirm" else FindingDismissed
    decided = kind(
        rule=opened.rule,
        rule_version=opened.rule_version,
        tier=opened.tier,
        reason=command.reason or proposal.reason,
        honest_error=proposal.honest_error,
        proposed_by=finding.proposed_by,
        claims=finding.claims,
        payouts=finding.payouts,
    )
    return Decision([decided])


def _expect(finding: Finding, command: str, *stages: Stage) -> None:
    if finding.stage not in stages:
        raise FindingNotInThisState(command=command, state=finding.stage.value)


def _opened(finding: Finding) -> FindingOpened:
    assert finding.opened is not None  # every finding begins with it
    return finding.opened
