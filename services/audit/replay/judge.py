"""Runs the rule files over typed tables; the replay and the stream use this and nothing else."""

from collections.abc import Iterator, Mapping, Sequence

import duckdb

from services.audit.detectors.lint import floating_columns
from services.audit.detectors.rules import InvalidRule, Rule, load_views
from services.audit.replay.findings import Row, findings_of
from shared.events.findings import FindingOpened

Parameters = Mapping[str, Mapping[str, int]]
"""Rule id → parameter → value; what is not named has its default."""


def create_views(database: duckdb.DuckDBPyConnection) -> None:
    """The documented views over typed tables that already have their names."""
    for statement in load_views().statements:
        database.execute(statement)


def judge(
    database: duckdb.DuckDBPyConnection,
    rule: Rule,
    parameters: Parameters,
    missing: Sequence[str] = (),
) -> list[FindingOpened]:
    """All findings of a rule over the views of this connection, by subject and window key.

    Raises InvalidRule for a parameter outside its bounds or a column that holds floats.
    """
    result = database.execute(rule.filled(parameters.get(rule.id, {})))
    described = [(str(column[0]), str(column[1])) for column in result.description or ()]
    if wrong := floating_columns(described):
        raise InvalidRule(f"{rule.id}: {', '.join(wrong)} would hold floats")
    names = [name for name, _ in described]
    return list(findings_of(rule, _rows(result, names), missing))


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
