"""The resident identity number as it stands in a cell (GB 11643-1999)."""

import re
from datetime import date
from operator import mul

from shared.tables.cells import FULL_WIDTH
from shared.tables.problems import BadCell

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_SIGNS = "10X98765432"
ZEROS = ord("0") * sum(WEIGHTS)
SHAPE = re.compile(r"[0-9]{17}[0-9X]")
ID_CODES = {"FULL_WIDTH": "ID_FULL_WIDTH"}
OLD_SHAPE = re.compile(r"[0-9]{15}")


def identity_number(cell: str) -> str:
    """The number with a capital X. Raises BadCell with the first ID_ code that applies."""
    number = cell.upper()
    if SHAPE.fullmatch(number) is None:
        raise BadCell(_shape_fault(number))
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise BadCell("ID_BIRTH_DATE") from None
    if number[17] != check_sign(number[:17]):
        raise BadCell("ID_CHECK_DIGIT")
    return number


def check_sign(first_17: str) -> str:
    """The 18th character that belongs to 17 digits (ISO 7064 MOD 11-2)."""
    return CHECK_SIGNS[(sum(map(mul, WEIGHTS, first_17.encode())) - ZEROS) % 11]


def _shape_fault(number: str) -> str:
    if FULL_WIDTH.search(number):
        return "ID_FULL_WIDTH"
    if OLD_SHAPE.fullmatch(number):
        return "ID_15_DIGITS"
    return "ID_LENGTH" if len(number) != 18 else "ID_CHARACTERS"
