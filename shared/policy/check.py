"""What a pack can say in the right shape and still get wrong: names, types, dates, overlaps."""

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from shared.policy.cases import ClaimCase
from shared.policy.check_tables import look_up_mistakes
from shared.policy.conditions import All as AllOf
from shared.policy.conditions import (
    AnyOf,
    Apart,
    Between,
    Compare,
    Condition,
    Not,
    OneOf,
    Present,
    Starts,
    Surely,
    Weighted,
    fields_of,
)
from shared.policy.pack import CertificateOnce, Content, MaxTimes
from shared.policy.parts import Gate, Kind, Table
from shared.policy.reasons import built_in_reasons
from shared.policy.switches import CHOICES

# The type of a fact by what is read of the register's answer.
READ_TYPES = {
    "holds": "boolean",
    "count": "integer",
    "amount_fen": "integer",
    "code": "text",
    "valid_from": "date",
    "valid_to": "date",
}


class Fault(msgspec.Struct, frozen=True):
    """A mistake at a path of the pack, with a stable code."""

    path: str
    code: str
    what: str


def faults_of(content: Content) -> Iterator[Fault]:
    """Every mistake that the format alone does not forbid."""
    yield from _ids(content)
    yield from _dates(content)
    yield from _asks(content)
    yield from (Fault(*one) for one in look_up_mistakes(content.facts))
    yield from _switches(content)
    for i, kind in enumerate(content.kinds):
        yield from _kind(content, kind, f"$.kinds[{i}]")
    yield from _open_points(content)
    yield from _gates(content)
    yield from _demands(content)
    yield from _reasons(content)
    for path, condition in conditions_of(content):
        yield from _condition(content, condition, path)


def _ids(content: Content) -> Iterator[Fault]:
    yield from _twice("$.facts", (x.id for x in content.facts))
    yield from _twice("$.groups", (x.id for x in content.groups))
    yield from _twice("$.kinds", (x.id for x in content.kinds))
    yield from _twice("$.limits", (x.id for x in content.limits))
    yield from _twice("$.interpretations", (x.id for x in content.interpretations))
    yield from _twice("$.reasons", (x.code for x in content.reasons))
    yield from _twice("$.jurisdiction.children", (x.code for x in content.jurisdiction.children))


