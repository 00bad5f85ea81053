"""A sum that a table states by the month and changes in between: what held on which day. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby

import msgspec

from shared.policy.cases import Since
from shared.policy.conditions import months_after
from shared.policy.parts import FactSpec


class Run(msgspec.Struct, frozen=True):
    """Months in a row with one sum: the first day of the first, how many, fen a month."""

    first: date
    months: int
    fen: int | None
    """None: the table says nothing of these months"""


def by_month(spec: FactSpec) -> bool:
    """Whether the fact's sum is looked up for each month, so that it may have rows."""
    return spec.look_up is not None and spec.look_up.until is not None


def on_day(rows: Sequence[Since], day: date | None) -> int | None:
    """What held on the day, in fen: the newest row that had begun; None before the first."""
    begun = [row for row in rows if day is not None and row.since <= day]
    return begun[-1].fen if begun else None


def first_days(first: date, skipped: int, months: int) -> Iterator[date]:
    """The first day of each paid month: whole months counted from the first day of the work, from
    the first that the policy covers on.
    """
    return (months_after(first, skipped + month) for month in range(months))


def runs_of(rows: Sequence[Since], days: Iterable[date]) -> tuple[Run, ...]:
    """The months with what held on the first day of each, our reading of a month's wage."""
    found: list[Run] = []
    for fen, same in groupby(days, key=lambda day: on_day(rows, day)):
        own = list(same)
        found.append(Run(own[0], len(own), fen))
    return tuple(found)
