"""Conditions that are the same whatever the claim says: nothing can meet them, or everything."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from shared.policy.checks.conditions import nodes_at
from shared.policy.checks.fault import Fault, fault
from shared.policy.checks.types import types_of
from shared.policy.checks.walk import conditions_of
from shared.policy.conditions import (
    All,
    AnyOf,
    Between,
    Compare,
    Condition,
    Not,
    OneOf,
    Surely,
    fields_of,
)
from shared.policy.pack import Content

_OPPOSITE = {"eq": "ne", "ne": "eq", "lt": "ge", "ge": "lt", "le": "gt", "gt": "le"}
_LOWEST, _HIGHEST = -(10**12), 10**12


def constant_faults(content: Content) -> Iterator[Fault]:
    """Contradictions under `all`, and parts of `any` of which one always holds."""
    types = types_of(content)
    for path, condition in conditions_of(content):
        for below, node in nodes_at(condition, path):
            if isinstance(node, All):
                yield from _contradiction(node, below, types)
            if isinstance(node, AnyOf):
                yield from _tautology(node, below)


def _contradiction(node: All, path: str, types: Mapping[str, str]) -> Iterator[Fault]:
    parts = list(_conjuncts(node))
    for field in dict.fromkeys(field for part in parts for field in fields_of(part)):
        own = [part for part in parts if fields_of(part) == (field,)]
        type_ = types.get(field)
        if len(own) > 1 and (_no_value(own, type_) or _no_number(own)):
            yield fault(path, "NEVER_TRUE", name=field)
    negated = {part.of for part in parts if isinstance(part, Not)}
    for part in parts:
        if part in negated:
            yield fault(path, "NEVER_TRUE", name=fields_of(part)[0])


def _conjuncts(node: Condition) -> Iterator[Condition]:
    """What must all hold; to be surely so is to be so."""
    match node:
        case All():
            for part in node.of:
                yield from _conjuncts(part)
        case Surely():
            yield from _conjuncts(node.of)
        case _:
            yield node


def _no_value(parts: Iterable[Condition], type_: str | None) -> bool:
    """Whether no boolean or text meets all parts."""
    allowed: set[object] | None = {True, False} if type_ == "boolean" else None
    barred: set[object] = set()
    for part in parts:
        match part:
            case Compare(by="eq", value=bool() | str() as value):
                allowed = {value} if allowed is None else allowed & {value}
            case OneOf():
                allowed = {*part.values} if allowed is None else allowed & {*part.values}
            case Compare(by="ne", value=bool() | str() as value):
                barred.add(value)
            case Not(of=OneOf() as listed):
                barred |= {*listed.values}
    return allowed is not None and not allowed - barred


def _no_number(parts: Iterable[Condition]) -> bool:
    """Whether no whole number or day meets all parts; days count as their ordinals."""
    first, last = _LOWEST, _HIGHEST
    for part in parts:
        low, high = _range(part)
        first, last = max(first, low), min(last, high)
    return last < first


def _range(part: Condition) -> tuple[int, int]:
    match part:
        case Between():
            return part.first.toordinal(), part.last.toordinal()
        case Compare(day=date() as day):
            return _bounds(part.by, day.toordinal())
        case Compare(value=int() as value) if not isinstance(value, bool):
            return _bounds(part.by, value)
    return _LOWEST, _HIGHEST


def _bounds(by: str, edge: int) -> tuple[int, int]:
    match by:
        case "eq":
            return edge, edge
        case "lt":
            return _LOWEST, edge - 1
        case "le":
            return _LOWEST, edge
        case "gt":
            return edge + 1, _HIGHEST
        case "ge":
            return edge, _HIGHEST
    return _LOWEST, _HIGHEST


def _tautology(node: AnyOf, path: str) -> Iterator[Fault]:
    parts = [_plainly(part) for part in node.of]
    for i, part in enumerate(parts):
        if any(_opposed(part, earlier) for earlier in parts[:i]):
            yield fault(path, "ALWAYS_TRUE", name=fields_of(part)[0])


def _plainly(part: Condition) -> Condition:
    """Of two ways to say the same, one."""
    match part:
        case Not(of=Not(of=inner)):
            return _plainly(inner)
        case Compare(value=bool() as value, by="ne"):  # the other one of two values
            return Compare(field=part.field, by="eq", value=not value)
    return part


def _opposed(one: Condition, other: Condition) -> bool:
    match one, other:
        case (Not(of=inner), _) if _plainly(inner) == other:
            return True
        case (_, Not(of=inner)) if _plainly(inner) == one:
            return True
        case Compare(value=bool() as said), Compare(value=bool() as denied):
            return one.field == other.field and said != denied
        case Compare(), Compare():
            same = (one.field, one.value, one.day, one.other) == (
                other.field,
                other.value,
                other.day,
                other.other,
            )
            return same and other.by == _OPPOSITE[one.by]
    return False
