"""The demonstration's end as one JSON document; names and order of its fields are stable."""

from datetime import datetime

import msgspec

from services.cli.demo.bank import Batch
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


class PlanReport(msgspec.Struct, frozen=True):
    plan: str
    base_fen: int
    advanced_fen: int
    earned_fen: int
    settled_fen: int
    demanded_fen: int
    received_fen: int
    owed_fen: int


class FundReport(msgspec.Struct, frozen=True):
    """`missing_fen` is what was allocated and is nowhere; it and the sum of all lines are 0."""

    fund: str
    allocated_fen: int
    available_fen: int
    payable_fen: int
    transit_fen: int
    spent_fen: int
    receivable_fen: int
    missing_fen: int
    sum_fen: int


class OutageReport(msgspec.Struct, frozen=True):
    register: str
    down_from: datetime
    down_to: datetime
    unanswered: int


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
    plans: tuple[PlanReport, ...]
    claims_that_waited: int
    outages: tuple[OutageReport, ...]
    batches: tuple[Batch, ...]
    fund: FundReport | None
    reconciled: dict[str, bool]
    journals: dict[str, bool]
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
        plans=_plans(seen),
        claims_that_waited=seen.answers.plans.waited if seen.answers.plans else 0,
        outages=tuple(
            OutageReport(one.register, one.down_from, one.down_to, one.unanswered)
            for one in seen.outages()
        ),
        batches=tuple(seen.answers.batches),
        fund=_fund(seen),
        reconciled={service: result.equal for service, result in seen.reconciled.items()},
        journals={service: result.equal for service, result in seen.journals.items()},
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


def _plans(seen: Seen) -> tuple[PlanReport, ...]:
    told = seen.answers.plans.plans if seen.answers.plans else []
    return tuple(
        PlanReport(
            plan.id, plan.money.base_fen, plan.money.advanced_fen, plan.money.earned_fen,
            plan.money.settled_fen, plan.money.demanded_fen,
            plan.debt.received_fen if plan.debt else 0, plan.debt.balance_fen if plan.debt else 0,
        )
        for plan in told
        if plan.money
    )  # fmt: skip


def _fund(seen: Seen) -> FundReport | None:
    fund = seen.answers.fund
    if fund is None:
        return None
    held = fund.balances
    return FundReport(
        fund.fund, -held.source, held.available, held.payable, held.transit, held.spent,
        seen.receivable_fen(), seen.missing_fen(), fund.sum_fen,
    )  # fmt: skip
