"""Amounts: rows that overlap, ratios that cannot be, facts that hold no money."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from shared.policy.checks.conditions import typed
from shared.policy.checks.fault import Fault, fault, twice
from shared.policy.checks.types import types_of
from shared.policy.conditions import FULL_BP
from shared.policy.limits import RANKS
from shared.policy.pack import Content
from shared.policy.parts import Catalogue, Kind, Ratio, Shortfall, Table, Times

_BY_RANK = {rank: level for level, rank in RANKS.items()}


def amount_faults(content: Content) -> Iterator[Fault]:
    """Every kind's amount."""
    types = types_of(content)
    for i, kind in enumerate(content.kinds):
        path = f"$.kinds[{i}].amount"
        match kind.amount:
            case Table() as table:
                yield from _overlaps(table, path)
            case Catalogue() as catalogue:
                yield from _catalogue(catalogue, types, path)
            case Ratio() as ratio:
                yield from _ratio(ratio, types, path)
            case Shortfall() as shortfall:
                yield from typed(types, shortfall.cost, "integer", f"{path}.cost")
                yield from typed(types, shortfall.borne, "integer", f"{path}.borne")
                if shortfall.cost == shortfall.borne:
                    yield fault(f"{path}.borne", "SAME_FIELD")
        yield from _same_amount(kind, types, f"$.kinds[{i}].same_amount.fact")


def amount_warnings(content: Content) -> Iterator[Fault]:
    """What a table of amounts seldom means."""
    for i, kind in enumerate(content.kinds):
        if isinstance(kind.amount, Table):
            yield from _levels(kind.amount, f"$.kinds[{i}].amount")


def _number(types: Mapping[str, str], fact: str, path: str) -> Iterator[Fault]:
    """The fact is there and a whole number."""
    if f"facts.{fact}" not in types:
        yield fault(path, "UNKNOWN_FACT", name=fact)
    else:
        yield from typed(types, f"facts.{fact}", "integer", path)


def _same_amount(kind: Kind, types: Mapping[str, str], path: str) -> Iterator[Fault]:
    if kind.same_amount is not None:
        yield from _number(types, kind.same_amount.fact, path)


def _overlaps(table: Table, path: str) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    for i, row in enumerate(table.rows):
        named = f"{path}.rows[{i}].certificate_types"
        yield from twice(named, row.certificate_types, "DUPLICATE_VALUE")
        for type_ in dict.fromkeys(row.certificate_types):
            if (type_, row.level) in seen:
                yield fault(f"{path}.rows[{i}]", "OVERLAPPING_AMOUNTS", level=row.level, type=type_)
            seen.add((type_, row.level))


def _levels(table: Table, path: str) -> Iterator[Fault]:
    types = dict.fromkeys(type_ for row in table.rows for type_ in row.certificate_types)
    for type_ in types:
        rows = {
            RANKS[row.level]: (row.amount_fen, f"{path}.rows[{i}]")
            for i, row in enumerate(table.rows)
            if type_ in row.certificate_types and row.level in RANKS
        }
        ranks = sorted(rows)
        for below, rank in pairwise(ranks):
            for hole in range(below + 1, rank):
                yield fault(path, "LEVEL_HOLE", type=type_, level=_BY_RANK[hole])
            if rows[rank][0] < rows[below][0]:
                names = {"type": type_, "level": _BY_RANK[rank], "lower": _BY_RANK[below]}
                yield fault(rows[rank][1], "HIGHER_LEVEL_CHEAPER", **names)


def _catalogue(catalogue: Catalogue, types: Mapping[str, str], path: str) -> Iterator[Fault]:
    yield from _number(types, catalogue.fact, f"{path}.fact")
    if catalogue.uplift is not None:
        yield from _number(types, catalogue.uplift.fact, f"{path}.uplift.fact")
    yield from _times(catalogue.times, types, f"{path}.times")


def _ratio(ratio: Ratio, types: Mapping[str, str], path: str) -> Iterator[Fault]:
    yield from _number(types, ratio.fact, f"{path}.fact")
    if (ratio.ratio_bp is None) == (ratio.ratio_fact is None):
        yield fault(path, "RATIO_FORM")
    if ratio.ratio_fact is not None:
        yield from _number(types, ratio.ratio_fact, f"{path}.ratio_fact")
    raised = None if ratio.raised is None else ratio.raised.ratio_bp
    for name, share in (("ratio_bp", ratio.ratio_bp), ("raised.ratio_bp", raised)):
        if share == 0:
            yield fault(f"{path}.{name}", "RATIO_ZERO")
        if share is not None and share > FULL_BP:
            yield fault(f"{path}.{name}", "RATIO_OVER_FULL", ratio=share)
    if raised is not None and ratio.ratio_bp is not None and raised <= ratio.ratio_bp:
        names = {"raised": raised, "ratio": ratio.ratio_bp}
        yield fault(f"{path}.raised.ratio_bp", "RAISED_NOT_HIGHER", **names)
    yield from _times(ratio.times, types, f"{path}.times")


def _times(times: Times | None, types: Mapping[str, str], path: str) -> Iterator[Fault]:
    if times is None:
        return
    yield from typed(types, times.of, "integer", f"{path}.of")
    if times.unit == "month" and times.divisor > 1:
        yield fault(f"{path}.divisor", "DIVISOR_OF_MONTHS")
    if times.shared and times.unit == "day":
        yield fault(f"{path}.shared", "SHARED_DAYS")
    if times.shared and times.max is None:
        yield fault(f"{path}.shared", "SHARED_WITHOUT_MAX")
