"""Reads a pack from YAML: whole and checked, or refused with every place and reason."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

import msgspec
import yaml

from shared.policy.amounts import fields_of_amount
from shared.policy.check import Fault, faults_of
from shared.policy.conditions import fields_of
from shared.policy.pack import Content, Pack
from shared.policy.parts import Gate, Group, Kind
from shared.policy.reasons import built_in_reasons

MAX_BYTES = 512 * 1024
MAX_DEPTH = 40
PACKS = Path(__file__).parent / "packs"

Plain = None | bool | int | str | list["Plain"] | dict[str, "Plain"]
_AT = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>.*)`)?$", re.DOTALL)


class PackError(msgspec.Struct, frozen=True, order=True):
    """One mistake: where (path, line and column from 1), a stable code and what is wrong."""

    line: int
    column: int
    path: str
    code: str
    what: str

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.code}: {self.what} (at {self.path})"


class PackRefused(Exception):
    """The file is not a pack that can judge; `errors` names each mistake and its place."""

    def __init__(self, name: str, errors: list[PackError]) -> None:
        self.name = name
        self.errors = tuple(sorted(errors))
        super().__init__("\n".join(f"{name}:{error}" for error in self.errors))


class _Reader:
    """Turns YAML nodes into plain data and remembers where each path stands."""

    def __init__(self) -> None:
        self.marks: dict[str, tuple[int, int]] = {}
        self.errors: list[PackError] = []

    def place(self, path: str) -> tuple[int, int]:
        """The nearest known place: a missing field stands where its parent stands."""
        while path not in self.marks and path != "$":
            path = re.sub(r"(\.[^.\[]+|\[[^\]]*\])$", "", path) if path[-1:] != "$" else "$"
        return self.marks.get(path, (1, 1))

    def refuse(self, path: str, code: str, what: str) -> None:
        line, column = self.place(path)
        self.errors.append(PackError(line, column, path, code, what))

    def plain(self, node: yaml.Node, path: str) -> Plain:
        self.marks[path] = _at(node.start_mark)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(item, f"{path}[{i}]") for i, item in enumerate(node.value)]
        return self._scalar(cast(yaml.ScalarNode, node), path)

    def _mapping(self, node: yaml.MappingNode, path: str) -> dict[str, Plain]:
        found: dict[str, Plain] = {}
        for key, value in node.value:
            name = str(key.value)
            below = f"{path}.{name}"
            if name in found:
                self.marks[below] = _at(key.start_mark)
                self.refuse(below, "DUPLICATE_KEY", f"`{name}` stands twice in one mapping")
            found[name] = self.plain(value, below)
        return found

    def _scalar(self, node: yaml.ScalarNode, path: str) -> Plain:
        match node.tag.rpartition(":")[2]:
            case "null":
                return None
            case "bool" if node.value in ("true", "false"):
                return bool(node.value == "true")
            case "bool":  # yes, no, on, off: words here, `on` is the name of a field
                return str(node.value)
            case "int" if re.fullmatch(r"-?(0|[1-9][0-9]*)", node.value):
                return int(node.value)
            case "str" | "timestamp":
                return str(node.value)
        self.refuse(path, "BAD_SCALAR", f"`{node.value}` is no text, whole number or day")
        return None


def _at(mark: Any) -> tuple[int, int]:
    return (1, 1) if mark is None else (mark.line + 1, mark.column + 1)


def _guard(name: str, text: str) -> None:
    """Refuses what could cost without end: size, nesting, references of YAML."""
    if len(text.encode()) > MAX_BYTES:
        raise PackRefused(name, [PackError(1, 1, "$", "TOO_LARGE", f"over {MAX_BYTES} bytes")])
    depth = 0
    for found in yaml.parse(text, yaml.SafeLoader):
        at = _at(found.start_mark)
        if isinstance(found, yaml.AliasEvent):
            raise PackRefused(name, [PackError(*at, "$", "ALIAS", "references are not allowed")])
        depth += isinstance(found, yaml.CollectionStartEvent)
        depth -= isinstance(found, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise PackRefused(name, [PackError(*at, "$", "TOO_DEEP", f"over {MAX_DEPTH} levels")])


def _node(name: str, text: str) -> yaml.Node:
    try:
        _guard(name, text)
        node = yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mistake = PackError(*_at(error.problem_mark), "$", "YAML", str(error.problem))
        raise PackRefused(name, [mistake]) from error
    except yaml.YAMLError as error:
        raise PackRefused(name, [PackError(1, 1, "$", "YAML", str(error))]) from error
    if node is None:
        raise PackRefused(name, [PackError(1, 1, "$", "EMPTY", "the file is empty")])
    return node


def content_hash(data: Plain) -> str:
    """SHA-256 of the canonical form: JSON, keys sorted, no blanks, UTF-8.

    It covers what the file says, not how it is laid out; a later version of the format with new
    optional fields leaves the hash of an old pack as it was.
    """
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def parse_pack(text: str, name: str = "pack") -> Pack:
    """Read one pack; PackRefused carries all mistakes of the first stage that found any."""
    reader = _Reader()
    data = reader.plain(_node(name, text), "$")
    if reader.errors:
        raise PackRefused(name, reader.errors)
    try:
        content = msgspec.convert(data, Content)
    except msgspec.ValidationError as error:
        match = _AT.match(str(error))
        path = (match and match["path"]) or "$"
        reader.refuse(path, "FORMAT", match["what"] if match else str(error))
        raise PackRefused(name, reader.errors) from error
    for fault in faults_of(content):
        _refuse(reader, fault)
    if reader.errors:
        raise PackRefused(name, reader.errors)
    return assemble(content, content_hash(data))


def _refuse(reader: _Reader, fault: Fault) -> None:
    reader.refuse(fault.path, fault.code, fault.what)


def load_pack(path: Path) -> Pack:
    """Read one pack from a file; OSError if it cannot be read."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        mistake = PackError(1, 1, "$", "ENCODING", "the file is not UTF-8")
        raise PackRefused(path.name, [mistake]) from error
    return parse_pack(text, path.name)


