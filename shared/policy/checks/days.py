"""Days and places: periods that run backwards or beside the policy, areas of somebody else."""

from collections.abc import Iterator
from datetime import date, timedelta

from shared.policy.checks.conditions import nodes_at, reversed_days
from shared.policy.checks.fault import Fault, fault
from shared.policy.checks.walk import conditions_of
from shared.policy.conditions import AnyOf, Between
from shared.policy.pack import Content

_FULL_BP = 10_000
ONE_DAY = timedelta(days=1)


def day_faults(content: Content) -> Iterator[Fault]:
    """The policy's own days, those of its targets, and the areas it names."""
    yield from _validity(content)
    yield from _areas(content)
    for i, target in enumerate(content.targets):
        path = f"$.targets[{i}]"
        yield from reversed_days(target.first, target.last, f"{path}.last")
        if _outside(content, target.first, target.last):
            yield fault(path, "TARGET_OUTSIDE_VALIDITY")
        if target.unit == "share_bp" and target.number > _FULL_BP:
            yield fault(f"{path}.number", "SHARE_OVER_WHOLE", number=target.number)
        known = (content.jurisdiction.code, *(one.code for one in content.jurisdiction.children))
        if target.area is not None and target.area not in known:
            yield fault(f"{path}.area", "UNKNOWN_AREA", name=target.area)
    for i, share in enumerate(content.shares):
        if share.min_bp > _FULL_BP:
            yield fault(f"$.shares[{i}].min_bp", "SHARE_OVER_WHOLE", number=share.min_bp)


def target_warnings(content: Content) -> Iterator[Fault]:
    """Parts of a target that do not add up to the whole; a document may say so itself."""
    for i, whole in enumerate(content.targets):
        if whole.area is not None or whole.unit == "share_bp":
            continue
        parts = [
            one.number
            for one in content.targets
            if one.area is not None
            and (one.first, one.last, one.unit) == (whole.first, whole.last, whole.unit)
        ]
        if len(parts) > 1 and sum(parts) != whole.number:
            yield fault(f"$.targets[{i}]", "TARGET_SUM", sum=sum(parts), number=whole.number)


def hole_warnings(content: Content) -> Iterator[Fault]:
    """Periods of one thing that leave days between them."""
    for path, condition in conditions_of(content):
        for below, node in nodes_at(condition, path):
            if isinstance(node, AnyOf):
                yield from _holes_between(node, below)
    yearly: dict[tuple[str, str | None], list[tuple[date, date]]] = {}
    for target in content.targets:
        if target.first is not None and target.last is not None:
            yearly.setdefault((target.unit, target.area), []).append((target.first, target.last))
    for periods in yearly.values():
        yield from _holes(periods, "$.targets")


def _holes_between(node: AnyOf, path: str) -> Iterator[Fault]:
    by_field: dict[str, list[tuple[date, date]]] = {}
    for part in node.of:
        if isinstance(part, Between):
            by_field.setdefault(part.field, []).append((part.first, part.last))
    for periods in by_field.values():
        yield from _holes(periods, path)


def _holes(periods: list[tuple[date, date]], path: str) -> Iterator[Fault]:
    if not periods:
        return
    ordered = sorted(periods)
    covered = ordered[0][1]
    for first, last in ordered[1:]:
        if first > covered + ONE_DAY:
            names = {"first": covered + ONE_DAY, "last": first - ONE_DAY}
            yield fault(path, "DATES_WITH_HOLE", **names)
        covered = max(covered, last)


def _validity(content: Content) -> Iterator[Fault]:
    validity, issued = content.validity, content.document.issued_on
    yield from reversed_days(validity.valid_from, validity.valid_to, "$.validity.valid_to")
    if validity.basis == "silent" and validity.valid_to is not None:
        yield fault("$.validity.valid_to", "END_WITHOUT_BASIS")
    if issued is not None and validity.valid_to is not None and issued > validity.valid_to:
        names = {"issued": issued, "last": validity.valid_to}
        yield fault("$.document.issued_on", "ISSUED_AFTER_END", **names)


def _outside(content: Content, first: date | None, last: date | None) -> bool:
    validity = content.validity
    too_early = last is not None and last < validity.valid_from
    ended = validity.valid_to
    return too_early or (first is not None and ended is not None and first > ended)


def _areas(content: Content) -> Iterator[Fault]:
    city = content.jurisdiction
    places = [("$.jurisdiction.code", city.code)]
    places += [(f"$.jurisdiction.children[{i}].code", a.code) for i, a in enumerate(city.children)]
    for path, code in places:  # the first two digits are the province (GB/T 2260)
        if code[:2] != city.province[:2]:
            yield fault(path, "AREA_OF_OTHER_PROVINCE", name=code, province=city.province)
