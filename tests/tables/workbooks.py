"""Workbooks for tests, as a spreadsheet program writes them."""

from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO

import xlsxwriter

Value = str | int | float | bool | date | None


def workbook(rows: Sequence[Sequence[Value]], *, skip: int = 0) -> bytes:
    """One sheet; days as Excel keeps them, `skip` empty rows after the header."""
    written = BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    sheet, days = book.add_worksheet(), book.add_format({"num_format": "yyyy/m/d"})
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            at = number + (skip if number else 0)
            if isinstance(value, date):
                sheet.write_datetime(at, column, datetime.combine(value, datetime.min.time()), days)
            else:
                sheet.write(at, column, value)
    book.close()
    return written.getvalue()
