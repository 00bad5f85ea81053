"""Walks over a pack: its gates, its conditions, its clauses, its words, each with its path."""

from collections.abc import Iterator
from typing import Any

import msgspec

from shared.policy.conditions import Condition
from shared.policy.pack import Content
from shared.policy.parts import Catalogue, Gate, Kind, Ratio

_CLAUSES = ("clause", "cap_clause", "yields_to", "clauses", "two_persons_clauses")


def gates_of(content: Content) -> Iterator[tuple[str, Gate]]:
    """Every gate of the pack with its path, those for all kinds first."""
    for j, gate in enumerate(content.gates):
        yield f"$.gates[{j}]", gate
    for i, kind in enumerate(content.kinds):
        for j, gate in enumerate(kind.gates):
            yield f"$.kinds[{i}].gates[{j}]", gate


def conditions_of(content: Content) -> Iterator[tuple[str, Condition]]:
    """Every condition of the pack with its path."""
    for i, spec in enumerate(content.facts):
        if spec.stated_when is not None:
            yield f"$.facts[{i}].stated_when", spec.stated_when
        if spec.ask is not None and spec.ask.when is not None:
            yield f"$.facts[{i}].ask.when", spec.ask.when
    for i, group in enumerate(content.groups):
        if group.member_when is not None:
            yield f"$.groups[{i}].member_when", group.member_when
    for path, gate in gates_of(content):
        if gate.when is not None:
            yield f"{path}.when", gate.when
        if gate.unless is not None:
            yield f"{path}.unless", gate.unless
    for i, kind in enumerate(content.kinds):
        yield from _of_kind(kind, f"$.kinds[{i}]")


def _of_kind(kind: Kind, path: str) -> Iterator[tuple[str, Condition]]:
    for j, rule in enumerate(kind.payees):
        if rule.when is not None:
            yield f"{path}.payees[{j}].when", rule.when
    match kind.amount:
        case Catalogue(uplift=uplift) if uplift is not None:
            yield f"{path}.amount.uplift.when", uplift.when
        case Ratio(raised=raised) if raised is not None:
            yield f"{path}.amount.raised.when", raised.when
    for j, paper in enumerate(kind.papers):
        if paper.when is not None:
            yield f"{path}.papers[{j}].when", paper.when


def clauses_of(content: Content) -> Iterator[tuple[str, str]]:
    """Every place that names a clause; the list of rules itself names them all and is none."""
    plain: Any = msgspec.to_builtins(content)
    for path, node in _mappings({k: v for k, v in plain.items() if k != "rules"}, "$"):
        for key in _CLAUSES:
            match node.get(key):
                case str() as clause:
                    yield f"{path}.{key}", clause
                case list() | tuple() as listed:
                    yield from ((f"{path}.{key}[{i}]", one) for i, one in enumerate(listed))


def words_of(content: Content) -> Iterator[tuple[str, str, str]]:
    """Every sentence in both languages: path, Chinese, English."""
    for path, node in _mappings(msgspec.to_builtins(content), "$"):
        if node.keys() == {"zh", "en"}:
            yield path, node["zh"], node["en"]


def _mappings(node: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from _mappings(value, f"{path}.{key}")
    elif isinstance(node, (list, tuple)):
        for i, item in enumerate(node):
            yield from _mappings(item, f"{path}[{i}]")
