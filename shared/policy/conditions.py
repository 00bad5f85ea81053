"""Conditions of a pack as data, and their evaluation with three values.

True and False as usual; None is unknown: a fact that nobody has answered is never false and never
true. The rules are those of SQL's NULL, so the same condition can run as SQL.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from operator import attrgetter, eq, ge, gt, le, lt, ne
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


class Starts(Node, frozen=True, kw_only=True, tag="starts"):
    """The text begins with one of these, e.g. a place's code with that of its city (GB/T 2260)."""

    field: Field
    values: Annotated[tuple[str, ...], Meta(min_length=1, max_length=50)]


class Apart(Node, frozen=True, kw_only=True, tag="apart"):
    """`last` against the day that lies so many months or days after `first`."""

    first: Field
    last: Field
    by: By
    months: Annotated[int, Meta(ge=-1200, le=1200)] | None = None
    days: Annotated[int, Meta(ge=-36600, le=36600)] | None = None


class Term(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part of a weighted sum: a number, counted in full or by a ratio in bp."""

    field: Field
    ratio_field: Field | None = None
    """a fact in bp; none: in full"""


class Weighted(Node, frozen=True, kw_only=True, tag="weighted"):
    """A sum of numbers against another number, e.g. online hours that count in part."""

    terms: Annotated[tuple[Term, ...], Meta(min_length=1, max_length=10)]
    by: By
    other: Field


class Surely(Node, frozen=True, kw_only=True, tag="surely"):
    """The part is known to hold; never unknown."""

    of: "Condition"


Condition = (
    All | AnyOf | Not | Compare | OneOf | Between | Present | Starts | Apart | Weighted | Surely
)
Truth = bool | None


class Scope(msgspec.Struct, frozen=True):
    """What fields of a condition are looked up in."""

    case: ClaimCase
    facts: Mapping[str, Fact | None]
    on: date


@cache
def _reader(field: str) -> Callable[[Scope], FactValue | None]:
    source, _, name = field.partition(".")
    if source == "claim":
        return attrgetter(f"case.{name}")
    if source == "on":
        return attrgetter("on")

    def answer(scope: Scope) -> FactValue | None:
        fact = scope.facts.get(name)
        return None if fact is None else fact.value

    return answer


def value_of(field: str, scope: Scope) -> FactValue | None:
    """The value behind `claim.x`, `facts.x` or `on`; None when nobody said or answered it."""
    return _reader(field)(scope)


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": eq, "ne": ne, "lt": lt, "le": le, "gt": gt, "ge": ge,
}  # fmt: skip


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


def _all(condition: All, scope: Scope) -> Truth:
    truth: Truth = True
    for part in condition.of:
        match holds(part, scope):
            case False:
                return False  # one false part decides, whatever is unknown beside it
            case None:
                truth = None
    return truth


def _any(condition: AnyOf, scope: Scope) -> Truth:
    truth: Truth = False
    for part in condition.of:
        match holds(part, scope):
            case True:
                return True
            case None:
                truth = None
    return truth


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _apart(condition: Apart, scope: Scope) -> Truth:
    first: Any = value_of(condition.first, scope)
    last = value_of(condition.last, scope)
    if first is None or last is None:
        return None
    edge = first + timedelta(days=condition.days or 0)
    return _COMPARE[condition.by](last, months_after(edge, condition.months or 0))


FULL_BP = 10_000


def _weighted(condition: Weighted, scope: Scope) -> Truth:
    total = 0
    other: Any = value_of(condition.other, scope)
    for term in condition.terms:
        count: Any = value_of(term.field, scope)
        share: Any = value_of(term.ratio_field, scope) if term.ratio_field else FULL_BP
        if count is None or share is None:
            return None
        total += count * share
    return None if other is None else _COMPARE[condition.by](total, other * FULL_BP)


def _not(condition: Not, scope: Scope) -> Truth:
    truth = holds(condition.of, scope)
    return None if truth is None else not truth


def _one_of(condition: OneOf, scope: Scope) -> Truth:
    value = value_of(condition.field, scope)
    return None if value is None else value in condition.values


def _between(condition: Between, scope: Scope) -> Truth:
    day: Any = value_of(condition.field, scope)
    return None if day is None else condition.first <= day <= condition.last


def _starts(condition: Starts, scope: Scope) -> Truth:
    text: Any = value_of(condition.field, scope)
    return None if text is None else text.startswith(condition.values)


_HOLDS: dict[type[Node], Callable[[Any, Scope], Truth]] = {
    All: _all,
    AnyOf: _any,
    Not: _not,
    Compare: _compare,
    OneOf: _one_of,
    Between: _between,
    Present: lambda condition, scope: value_of(condition.field, scope) is not None,
    Starts: _starts,
    Apart: _apart,
    Weighted: _weighted,
    Surely: lambda condition, scope: holds(condition.of, scope) is True,
}


def holds(condition: Condition, scope: Scope) -> Truth:
    """Whether the condition is true, false, or unknown (None)."""
    return _HOLDS[type(condition)](condition, scope)


def nodes_of(condition: Condition) -> Iterator[Condition]:
    """The condition and all parts below it."""
    yield condition
    match condition:
        case All() | AnyOf():
            for part in condition.of:
                yield from nodes_of(part)
        case Not() | Surely():
            yield from nodes_of(condition.of)


def fields_of(condition: Condition) -> tuple[str, ...]:
    """Every field that the condition reads, each once, in order."""
    fields: dict[str, None] = {}
    for node in nodes_of(condition):
        match node:
            case Compare(other=str() as other):
                fields |= {node.field: None, other: None}
            case Compare() | OneOf() | Between() | Present() | Starts():
                fields[node.field] = None
            case Apart():
                fields |= {node.first: None, node.last: None}
            case Weighted():
                fields |= dict.fromkeys(_summed(node))
    return tuple(fields)


def _summed(node: Weighted) -> Iterator[str]:
    for term in node.terms:
        yield term.field
        if term.ratio_field is not None:
            yield term.ratio_field
    yield node.other


def unknown_fields(condition: Condition, scope: Scope) -> tuple[str, ...]:
    """The fields to be answered before an unknown condition can become true or false."""
    match condition:
        case Compare() | OneOf() | Between() | Starts() | Apart() | Weighted():
            return tuple(f for f in fields_of(condition) if value_of(f, scope) is None)
        case All() | AnyOf():
            parts = (unknown_fields(p, scope) for p in condition.of if holds(p, scope) is None)
            return tuple(dict.fromkeys(field for part in parts for field in part))
        case Not():
            return unknown_fields(condition.of, scope)
        case Present() | Surely():
            return ()
