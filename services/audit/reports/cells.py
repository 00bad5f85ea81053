"""Tables as CSV bytes: UTF-8 with a byte order mark, CRLF, and no cell that a program would run."""

import csv
import io
from collections.abc import Iterable, Sequence

BOM = b"\xef\xbb\xbf"
"""spreadsheets take CSV without it for GBK and show other characters than were written"""
CONTENT_TYPE = "text/csv"
STARTS_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
Cell = str | int | None


def guarded(cell: Cell) -> str | int:
    """Text that a spreadsheet would take for a formula gets an apostrophe before it; numbers of
    ours, negative ones too, stay numbers; nothing is an empty cell.
    """
    if cell is None:
        return ""
    if isinstance(cell, str) and cell.startswith(STARTS_FORMULA):
        return "'" + cell
    return cell


def csv_of(rows: Iterable[Sequence[Cell]]) -> bytes:
    """The same rows give the same bytes on every machine."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return BOM + text.getvalue().encode()
