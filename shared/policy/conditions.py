"""Conditions of a pack as data, and their evaluation with three values.

True and False as usual; None is unknown: a fact that nobody has answered is never false and never
true. The rules are those of SQL's NULL, so the same condition can run as SQL.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from shared.policy.cases import ClaimCase, Fact, FactValue

Field = Annotated[str, Meta(pattern=r"^(on|claim\.[a-z_]+|facts\.[a-z][a-z0-9_]*)$")]
By = Literal["eq", "ne", "lt", "le", "gt", "ge"]


class Node(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", forbid_unknown_fields=True):
    """Base of every condition; `op` in the file tells which one it is."""


class All(Node, frozen=True, kw_only=True, tag="all"):
    """Every part holds."""

    of: Annotated[tuple["Condition", ...], Meta(min_length=1, max_length=50)]


class AnyOf(Node, frozen=True, kw_only=True, tag="any"):
    """At least one part holds."""

    of: Annotated[tuple["Condition", ...], Meta(min_length=1, max_length=50)]


class Not(Node, frozen=True, kw_only=True, tag="not"):
    """The part does not hold; unknown stays unknown."""

    of: "Condition"


class Compare(Node, frozen=True, kw_only=True, tag="compare"):
    """A field against exactly one of: a value, a calendar day, another field."""

    field: Field
    by: By
    value: bool | int | str | None = None
    day: date | None = None
    other: Field | None = None


class OneOf(Node, frozen=True, kw_only=True, tag="in"):
    """The field is one of the listed texts."""

    field: Field
    values: Annotated[tuple[str, ...], Meta(min_length=1, max_length=200)]


class Between(Node, frozen=True, kw_only=True, tag="between"):
    """The day lies between both days, both included (INT-09)."""

    field: Field
    first: date
    last: date


class Present(Node, frozen=True, kw_only=True, tag="present"):
    """The claimant said something there. Only of the claim, and never unknown."""

    field: Annotated[str, Meta(pattern=r"^claim\.[a-z_]+$")]


Condition = All | AnyOf | Not | Compare | OneOf | Between | Present
Truth = bool | None


class Scope(msgspec.Struct, frozen=True):
    """What fields of a condition are looked up in."""

    case: ClaimCase
    facts: Mapping[str, Fact | None]
    on: date


@cache
def _place(field: str) -> tuple[str, str]:
    source, _, name = field.partition(".")
    return source, name


def value_of(field: str, scope: Scope) -> FactValue | None:
    """The value behind `claim.x`, `facts.x` or `on`; None when nobody said or answered it."""
    source, name = _place(field)
    if source == "claim":
        value: FactValue | None = getattr(scope.case, name)
        return value
    if source == "on":
        return scope.on
    fact = scope.facts.get(name)
    return None if fact is None else fact.value


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "lt": lambda left, right: left < right,
    "le": lambda left, right: left <= right,
    "gt": lambda left, right: left > right,
    "ge": lambda left, right: left >= right,
}


def operand_of(condition: Compare, scope: Scope) -> FactValue | None:
    """The right side of a comparison."""
    if condition.other is not None:
        return value_of(condition.other, scope)
    return condition.day if condition.day is not None else condition.value


def _compare(condition: Compare, scope: Scope) -> Truth:
    left, right = value_of(condition.field, scope), operand_of(condition, scope)
    if left is None or right is None:
        return None
    return _COMPARE[condition.by](left, right)


def _all(parts: tuple[Condition, ...], scope: Scope) -> Truth:
    truth: Truth = True
    for part in parts:
        match holds(part, scope):
            case False:
                return False  # one false part decides, whatever is unknown beside it
            case None:
                truth = None
    return truth


def _any(parts: tuple[Condition, ...], scope: Scope) -> Truth:
    truth: Truth = False
    for part in parts:
        match holds(part, scope):
            case True:
                return True
            case None:
                truth = None
    return truth


def holds(condition: Condition, scope: Scope) -> Truth:
    """Whether the condition is true, false, or unknown (None)."""
    match condition:
        case Compare():
            return _compare(condition, scope)
        case Present():
            return value_of(condition.field, scope) is not None
        case All():
            return _all(condition.of, scope)
        case AnyOf():
            return _any(condition.of, scope)
        case Not():
            truth = holds(condition.of, scope)
            return None if truth is None else not truth
        case OneOf():
            value = value_of(condition.field, scope)
            return None if value is None else value in condition.values
        case Between():
            day: Any = value_of(condition.field, scope)
            return None if day is None else condition.first <= day <= condition.last


def nodes_of(condition: Condition) -> Iterator[Condition]:
    """The condition and all parts below it."""
    yield condition
    match condition:
        case All() | AnyOf():
            for part in condition.of:
                yield from nodes_of(part)
        case Not():
            yield from nodes_of(condition.of)


def fields_of(condition: Condition) -> tuple[str, ...]:
    """Every field that the condition reads, each once, in order."""
    fields: dict[str, None] = {}
    for node in nodes_of(condition):
        match node:
            case Compare(other=str() as other):
                fields |= {node.field: None, other: None}
            case Compare() | OneOf() | Between() | Present():
                fields[node.field] = None
    return tuple(fields)


def unknown_fields(condition: Condition, scope: Scope) -> tuple[str, ...]:
    """The fields to be answered before an unknown condition can become true or false."""
    match condition:
        case Compare() | OneOf() | Between():
            return tuple(f for f in fields_of(condition) if value_of(f, scope) is None)
        case All() | AnyOf():
            parts = (unknown_fields(p, scope) for p in condition.of if holds(p, scope) is None)
            return tuple(dict.fromkeys(field for part in parts for field in part))
        case Not():
            return unknown_fields(condition.of, scope)
        case Present():
            return ()
