"""The tables that the demonstration ends with, and the same as one JSON document."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table

from services.cli.demo.money_tables import money_tables
from services.cli.demo.seen import Seen, records
from services.cli.output import table
from shared.events.findings import FindingOpened
from shared.money import yuan


def tables(seen: Seen) -> RenderableType:
    """All of them, in the order of the story."""
    return Group(*_all(seen))


def _all(seen: Seen) -> Iterator[Table]:
    yield table(
        "Events in the log  日志中的事件",
        ("topic", "type", "number"),
        [(topic, kind, number) for (topic, kind), number in sorted(seen.counts().items())],
    )
    yield table(
        "Refused rows of the roster  名册中未受理的行",
        ("row", "column", "code", "reason", "原因"),
        [
            (outcome.row, e.column, e.code, e.en, e.zh)
            for outcome in seen.answers.roster.outcomes
            for e in outcome.errors
        ],
    )
    yield _decisions(seen)
    yield table(
        "Findings of the audit  审计发现",
        ("rule", "clause", "stake ¥", "what was found", "审计说明", "evidence in the log"),
        [_finding(f) for f in sorted(seen.findings().values(), key=lambda f: (f.rule, f.subject))],
    )
    yield table(
        "Payouts that a finding holds  因审计发现暂缓的拨付",
        ("payout", "finding", "rule", "scheduled"),
        [(h.payout, h.finding, h.rule, "yes" if h.scheduled else "no") for h in seen.holds()],
    )
    yield from money_tables(seen)
    yield _proofs(seen)


def _decisions(seen: Seen) -> Table:
    rows = {claim: row for row, claim in records(seen.answers.roster).items()}
    return table(
        "Claims not approved  未批准的申请",
        ("row", "claim", "decision", "reason", "other claim that it cites  所引用的申请"),
        [
            (
                one.row, one.claim, one.event, ", ".join(one.reasons),
                "\n".join(f"{c} (row {rows.get(c, '?')})" for c in one.conflicts_with),
            )
            for one in seen.answers.decided
            if one.event != "ClaimApproved"
        ],
    )  # fmt: skip


def _finding(finding: FindingOpened) -> tuple[object, ...]:
    return (
        finding.rule,
        "\n".join(finding.clause),
        yuan(finding.amount_fen or 0),
        finding.explanation_en.partition(" Evidence:")[0],
        finding.explanation_zh.partition("证据：")[0],
        "\n".join(f"{e.topic}/{e.partition}/{e.seq}" for e in finding.evidence),
    )


def _proofs(seen: Seen) -> Table:
    rows = [
        (
            f"{service}: PostgreSQL and log, byte for byte",
            sum(part.database for part in result.partitions.values()),
            sum(part.log for part in result.partitions.values()),
            "equal" if result.equal else f"{len(result.differences)} differences",
        )
        for service, result in seen.reconciled.items()
    ]
    for service, journal in seen.journals.items():
        found = (journal.lines, journal.lines + journal.missing - journal.extra)
        result = "equal" if journal.equal else "different"
        rows.append((f"{service}: lines of the journal and its events", *found, result))
    same = "equal" if seen.replayed.equal else "different"
    numbers = (len(seen.findings()), seen.replayed.report.findings)
    rows.append(("findings: streaming and full replay", *numbers, same))
    return table("Proofs  核对", ("what", "first number", "second number", "result"), rows)
