"""The first sheet of an Excel workbook (XLSX) as rows of text; bounded, and nothing is run."""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import NoReturn
from xml.parsers import expat

from shared.tables.problems import MAX_COLUMNS, FileRefused, file_error

ZIP = b"PK\x03\x04"
MAX_PART_BYTES = 160 * 1024 * 1024
"""one part of the workbook, unpacked"""
MAX_SHEET_ROWS = 1_048_576
"""Excel's own limit"""
_EPOCH, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
_BUILT_IN_DAYS = frozenset({*range(14, 18), 22, *range(27, 37), *range(50, 59)})
"""number formats of ECMA-376 18.8.30 that show a day"""
_BROKEN = (zipfile.BadZipFile, zlib.error, expat.ExpatError, KeyError, ValueError, EOFError,
           NotImplementedError, RuntimeError, OverflowError)  # fmt: skip
"""what zipfile and expat raise for a file that is no workbook, or a locked one"""

Start = Callable[[str, dict[str, str]], None]


def sheet_of(data: bytes) -> list[tuple[int, list[str]]]:
    """Number and cells of every row of the first sheet that has one; text as Excel shows it.

    Days are written YYYY-MM-DD, yes-or-no as `yes` and `no`; an error of a formula is `=error`.
    Raises FileRefused(WORKBOOK) for what cannot be read.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            return _read(packed)
    except _BROKEN:
        raise FileRefused(file_error("WORKBOOK")) from None


def _read(packed: zipfile.ZipFile) -> list[tuple[int, list[str]]]:
    name, epoch = _first_sheet(packed)
    names = set(packed.namelist())
    shared = _strings(packed) if "xl/sharedStrings.xml" in names else []
    days = _day_styles(packed) if "xl/styles.xml" in names else frozenset()
    sheet = _Sheet(shared, days, epoch)
    _parse(packed, name, sheet.start, sheet.end, sheet.text)
    return sheet.rows


def _first_sheet(packed: zipfile.ZipFile) -> tuple[str, date]:
    """Part of the first sheet, and the day from which serial numbers of days count."""
    found: list[str] = []
    epoch = _EPOCH

    def workbook(name: str, given: dict[str, str]) -> None:
        nonlocal epoch
        if name == "sheet" and not found:
            found.append(next(value for key, value in given.items() if key.endswith(":id")))
        if name == "workbookPr" and given.get("date1904") in ("1", "true"):
            epoch = _EPOCH_1904

    targets: dict[str, str] = {}

    def relation(name: str, given: dict[str, str]) -> None:
        if name == "Relationship":
            targets[given["Id"]] = given["Target"]

    _parse(packed, "xl/workbook.xml", workbook)
    _parse(packed, "xl/_rels/workbook.xml.rels", relation)
    target = targets[found[0]] if found else _refuse()
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}", epoch


def _strings(packed: zipfile.ZipFile) -> list[str]:
    """The workbook's table of texts; how a word is read aloud (rPh) is left out."""
    found: list[str] = []
    parts: list[str] = []
    inside: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        inside.append(name)

    def end(name: str) -> None:
        inside.pop()
        if name == "si":
            found.append("".join(parts))
            parts.clear()

    def text(said: str) -> None:
        if inside[-1] == "t" and "rPh" not in inside:
            parts.append(said)

    _parse(packed, "xl/sharedStrings.xml", start, end, text)
    return found


def _day_styles(packed: zipfile.ZipFile) -> frozenset[str]:
    """Numbers of the cell styles that show a day."""
    own: set[int] = set()
    styles: list[int] = []
    inside: list[str] = []

    def start(name: str, given: dict[str, str]) -> None:
        if name == "numFmt" and _shows_day(given["formatCode"]):
            own.add(int(given["numFmtId"]))
        if name == "xf" and inside[-1] == "cellXfs":
            styles.append(int(given.get("numFmtId", "0")))
        inside.append(name)

    _parse(packed, "xl/styles.xml", start, lambda _: _drop(inside))
    return frozenset(str(n) for n, kind in enumerate(styles) if kind in _BUILT_IN_DAYS | own)


def _drop(inside: list[str]) -> None:
    inside.pop()


def _shows_day(code: str) -> bool:
    """Whether a number format has a year or a day outside quotes and brackets."""
    plain, depth, quoted = "", 0, False
    for sign in code:
        quoted ^= sign == '"'
        depth += (sign == "[") - (sign == "]")
        if not quoted and not depth:
            plain += sign.lower()
    return "y" in plain or "d" in plain


class _Sheet:
    """Collects the rows of one sheet while it is read."""

    def __init__(self, shared: list[str], days: frozenset[str], epoch: date) -> None:
        self.rows: list[tuple[int, list[str]]] = []
        self._shared, self._days, self._epoch = shared, days, epoch
        self._cells: dict[int, str] = {}
        self._number = self._column = 0
        self._type = self._style = ""
        self._parts: list[str] = []
        self._reading = False

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "row":
            self._number = int(given.get("r", self._number + 1))
            self._cells, self._column = {}, 0
        elif name == "c":
            reference = given.get("r")
            self._column = _column(reference) if reference else self._column + 1
            self._type, self._style = given.get("t", "n"), given.get("s", "0")
            self._parts.clear()
        elif name in ("v", "t"):
            self._reading = True

    def text(self, said: str) -> None:
        if self._reading:
            self._parts.append(said)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._reading = False
        elif name == "c":
            self._cells[self._column] = self._said("".join(self._parts))
        elif name == "row" and self._cells:
            if max(self._cells) > 2 * MAX_COLUMNS:
                raise FileRefused(file_error("TOO_MANY_COLUMNS"))
            cells = [self._cells.get(n, "") for n in range(1, max(self._cells) + 1)]
            self.rows.append((self._number, cells))

    def _said(self, raw: str) -> str:
        match self._type:
            case "s":
                return self._shared[int(raw)]
            case "b":
                return "yes" if raw == "1" else "no"
            case "e":
                return f"={raw}"
            case "n" if raw:
                return self._number_said(raw)
            case _:
                return raw[:10] if self._type == "d" else raw

    def _number_said(self, raw: str) -> str:
        value = float(raw)
        if self._style in self._days and value.is_integer():
            return (self._epoch + timedelta(days=int(value))).isoformat()
        if raw.isdigit():
            return raw
        # Excel writes 17 digits of a double: the shortest that means the same is what was typed.
        return format(Decimal(repr(value)).normalize(), "f")


def _column(reference: str) -> int:
    """Number of the column of a cell like AB12."""
    number = 0
    for sign in reference:
        if not sign.isalpha():
            break
        number = number * 26 + ord(sign) - ord("A") + 1
    return number


def _parse(
    packed: zipfile.ZipFile,
    part: str,
    start: Start,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Read one part as XML; a document type, which could define endless text, is refused."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, given: start(name.rpartition(":")[2], given)
    if end is not None:
        parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    if text is not None:
        parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = lambda *_: _refuse()
    for chunk in _unpacked(packed, part):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _unpacked(packed: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """What is really inside, whatever the directory says of its size."""
    room = MAX_PART_BYTES
    with packed.open(part) as content:
        while chunk := content.read(1 << 20):
            room -= len(chunk)
            if room < 0:
                _refuse()
            yield chunk


def _refuse() -> NoReturn:
    raise FileRefused(file_error("WORKBOOK"))
