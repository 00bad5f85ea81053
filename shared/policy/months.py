"""Months that one person is subsidised for in all, over claims and employers (INT-16)."""

from shared.policy.cases import Ground, History
from shared.policy.pack import Pack
from shared.policy.parts import Catalogue, Ratio, Times


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
