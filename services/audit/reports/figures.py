"""From moments to the rows of one table: grouped, summed in integers, sorted. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from services.audit.reports.forms import Column
from services.audit.reports.moments import Moment

Key = tuple[str, ...]
Figure = int | None
Row = tuple[str | int | None, ...]


@dataclass(slots=True)
class _Sums:
    persons: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    fen: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    minutes: list[int] = field(default_factory=list)

    def add(self, moment: Moment) -> None:
        self.persons[moment.what] += moment.persons
        self.fen[moment.what] += moment.fen
        if moment.what == "step":
            self.minutes.append(moment.minutes)


@dataclass(frozen=True, slots=True)
class Group:
    """One row before it is written; `behind` how many persons each figure speaks of."""

    key: Key
    figures: tuple[Figure, ...]
    behind: tuple[int, ...]


def groups_of(
    moments: Iterable[Moment], by: Sequence[str], columns: Sequence[Column]
) -> list[Group]:
    """A group for each combination that something of these columns happened in, in their order."""
    wanted = {name for c in columns for name in (c.what, c.part, c.whole) if name}
    sums: dict[Key, _Sums] = defaultdict(_Sums)
    for moment in moments:
        if moment.what in wanted:
            sums[tuple(str(getattr(moment, name)) for name in by)].add(moment)
    return [_group(key, sums[key], columns) for key in sorted(sums)]


def total_of(moments: Iterable[Moment], columns: Sequence[Column]) -> Group:
    """The same over everything; a mean or a share is computed anew, not added up."""
    sums = _Sums()
    for moment in moments:
        sums.add(moment)
    return _group((), sums, columns)


def _group(key: Key, sums: _Sums, columns: Sequence[Column]) -> Group:
    figures = tuple(_figure(sums, column) for column in columns)
    return Group(key, figures, tuple(_behind(sums, column) for column in columns))


def _figure(sums: _Sums, column: Column) -> Figure:
    match column.of:
        case "persons":
            return sums.persons[column.what]
        case "fen":
            return sums.fen[column.what]
        case "share":
            whole = sums.persons[column.whole]
            return sums.persons[column.part] * 10_000 // whole if whole else None
        case "mean":
            return sum(sums.minutes) // len(sums.minutes) if sums.minutes else None
        case "median":
            return sorted(sums.minutes)[(len(sums.minutes) - 1) // 2] if sums.minutes else None
        case "longest":
            return max(sums.minutes, default=None)


def _behind(sums: _Sums, column: Column) -> int:
    if column.of == "share":
        return sums.persons[column.part]
    return sums.persons[column.counts or column.what]
