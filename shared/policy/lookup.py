"""Imported tables as facts: which row answers for a claim on a day. Pure."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import takewhile
from typing import Protocol

import msgspec

from shared.policy.cases import ClaimCase, DateField, Fact, Since
from shared.policy.conditions import months_after
from shared.policy.formats import AnswerFormat, LookUpValue, TableFormat, formats
from shared.policy.layers import Layer, Span, Standing, TableRow, loaded_spans, standing
from shared.policy.pack import Pack

_Key = tuple[str, ...]
"""area, then the cells of the keys; an empty one stands for every value"""


@dataclass(frozen=True, slots=True)
class _Index:
    """One answer of a table, ready to be asked."""

    register: str
    value: LookUpValue
    fields: tuple[str, ...]
    """the claim's fields that the keys are compared with"""
    patterns: tuple[tuple[bool, ...], ...]
    """which keys are filled in some row, the most specific first"""
    spans: Mapping[_Key, Sequence[Span]]
    loaded: Mapping[str, Sequence[Span]]
    """by jurisdiction of the import: the days for which the table is there"""


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything that can be looked up, as it stood at one moment; `name` is its hash."""

    name: str
    indexes: Mapping[str, _Index]


MAX_MONTHS = 600
"""months of one claim that a sum is looked up for"""
NO_TABLES = Tables(sha256(b"").hexdigest(), {})


class LookUp(Protocol):
    """What a fact of a pack says of its table."""

    @property
    def table(self) -> str: ...
    @property
    def by(self) -> tuple[str, ...]: ...
    @property
    def as_of(self) -> DateField: ...
    @property
    def until(self) -> DateField | None: ...


class LookedUp(Protocol):
    """A fact of a pack."""

    @property
    def look_up(self) -> LookUp | None: ...


def look_up(
    spec: LookedUp, claim: ClaimCase, tables: Tables, areas: Sequence[str] = ()
) -> Fact | None:
    """The fact as the tables have it for this claim, or None while nobody can know.

    `areas`: the claim's own district, its city, its province, in this order; none: only its own.
    The district's row goes before the city's; among rows of one area the one with more keys filled.
    A blank cell says nothing. A list that is loaded for the day and has no such row says no. A sum
    by the month has all rows that count on the first day of a month, where they differ.
    """
    wanted = spec.look_up
    index = tables.indexes.get(wanted.table) if wanted else None
    day: date | None = getattr(claim, wanted.as_of) if wanted else None
    if wanted is None or index is None or day is None:
        return None
    areas = areas or (claim.jurisdiction,)
    cells = [_said(claim, field) if field in wanted.by else None for field in index.fields]
    if wanted.until is not None:
        return _by_month(index, areas, cells, list(_months(claim, day, wanted.until)))
    span = _row(index, areas, cells, day)
    if span is None and index.value == "listed" and all(_said(claim, f) for f in wanted.by):
        span = _loaded(index, areas, day)
    if span is None or span.value is None:
        return None
    return Fact(
        value=span.value, source=index.register, reference=span.reference, valid_at=day
    )  # fmt: skip


def _months(claim: ClaimCase, first: date, until: DateField) -> Iterator[date]:
    """The first day, and that of each further month up to the last day or the day of the claim."""
    last: date | None = getattr(claim, until)
    ends = min(last or first, claim.claimed_on)
    yield first
    yield from takewhile(
        lambda day: day <= ends, (months_after(first, n) for n in range(1, MAX_MONTHS))
    )


def _by_month(
    index: _Index, areas: Sequence[str], cells: Sequence[str | None], days: Sequence[date]
) -> Fact | None:
    """One sum where it never changes in these days; else every one with its first day."""
    rows: list[Since] = []
    for day in days:
        span = _row(index, areas, cells, day)
        fen = span.value if span is not None and type(span.value) is int else None
        if not rows or rows[-1].fen != fen:
            rows.append(Since(since=day, fen=fen, reference=span.reference if span else None))
    known = next((row for row in rows if row.fen is not None), None)
    if known is None or known.fen is None:
        return None
    said = Fact(value=known.fen, source=index.register, reference=known.reference, valid_at=days[0])
    return said if len(rows) == 1 else msgspec.structs.replace(said, rows=tuple(rows))


def looked_up(
    pack: Pack, claim: ClaimCase, tables: Tables, names: Iterable[str]
) -> dict[str, Fact]:
    """Those of the pack's facts of these names that the tables answer for the claim."""
    areas = areas_of(pack, claim.jurisdiction)
    found = {name: look_up(pack.facts[name], claim, tables, areas) for name in names}
    return {name: fact for name, fact in found.items() if fact is not None}


def areas_of(pack: Pack, jurisdiction: str) -> tuple[str, ...]:
    """The place itself, its city and its province, as the pack has them; each once."""
    city = pack.content.jurisdiction
    return tuple(dict.fromkeys((jurisdiction, city.code, city.province)))


