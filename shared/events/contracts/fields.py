"""Which event fields each detector reads: the table, its check, and its page."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import yaml
from msgspec import inspect as shape

from shared.events.base import EventType
from shared.events.catalogue import REGISTRY
from shared.events.envelope import Envelope

TABLE = Path(__file__).parent.parent / "detector_fields.yaml"
HEADERS = {
    "seq": "number of the event in its topic and partition: 8 bytes, big-endian, without gaps",
    "event-id": "the event's id: 16 bytes",
    "chain": "SHA-256 over the previous chain value, number, id and body: 32 bytes",
}


@dataclass(frozen=True, slots=True)
class Detector:
    """One detector of the audit: its id, what it looks for, and fact → names of fields."""

    id: str
    title: str
    facts: dict[str, tuple[str, ...]]


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    facts: dict[str, tuple[str, ...]]


def detectors() -> list[Detector]:
    """The table as it is written. Raises msgspec.ValidationError for a row of another form."""
    rows = msgspec.convert(yaml.safe_load(TABLE.read_text()), dict[str, _Row])
    return [Detector(key, row.title, row.facts) for key, row in rows.items()]


def unknown_fields() -> list[str]:
    """Names in the table that no event, envelope or header has."""
    return [
        f"{detector.id}: {name}"
        for detector in detectors()
        for names in detector.facts.values()
        for name in names
        if not exists(name)
    ]


def exists(name: str) -> bool:
    """Whether an event type, the envelope or a record's headers have this field."""
    owner, *path = name.split(".")
    match owner:
        case "header":
            return path[0] in HEADERS and len(path) == 1
        case "envelope":
            return path[0] in Envelope.__struct_fields__ and len(path) == 1
    return any(
        _has(shape.type_info(kind.facts), path) for kind in REGISTRY.values() if kind.name == owner
    )


def _has(info: shape.Type, path: list[str]) -> bool:
    if not path:
        return True
    return any(
        _has(field.type, path[1:]) for field in _fields(info) if field.encode_name == path[0]
    )


def _fields(info: shape.Type) -> Iterator[shape.Field]:
    match info:
        case shape.StructType(fields=fields):
            yield from fields
        case shape.Metadata(type=inner) | shape.VarTupleType(item_type=inner):
            yield from _fields(inner)
        case shape.UnionType(types=types):
            for one in types:
                yield from _fields(one)


def fields_page() -> str:
    """docs/events/fields.md."""
    lines = [
        "# What the detectors read",
        "",
        "Generated from `shared/events/detector_fields.yaml`; a test fails if a field is missing.",
        "`guard` facts are those that make a case innocent.",
    ]
    for detector in detectors():
        lines += [
            "",
            f"## {detector.id} {detector.title}",
            "",
            "| fact | carried by |",
            "|---|---|",
        ]
        for fact, names in detector.facts.items():
            lines.append(f"| {fact} | {', '.join(_shown(name) for name in names)} |")
    return "\n".join(lines) + "\n"


def _shown(name: str) -> str:
    owner = name.partition(".")[0]
    kinds: list[EventType] = [kind for kind in REGISTRY.values() if kind.name == owner]
    return f"[`{name}`]({kinds[0].key}.schema.json)" if kinds else f"`{name}`"