@cache
def shipped() -> tuple[Pack, ...]:
    """The packs that ship with the ledger, in order of their files' names."""
    return tuple(load_pack(path) for path in sorted(PACKS.glob("*.yaml")))


@cache
def huludao() -> Pack:
    """The Huludao pack that ships with the ledger."""
    return load_pack(PACKS / "huludao-2019-37.yaml")


def _facts_in(fields: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f.partition(".")[2] for f in fields if f.startswith("facts.")))


def _fields_read(group: Group, kind: Kind, gates: tuple[Gate, ...]) -> Iterator[str]:
    conditions = [group.member_when, *(rule.when for rule in kind.payees)]
    conditions += [one for gate in gates for one in (gate.when, gate.unless)]
    for condition in conditions:
        yield from () if condition is None else fields_of(condition)
    yield from fields_of_amount(kind.amount)
    if kind.same_amount is not None:
        yield f"facts.{kind.same_amount.fact}"


def _gates_for(content: Content, kind: Kind, group: str) -> tuple[Gate, ...]:
    gates = (*content.gates, *kind.gates)
    return tuple(gate for gate in gates if not gate.groups or group in gate.groups)


def assemble(content: Content, content_sha256: str) -> Pack:
    """Index a checked content by id."""
    limits = {limit.id: limit for limit in content.limits}
    groups = {group.id: group for group in content.groups}
    children = (area.code for area in content.jurisdiction.children)
    gates = {
        (kind.id, group): _gates_for(content, kind, group)
        for kind in content.kinds
        for group in kind.groups
    }
    kinds = {kind.id: kind for kind in content.kinds}
    return Pack(
        content=content,
        content_sha256=content_sha256,
        jurisdictions=frozenset([content.jurisdiction.code, *children]),
        switches={one.id: one.choice for one in content.interpretations},
        facts={spec.id: spec for spec in content.facts},
        groups=groups,
        kinds=kinds,
        limits={kind.id: tuple(limits[id_] for id_ in kind.limits) for kind in content.kinds},
        kind_facts={
            (kind, group): _facts_in(_fields_read(groups[group], kinds[kind], passed))
            for (kind, group), passed in gates.items()
        },
        gates=gates,
        demands={one.kind: one for one in content.demands},
        reasons={**built_in_reasons(), **{one.code: one.text for one in content.reasons}},
    )
