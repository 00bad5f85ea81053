"""Imports of a table as layers: which row counts on which day, and where two would. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from shared.policy.formats import Cell, TableFormat

_DAY = timedelta(days=1)


class TableRow(msgspec.Struct, frozen=True, gc=False):
    """One row of a file: whose it is, its cells in the order of the format, its days."""

    area: str
    cells: tuple[Cell, ...]
    valid_from: date
    valid_to: date | None = None


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """One import that was put in force, in the order in which that happened.

    `replaces`: from `valid_from` on, the rows of earlier imports of the same jurisdiction count no
    more; the days before stay theirs.
    """

    table: str
    reference: str
    """id of the event that put it in force"""
    jurisdiction: str
    valid_from: date
    valid_to: date | None = None
    replaces: bool = True
    rows: tuple[TableRow, ...]


class Standing(NamedTuple):
    """A row and the days on which it counts, both included."""

    row: TableRow
    first: date
    last: date
    reference: str
    jurisdiction: str


class Span(NamedTuple):
    """What is said for these days, both included; `value` None: nothing."""

    first: date
    last: date
    value: bool | int | str | None
    reference: str


def standing(layers: Iterable[Layer]) -> list[Standing]:
    """The rows of one table that count, after each import in turn."""
    rows: list[Standing] = []
    for layer in layers:
        rows = _after(rows, layer)
        rows += [
            Standing(row, *_days(row.valid_from, row.valid_to, layer), layer.reference,
                     layer.jurisdiction)
            for row in layer.rows
        ]  # fmt: skip
    return [row for row in rows if row.first <= row.last]


def _days(first: date, last: date | None, layer: Layer) -> tuple[date, date]:
    """A row counts only on days of its import."""
    ends = min(last or date.max, layer.valid_to or date.max)
    return max(first, layer.valid_from), ends


def _after(rows: list[Standing], layer: Layer) -> list[Standing]:
    """What stays of earlier rows once the layer is in force."""
    if not layer.replaces:
        return rows
    ends = layer.valid_from - _DAY
    return [
        row._replace(last=min(row.last, ends)) if row.jurisdiction == layer.jurisdiction else row
        for row in rows
        if row.jurisdiction != layer.jurisdiction or row.first <= ends
    ]


def overlapping(
    table: TableFormat, rows: Sequence[TableRow], others: Iterable[Standing], new: Layer
) -> list[tuple[int, int | None]]:
    """Rows (by place) that count on one day with another of the same area and keys: a row before
    it in the file, by place, or None for one of `others`, which are in force without the layer.
    """
    places = [table.place(key) for key in table.keys]

    def key(row: TableRow) -> tuple[Cell, ...]:
        return (row.area, *(row.cells[place] for place in places))

    met: dict[tuple[Cell, ...], list[tuple[date, date, int | None]]] = {}
    for row in _after(list(others), new):
        met.setdefault(key(row.row), []).append((row.first, row.last, None))
    found: list[tuple[int, int | None]] = []
    for place, one in enumerate(rows):
        first, last = _days(one.valid_from, one.valid_to, new)
        same = met.setdefault(key(one), [])
        hit = next((other for other in same if other[0] <= last and first <= other[1]), None)
        if hit is not None:
            found.append((place, hit[2]))
        same.append((first, last, place))
    return found


def loaded_spans(layers: Iterable[Layer]) -> Mapping[str, Sequence[Span]]:
    """For which days each jurisdiction has the table, and which import says so."""
    found: dict[str, list[Span]] = {}
    for layer in layers:
        own = found.setdefault(layer.jurisdiction, [])
        first, last = layer.valid_from, layer.valid_to or date.max
        # The newest import speaks for its days; what was there before keeps the others.
        ends = date.max if layer.replaces else last
        own[:] = [part for span in own for part in _without(span, first, ends)]
        own.append(Span(first, last, False, layer.reference))
    return {place: sorted(own, key=lambda span: span.first) for place, own in found.items()}


def _without(span: Span, first: date, last: date) -> Iterator[Span]:
    if span.first < first:
        yield span._replace(last=min(span.last, first - _DAY))
    if span.last > last:
        yield span._replace(first=max(span.first, last + _DAY))
