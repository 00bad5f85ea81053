"""The JSON Schema of the pack format, for editors; `python -m shared.policy.schema` prints it."""

import json
from typing import Any

import msgspec

from shared.policy.field_words import field_words
from shared.policy.pack import FORMAT, Content


def pack_schema() -> str:
    """The schema as it stands in pack.schema.json."""
    schema: dict[str, Any] = msgspec.json.schema(Content)
    for name, part in schema["$defs"].items():
        for field, rule in part.get("properties", {}).items():
            said = field_words().get((name, field))
            if said is not None and "description" not in rule:
                rule["description"] = said
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": FORMAT}
    return json.dumps(head | schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(pack_schema(), end="")
