"""Facts: where each comes from, and whether its type fits what answers it."""

from collections.abc import Iterator

from shared.policy.checks.fault import Fault, fault, twice
from shared.policy.checks.types import CLAIM_TYPES
from shared.policy.conditions import fields_of
from shared.policy.formats import answers
from shared.policy.pack import Content
from shared.policy.parts import FactSpec, LookUp

_TYPES = {"amount": "integer", "listed": "boolean", "text": "text"}
"""the type of what a table answers"""
_READ = {
    "holds": "boolean",
    "count": "integer",
    "amount_fen": "integer",
    "code": "text",
    "valid_from": "date",
    "valid_to": "date",
}
"""the type of what is read of a register's answer"""


def fact_faults(content: Content) -> Iterator[Fault]:
    """A register or a table as the source, never both, and one that can answer."""
    for i, spec in enumerate(content.facts):
        path = f"$.facts[{i}]"
        yield from _asked(spec, path)
        if spec.look_up is not None:
            yield from _looked_up(spec, spec.look_up, path)


def _asked(spec: FactSpec, path: str) -> Iterator[Fault]:
    if spec.ask is not None and spec.look_up is not None:
        yield fault(f"{path}.look_up", "TWO_SOURCES")
    yield from _stated(spec, path)
    if spec.ask is not None:
        if spec.type != _READ[spec.ask.read]:
            yield _type(spec, _READ[spec.ask.read], path)
        yield from twice(f"{path}.ask.match", spec.ask.match, "DUPLICATE_VALUE")
        if spec.as_of is None:
            yield fault(f"{path}.ask", "ASKED_WITHOUT_DAY")
        for field in fields_of(spec.ask.when) if spec.ask.when else ():
            if field.startswith("facts."):
                yield fault(f"{path}.ask.when", "ASKED_BY_FACT", name=field)


def _stated(spec: FactSpec, path: str) -> Iterator[Fault]:
    """A statement is true or false, or has what `stated_as` says."""
    said = spec.stated_as
    if said is None:
        if spec.stated_when is not None and spec.type != "boolean":
            yield _type(spec, "boolean", path)
    elif isinstance(said, str) and said not in CLAIM_TYPES:
        yield fault(f"{path}.stated_as", "UNKNOWN_FIELD", name=said)
    else:
        wanted = CLAIM_TYPES[said] if isinstance(said, str) else "integer"
        if spec.type != wanted:
            yield _type(spec, wanted, path)


def _type(spec: FactSpec, wanted: str, path: str) -> Fault:
    return fault(f"{path}.type", "WRONG_TYPE", name=spec.id, type=spec.type, wanted=wanted)


def _looked_up(spec: FactSpec, wanted: LookUp, path: str) -> Iterator[Fault]:
    found = answers().get(wanted.table)
    if found is None:
        yield fault(f"{path}.look_up.table", "UNKNOWN_TABLE", name=wanted.table)
        return
    table, answer = found
    if answer.value != wanted.value:
        names = {"name": wanted.table, "type": answer.value, "wanted": wanted.value}
        yield fault(f"{path}.look_up.value", "LOOK_UP_VALUE", **names)
    elif _TYPES[wanted.value] != spec.type:
        yield _type(spec, _TYPES[wanted.value], path)
    if table.register != spec.register:
        names = {"name": wanted.table, "wanted": table.register, "register": spec.register}
        yield fault(f"{path}.register", "WRONG_REGISTER", **names)
    yield from _keys(wanted, path)


def _keys(wanted: LookUp, path: str) -> Iterator[Fault]:
    table, answer = answers()[wanted.table]
    keys = table.fields_of(answer)
    yield from twice(f"{path}.look_up.by", wanted.by, "DUPLICATE_VALUE")
    for j, field in enumerate(wanted.by):
        if f"claim.{field}" not in CLAIM_TYPES:
            yield fault(f"{path}.look_up.by[{j}]", "UNKNOWN_FIELD", name=f"claim.{field}")
        elif field not in keys:
            names = {"key": field, "name": wanted.table, "list": ", ".join(keys) or "–"}
            yield fault(f"{path}.look_up.by[{j}]", "NOT_A_KEY", **names)
    needed = {column.id for column in table.columns if column.needed}
    always = [table.fields.get(key, key) for key in table.keys if key in needed]
    for key in always if answer.key is None else [*always, answer.key]:
        if key not in wanted.by:
            yield fault(f"{path}.look_up.by", "KEY_NOT_ASKED", name=wanted.table, key=key)
