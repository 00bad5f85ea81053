"""One figure beside its raw limit, and how the two are measured in turns."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median

ROUNDS = 3
Side = Callable[[], Awaitable[Sequence[float]]]
"""measures once; every number that it gives is compared with the other side's at the same place"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`ours` and `limit` are medians in `unit`; `limit` is None where the aim is absolute."""

    what: str
    ours: float
    limit: float | None
    unit: str
    aim: str
    reached: bool | None
    """None without an aim"""


def at_least(ratio: float, *, what: str, ours: float, limit: float, unit: str) -> Figure:
    """More is better: ours should be at least `ratio` of the raw limit."""
    return Figure(
        what=what,
        ours=ours,
        limit=limit,
        unit=unit,
        aim=f"≥ {ratio:g} ×",
        reached=ours >= ratio * limit,
    )


def at_most(ratio: float, *, what: str, ours: float, limit: float, unit: str) -> Figure:
    """Less is better: ours should be at most `ratio` of what stands beside it."""
    return Figure(
        what=what,
        ours=ours,
        limit=limit,
        unit=unit,
        aim=f"≤ {ratio:g} ×",
        reached=ours <= ratio * limit,
    )


def beside(*, what: str, ours: float, limit: float, unit: str) -> Figure:
    """Without an aim: nobody has said how near it should come."""
    return Figure(what=what, ours=ours, limit=limit, unit=unit, aim="–", reached=None)


def rather(aim: float, *, what: str, ours: float, limit: float, unit: str) -> Figure:
    """More is better: the aim is a number; the raw limit stands beside it to compare machines."""
    return Figure(
        what=what,
        ours=ours,
        limit=limit,
        unit=unit,
        aim=f"≥ {aim:,.0f} {unit}",
        reached=ours >= aim,
    )


def below(aim: float, *, what: str, ours: float, unit: str) -> Figure:
    """Less is better, against a number instead of a raw limit."""
    return Figure(
        what=what, ours=ours, limit=None, unit=unit, aim=f"< {aim:g} {unit}", reached=ours < aim
    )


async def alternate(limit: Side, ours: Side, rounds: int = ROUNDS) -> tuple[list[float], ...]:
    """Medians (limit, ours). In turns, so that a slow minute of the machine meets both sides."""
    found: tuple[list[Sequence[float]], list[Sequence[float]]] = ([], [])
    for _ in range(rounds):
        for values, side in zip(found, (limit, ours), strict=True):
            values.append(await side())
    return tuple([median(column) for column in zip(*values, strict=True)] for values in found)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)]
