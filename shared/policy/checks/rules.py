"""Rules of the document: each carried out by an entry, each clause one of them."""

from collections.abc import Iterator

from shared.policy.amounts import fields_of_amount
from shared.policy.checks.fault import Fault, fault
from shared.policy.checks.types import types_of
from shared.policy.checks.walk import clauses_of, conditions_of
from shared.policy.conditions import fields_of
from shared.policy.pack import Content


def rule_faults(content: Content) -> Iterator[Fault]:
    """A pack that lists no rules names only clauses of its own document."""
    prefix = content.policy_id.partition("-")[0]
    named = [*clauses_of(content)]
    listed = [(f"$.rules[{i}].id", rule.id) for i, rule in enumerate(content.rules)]
    for path, clause in [*named, *listed]:
        if clause.partition("-")[0] != prefix:
            yield fault(path, "CLAUSE_OF_OTHER_CITY", name=clause, prefix=prefix)
    if content.rules:
        yield from _carried_out(content, named)
    yield from _neutral(content)


def _carried_out(content: Content, named: list[tuple[str, str]]) -> Iterator[Fault]:
    rules = {rule.id for rule in content.rules}
    for path, clause in named:
        if clause not in rules:
            yield fault(path, "CLAUSE_NOT_IN_RULES", name=clause)
    places = {clause: path for path, clause in reversed(named)}
    for i, rule in enumerate(content.rules):
        path, place = f"$.rules[{i}].id", places.get(rule.id)
        said_whose = place is not None and place.startswith("$.roles")  # somebody else's, and whose
        if rule.scope == "out" and place is not None and not said_whose:
            yield fault(path, "OUT_WITH_ENTRY", name=rule.id, place=place)
        if rule.scope != "out" and place is None:
            yield fault(path, "RULE_WITHOUT_ENTRY", name=rule.id, scope=rule.scope)


def read_fields(content: Content) -> Iterator[tuple[str, str]]:
    """Every place that reads a field, and the field; what is only stated decides nothing."""
    for path, condition in conditions_of(content):
        if not path.endswith(".stated_when"):
            yield from ((path, field) for field in fields_of(condition))
    for i, kind in enumerate(content.kinds):
        yield from ((f"$.kinds[{i}].amount", field) for field in fields_of_amount(kind.amount))
        if kind.same_amount is not None:
            yield f"$.kinds[{i}].same_amount.fact", f"facts.{kind.same_amount.fact}"


def _neutral(content: Content) -> Iterator[Fault]:
    types = types_of(content)
    read = {field: path for path, field in read_fields(content)}
    for i, one in enumerate(content.neutral):
        path = f"$.neutral[{i}].field"
        if one.field not in types:
            yield fault(path, "UNKNOWN_FIELD", name=one.field)
        elif one.field in read:
            yield fault(path, "NEUTRAL_READ", name=one.field, place=read[one.field])
