"""Uploaded bytes to numbered rows of text; nothing here knows what a column means."""

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence

import msgspec

from shared.tables.columns import Column, Layout, resolve
from shared.tables.encoding import detect
from shared.tables.problems import MAX_FILE_BYTES, MAX_ROWS, FileRefused, file_error
from shared.tables.workbook import ZIP, sheet_of

MAX_LINE = 131_072
"""The csv module's own limit for one cell; 64 cells of 1,000 characters stay far below it."""
MAX_LINES = 1_000_000
"""Lines of a file, blank ones and those inside cells too."""
OVERLONG = "x" * (MAX_LINE + 1) + "\n"


class Row(msgspec.Struct, frozen=True, gc=False):
    """One row as the file has it."""

    number: int
    """line of the file where the row starts; the header is line 1"""
    cells: list[str]
    fault: str | None = None
    """code of what is wrong with the row's shape; then the cells are not looked at"""


class Intake:
    """Collects an upload chunk by chunk and refuses it as soon as it is too large."""

    def __init__(self, limit: int = MAX_FILE_BYTES) -> None:
        self._chunks: list[bytes] = []
        self._room = limit

    def add(self, chunk: bytes) -> None:
        """Raises FileRefused(FILE_TOO_LARGE) with the first byte over the limit."""
        self._room -= len(chunk)
        if self._room < 0:
            self._chunks.clear()
            raise FileRefused(file_error("FILE_TOO_LARGE"))
        self._chunks.append(chunk)

    def data(self) -> bytes:
        return b"".join(self._chunks)


class Upload:
    """A file whose encoding, header, quotes and size are in order; rows are read from it lazily.

    `encoding` is what was detected, to be shown to the sender. `rows()` may be called again and
    gives the same rows. Building one costs up to 0.5 s for the largest file: use a thread.
    With `workbooks` the first sheet of an XLSX file is a table too; its encoding is `xlsx`.
    """

    def __init__(self, data: bytes, columns: Sequence[Column], *, workbooks: bool = False) -> None:
        self.data = data
        self.size_bytes = len(data)
        self._sheet = sheet_of(data) if workbooks and data.startswith(ZIP) else None
        self.encoding = detect(data) if self._sheet is None else "xlsx"
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.layout: Layout = resolve(self._header(), columns)
        self.row_count = sum(1 for _ in self.rows())
        if not self.row_count:
            raise FileRefused(file_error("NO_ROWS"))

    def _header(self) -> list[str]:
        for row in self._read():
            if row.fault:
                code = "QUOTES" if row.fault == "QUOTES" else "TOO_MANY_COLUMNS"
                raise FileRefused(file_error(code, line=row.number))
            return row.cells
        raise FileRefused(file_error("FILE_EMPTY"))

    def rows(self) -> Iterator[Row]:
        """Every row after the header, in the file's order; lines without any text are no rows.

        Raises FileRefused with QUOTES (the rest of the file cannot be cut into rows), TOO_MANY_ROWS
        or TOO_MANY_LINES; all of them can only happen while the Upload is built.
        """
        width = self.layout.width
        read = self._read()
        next(read)
        for count, row in enumerate(read, start=1):
            if count > MAX_ROWS:
                raise FileRefused(file_error("TOO_MANY_ROWS", line=row.number))
            if row.fault is None and len(row.cells) != width:
                yield Row(row.number, row.cells, "RAGGED_ROW")
            elif row.fault is None and not any(row.cells):
                yield Row(row.number, row.cells, "BLANK_ROW")
            else:
                yield row

    def _read(self) -> Iterator[Row]:
        if self._sheet is not None:
            width = self._sheet_width()
            for number, cells in self._sheet:
                yield Row(number, cells + [""] * (width - len(cells)))
            return
        lines = _Lines(self.data, self.encoding)
        reader = csv.reader(lines, strict=True)
        number = 1
        while True:
            try:
                for cells in reader:
                    if cells:
                        yield Row(number, cells)
                    number = reader.line_num + 1
                return
            except csv.Error:
                yield Row(number, [], _line_fault(lines.last, number, reader.line_num))
                number = reader.line_num + 1

    def _sheet_width(self) -> int:
        """A sheet leaves out empty cells at the end of a row: they are as good as there."""
        return len(self._sheet[0][1]) if self._sheet else 0


class _Lines:
    """The lines of the file, each with its own line end; remembers the last one for the blame."""

    def __init__(self, data: bytes, encoding: str) -> None:
        self._text = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
        self.last = ""

    def __iter__(self) -> Iterator[str]:
        for number, line in enumerate(self._text, start=1):
            if number > MAX_LINES:
                raise FileRefused(file_error("TOO_MANY_LINES", line=number))
            self.last = line
            # Cut into cells, a line of 32 MiB would fill the memory: csv refuses this one instead.
            yield line if len(line) <= MAX_LINE else OVERLONG


def _line_fault(line: str, first: int, last: int) -> str:
    """One row's fault, if its quotes are even on its own line; else no later row can be trusted."""
    if first != last or line.count('"') % 2:
        raise FileRefused(file_error("QUOTES", line=first))
    return "ROW_TOO_LONG" if len(line) > MAX_LINE else "QUOTES"
