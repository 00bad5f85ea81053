"""Targets and how far they are reached, in person-times (HLD-0-1, HLD-0-2, ZB-1-1, RD-4-3). Pure.

A person-time counts as paid while its payment stands with the payee.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import msgspec

from services.audit.reports.cases import Case
from services.audit.reports.period import Period
from services.audit.reports.replay import Quota, Replayed

Sees = Callable[[str, str], bool]
"""(unit, place): whether the place is the unit or belongs to it"""


class Progress(msgspec.Struct, frozen=True):
    """One target. `reached_bp` is paid of target; `warning` a stable code, '' without one."""

    unit: str
    unit_kind: str
    first: date
    last: date
    kinds: tuple[str, ...]
    clause: str
    target: int
    applied: int
    approved: int
    paid: int
    reached_bp: int | None
    warning: str = ""


SUM_DIFFERS = "QUOTA_SUM_DIFFERS"
"""the units' numbers do not add up to the total that they share (HLD-0-2)"""


def progress_of(
    done: Replayed,
    places: frozenset[str],
    period: Period | None,
    sees: Sees,
    targets: Iterable[Quota] = (),
) -> tuple[Progress, ...]:
    """Every quota set in these places whose days touch the period; counted from its first day to
    the period's last, or to its own.

    `targets`: those of a document that the log does not hold; a table that was set for the same
    days takes their place. A report has none of them: it counts what is in the log alone.
    """
    standing = [*done.quotas.values()]
    known = {(quota.place, quota.first, quota.last) for quota in standing if quota.whole}
    standing += [one for one in targets if (one.place, one.first, one.last) not in known]
    standing = [quota for quota in standing if quota.persons]
    quotas = [q for q in standing if q.place in places and _touches(q, period)]
    cases = [done.cases[claim] for claim in sorted(done.cases)]
    return tuple(
        _progress(quota, cases, period, sees, _warning(quota, quotas))
        for quota in sorted(quotas, key=_order)
    )


def _order(quota: Quota) -> tuple[object, ...]:
    return quota.first, quota.last, quota.kinds, not quota.whole, quota.place, quota.unit


def _touches(quota: Quota, period: Period | None) -> bool:
    return period is None or (quota.first <= period.last and period.first <= quota.last)


def _warning(quota: Quota, quotas: Sequence[Quota]) -> str:
    if not quota.whole:
        return ""
    same = (quota.place, quota.first, quota.last, quota.kinds)
    shares = [
        q.persons for q in quotas if not q.whole and (q.place, q.first, q.last, q.kinds) == same
    ]
    return SUM_DIFFERS if shares and sum(shares) != quota.persons else ""


def _progress(
    quota: Quota, cases: Iterable[Case], period: Period | None, sees: Sees, warning: str
) -> Progress:
    last = quota.last if period is None else min(quota.last, period.last)
    own = [case for case in cases if _counts(quota, case, sees)]
    applied = sum(_within(case, "applied", quota.first, last) for case in own)
    approved = sum(
        case.amount_fen > 0 and _within(case, "approved", quota.first, last) for case in own
    )
    paid = sum(_standing(case, quota.first, last) for case in own)
    return Progress(
        quota.unit, quota.unit_kind, quota.first, quota.last, quota.kinds, quota.clause,
        quota.persons, applied, approved, paid,
        paid * 10_000 // quota.persons if quota.persons else None, warning,
    )  # fmt: skip


def _counts(quota: Quota, case: Case, sees: Sees) -> bool:
    if quota.kinds and case.kind not in quota.kinds:
        return False
    if quota.unit_kind == "institution":
        return case.institution == quota.unit
    if quota.unit == quota.place and not quota.whole:
        return case.place == quota.place  # the city's own units (市直), without its districts
    return sees(quota.place if quota.whole else quota.unit, case.place)


def _within(case: Case, what: str, first: date, last: date) -> bool:
    return any(first <= day <= last for day in case.days(what))


def _standing(case: Case, first: date, last: date) -> bool:
    """Paid in these days, and not come back in them."""
    paid = [day for day in case.days("paid") if first <= day <= last]
    back = [day for day in case.days("reversed") if first <= day <= last]
    return len(paid) > len(back)
