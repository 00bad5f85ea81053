"""Small cells of a public report: what would show fewer than five persons is not shown. Pure.

A figure that stands alone could be computed from a total, so further cells of the same column are
hidden, the smallest first, until those that are hidden hold five persons and are two at least.
"""

from collections.abc import Sequence

from services.audit.reports.figures import Group
from services.audit.reports.forms import Column

LEAST = 5
HIDDEN = "<5"
"""in place of the figure; never a number"""


def hidden_cells(groups: Sequence[Group], columns: Sequence[Column]) -> frozenset[tuple[int, int]]:
    """(row, column) of each cell that is hidden."""
    return frozenset(
        (row, n)
        for n, column in enumerate(columns)
        if not column.open
        for row in _rows([group.behind[n] for group in groups])
    )


def _rows(behind: Sequence[int]) -> Sequence[int]:
    """Rows whose figure is hidden; nobody is hidden behind 0."""
    small = [row for row, number in enumerate(behind) if 0 < number < LEAST]
    if not small:
        return ()
    larger = [row for row, number in enumerate(behind) if number >= LEAST]
    hidden = list(small)
    for row in sorted(larger, key=lambda row: (behind[row], row)):
        if len(hidden) > 1 and sum(behind[one] for one in hidden) >= LEAST:
            break
        hidden.append(row)
    return hidden
