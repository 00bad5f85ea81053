"""Which clauses of a document read a fact: why a table or a register is asked at all. Pure."""

from collections.abc import Iterator

from shared.policy.amounts import fields_of_amount
from shared.policy.conditions import Condition, fields_of
from shared.policy.pack import Content
from shared.policy.parts import Amount, Catalogue, FactSpec, Kind, Ratio


def clauses_for(content: Content, spec: FactSpec) -> tuple[str, ...]:
    """The fact's own clause; where the document names none, those of the entries that read it."""
    if spec.clause is not None:
        return (spec.clause,)
    return tuple(dict.fromkeys(_reading(content, f"facts.{spec.id}")))


def _reading(content: Content, field: str) -> Iterator[str]:
    gates = (*content.gates, *(gate for kind in content.kinds for gate in kind.gates))
    for gate in gates:
        if gate.clause is not None and _reads(gate.when or gate.unless, field):
            yield gate.clause
    for group in content.groups:
        if _reads(group.member_when, field):
            yield from group.clauses
    for kind in content.kinds:
        yield from _of_kind(kind, field)
    yield from (one.clause for one in content.neutral if one.field == field)


def _of_kind(kind: Kind, field: str) -> Iterator[str]:
    yield from (rule.clause for rule in kind.payees if _reads(rule.when, field))
    if kind.same_amount is not None and field == f"facts.{kind.same_amount.fact}":
        yield kind.same_amount.clause
    if field in fields_of_amount(kind.amount):
        yield _of_amount(kind.amount, field)


def _of_amount(amount: Amount, field: str) -> str:
    """The clause of the part of the amount that reads the field."""
    uplift = amount.uplift if isinstance(amount, Catalogue) else None
    if uplift is not None and (_reads(uplift.when, field) or field == f"facts.{uplift.fact}"):
        return uplift.clause
    raised = amount.raised if isinstance(amount, Ratio) else None
    if raised is not None and _reads(raised.when, field):
        return raised.clause
    return amount.clause


def _reads(condition: Condition | None, field: str) -> bool:
    return condition is not None and field in fields_of(condition)
