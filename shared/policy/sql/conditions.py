"""A pack's conditions and amounts as SQL, for DuckDB: the same data, the same three values."""

from collections.abc import Iterable
from datetime import date

from shared.policy.conditions import (
    FULL_BP,
    All,
    AnyOf,
    Apart,
    Between,
    Compare,
    Condition,
    Not,
    OneOf,
    Present,
    Starts,
    Surely,
    Weighted,
)

_BY = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


def literal(value: bool | int | str | date) -> str:
    """A constant of the pack. Packs are checked data, yet no text leaves its quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return "'" + value.replace("'", "''") + "'"


def listed(values: tuple[str, ...]) -> str:
    """A list for IN; IN () is no SQL, so nothing becomes a value that no column has."""
    return "(" + (", ".join(literal(value) for value in values) or "NULL") + ")"


def column(field: str) -> str:
    """The column of a field: `claim.level` is claim_level, `facts.x` is fact_x, `on` judged_on."""
    source, _, name = field.partition(".")
    if source == "claim":
        return f"claim_{name}"
    return "judged_on" if source == "on" else f"fact_{name}"


def rows_column(fact: str) -> str:
    """The column of what a table says of a fact from which day on, for one that is paid by the
    month.
    """
    return f"rows_{fact}"


def condition_sql(condition: Condition) -> str:
    """True, false, or NULL where the condition is unknown."""
    match condition:
        case All():
            return _joined(" AND ", condition.of)
        case AnyOf():
            return _joined(" OR ", condition.of)
        case Not():
            return f"(NOT {condition_sql(condition.of)})"
        case Surely():
            return f"coalesce({condition_sql(condition.of)}, false)"
        case Compare():
            return f"({column(condition.field)} {_BY[condition.by]} {_operand(condition)})"
        case OneOf():
            return f"({column(condition.field)} IN {listed(condition.values)})"
        case Between():
            first, last = literal(condition.first), literal(condition.last)
            return f"({column(condition.field)} BETWEEN {first} AND {last})"
        case Present():
            return f"({column(condition.field)} IS NOT NULL)"
        case Starts():
            field = column(condition.field)
            return _or(f"starts_with({field}, {literal(one)})" for one in condition.values)
        case Apart():
            return _apart(condition)
        case Weighted():
            return _weighted(condition)


def _joined(word: str, parts: tuple[Condition, ...]) -> str:
    return "(" + word.join(condition_sql(part) for part in parts) + ")"


def _or(parts: Iterable[str]) -> str:
    return "(" + " OR ".join(parts) + ")"


def _operand(condition: Compare) -> str:
    if condition.other is not None:
        return column(condition.other)
    value = condition.day if condition.day is not None else condition.value
    assert value is not None
    return literal(value)


def _apart(condition: Apart) -> str:
    edge = column(condition.first)
    if condition.days:
        edge = f"({edge} + INTERVAL ({condition.days}) DAY)"
    if condition.months:
        edge = f"({edge} + INTERVAL ({condition.months}) MONTH)"
    return f"({column(condition.last)} {_BY[condition.by]} CAST({edge} AS DATE))"


def _weighted(condition: Weighted) -> str:
    terms = (
        f"{column(term.field)} * "
        + (column(term.ratio_field) if term.ratio_field else str(FULL_BP))
        for term in condition.terms
    )
    total = " + ".join(terms)
    return f"({total} {_BY[condition.by]} {column(condition.other)} * {FULL_BP})"