def _said(claim: ClaimCase, field: str) -> str | None:
    said: object = getattr(claim, field)
    return None if said is None else str(said)


def _row(
    index: _Index, areas: Sequence[str], cells: Sequence[str | None], day: date
) -> Span | None:
    for area in areas:
        for pattern in index.patterns:
            named = [cell if filled else "" for cell, filled in zip(cells, pattern, strict=True)]
            if None in named:
                continue
            if span := _on(index.spans.get((area, *(cell or "" for cell in named)), ()), day):
                return span
    return None


def _loaded(index: _Index, areas: Sequence[str], day: date) -> Span | None:
    found = (_on(index.loaded.get(area, ()), day) for area in areas)
    return next((span for span in found if span is not None), None)


def _on(spans: Sequence[Span], day: date) -> Span | None:
    """Spans of one key never overlap and stand in the order of their days."""
    place = bisect_right(spans, day, key=lambda span: span.first)
    return spans[place - 1] if place and spans[place - 1].last >= day else None


def tables_of(layers: Sequence[Layer]) -> Tables:
    """The tables after these imports; layers of one table in the order in which they came in force.

    The name follows from the layers, so two sides that name the same tables looked in the same.
    """
    by_table: dict[str, list[Layer]] = {}
    for layer in layers:
        by_table.setdefault(layer.table, []).append(layer)
    indexes = {
        answer.id: _index(formats()[table], answer, own)
        for table, own in by_table.items()
        for answer in formats()[table].answers
    }
    named = "".join(f"{t}:{one.reference}\n" for t in sorted(by_table) for one in by_table[t])
    return Tables(sha256(named.encode()).hexdigest(), indexes)


def together(made: Iterable[Tables]) -> Tables:
    """Several tables as one; the name follows from theirs."""
    parts = sorted((one for one in made if one.indexes), key=lambda one: one.name)
    indexes = {name: index for one in parts for name, index in one.indexes.items()}
    return Tables(sha256("".join(f"{one.name}\n" for one in parts).encode()).hexdigest(), indexes)


def _index(table: TableFormat, answer: AnswerFormat, layers: Sequence[Layer]) -> _Index:
    spans: dict[_Key, list[Span]] = {}
    for key, span in _answered(table, answer, standing(layers)):
        spans.setdefault(key, []).append(span)
    patterns = {tuple(cell != "" for cell in key[1:]) for key in spans}
    return _Index(
        table.register,
        answer.value,
        table.fields_of(answer),
        tuple(sorted(patterns, key=lambda p: (-sum(p), tuple(not filled for filled in p)))),
        {key: sorted(own, key=lambda span: span.first) for key, own in spans.items()},
        loaded_spans(layers),
    )


def _answered(
    table: TableFormat, answer: AnswerFormat, rows: Iterable[Standing]
) -> Iterator[tuple[_Key, Span]]:
    """Each row that says something, by its keys; a blank cell gives a span without a value."""
    places = [table.place(key) for key in table.keys]
    each = None if answer.each is None else table.place(answer.each)
    value_of, days_of = _value_of(table, answer), _days_of(table, answer)
    for standing_row in rows:
        row = standing_row.row
        key = (row.area, *(str(row.cells[place] or "") for place in places))
        first, last = days_of(standing_row)
        if first > last:
            continue
        span = Span(first, last, value_of(row), standing_row.reference)
        if each is None:
            yield key, span
            continue
        listed = row.cells[each]
        if isinstance(listed, tuple):
            yield from ((((*key, code), span)) for code in listed)
        else:
            yield (*key, ""), span._replace(value=None)  # which ones is not said


def _value_of(
    table: TableFormat, answer: AnswerFormat
) -> Callable[[TableRow], bool | int | str | None]:
    if answer.column is None:
        return lambda row: True
    place, listed, equals = table.place(answer.column), answer.value == "listed", answer.equals

    def value(row: TableRow) -> bool | int | str | None:
        cell = row.cells[place]
        if cell is None or isinstance(cell, tuple):
            return None
        if not listed:
            return cell
        return cell == equals if equals else bool(cell)

    return value


def _days_of(table: TableFormat, answer: AnswerFormat) -> Callable[[Standing], tuple[date, date]]:
    if answer.first is None or answer.last is None:
        return lambda row: (row.first, row.last)
    first_place, last_place = table.place(answer.first), table.place(answer.last)

    def days(row: Standing) -> tuple[date, date]:
        first, last = row.row.cells[first_place], row.row.cells[last_place]
        return (
            max(row.first, date.fromisoformat(str(first))) if first else row.first,
            min(row.last, date.fromisoformat(str(last))) if last else row.last,
        )

    return days
