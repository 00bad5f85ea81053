"""Which entries of a pack carry out which rule of its document, and the pack without them. Pure."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import msgspec

from shared.policy.document import Plain, Reader, node_of
from shared.policy.load import assemble, content_hash
from shared.policy.pack import Content, Pack

_ONE = ("clause", "cap_clause", "yields_to")
_NAMES = ("id", "code", "kind", "step", "register", "field", "level", "interpretation")


class Entry(msgspec.Struct, frozen=True, order=True):
    """One place of a pack that names a rule."""

    rule: str
    path: str


class Covered(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of the document and what carries it out."""

    rule: str
    scope: str
    zh: str
    en: str
    entries: tuple[str, ...]


def plain_of(text: str, name: str = "pack") -> Plain:
    """The pack's text as plain data."""
    return Reader().plain(node_of(name, text), "$")


def entries_of(data: Plain) -> tuple[Entry, ...]:
    """Every entry with its rule; the list of rules itself names them all and is none."""
    assert isinstance(data, dict)
    body: Plain = {key: value for key, value in data.items() if key != "rules"}
    return tuple(sorted(set(_walk(body, ""))))


def covered(content: Content, data: Plain) -> tuple[Covered, ...]:
    """Each rule of the document, in its order, with the entries that carry it out."""
    places: dict[str, list[str]] = {}
    for entry in entries_of(data):
        places.setdefault(entry.rule, []).append(entry.path)
    return tuple(
        Covered(
            rule=rule.id,
            scope=rule.scope,
            zh=rule.text.zh,
            en=rule.text.en,
            entries=tuple(places.get(rule.id, ())),
        )
        for rule in content.rules
    )


def pack_without(data: Plain, rule: str) -> Pack:
    """The pack with every entry of the rule taken out, unchecked: what it decides without them."""
    left: Any = deepcopy(data)
    assert isinstance(left, dict)
    rules = left.pop("rules", [])
    _dated(left, rule)
    _cut(left, rule)
    left["rules"] = rules
    _tidy(left)
    return assemble(msgspec.convert(left, Content), content_hash(left))


def _walk(node: Plain, path: str) -> Iterator[Entry]:
    if isinstance(node, list):
        for i, item in enumerate(node):
            yield from _walk(item, f"{path}[{_label(item, i)}]")
    elif isinstance(node, dict):
        for key in _ONE:
            if isinstance(rule := node.get(key), str):
                yield Entry(rule, path)
        for key in ("clauses", "two_persons_clauses"):
            yield from (Entry(str(rule), path) for rule in _list(node.get(key)))
        for key, value in node.items():
            yield from _walk(value, f"{path}.{key}" if path else key)


def _label(item: Plain, i: int) -> str:
    if isinstance(item, dict):
        for name in _NAMES:
            if isinstance(value := item.get(name), str):
                return value
    return str(i)


def _list(value: Plain) -> list[Plain]:
    return value if isinstance(value, list) else []


_GONE = object()


def _cut(node: Any, rule: str) -> Any:
    """The node without the rule's entries; `_GONE` when it is one itself."""
    if isinstance(node, list):
        node[:] = [item for item in node if _cut(item, rule) is not _GONE]
        return node
    if not isinstance(node, dict):
        return node
    if "question" in node and "register" in node:  # a fact: conditions still name it
        if node.get("clause") == rule:
            for key in ("clause", "look_up", "ask", "stated_when"):
                node.pop(key, None)
        return node
    for key in ("clauses", "two_persons_clauses"):
        if rule in _list(node.get(key)):
            node[key] = [one for one in node[key] if one != rule]
            if not node[key]:
                return _GONE
    if node.get("cap_clause") == rule:
        node.pop("cap_clause")
        node.pop("cap_fen", None)
    if node.get("clause") == rule:
        return _GONE
    for key in list(node):
        if _cut(node[key], rule) is _GONE:
            del node[key]
            if key == "amount":  # a kind that pays nothing is no kind
                return _GONE
    return node


def _dated(data: dict[str, Any], rule: str) -> None:
    validity = data["validity"]
    if validity.get("clause") == rule:
        data["validity"] = {"valid_from": "0001-01-01"}
    if validity.get("yields_to") == rule:
        validity.pop("yields_to")


def _tidy(data: dict[str, Any]) -> None:
    """Takes away what names an entry that is gone."""
    groups = {one["id"] for one in data["groups"]}
    limits = {one["id"] for one in data.get("limits", [])}
    for kind in data["kinds"]:
        kind["groups"] = [one for one in kind["groups"] if one in groups]
        kind["limits"] = [one for one in kind.get("limits", []) if one in limits]
        kind.setdefault("payees", [])
    data["kinds"] = [kind for kind in data["kinds"] if kind["groups"]]
    kinds = {one["id"] for one in data["kinds"]}
    if "demands" in data:
        data["demands"] = [one for one in data["demands"] if one["kind"] in kinds]
