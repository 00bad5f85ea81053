"""How many months or days are paid: what a register counted, beside what the claim says. Pure."""

from collections.abc import Iterator

from shared.policy.cases import ClaimCase, Ground, History
from shared.policy.conditions import Scope, value_of
from shared.policy.months import (
    all_used,
    months_between,
    months_in_force,
    months_used,
    shared_months,
)
from shared.policy.pack import Pack
from shared.policy.parts import Kind, Times
from shared.policy.unknown import day_of, missing_field, missing_in, missing_of


def times_of(pack: Pack, kind: Kind, times: Times, scope: Scope, history: History) -> int | Ground:
    """How many months or days are paid: those that a register counted."""
    counted = whole(times.of, scope)
    said = _said(pack, times, scope.case)
    if counted is None:
        more = said.missing if isinstance(said, Ground) else ()
        return missing_of((times.clause,), (missing_in(pack, times.of, scope), *more))
    if isinstance(said, Ground):
        return said
    counted = _asked(times, scope.case, counted if said is None else min(counted, said))
    if times.max is None:
        return counted
    used = months_used(kind.id, history) if shared_months(pack, kind.id) else 0
    left = max(0, times.max - used)
    if not left and counted:
        return all_used(times, kind.id, history)
    return min(counted, left)


def _asked(times: Times, claim: ClaimCase, counted: int) -> int:
    """Never more days than the claim asks for."""
    asked = claim.allowance_days if times.unit == "day" else None
    return counted if asked is None else min(counted, max(0, asked))


def _said(pack: Pack, times: Times, claim: ClaimCase) -> int | Ground | None:
    """The months of work that the claim's own days hold and the policy covers (INT-01).

    None for what is not divided between policies.
    """
    first, last = claim.training_from, claim.training_to
    if not times.shared:
        return None
    if first is None or last is None:
        return undated(times.clause, claim)
    asked = claim.months_claimed
    if asked is not None and not 0 < asked <= months_between(first, last):
        return Ground(decision="HOLD", code="MONTHS_DIFFER", clauses=(times.clause,))
    covered = months_in_force(pack.content.validity, first, min(last, claim.claimed_on))
    return covered if asked is None else min(asked, covered)


def too_many_days(times: Times, scope: Scope) -> Iterator[Ground]:
    """More days attended than the course had: paid as the register says, and shown to auditors."""
    first, last = scope.case.training_from, scope.case.training_to
    days = whole(times.of, scope)
    if times.unit == "day" and first and last and days and days > (last - first).days + 1:
        yield Ground(decision="FLAG", code="DAYS_DIFFER", clauses=(times.clause,))


def undated(clause: str, claim: ClaimCase) -> Ground:
    """The day or days of the training that the claim does not say."""
    names = ("training_from", "training_to")
    lacking = tuple(missing_field(f"claim.{one}") for one in names if day_of(claim, one) is None)
    return missing_of((clause,), lacking)


def whole(field: str, scope: Scope) -> int | None:
    """A whole number of the case; one below zero is none."""
    value = value_of(field, scope)
    return value if type(value) is int and value >= 0 else None
