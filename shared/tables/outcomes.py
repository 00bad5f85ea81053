"""What became of each row of a file: exactly one outcome a row, and the answer that lists them."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from shared.http.problems import Kind
from shared.tables.problems import RowError
from shared.tables.reader import Upload


class RowOutcome(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """`outcome` is submitted, imported, recorded, already, refused or not_for_this_service."""

    row: int
    outcome: str
    record: str | None = None
    """stream id of the claim, payout or advance that the row is"""
    errors: tuple[RowError, ...] = ()
    warnings: tuple[RowError, ...] = ()


class FileAnswer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The answer to an upload."""

    roster: str | None = None
    sha256: str
    encoding: str
    rows: int
    counts: dict[str, int]
    outcomes: list[RowOutcome]


def answer_of(
    upload: Upload, outcomes: Sequence[RowOutcome], roster: str | None = None
) -> FileAnswer:
    """All outcomes in the order of the file."""
    return FileAnswer(
        roster=roster,
        sha256=upload.sha256,
        encoding=upload.encoding,
        rows=len(outcomes),
        counts=dict(Counter(outcome.outcome for outcome in outcomes)),
        outcomes=sorted(outcomes, key=lambda outcome: outcome.row),
    )


def refused_row(errors: Sequence[RowError]) -> RowOutcome:
    """All that is wrong with one row."""
    return RowOutcome(row=errors[0].row, outcome="refused", errors=tuple(errors))


def refuse_row(row: int, column: str, kind: Kind) -> RowOutcome:
    """A well-formed row that cannot be taken here."""
    error = RowError(row=row, column=column, code=kind.code, zh=kind.zh, en=kind.en)
    return refused_row([error])
