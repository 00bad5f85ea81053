"""Runs the rule files over typed tables; the replay and the stream use this and nothing else."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import duckdb

from services.audit.detectors.lint import floating_columns
from services.audit.detectors.rules import InvalidRule, Rule, Views
from services.audit.replay.findings import Row, findings_of
from shared.events.findings import FindingOpened

Parameters = Mapping[str, Mapping[str, int]]
"""Rule id → parameter → value; what is not named has its default."""


class Waiting(NamedTuple):
    """A case whose term still runs: judged again when a later day than `due_on` is opened, or when
    any day is, where that is None.
    """

    rule: str
    subject: str
    due_on: str | None


class Judgement(NamedTuple):
    """What one rule says: its findings by subject and window key, and the cases that wait."""

    findings: list[FindingOpened]
    waiting: frozenset[Waiting]


def create_views(
    database: duckdb.DuckDBPyConnection, views: Views, present: Collection[str]
) -> None:
    """The documented views over typed tables that already have their names, where only the types
    `present` have events.
    """
    for view in views.views:
        database.execute(view.over(present))


def judge(
    database: duckdb.DuckDBPyConnection,
    rule: Rule,
    parameters: Parameters,
    missing: Sequence[str] = (),
) -> Judgement:
    """All that a rule finds over the views of this connection.

    Raises InvalidRule for a parameter outside its bounds or a column that holds floats.
    """
    result = database.execute(rule.filled(parameters.get(rule.id, {})))
    described = [(str(column[0]), str(column[1])) for column in result.description or ()]
    if wrong := floating_columns(described):
        raise InvalidRule(f"{rule.id}: {', '.join(wrong)} would hold floats")
    waiting: set[Waiting] = set()
    rows = _rows(result, [name for name, _ in described])
    if rule.timed:
        rows = _due(rule, rows, waiting)
    findings = list(findings_of(rule, rows, missing))
    return Judgement(findings, frozenset(waiting))


def _due(rule: Rule, rows: Iterator[Row], waiting: set[Waiting]) -> Iterator[Row]:
    """The rows that are due; the others are put into `waiting`."""
    for row in rows:
        if row["opened_on"] is not None:
            yield row
            continue
        due_on = row["due_on"]
        waiting.add(Waiting(rule.id, str(row["subject"]), None if due_on is None else str(due_on)))


def _rows(result: duckdb.DuckDBPyConnection, names: Sequence[str]) -> Iterator[Row]:
    while batch := result.fetchmany(10_000):
        for row in batch:
            yield dict(zip(names, row, strict=True))


def not_judged(database: duckdb.DuckDBPyConnection, rule: Rule) -> dict[str, int]:
    """Rows that the rule cannot judge, by `view.column`: an absent fact is not a clean one."""
    found: dict[str, int] = {}
    for view, columns in rule.header.needs.items():
        for column in columns:
            sql = f"SELECT count(*) FROM {view} WHERE {column} IS NULL"  # noqa: S608
            row = database.execute(sql).fetchone()
            if row and row[0]:
                found[f"{view}.{column}"] = int(row[0])
    return found


def outside(database: duckdb.DuckDBPyConnection, rule: Rule) -> dict[str, int]:
    """Rows from before the ledger, by what they can never be judged for."""
    found: dict[str, int] = {}
    for view, what in rule.header.outside.items():
        row = database.execute(f"SELECT count(*) FROM {view}").fetchone()  # noqa: S608
        if row and row[0]:
            found[what] = int(row[0])
    return found