def _twice(path: str, ids: Iterable[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for i, one in enumerate(ids):
        if one in seen:
            yield Fault(f"{path}[{i}]", "DUPLICATE_ID", f"`{one}` is there twice")
        seen.add(one)


def _dates(content: Content) -> Iterator[Fault]:
    validity = content.validity
    if validity.valid_to is not None and validity.valid_to < validity.valid_from:
        yield Fault("$.validity.valid_to", "DATES_REVERSED", "the last day is before the first")


def _asks(content: Content) -> Iterator[Fault]:
    for i, spec in enumerate(content.facts):
        if spec.ask is None:
            continue
        if spec.type != READ_TYPES[spec.ask.read]:
            what = f"`{spec.ask.read}` of an answer is a {READ_TYPES[spec.ask.read]}"
            yield Fault(f"$.facts[{i}].type", "WRONG_TYPE", what)
        if spec.as_of is None:
            yield Fault(f"$.facts[{i}].ask", "ASKED_WITHOUT_DAY", "a question needs `as_of`")


def _switches(content: Content) -> Iterator[Fault]:
    for i, one in enumerate(content.interpretations):
        path = f"$.interpretations[{i}]"
        choices = CHOICES.get(one.id)
        if choices is None:
            yield Fault(f"{path}.id", "UNKNOWN_SWITCH", f"no switch is called `{one.id}`")
        elif one.choice not in choices:
            what = f"`{one.choice}` is none of {', '.join(choices)}"
            yield Fault(f"{path}.choice", "UNKNOWN_CHOICE", what)


def _kind(content: Content, kind: Kind, path: str) -> Iterator[Fault]:
    groups = {group.id for group in content.groups}
    limits = {limit.id: limit for limit in content.limits}
    for i, group in enumerate(kind.groups):
        if group not in groups:
            yield Fault(f"{path}.groups[{i}]", "UNKNOWN_GROUP", f"no group is called `{group}`")
    for i, limit in enumerate(kind.limits):
        if limit not in limits:
            yield Fault(f"{path}.limits[{i}]", "UNKNOWN_LIMIT", f"no limit is called `{limit}`")
    if sum(isinstance(limits.get(id_), MaxTimes) for id_ in set(kind.limits)) > 1:
        yield Fault(f"{path}.limits", "TWO_YEARLY_LIMITS", "a claim has one slot in one year")
    yield from _twice(f"{path}.limits", kind.limits)
    yield from _twice(f"{path}.gates", (gate.id for gate in kind.gates))
    yield from _payees(kind, path)
    if isinstance(kind.amount, Table):
        yield from _overlaps(kind.amount, f"{path}.amount")


def _gates(content: Content) -> Iterator[Fault]:
    for path, gate in gates_of(content):
        if (gate.when is None) == (gate.unless is None):
            yield Fault(path, "OPERAND", "a gate has exactly one of when, unless")


def _payees(kind: Kind, path: str) -> Iterator[Fault]:
    for i, rule in enumerate(kind.payees[:-1]):
        if rule.when is None:
            what = "this rule always holds, so no later rule is ever reached"
            yield Fault(f"{path}.payees[{i}]", "UNREACHABLE_PAYEE", what)


def _open_points(content: Content) -> Iterator[Fault]:
    """Where the document is silent the pack must say which of its readings fills the gap."""
    readings = {one.id for one in content.interpretations}
    for i, kind in enumerate(content.kinds):
        for j, rule in enumerate(kind.payees):
            path = f"$.kinds[{i}].payees[{j}]"
            if (rule.payee is None) == (rule.interpretation is None):
                yield Fault(path, "OPERAND", "a payee, or the switch that names one: exactly one")
            elif rule.interpretation not in (None, "INT-20", "INT-24"):
                yield Fault(
                    f"{path}.interpretation", "UNKNOWN_CHOICE", "INT-20 and INT-24 name payees"
                )
            elif rule.interpretation is not None and rule.interpretation not in readings:
                yield Fault(f"{path}.interpretation", "UNKNOWN_SWITCH", "the pack has no such id")
        if isinstance(kind.amount, Table) and kind.amount.unit == "per_year":
            for switch in {"INT-13", "INT-21"} - readings:
                yield Fault(f"$.kinds[{i}].amount.unit", "UNKNOWN_SWITCH", f"{switch} must be read")
    if content.advance is not None and "INT-08" not in readings:
        yield Fault("$.advance.settlement_days", "UNKNOWN_SWITCH", "INT-08 must be read")


def _demands(content: Content) -> Iterator[Fault]:
    kinds = {kind.id for kind in content.kinds}
    readings = {one.id for one in content.interpretations}
    answering = {spec.register for spec in content.facts}
    yield from _twice("$.demands", (one.kind for one in content.demands))
    for i, one in enumerate(content.demands):
        path = f"$.demands[{i}]"
        if one.kind not in kinds:
            yield Fault(f"{path}.kind", "UNKNOWN_KIND", f"no kind is called `{one.kind}`")
        yield from _twice(f"{path}.steps", (step.step for step in one.steps))
        yield from _twice(f"{path}.registers", (asked.register for asked in one.registers))
        for j, step in enumerate(one.steps):
            if (step.step == "notice") != (step.days is not None):
                yield Fault(f"{path}.steps[{j}]", "OPERAND", "a notice has days, nothing else has")
            if step.interpretation is not None and step.interpretation not in readings:
                what = f"the pack does not read {step.interpretation}"
                yield Fault(f"{path}.steps[{j}].interpretation", "UNKNOWN_SWITCH", what)
        for j, asked in enumerate(one.registers):
            if asked.register not in answering:
                what = f"no fact of the pack is answered by {asked.register}"
                yield Fault(f"{path}.registers[{j}].register", "UNKNOWN_REGISTER", what)


def _overlaps(table: Table, path: str) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    for i, row in enumerate(table.rows):
        for type_ in row.certificate_types:
            if (type_, row.level) in seen:
                what = f"{row.level} with {type_} has an amount already"
                yield Fault(f"{path}.rows[{i}]", "OVERLAPPING_AMOUNTS", what)
            seen.add((type_, row.level))


def _reasons(content: Content) -> Iterator[Fault]:
    known = {reason.code for reason in content.reasons} | set(built_in_reasons())
    for path, code in _codes_used(content):
        if code not in known:
            yield Fault(path, "REASON_WITHOUT_WORDS", f"no words for {code}")


def _codes_used(content: Content) -> Iterator[tuple[str, str]]:
    for path, gate in gates_of(content):
        yield f"{path}.reason", gate.reason
    for i, limit in enumerate(content.limits):
        yield f"$.limits[{i}].reason", limit.reason
        if isinstance(limit, CertificateOnce):
            yield f"$.limits[{i}].two_persons_reason", limit.two_persons_reason


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
    for i, group in enumerate(content.groups):
        if group.member_when is not None:
            yield f"$.groups[{i}].member_when", group.member_when
    for path, gate in gates_of(content):
        if gate.when is not None:
            yield f"{path}.when", gate.when
        if gate.unless is not None:
            yield f"{path}.unless", gate.unless
    for i, kind in enumerate(content.kinds):
        for j, rule in enumerate(kind.payees):
            if rule.when is not None:
                yield f"$.kinds[{i}].payees[{j}].when", rule.when


def _claim_types() -> dict[str, str]:
    named: dict[object, str] = {date: "date", int: "integer", bool: "boolean"}
    named |= {date | None: "date", int | None: "integer", bool | None: "boolean"}
    hints = ((field.name, field.type) for field in msgspec.structs.fields(ClaimCase))
    return {f"claim.{name}": named.get(type_, "text") for name, type_ in hints}


CLAIM_TYPES = _claim_types()
_VALUES = {"boolean": bool, "integer": int, "text": str}


def _type_of(content: Content, field: str) -> str | None:
    if field == "on":
        return "date"
    facts = {f"facts.{spec.id}": spec.type for spec in content.facts}
    return (CLAIM_TYPES | facts).get(field)


def _condition(content: Content, condition: Condition, path: str) -> Iterator[Fault]:
    match condition:
        case AllOf() | AnyOf():
            for i, part in enumerate(condition.of):
                yield from _condition(content, part, f"{path}.of[{i}]")
        case Not() | Surely():
            yield from _condition(content, condition.of, f"{path}.of")
        case Compare():
            yield from _comparison(content, condition, path)
        case Between():
            yield from _typed(content, condition.field, "date", path)
            if condition.last < condition.first:
                yield Fault(f"{path}.last", "DATES_REVERSED", "the last day is before the first")
        case OneOf() | Starts():
            yield from _typed(content, condition.field, "text", path)
        case Apart():
            yield from _typed(content, condition.first, "date", path)
            yield from _typed(content, condition.last, "date", path)
        case Weighted():
            for field in fields_of(condition):
                yield from _typed(content, field, "integer", path)
        case Present():
            yield from _known(content, condition.field, path)


def _known(content: Content, field: str, path: str) -> Iterator[Fault]:
    if _type_of(content, field) is None:
        yield Fault(f"{path}.field", "UNKNOWN_FIELD", f"no claim field or fact is called `{field}`")


def _typed(content: Content, field: str, type_: str, path: str) -> Iterator[Fault]:
    found = _type_of(content, field)
    if found is None:
        yield from _known(content, field, path)
    elif found != type_:
        yield Fault(f"{path}.field", "WRONG_TYPE", f"`{field}` is a {found}, not a {type_}")


def _comparison(content: Content, condition: Compare, path: str) -> Iterator[Fault]:
    given = [x for x in (condition.value, condition.day, condition.other) if x is not None]
    if len(given) != 1:
        yield Fault(path, "OPERAND", "a comparison needs exactly one of value, day, other")
        return
    type_ = _type_of(content, condition.field)
    if type_ is None:
        yield from _known(content, condition.field, path)
        return
    yield from _right_side(content, condition, type_, path)
    if type_ in ("boolean", "text") and condition.by not in ("eq", "ne"):
        yield Fault(f"{path}.by", "WRONG_TYPE", f"a {type_} has no order: use eq or ne")


def _right_side(content: Content, condition: Compare, type_: str, path: str) -> Iterator[Fault]:
    if condition.other is not None:
        if _type_of(content, condition.other) != type_:
            what = f"`{condition.field}` is a {type_}, `{condition.other}` is not"
            yield Fault(f"{path}.other", "WRONG_TYPE", what)
    elif condition.day is not None:
        yield from _typed(content, condition.field, "date", path)
    elif type(condition.value) is not _VALUES.get(type_):
        yield Fault(f"{path}.value", "WRONG_TYPE", f"`{condition.field}` is a {type_}")
