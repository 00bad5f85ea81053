"""Columns of a table: their names in a header, and one row's cells to values and errors."""

from collections.abc import Sequence
from typing import Any

import msgspec

from shared.tables.cells import FORMULA_STARTS, FULL_WIDTH, SPACES, Parse, hidden_fault, uscc_fits
from shared.tables.problems import (
    MAX_CELL,
    MAX_COLUMNS,
    BadCell,
    FileError,
    FileRefused,
    RowError,
    file_error,
    row_error,
)

Values = list[Any]
"""One value per column of the table, in the table's order; None where the cell is empty or bad."""

MAX_QUOTED_HEADER = 40
ID_CODES = {"FULL_WIDTH": "ID_FULL_WIDTH"}


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """What one column is called and what its cells hold."""

    name: str
    zh: str
    parse: Parse
    aliases: tuple[str, ...] = ()
    in_header: bool = True
    """a file without this column is refused"""
    needed: bool = True
    """an empty cell is an error"""
    max_length: int = 64
    signs_allowed: bool = False
    """the form itself judges a leading + or - (amounts, phones)"""
    codes: dict[str, str] = {}
    """codes of this column that stand for a general one, such as ID_FULL_WIDTH for FULL_WIDTH"""


def optional(
    name: str,
    zh: str,
    parse: Parse,
    aliases: tuple[str, ...] = (),
    max_length: int = 64,
    *,
    signs_allowed: bool = False,
) -> Column:
    """A column that a file may lack and a row may leave empty."""
    return Column(
        name=name,
        zh=zh,
        parse=parse,
        aliases=aliases,
        in_header=False,
        needed=False,
        max_length=max_length,
        signs_allowed=signs_allowed,
    )


class Layout(msgspec.Struct, frozen=True):
    """Where the columns of a table stand in one file."""

    columns: tuple[Column, ...]
    positions: tuple[tuple[int, int, Column], ...]
    """(place in the table, place in the file, column) of each column that the file has"""
    width: int


def resolve(header: Sequence[str], columns: Sequence[Column]) -> Layout:
    """Match a header, in Chinese or English, to the columns of a table.

    Raises FileRefused with every fault of the header: UNKNOWN_COLUMN, MISSING_COLUMN,
    DUPLICATE_COLUMN, or one of TOO_MANY_COLUMNS, DELIMITER, HEADER_MISSING.
    """
    if len(header) > MAX_COLUMNS:
        raise FileRefused(file_error("TOO_MANY_COLUMNS"))
    places = _names(columns)
    found = [places.get(_plain(cell)) for cell in header]
    if all(place is None for place in found):
        # The cells may be a person's data: they are not quoted.
        separated = len(header) == 1 and any(sign in header[0] for sign in ";\t，；|")
        raise FileRefused(file_error("DELIMITER" if separated else "HEADER_MISSING"))
    errors = _header_errors(header, found, columns)
    if errors:
        raise FileRefused(*errors)
    positions = [(place, i, columns[place]) for i, place in enumerate(found) if place is not None]
    return Layout(tuple(columns), tuple(positions), len(header))


def parse_row(cells: Sequence[str], layout: Layout, row: int) -> tuple[Values, list[RowError]]:
    """Every value and every error of one row; `cells` are as many as the header has.

    An empty cell in a column that the file lacks or that is not needed gives None and no error.
    """
    values: Values = [None] * len(layout.columns)
    errors: list[RowError] = []
    together = "".join(cells)
    suspicious = not together.isprintable() or FULL_WIDTH.search(together) is not None
    for place, position, column in layout.positions:
        raw = cells[position]
        cell = raw.strip()
        if not cell:
            if column.needed:
                errors.append(cell_error(row, "REQUIRED", column))
            continue
        fault = _fault(raw, cell, column, suspicious)
        if fault is None:
            try:
                values[place] = column.parse(cell)
            except BadCell as bad:
                fault = bad.code
        if fault is not None:
            errors.append(cell_error(row, fault, column))
    return values, errors


def cell_error(row: int, code: str, column: Column) -> RowError:
    code = column.codes.get(code, code)
    return row_error(row, code, column.name, label=column.zh, limit=column.max_length)


def uscc_warnings(row: int, *codes: tuple[Column, str | None]) -> tuple[RowError, ...]:
    """Warn of a company code whose check character is wrong; early codes break the rule."""
    return tuple(
        cell_error(row, "USCC_CHECK_DIGIT", column)
        for column, code in codes
        if code is not None and not uscc_fits(code)
    )


def _fault(raw: str, cell: str, column: Column, suspicious: bool) -> str | None:
    if len(cell) > column.max_length:
        return "CELL_TOO_LONG" if len(cell) > MAX_CELL else "TOO_LONG"
    if suspicious and (hidden := hidden_fault(raw)):
        return hidden
    if cell[0] in FORMULA_STARTS and not column.signs_allowed:
        return "FORMULA"
    return None


def _names(columns: Sequence[Column]) -> dict[str, int]:
    return {
        _plain(name): place
        for place, column in enumerate(columns)
        for name in (column.name, column.zh, *column.aliases)
    }


def _plain(cell: str) -> str:
    """A header without spaces, line breaks, case and the form of its brackets."""
    joined = "".join(cell.split()).replace("（", "(").replace("）", ")").replace("_", "")
    return joined.lower()


def _header_errors(
    header: Sequence[str], found: Sequence[int | None], columns: Sequence[Column]
) -> list[FileError]:
    errors: list[FileError] = []
    for number, (cell, place) in enumerate(zip(header, found, strict=True), start=1):
        if place is None:
            errors.append(file_error("UNKNOWN_COLUMN", name=_shown(cell, number)))
        elif place in found[: number - 1]:
            errors.append(file_error("DUPLICATE_COLUMN", column=columns[place].name))
    for place, column in enumerate(columns):
        if column.in_header and place not in found:
            errors.append(
                file_error("MISSING_COLUMN", column=column.name, name=f"{column.zh} {column.name}")
            )
    return errors


def _shown(cell: str, number: int) -> str:
    """A header cell fit to be repeated: short, printable, and no number of a person."""
    text = cell.strip(SPACES)
    digits = sum(sign.isdigit() for sign in text)
    if not text or digits > 5 or not text.isprintable() or len(text) > MAX_QUOTED_HEADER:
        return f"#{number}"
    return text
