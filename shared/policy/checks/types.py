"""What type each field has that a condition or an amount can read, and which texts it can be."""

from collections.abc import Mapping
from datetime import date

import msgspec

from shared.policy.cases import ClaimCase
from shared.policy.claim_values import CLOSED
from shared.policy.formats import answers
from shared.policy.pack import Content


def _claim_types() -> dict[str, str]:
    named: dict[object, str] = {date: "date", int: "integer", bool: "boolean"}
    named |= {date | None: "date", int | None: "integer", bool | None: "boolean"}
    hints = ((field.name, field.type) for field in msgspec.structs.fields(ClaimCase))
    return {f"claim.{name}": named.get(type_, "text") for name, type_ in hints}


CLAIM_TYPES = _claim_types()


def types_of(content: Content) -> Mapping[str, str]:
    """By field: boolean, integer, text or date."""
    facts = {f"facts.{spec.id}": spec.type for spec in content.facts}
    return {"on": "date", **CLAIM_TYPES, **facts}


def values_of(content: Content) -> Mapping[str, tuple[str, ...]]:
    """By field: all texts that it can be, for fields with a closed list."""
    closed = {f"claim.{name}": values for name, values in CLOSED.items()}
    closed["claim.kind"] = tuple(kind.id for kind in content.kinds)
    closed["claim.group"] = tuple(group.id for group in content.groups)
    for spec in content.facts:
        found = None if spec.look_up is None else answers().get(spec.look_up.table)
        if found is None or found[1].value != "text" or found[1].column is None:
            continue
        table, answer = found
        column = next(one for one in table.columns if one.id == answer.column)
        if column.choices:
            closed[f"facts.{spec.id}"] = tuple(column.choices)
    return closed
