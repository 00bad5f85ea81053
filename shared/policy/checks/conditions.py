"""Conditions: every field is there, has the right type, and can be what it is compared with."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import msgspec

from shared.policy.cases import ClaimCase
from shared.policy.checks.fault import Fault, fault, twice
from shared.policy.checks.types import types_of, values_of
from shared.policy.checks.walk import conditions_of
from shared.policy.conditions import (
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
from shared.policy.pack import Content

_VALUES = {"boolean": bool, "integer": int, "text": str}
_FILLED = {
    f"claim.{field.name}"
    for field in msgspec.structs.fields(ClaimCase)
    if field.required or field.default is not None
}
"""what every claim says, so that it is always present"""


def condition_faults(content: Content) -> Iterator[Fault]:
    """Every condition of the pack, to its innermost part."""
    types, values = types_of(content), values_of(content)
    named = {kind.id for kind in content.kinds} | {group.id for group in content.groups}
    for path, condition in conditions_of(content):
        for below, node in nodes_at(condition, path):
            yield from _node(node, below, types)
            yield from _outside_list(node, below, values)
            yield from _outside_kind(content, named, node, below)


def nodes_at(condition: Condition, path: str) -> Iterator[tuple[str, Condition]]:
    """The condition and all parts below it, each with its path."""
    yield path, condition
    match condition:
        case All() | AnyOf():
            for i, part in enumerate(condition.of):
                yield from nodes_at(part, f"{path}.of[{i}]")
        case Not() | Surely():
            yield from nodes_at(condition.of, f"{path}.of")


def typed(types: Mapping[str, str], field: str, wanted: str, path: str) -> Iterator[Fault]:
    """The field is there and of this type."""
    found = types.get(field)
    if found is None:
        yield fault(path, "UNKNOWN_FIELD", name=field)
    elif found != wanted:
        yield fault(path, "WRONG_TYPE", name=field, type=found, wanted=wanted)


def _node(node: Condition, path: str, types: Mapping[str, str]) -> Iterator[Fault]:
    match node:
        case Compare():
            yield from _comparison(node, types, path)
        case Between():
            yield from typed(types, node.field, "date", f"{path}.field")
            yield from reversed_days(node.first, node.last, f"{path}.last")
        case OneOf() | Starts():
            yield from typed(types, node.field, "text", f"{path}.field")
            yield from twice(f"{path}.values", node.values, "DUPLICATE_VALUE")
            if isinstance(node, Starts) and "" in node.values:
                yield fault(f"{path}.values[{node.values.index('')}]", "EMPTY_VALUE")
        case Apart():
            yield from _apart(node, types, path)
        case Weighted():
            yield from _weighted(node, types, path)
        case Present() if node.field not in types:
            yield fault(f"{path}.field", "UNKNOWN_FIELD", name=node.field)
        case Present() if node.field in _FILLED:
            yield fault(f"{path}.field", "ALWAYS_PRESENT", name=node.field)


def reversed_days(first: date | None, last: date | None, path: str) -> Iterator[Fault]:
    """The last day before the first."""
    if first is not None and last is not None and last < first:
        yield fault(path, "DATES_REVERSED", first=first, last=last)


def _apart(node: Apart, types: Mapping[str, str], path: str) -> Iterator[Fault]:
    yield from typed(types, node.first, "date", f"{path}.first")
    yield from typed(types, node.last, "date", f"{path}.last")
    if (node.months is None) == (node.days is None):
        yield fault(path, "APART_TERM")
    if node.first == node.last:
        yield fault(f"{path}.last", "SELF_COMPARED", name=node.last)


def _weighted(node: Weighted, types: Mapping[str, str], path: str) -> Iterator[Fault]:
    for i, term in enumerate(node.terms):
        yield from typed(types, term.field, "integer", f"{path}.terms[{i}].field")
        if term.ratio_field is not None:
            yield from typed(types, term.ratio_field, "integer", f"{path}.terms[{i}].ratio_field")
    yield from twice(f"{path}.terms", (term.field for term in node.terms), "DUPLICATE_VALUE")
    yield from typed(types, node.other, "integer", f"{path}.other")


def _comparison(node: Compare, types: Mapping[str, str], path: str) -> Iterator[Fault]:
    given = [x for x in (node.value, node.day, node.other) if x is not None]
    if len(given) != 1:
        yield fault(path, "OPERAND")
        return
    type_ = types.get(node.field)
    if type_ is None:
        yield fault(f"{path}.field", "UNKNOWN_FIELD", name=node.field)
        return
    if node.other is not None:
        yield from typed(types, node.other, type_, f"{path}.other")
        if node.other == node.field:
            yield fault(f"{path}.other", "SELF_COMPARED", name=node.field)
    elif node.day is not None:
        yield from typed(types, node.field, "date", f"{path}.field")
    elif type(node.value) is not _VALUES.get(type_):
        wanted = type(node.value).__name__
        yield fault(f"{path}.value", "WRONG_TYPE", name=node.field, type=type_, wanted=wanted)
    if type_ in ("boolean", "text") and node.by not in ("eq", "ne"):
        yield fault(f"{path}.by", "NO_ORDER", name=node.field, type=type_)


def _outside_list(
    node: Condition, path: str, closed: Mapping[str, tuple[str, ...]]
) -> Iterator[Fault]:
    for below, field, value in _texts(node, path):
        if value in closed.get(field, (value,)):
            continue
        code = {"claim.kind": "UNKNOWN_KIND", "claim.group": "UNKNOWN_GROUP"}.get(field)
        if code is not None:
            yield fault(below, code, name=value)
        else:
            listed = ", ".join(closed[field])
            yield fault(below, "VALUE_NOT_IN_LIST", name=field, value=value, list=listed)


def _outside_kind(content: Content, named: set[str], node: Condition, path: str) -> Iterator[Fault]:
    """A text that no claim of the kind has, in a condition that stands in that kind."""
    found = re.match(r"\$\.kinds\[(\d+)\]", path)
    if found is None:
        return
    kind = content.kinds[int(found[1])]
    own = {"claim.kind": (kind.id,), "claim.group": kind.groups}
    for below, field, value in _texts(node, path):
        if value in named and value not in own.get(field, (value,)):
            yield fault(below, "NOT_OF_KIND", field=field, name=value)


def _texts(node: Condition, path: str) -> Iterable[tuple[str, str, str]]:
    match node:
        case Compare(value=str() as value):
            yield f"{path}.value", node.field, value
        case OneOf():
            yield from ((f"{path}.values[{i}]", node.field, v) for i, v in enumerate(node.values))
