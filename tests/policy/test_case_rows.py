"""Rows of a sum that changes, in a case file: what is no row is said with its place."""

from pathlib import Path

import pytest

from shared.policy.document import PackRefused
from shared.policy.load import huludao
from shared.policy.written.casefile import facts_of
from shared.policy.written.reading import readings

CASE = """
case: rows
policy: HLD-2019-37
claim: {{kind: HLD.K.work_training, group: HLD.G.hard_to_employ, payee_kind: enterprise,
  claimed_on: 2020-10-09, training_from: 2020-03-02, training_to: 2020-09-01}}
references: {{{references}}}
"""


def told(folder: Path, references: str) -> list[tuple[str, str]]:
    """Path and code of each mistake."""
    path = folder / "case.yaml"
    path.write_text(CASE.format(references=references), encoding="utf-8")
    [read] = readings(path)
    try:
        if not isinstance(read, PackRefused):
            facts_of(read.case, huludao())
            return []
        errors = read.errors
    except PackRefused as refused:
        errors = refused.errors
    return [(one.path, one.code) for one in errors]


@pytest.mark.parametrize(
    ("references", "path", "code"),
    [
        ("minimum_wage_fen: [{from: 2020-01-01}]", ".minimum_wage_fen[0]", "MISSING_KEY"),
        ("minimum_wage_fen: [{from: 2020-01-01, fen: 1, to: 2020-02-01}]",
         ".minimum_wage_fen[0].to", "UNKNOWN_KEY"),
        ("minimum_wage_fen: [{from: yesterday, fen: 1}]", ".minimum_wage_fen[0].from", None),
        ("minimum_wage_fen: [{from: 2020-01-01, fen: -1}]", ".minimum_wage_fen[0].fen",
         "OUT_OF_RANGE"),
        ("minimum_wage_fen: [{from: 2020-01-01, fen: 1}, {from: 2020-01-01, fen: 2}]",
         ".minimum_wage_fen", "ROWS_TWICE"),
        ("insured_months: [{from: 2020-01-01, fen: 1}]", ".insured_months",
         "ROWS_WITHOUT_TABLE"),
    ],
)  # fmt: skip
def test_what_is_no_row_is_told_with_its_place(
    tmp_path: Path, references: str, path: str, code: str | None
) -> None:
    [(where, which)] = told(tmp_path, references)
    assert where == f"$.references{path}"
    assert code in (None, which)


def test_rows_in_any_order_are_sound(tmp_path: Path) -> None:
    rows = "[{from: 2020-05-01, fen: 2}, {from: 2020-01-01, fen: 1}]"
    assert told(tmp_path, f"minimum_wage_fen: {rows}") == []
