"""Months that one person is subsidised for in all, over claims and employers (INT-16)."""

from datetime import date, timedelta

from shared.policy.cases import Ground, History
from shared.policy.conditions import months_after
from shared.policy.pack import Pack
from shared.policy.parts import Catalogue, Ratio, Times, Validity

MONTHS = 12


def months_between(first: date, last: date) -> int:
    """Whole months from the first to the last day, both included; 0 for less than one."""
    end = last + timedelta(days=1)
    months = (end.year - first.year) * MONTHS + end.month - first.month
    return max(0, months - (end.day < first.day))


def months_in_force(validity: Validity, first: date, last: date) -> int:
    """Whole months from the first day on that lie in the policy's dates and end by `last` (INT-01:
    the month worked picks the policy).
    """
    upper = months_between(first, min(last, validity.valid_to or date.max - timedelta(days=1)))
    return max(0, upper - months_before(validity, first))


def months_before(validity: Validity, first: date) -> int:
    """Whole months from the first day on that begin before the policy does."""
    start = validity.valid_from
    before = (start.year - first.year) * MONTHS + start.month - first.month
    return max(0, before + (months_after(first, max(0, before)) < start))


def shared_months(pack: Pack, kind: str) -> Times | None:
    """What counts the months of this kind together; None where each claim counts on its own."""
    found = pack.kinds.get(kind)
    if found is None or not isinstance(found.amount, Catalogue | Ratio):
        return None
    times = found.amount.times
    if times is None or not times.shared or times.max is None:
        return None
    return None if pack.switches.get("INT-16") == "per_employer" else times


def months_used(kind: str, history: History) -> int:
    """Months of this kind that earlier claims of the person were paid for."""
    return sum(s.months for s in history.subsidies if s.kind == kind)


def all_used(times: Times, kind: str, history: History) -> Ground:
    """No month is left: refused, with the claims that have them."""
    return Ground(
        decision="REJECT",
        code="LIMIT_MONTHS",
        clauses=(times.clause,),
        conflicts=_streams(kind, history),
        interpretations=("INT-16",),
    )


def some_used(times: Times, kind: str, history: History) -> Ground:
    """Some of the months that were proposed are gone: held, to be calculated again."""
    return Ground(
        decision="HOLD",
        code="MONTHS_TAKEN",
        clauses=(times.clause,),
        conflicts=_streams(kind, history),
        interpretations=("INT-16",),
    )


def _streams(kind: str, history: History) -> tuple[str, ...]:
    return tuple(s.stream for s in history.subsidies if s.months and s.kind == kind)
