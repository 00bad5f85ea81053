"""The full replay: findings = f(log prefix, rule pack, parameters), byte-identical whenever run."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import msgspec

from services.audit.archive.columns import connection
from services.audit.detectors.rules import Rule, load_views, rule_pack_sha256
from services.audit.replay.breaks import find_breaks
from services.audit.replay.judge import Parameters, create_views, judge, not_judged, outside
from services.audit.replay.report import Report, RuleRun, write_findings
from services.audit.replay.typed import TypedLayer, Vector, build, typed_views
from shared.events.findings import FindingOpened

THREADS = 2
MEMORY = "2GB"


def replay(
    archive: Path,
    rules: Sequence[Rule],
    parameters: Parameters,
    until: Vector | None,
    out: Path,
    threads: int = THREADS,
) -> Report:
    """Judge the log prefix `until` (all of the archive when None) and write the result to `out`:
    findings.parquet, findings.csv, report.json, and the disposable folder typed/.

    Raises BeyondArchive, ArchiveDamaged, InvalidRule.
    """
    out.mkdir(parents=True, exist_ok=True)
    views = load_views().of(rules)
    layer = build(archive, until, out / "typed", views.types)
    with connection(threads, MEMORY, out / "spill") as database:
        typed_views(database, layer)
        if any(rule.follows_streams for rule in rules):
            find_breaks(database, archive, layer.until)
        create_views(database, views, [kind for kind, paths in layer.files.items() if paths])
        found = [_run(database, rule, parameters, layer) for rule in rules]
    findings = [one for _, group in found for one in group]
    report = Report(
        until={f"{at.topic}/{at.partition}": seq for at, seq in layer.until.items()},
        rule_pack_sha256=rule_pack_sha256(rules),
        events=layer.events,
        parked=layer.parked,
        rules=tuple(run for run, _ in found),
        findings=len(findings),
        amount_fen=sum(one.amount_fen or 0 for one in findings),
        findings_sha256=write_findings(findings, out),
    )
    (out / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(report)))
    return report


def _run(
    database: duckdb.DuckDBPyConnection, rule: Rule, parameters: Parameters, layer: TypedLayer
) -> tuple[RuleRun, list[FindingOpened]]:
    missing = missing_feeds(rule, layer.until)
    findings, waiting = judge(database, rule, parameters, missing)
    chosen = parameters.get(rule.id, {})
    run = RuleRun(
        rule=rule.id,
        version=rule.header.version,
        sha256=rule.sha256,
        parameters={
            name: chosen.get(name, p.default) for name, p in rule.header.parameters.items()
        },
        findings=len(findings),
        amount_fen=sum(one.amount_fen or 0 for one in findings),
        missing_feeds=missing,
        unjudged=not_judged(database, rule) | _no_days(database, len(waiting)),
        outside=outside(database, rule),
        waiting=len(waiting),
    )
    return run, findings


def _no_days(database: duckdb.DuckDBPyConnection, waiting: int) -> dict[str, int]:
    """Without a single day no term ever ends: such cases are not judged, and not clean."""
    if not waiting or database.execute("SELECT 1 FROM days LIMIT 1").fetchone():
        return {}
    return {"days.day": waiting}


def missing_feeds(rule: Rule, until: Vector) -> tuple[str, ...]:
    """Topics that the rule needs and the prefix has no partition of, not even an empty one."""
    present = {at.topic for at in until}
    return tuple(feed for feed in rule.header.feeds if feed not in present)
