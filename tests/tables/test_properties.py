"""Whatever a file holds: no crash, one outcome per row, and no row depends on its neighbours."""

import csv
import io
from collections.abc import Sequence

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.tables import history, roster
from shared.tables.columns import Column
from shared.tables.problems import FILE_SENTENCES, FileRefused, RowError
from shared.tables.reader import Upload
from tests.tables.builders import GOOD, OCCUPATIONS, TODAY, read_roster, roster_file, table

CELLS = st.one_of(
    st.text(max_size=30),
    st.sampled_from([*GOOD.values(), "=1", "\t", "２", '"', "\r\n", "9" * 40, "2020-02-30", "-1"]),
)
CHANGES = st.dictionaries(st.sampled_from(list(GOOD)), CELLS, max_size=4)
ENCODABLE = st.characters(exclude_categories=["Cs"])


def without_place(found: roster.RosterRow | list[RowError]) -> bytes:
    """An outcome as bytes, whatever line it stands on."""
    if isinstance(found, list):
        return msgspec.json.encode([msgspec.structs.replace(one, row=0) for one in found])
    warnings = tuple(msgspec.structs.replace(one, row=0) for one in found.warnings)
    return msgspec.json.encode(msgspec.structs.replace(found, row=0, warnings=warnings))


def opened(data: bytes, columns: Sequence[Column]) -> tuple[Upload | None, tuple[str, ...]]:
    """The upload, or the codes that refuse it."""
    try:
        return Upload(data, columns), ()
    except FileRefused as refused:
        return None, tuple(error.code for error in refused.errors)


def outcomes(upload: Upload) -> list[roster.RosterRow | list[RowError]]:
    return list(roster.read_roster(upload, occupations=OCCUPATIONS, claimed_on=TODAY))


@given(st.lists(CHANGES, min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_each_row_has_exactly_one_outcome(changes: list[dict[str, str]]) -> None:
    rows = [list((GOOD | change).values()) for change in changes]
    data = table(list(GOOD), rows)

    found = read_roster(data)

    assert len(found) == len(rows)
    for one in found:
        assert isinstance(one, roster.RosterRow) or (one and isinstance(one[0], RowError))


@given(st.lists(CHANGES, min_size=2, max_size=6), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_another_order_of_the_rows_changes_no_outcome(
    changes: list[dict[str, str]], source: object
) -> None:
    order = list(range(len(changes)))
    source.shuffle(order)  # type: ignore[attr-defined]

    before = [without_place(one) for one in read_roster(roster_file(*changes))]
    after = [without_place(one) for one in read_roster(roster_file(*(changes[i] for i in order)))]

    assert after == [before[i] for i in order]


@given(st.lists(st.lists(st.text(ENCODABLE, max_size=20), max_size=35), max_size=6))
@settings(max_examples=100, deadline=None)
def test_random_cells_under_a_history_header_never_crash(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([[c.name for c in history.COLUMNS], *rows])
    upload, refused = opened(text.getvalue().encode(), history.COLUMNS)

    assert refused in ((), ("NO_ROWS",))
    assert upload is None or len(list(history.read_history(upload))) == upload.row_count


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_random_bytes_are_read_or_refused(tail: bytes) -> None:
    upload, refused = opened(",".join(GOOD).encode() + b"\n" + tail, roster.COLUMNS)

    assert {*refused} <= {"ENCODING", "QUOTES", "NO_ROWS"}
    assert upload is None or len(outcomes(upload)) == upload.row_count


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_random_files_are_refused_with_a_code(data: bytes) -> None:
    upload, refused = opened(data, roster.COLUMNS)

    assert upload is None
    assert {*refused} <= FILE_SENTENCES.keys()
    assert refused
