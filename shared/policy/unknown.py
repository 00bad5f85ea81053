"""What is missing before a claim can be decided: the fact, who could answer it, for which day."""

from datetime import date

import msgspec

from shared.policy.cases import ClaimCase, Ground, Missing
from shared.policy.conditions import Condition, Scope, unknown_fields
from shared.policy.pack import Pack


def missing_field(field: str) -> Missing:
    """What only the claimant can say."""
    return Missing(fact=field, register="CLAIMANT", as_of=None)


def missing_fact(pack: Pack, name: str, scope: Scope) -> Missing:
    """A fact of the pack with the register, or the imported table, that answers it."""
    spec = pack.facts[name]
    as_of = spec.look_up.as_of if spec.look_up else spec.as_of
    return Missing(fact=name, register=spec.register, as_of=day_of(scope.case, as_of))


def missing_of(clauses: tuple[str, ...], missing: tuple[Missing, ...]) -> Ground:
    """Held until these are answered."""
    return Ground(decision="HOLD", code="FACT_MISSING", clauses=clauses, missing=missing)


def unknown_ground(
    pack: Pack, condition: Condition, clauses: tuple[str, ...], scope: Scope
) -> Ground:
    """Held by a condition that is neither true nor false."""
    missing = tuple(missing_in(pack, field, scope) for field in unknown_fields(condition, scope))
    return missing_of(clauses, missing)


def unknown_member(
    pack: Pack, condition: Condition, clauses: tuple[str, ...], scope: Scope
) -> Ground:
    """Held until a register says whether the person belongs to the group, on the day of INT-15."""
    held = unknown_ground(pack, condition, clauses, scope)
    read = pack.switches.get("INT-15")
    specs = (pack.facts.get(m.fact) for m in held.missing if m.as_of is not None)
    dated = any(spec is not None and spec.as_of == read for spec in specs)
    return msgspec.structs.replace(held, interpretations=("INT-15",) if dated else ())


def missing_in(pack: Pack, field: str, scope: Scope) -> Missing:
    """What stands behind a field of a condition: a fact, or a word of the claimant."""
    source, _, name = field.partition(".")
    return missing_fact(pack, name, scope) if source == "facts" else missing_field(field)


def day_of(claim: ClaimCase, field: str | None) -> date | None:
    """The claim's day of that name; None where it says none."""
    day: date | None = getattr(claim, field) if field else None
    return day
