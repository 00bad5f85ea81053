"""Resident identity numbers (公民身份号码, GB 11643-1999), read strictly."""

import unicodedata
from dataclasses import dataclass, field
from datetime import date

from stdnum.cn import ric

LENGTH = 18
FIRST_YEAR = 1900

# code: (zh, en). The number itself never stands in a message.
REFUSALS = {
    "ID_FULL_WIDTH": (
        "身份证号码含有全角字符，请用半角数字。",
        "The ID number has full-width characters; use ASCII digits.",
    ),
    "ID_CHARACTERS": (
        "身份证号码只能是数字，末位可以是 X。",
        "The ID number may have digits only, and X as the last.",
    ),
    "ID_15_DIGITS": (
        "15 位身份证号码已停用，请填 18 位号码。",
        "ID numbers of 15 digits are no longer valid; give the one of 18.",
    ),
    "ID_LENGTH": ("身份证号码应为 18 位。", "The ID number has 18 characters."),
    "ID_BIRTH_DATE": (
        "身份证号码中的出生日期不存在。",
        "The birth date in the ID number does not exist.",
    ),
    "ID_CHECK_DIGIT": (
        "身份证号码校验码不正确。",
        "The check digit of the ID number is wrong.",
    ),
}


class IdRefused(ValueError):
    """Not a resident identity number; `code`, `zh` and `en` say which rule, without the number."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.zh, self.en = REFUSALS[code]


@dataclass(frozen=True, slots=True)
class ResidentId:
    """A checked number; never shown."""

    number: str = field(repr=False)


def parse_resident_id(text: str) -> ResidentId:
    """The number, a final x as X. Raises IdRefused.

    The region is not judged: stdnum's own validate() refuses regions that its table does not have,
    among them abolished counties of living persons and 999999, which test persons have.
    """
    if not text.isascii():
        folded = unicodedata.normalize("NFKC", text)
        raise IdRefused("ID_FULL_WIDTH" if folded.isascii() else "ID_CHARACTERS")
    number = text.upper()
    if number and not (number[:-1] + number[-1].replace("X", "0")).isdigit():
        raise IdRefused("ID_CHARACTERS")
    if len(number) != LENGTH:
        fifteen = len(number) == 15 and number.isdigit()
        raise IdRefused("ID_15_DIGITS" if fifteen else "ID_LENGTH")
    if not _is_date(number[6:14]):
        raise IdRefused("ID_BIRTH_DATE")
    if ric.calc_check_digit(number) != number[-1]:
        raise IdRefused("ID_CHECK_DIGIT")
    return ResidentId(number)


def _is_date(digits: str) -> bool:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    try:
        return date(year, month, day).year >= FIRST_YEAR
    except ValueError:
        return False
