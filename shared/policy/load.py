"""Reads a pack from YAML: whole and checked, or refused with every place and reason."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from shared.policy.amounts import fields_of_amount
from shared.policy.check import faults_of, warnings_of
from shared.policy.conditions import fields_of
from shared.policy.document import (
    PackError,
    PackRefused,
    Plain,
    Reader,
    converted,
    mistake_at,
    node_of,
)
from shared.policy.pack import Content, Pack
from shared.policy.parts import Gate, Group, Kind
from shared.policy.reasons import built_in_reasons
from shared.policy.settled import settled

PACKS = Path(__file__).parent / "packs"


def content_hash(data: Plain) -> str:
    """SHA-256 of the canonical form: JSON, keys sorted, no blanks, UTF-8.

    It covers what the file says, not how it is laid out; a later version of the format with new
    optional fields leaves the hash of an old pack as it was.
    """
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def parse_pack(text: str, name: str = "pack") -> Pack:
    """Read one pack; PackRefused carries all mistakes of the first stage that found any."""
    return _read(text, name)[0]


def warned_pack(text: str, name: str = "pack") -> tuple[Pack, tuple[PackError, ...]]:
    """As `parse_pack`, with what is seldom meant in a pack that can judge, by place."""
    pack, reader = _read(text, name)
    for fault in warnings_of(pack.content):
        reader.mistake(fault.path, fault.code, **dict(fault.names))
    return pack, tuple(sorted(reader.errors))


def _read(text: str, name: str) -> tuple[Pack, Reader]:
    reader = Reader()
    data = reader.plain(node_of(name, text), "$")
    if reader.errors:
        raise PackRefused(name, reader.errors)
    content = converted(reader, data, Content, name)
    for fault in faults_of(content):
        reader.mistake(fault.path, fault.code, **dict(fault.names))
    if reader.errors:
        raise PackRefused(name, reader.errors)
    return assemble(content, content_hash(data)), reader


def load_pack(path: Path) -> Pack:
    """Read one pack from a file; OSError if it cannot be read."""
    return parse_pack(pack_text(path), path.name)


def pack_text(path: Path) -> str:
    """The text of a pack's file; OSError if it cannot be read, PackRefused if it is no text."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise PackRefused(path.name, [mistake_at((1, 1), "$", "ENCODING")]) from error


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


def _facts_of_gate(gate: Gate) -> tuple[str, ...]:
    """Without any of them it was not looked at; a `when` of the claim's own words always is."""
    fields = [
        field
        for condition in (gate.when, gate.unless)
        if condition is not None
        for field in fields_of(condition)
    ]
    if gate.when is not None and any(field.startswith("claim.") for field in fields):
        return ()
    return _facts_in(fields)


def _gates_for(content: Content, kind: Kind, group: str) -> tuple[Gate, ...]:
    gates = (*content.gates, *kind.gates)
    mine = (gate for gate in gates if not gate.groups or group in gate.groups)
    return tuple(gate for gate in mine if not _never(gate, kind.id, group))


def _never(gate: Gate, kind: str, group: str) -> bool:
    """A gate that only stops other kinds or groups: it is no gate of this one."""
    return gate.unless is not None and settled(gate.unless, kind, group) is False


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
        gate_facts={key: tuple(map(_facts_of_gate, found)) for key, found in gates.items()},
        demands={one.kind: one for one in content.demands},
        reasons={**built_in_reasons(), **{one.code: one.text for one in content.reasons}},
    )
