"""Occupations that intake knows: example reference data, not the authoritative classification."""

import csv
import re
from functools import cache
from pathlib import Path

import msgspec

MAX_ROWS = 5_000
_CODE = re.compile(r"[1-8]-\d{2}-\d{2}-\d{2}")
_FILE = Path(__file__).with_name("occupations.csv")


class Occupation(msgspec.Struct, frozen=True):
    """One occupation by its code of the national classification, e.g. 6-31-01-03 电工."""

    code: str
    zh: str
    en: str


class OccupationsRefused(ValueError):
    """The list cannot be used; the message names the line."""


def parse_occupations(text: str) -> dict[str, Occupation]:
    """Read `code,zh,en` with a header, by code; OccupationsRefused at the first bad line."""
    rows = csv.reader(text.splitlines())
    if next(rows, None) != ["code", "zh", "en"]:
        raise OccupationsRefused("line 1: the header must be code,zh,en")
    found: dict[str, Occupation] = {}
    for line, row in enumerate(rows, start=2):
        if line > MAX_ROWS + 1:
            raise OccupationsRefused(f"line {line}: more than {MAX_ROWS} occupations")
        if len(row) != 3 or not all(row) or not _CODE.fullmatch(row[0]):
            raise OccupationsRefused(f"line {line}: not a code like 6-31-01-03 and two names")
        if row[0] in found:
            raise OccupationsRefused(f"line {line}: {row[0]} is there twice")
        found[row[0]] = Occupation(*row)
    return found


@cache
def occupations() -> dict[str, Occupation]:
    """The list that ships with the ledger, by code."""
    return parse_occupations(_FILE.read_text(encoding="utf-8"))
