"""JSON Schema 2020-12 of one event type: the CloudEvents envelope with the type's own data."""

from typing import Any

import msgspec

from shared.events.base import EventType
from shared.events.contracts.described import field_texts, meaning
from shared.events.envelope import Envelope

Schema = dict[str, Any]  # JSON, built here and written to a file; it goes nowhere else
OPTIONAL = ("causationid",)
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def file_name(kind: EventType) -> str:
    return f"{kind.key}.schema.json"


def event_schema(kind: EventType) -> Schema:
    """Schema of the whole event. Readers ignore fields that they do not know, so it allows them."""
    _, definitions = msgspec.json.schema_components(
        (kind.facts, Envelope), ref_template="#/$defs/{name}"
    )
    envelope = definitions.pop("Envelope")
    for struct in _structs(kind.facts):
        _describe(definitions[struct.__name__], struct)
    properties = {name: _without_default(part) for name, part in envelope["properties"].items()}
    properties["type"] = {"const": kind.key}
    properties["data"] = {"$ref": f"#/$defs/{kind.facts.__name__}"}
    return {
        "$schema": DIALECT,
        "$id": f"urn:claims-ledger:event:{kind.key}",
        "title": kind.key,
        "description": meaning(kind.facts),
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in OPTIONAL],
        "$defs": definitions,
    }


def _without_default(value: Schema) -> Schema:
    """Specversion and the like have a default in the program; on paper they are always there."""
    return {key: part for key, part in value.items() if key != "default"}


def _describe(schema: Schema, struct: type[msgspec.Struct]) -> None:
    schema["description"] = " ".join(schema.get("description", "").split())
    for name, text in field_texts(struct).items():
        if name in schema["properties"]:
            schema["properties"][name]["description"] = text


def _structs(root: type[msgspec.Struct]) -> list[type[msgspec.Struct]]:
    """The class itself and every struct that its fields hold, each once."""
    found: list[type[msgspec.Struct]] = []
    waiting: list[msgspec.inspect.Type] = [msgspec.inspect.type_info(root)]
    while waiting:
        match waiting.pop():
            case msgspec.inspect.StructType(cls=cls, fields=fields) if cls not in found:
                found.append(cls)
                waiting += [field.type for field in fields]
            case msgspec.inspect.Metadata(type=inner):
                waiting.append(inner)
            case msgspec.inspect.UnionType(types=types):
                waiting += types
            case msgspec.inspect.VarTupleType(item_type=item):
                waiting.append(item)
            case msgspec.inspect.DictType(value_type=value):
                waiting.append(value)
    return found
