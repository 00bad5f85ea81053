"""Amounts at the edge: yuan as people write them, fen as the ledger counts them, never a float."""

import re

from shared.events.base import MAX_FEN

# ASCII digits only; no sign, no exponent, no grouping, no leading zeros; at most two places.
_YUAN = re.compile(r"(0|[1-9][0-9]{0,19})(?:\.([0-9]{1,2}))?")


class MoneyRefused(ValueError):
    """Not an amount. `code`: AMOUNT_ and one of NOT_YUAN, NOT_FEN, NEGATIVE, TOO_LARGE."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse_yuan(text: object) -> int:
    """Fen in a string like `1234.56`, `1234.5` or `1234`; never rounds. Raises MoneyRefused."""
    if not isinstance(text, str):
        raise MoneyRefused("AMOUNT_NOT_YUAN")
    if text.startswith("-") and _YUAN.fullmatch(text, 1):
        raise MoneyRefused("AMOUNT_NEGATIVE")
    found = _YUAN.fullmatch(text)
    if found is None:
        raise MoneyRefused("AMOUNT_NOT_YUAN")
    whole, places = found.groups()
    return parse_fen(int(whole) * 100 + int((places or "").ljust(2, "0")))


def parse_fen(value: object) -> int:
    """Fen in a JSON integer from 0 to MAX_FEN. Raises MoneyRefused, also for float and bool."""
    if isinstance(value, float) and abs(value) >= 2**63:  # JSON integers beyond 64 bits arrive so
        raise MoneyRefused("AMOUNT_TOO_LARGE" if value > 0 else "AMOUNT_NEGATIVE")
    if type(value) is not int:
        raise MoneyRefused("AMOUNT_NOT_FEN")
    if value < 0:
        raise MoneyRefused("AMOUNT_NEGATIVE")
    if value > MAX_FEN:
        raise MoneyRefused("AMOUNT_TOO_LARGE")
    return value


def yuan(fen: int) -> str:
    """`1234.56` for 123456 fen; always two places, so that what is shown can be parsed again."""
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 100)
    return f"{sign}{whole}.{rest:02d}"
