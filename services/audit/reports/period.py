"""The time that a report is about: a month, a quarter, a year, or one finding. Pure."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal

Every = Literal["month", "quarter", "year", "event", "any"]
_QUARTER = re.compile(r"([0-9]{4})Q([1-4])")
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_YEAR = re.compile(r"[0-9]{4}")
_FINDING = re.compile(r"finding-[0-9a-z-]{1,64}")
_FIRST, _LAST = 2000, 2199


class PeriodRefused(ValueError):
    """Not a period, or not one of the kind that the form is filed for."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both in it; `finding` for a special report, which has none."""

    name: str
    every: Every
    first: date
    last: date
    finding: str | None = None

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


def parse_period(text: str, every: Every = "any") -> Period:
    """`2020Q2`, `2020-05`, `2020` or `finding-…`. Raises PeriodRefused."""
    period = _parsed(text)
    event = period.every == "event"
    if every not in (period.every, "any") or (event and every == "any"):
        raise PeriodRefused(text)
    return period


def _parsed(text: str) -> Period:
    if found := _QUARTER.fullmatch(text):
        last_month = int(found[2]) * 3
        return _months(text, "quarter", int(found[1]), last_month - 2, last_month)
    if found := _MONTH.fullmatch(text):
        return _months(text, "month", int(found[1]), int(found[2]), int(found[2]))
    if _YEAR.fullmatch(text):
        return _months(text, "year", int(text), 1, 12)
    if _FINDING.fullmatch(text):
        return Period(text, "event", date.min, date.max, text)
    raise PeriodRefused(text)


def _months(text: str, every: Every, year: int, first: int, last: int) -> Period:
    if not _FIRST <= year <= _LAST:
        raise PeriodRefused(text)
    days = monthrange(year, last)[1]
    return Period(text, every, date(year, first, 1), date(year, last, days))
