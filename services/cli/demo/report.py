"""The demonstration's end as one JSON document; names and order of its fields are stable."""

import msgspec

from services.cli.demo.seen import Seen


class EventCount(msgspec.Struct, frozen=True):
    topic: str
    type: str
    number: int


class RefusedRow(msgspec.Struct, frozen=True):
    row: int
    column: str
    code: str
    en: str
    zh: str


class NotApproved(msgspec.Struct, frozen=True):
    row: int
    claim: str
    event: str
    reasons: tuple[str, ...]
    conflicts_with: tuple[str, ...]


class Found(msgspec.Struct, frozen=True):
    finding: str
    rule: str
    tier: str
    clauses: tuple[str, ...]
    amount_fen: int | None
    claims: tuple[str, ...]
    plan: str | None
    evidence: tuple[str, ...]
    """topic/partition/seq of each event"""


class Held(msgspec.Struct, frozen=True):
    payout: str
    finding: str
    rule: str
    scheduled: bool


class Report(msgspec.Struct, frozen=True):
    scenario: str
    as_planted: bool
    differences: tuple[str, ...]
    seconds: float
    events: tuple[EventCount, ...]
    refused_rows: tuple[RefusedRow, ...]
    not_approved: tuple[NotApproved, ...]
    findings: tuple[Found, ...]
    held_payouts: tuple[Held, ...]
    reconciled: dict[str, bool]
    replay_equals_stream: bool


def report(scenario: str, seen: Seen, differences: list[str], seconds: float) -> Report:
    return Report(
        scenario=scenario,
        as_planted=not differences,
        differences=tuple(differences),
        seconds=round(seconds, 1),
        events=tuple(EventCount(*key, n) for key, n in sorted(seen.counts().items())),
        refused_rows=tuple(
            RefusedRow(outcome.row, e.column or "", e.code, e.en, e.zh)
            for outcome in seen.answers.roster.outcomes
            for e in outcome.errors
        ),
        not_approved=tuple(
            NotApproved(one.row, one.claim, one.event, one.reasons, one.conflicts_with)
            for one in seen.answers.decided
            if one.event != "ClaimApproved"
        ),
        findings=_findings(seen),
        held_payouts=tuple(Held(h.payout, h.finding, h.rule, h.scheduled) for h in seen.holds()),
        reconciled={service: result.equal for service, result in seen.reconciled.items()},
        replay_equals_stream=seen.replayed.equal,
    )


def _findings(seen: Seen) -> tuple[Found, ...]:
    return tuple(
        Found(
            stream, f.rule, f.tier, f.clause, f.amount_fen, f.claims, f.plan,
            tuple(f"{e.topic}/{e.partition}/{e.seq}" for e in f.evidence),
        )
        for stream, f in sorted(seen.findings().items(), key=lambda item: (item[1].rule, item[0]))
    )  # fmt: skip
