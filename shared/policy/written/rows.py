"""A sum that changes, in a case file: what a table says, each row from its day on."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.policy.cases import ClaimCase, Fact, Since
from shared.policy.document import Plain
from shared.policy.monthly import by_month, on_day
from shared.policy.parts import FactSpec
from shared.policy.unknown import day_of
from shared.policy.written.fault import Fault
from shared.policy.written.shape import misfit


class FromDay(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"since": "from"}
):
    """One row: the sum and the first day on which it holds, until the next row. Before the first
    row nothing is known.
    """

    since: date
    fen: Annotated[int, Meta(ge=0, le=10**13)]


Rows = Annotated[tuple[FromDay, ...], Meta(min_length=1, max_length=100)]


def row_faults(path: str, value: Plain) -> Iterator[Fault]:
    """What is no row; msgspec alone does not say of which fact it was."""
    for n, row in enumerate(value if isinstance(value, list) else ()):
        try:
            msgspec.convert(row, FromDay)
        except msgspec.ValidationError as error:
            found = misfit(FromDay, row, str(error))
            yield msgspec.structs.replace(found, path=f"{path}[{n}]{found.path[1:]}")


def fact_of(path: str, spec: FactSpec, claim: ClaimCase, given: Rows) -> Fact | Fault | None:
    """The fact that these rows give: all of them where it is looked up by the month, else what
    holds on the day of the look-up.
    """
    look_up = spec.look_up
    if look_up is None or look_up.value != "amount":
        return Fault(path, "ROWS_WITHOUT_TABLE", {"name": spec.id})
    rows = tuple(Since(since=row.since, fen=row.fen) for row in sorted(given, key=_since))
    days = [row.since for row in rows]
    twice = next((day for day, later in pairwise(days) if day == later), None)
    if twice is not None:
        return Fault(path, "ROWS_TWICE", {"name": spec.id, "value": twice})
    if by_month(spec):
        return Fact(value=rows[0].fen or 0, source="case", rows=rows)
    fen = on_day(rows, day_of(claim, look_up.as_of))
    return None if fen is None else Fact(value=fen, source="case")


def _since(row: FromDay) -> date:
    return row.since
