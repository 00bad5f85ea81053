"""ID numbers of real persons in texts that are written by hand: found, and never shown."""

import re
from collections.abc import Iterator

from shared.vault.identity import IdRefused, parse_resident_id

_LIKE = re.compile(r"(?<![0-9A-Za-z])[0-9]{17}[0-9Xx](?![0-9A-Za-z])")
TEST_REGION = "999999"
"""a region that nobody lives in: numbers of invented persons"""
HIDDEN = "******"


def numbers_in(text: str) -> Iterator[int]:
    """Where a number stands that could be a living person's: 18 signs, a birth date, the right
    check digit, and not of the region for tests.
    """
    for found in _LIKE.finditer(text):
        if _real(found[0]):
            yield found.start()


def without_numbers(text: str) -> str:
    """The text with such numbers struck out."""
    return _LIKE.sub(lambda found: HIDDEN if _real(found[0]) else found[0], text)


def _real(number: str) -> bool:
    try:
        parse_resident_id(number)
    except IdRefused:
        return False
    return not number.startswith(TEST_REGION)
