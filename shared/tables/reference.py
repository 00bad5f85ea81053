"""A file of one table of reference data: its rows, or everything that is wrong with them."""

import hashlib
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial

import msgspec

from shared.policy.formats import (
    AREA,
    FIRST_DAY,
    LAST_DAY,
    Cell,
    ColumnFormat,
    TableFormat,
    formats,
)
from shared.policy.layers import Layer, Standing, TableRow, overlapping
from shared.tables import cells
from shared.tables.cells import Parse
from shared.tables.columns import Column, cell_error, optional, parse_row
from shared.tables.problems import BadCell, RowError, row_error
from shared.tables.reader import Upload
from shared.vault.uscc import UsccRefused, parse_uscc

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_CODES_LENGTH = 1_000
MAX_NUMBER = 100_000_000
_SEPARATORS = str.maketrans("；、,，", ";;;;")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What an import says of itself: for whom, from which day, and what becomes of older rows.

    `valid_from` None: the first day that a row names; only an import that adds may leave it out.
    """

    jurisdiction: str
    areas: Container[str]
    """the jurisdiction and every place below it"""
    valid_from: date | None
    valid_to: date | None = None
    replaces: bool = True


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of one import as they are kept, with the columns that they were read with."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a file says: rows and no error, or errors and no row."""

    rows: tuple[TableRow, ...]
    errors: tuple[RowError, ...]
    valid_from: date


@cache
def columns_of(table: str) -> tuple[Column, ...]:
    """The columns of a file of this table: area, its own, first and last day."""
    found = formats()[table]
    first = ("valid_from", *((found.first_day.en, found.first_day.zh) if found.first_day else ()))
    return (
        Column(name=AREA, zh="行政区划代码", parse=cells.jurisdiction, aliases=("区划代码",)),
        *(_column(column) for column in found.columns),
        Column(name=FIRST_DAY, zh="生效日期", parse=cells.day, aliases=first[1:]),
        optional(LAST_DAY, "失效日期", cells.day, ("截止日期",)),
    )


def read_reference(
    upload: Upload, table: TableFormat, scope: Scope, others: Iterable[Standing]
) -> Taken:
    """All rows, or every error of the file; `others` are the rows that are in force."""
    rows: list[TableRow] = []
    lines: list[int] = []
    errors: list[RowError] = []
    for row in upload.rows():
        if row.fault is not None:
            errors.append(row_error(row.number, row.fault))
            continue
        values, wrong = parse_row(row.cells, upload.layout, row.number)
        wrong += _compared(values, row.number, table, scope)
        errors += wrong
        if not wrong:
            area, *own, first, last = values
            rows.append(TableRow(area, tuple(own), first, last))
            lines.append(row.number)
    begins = scope.valid_from or min((row.valid_from for row in rows), default=date.max)
    errors += _overlaps(table, rows, lines, others, scope, begins)
    return Taken(() if errors else tuple(rows), tuple(sorted(errors, key=_order)), begins)


def snapshot_of(table: TableFormat, rows: Sequence[TableRow]) -> tuple[bytes, str]:
    """The rows as they are kept, and the SHA-256 by which they are found again."""
    kept = msgspec.json.encode(Snapshot(
        table=table.id, columns=tuple(column.id for column in table.columns), rows=tuple(rows),
    ))  # fmt: skip
    return kept, hashlib.sha256(kept).hexdigest()


def rows_of(content: bytes) -> tuple[TableRow, ...]:
    """Kept rows in the columns that the table has now: a column that is new is blank in them."""
    kept = msgspec.json.decode(content, type=Snapshot)
    now = tuple(column.id for column in formats()[kept.table].columns)
    if kept.columns == now:
        return kept.rows
    places = {name: n for n, name in enumerate(kept.columns)}
    return tuple(
        msgspec.structs.replace(
            row, cells=tuple(row.cells[places[c]] if c in places else None for c in now)
        )
        for row in kept.rows
    )


def _column(column: ColumnFormat) -> Column:
    longest = {"codes": MAX_CODES_LENGTH, "text": 120}.get(column.type, 64)
    return Column(
        name=column.id,
        zh=column.zh,
        parse=_parse_of(column),
        in_header=column.needed,
        needed=column.needed,
        max_length=longest,
        signs_allowed=column.type == "yuan",
    )


def _parse_of(column: ColumnFormat) -> Parse:
    known: dict[str, Parse] = {
        "area": cells.jurisdiction, "code": cells.code, "codes": _codes, "text": cells.text,
        "organisation": _organisation, "level": cells.level, "yuan": cells.positive_yuan,
        "certificate_type": cells.certificate_type, "yes_no": cells.yes_or_no, "day": _day,
        "number": _number,
    }  # fmt: skip
    if column.type == "choice":
        words = {word: said for said, zh in column.choices.items() for word in (said, zh)}
        return partial(_choice, words)
    return known[column.type]


def _choice(words: dict[str, str], cell: str) -> str:
    if cell not in words:
        raise BadCell("CHOICE_UNKNOWN")
    return words[cell]


def _organisation(cell: str) -> str:
    """A unified social credit code in capitals, or a code of the bureau's own."""
    try:
        return parse_uscc(cell).code
    except UsccRefused:
        return cells.code(cell)


def _codes(cell: str) -> tuple[str, ...]:
    found = [one.strip() for one in cell.translate(_SEPARATORS).split(";")]
    if not all(cells.CODE.fullmatch(one) for one in found):
        raise BadCell("CODES_INVALID")
    return tuple(sorted({*found}))


def _day(cell: str) -> str:
    return cells.day(cell).isoformat()


def _number(cell: str) -> int:
    if not cell.isascii() or not cell.isdigit() or len(cell) > 9 or int(cell) > MAX_NUMBER:
        raise BadCell("NUMBER_INVALID")
    return int(cell)


def _compared(
    values: Sequence[Cell | date], row: int, table: TableFormat, scope: Scope
) -> list[RowError]:
    """What no single cell can show; a cell that is already in error is None here."""
    columns = columns_of(table.id)
    area, first, last = values[0], values[-2], values[-1]
    wrong: Callable[[str, Column], RowError] = partial(cell_error, row)
    errors: list[RowError] = []
    if area is not None and area not in scope.areas:
        errors.append(wrong("AREA_NOT_OWN", columns[0]))
    if isinstance(first, date):
        if scope.valid_from is not None and first < scope.valid_from:
            errors.append(wrong("BEFORE_IMPORT", columns[-2]))
        if isinstance(last, date) and last < first:
            errors.append(wrong("PERIOD_ORDER", columns[-1]))
    return errors


def _overlaps(
    table: TableFormat,
    rows: Sequence[TableRow],
    lines: Sequence[int],
    others: Iterable[Standing],
    scope: Scope,
    begins: date,
) -> list[RowError]:
    new = Layer(
        table=table.id, reference="", jurisdiction=scope.jurisdiction, valid_from=begins,
        valid_to=scope.valid_to, replaces=scope.replaces, rows=(),
    )  # fmt: skip
    return [
        row_error(lines[place], "OVERLAPS_IN_FORCE")
        if other is None
        else row_error(lines[place], "OVERLAPS_ROW", limit=lines[other])
        for place, other in overlapping(table, rows, others, new)
    ]


def _order(error: RowError) -> int:
    return error.row
