"""A report as bytes: CSV, whose hash is filed, and a workbook for offices. Both say the same."""

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from hashlib import sha256

import xlsxwriter

from services.audit.reports.cells import Cell, csv_of, guarded
from services.audit.reports.report import Heading, Report, Shown
from shared.money import yuan

CSV_TYPE = "text/csv"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CREATED = datetime(2020, 1, 1, tzinfo=UTC)
"""of every workbook: a real time would make two writings of one report differ"""
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
WIDTH = 18
MAX_SHEET_ROWS = 1_000_000
"""of a table in a workbook: programs read 1,048,576 and drop the rest without a word"""


class WorkbookTooLarge(Exception):
    """The report has more rows than a sheet may have: take it as CSV."""


def csv_report(report: Report) -> bytes:
    """UTF-8 with BOM, CRLF. A report of one table is that table alone, for programs; others carry
    their name above, and a title line before each table.
    """
    if len(report.tables) == 1:
        return csv_of(_lines(report.tables[0]))
    return csv_of([*_title(report), *_tables(report)])


def sha256_of(report: Report) -> str:
    """Of the CSV form: what a filed report is compared by."""
    return sha256(csv_report(report)).hexdigest()


def _title(report: Report) -> Iterator[Sequence[Cell]]:
    yield (f"{report.zh} {report.en}",)
    yield ("条款 clauses", ", ".join(report.clauses))
    yield ("地区 place", report.place)
    yield ("期间 period", report.period)
    yield ("截至 sealed at", report.sealed_at)
    yield ("封存 seal", report.seal)
    yield ("无法读取的事件 unreadable events", report.parked)


def _tables(report: Report) -> Iterator[Sequence[Cell]]:
    for table in report.tables:
        yield ()
        yield (f"{table.zh} {table.en}",)
        yield from _lines(table)


def _lines(table: Shown) -> Iterator[Sequence[Cell]]:
    yield tuple(heading(column) for column in table.columns)
    for row in table.rows:
        yield tuple(_text(cell, c.unit) for cell, c in zip(row, table.columns, strict=True))


def heading(column: Heading) -> str:
    """Both languages; money is said in yuan."""
    unit = " (元 yuan)" if column.unit == "fen" else ""
    return f"{column.zh} {column.en}{unit}"


def _text(cell: Cell, unit: str) -> Cell:
    return yuan(cell) if unit == "fen" and isinstance(cell, int) else cell


def xlsx_report(report: Report) -> bytes:
    """A sheet for each table after one that says what it is; the same report gives the same bytes
    under one version of the library and of zlib. Raises WorkbookTooLarge.
    """
    if any(len(table.rows) > MAX_SHEET_ROWS for table in report.tables):
        raise WorkbookTooLarge
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, _OPTIONS) as book:
        book.set_properties({"title": report.zh, "created": CREATED.replace(tzinfo=None)})
        bold = book.add_format({"bold": True})
        money = book.add_format({"num_format": "#,##0.00"})
        first = book.add_worksheet("说明 about")
        first.set_column(0, 1, WIDTH * 2)
        for n, line in enumerate(_title(report)):
            first.write_row(n, 0, [str(cell) for cell in line], bold if n == 0 else None)
        for table in report.tables:
            sheet = book.add_worksheet(table.zh)
            sheet.set_column(0, len(table.columns) - 1, WIDTH)
            sheet.write_row(0, 0, [heading(column) for column in table.columns], bold)
            for n, row in enumerate(table.rows, start=1):
                for m, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
                    _write(sheet, n, m, cell, money if column.unit == "fen" else None)
    return buffer.getvalue()


def _write(
    sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell,
    money: xlsxwriter.format.Format | None,
) -> None:  # fmt: skip
    """Text stays text, whatever it begins with; fen become yuan exactly."""
    if isinstance(cell, int):
        number = Fraction(cell, 100) if money is not None else cell
        sheet.write_number(row, column, number, money)
    elif cell is not None:
        sheet.write_string(row, column, str(guarded(cell)))
