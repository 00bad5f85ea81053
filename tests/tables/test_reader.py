"""Files as files: size, header, quotes, line numbers."""

import pytest

from shared.tables.cells import escape_cell
from shared.tables.problems import FILE_SENTENCES, MAX_FILE_BYTES, FileRefused
from shared.tables.reader import Intake, Upload
from shared.tables.roster import COLUMNS, RosterRow
from tests.tables.builders import GOOD, claim, codes, read_roster, roster_file, table

HEADER = ",".join(GOOD)
LINE = ",".join(GOOD.values())


def refusal(data: bytes) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        Upload(data, COLUMNS)
    return caught.value


def test_chunks_are_put_together_and_one_byte_too_many_refuses_the_file() -> None:
    intake = Intake(limit=8)
    intake.add(b"abcd")
    intake.add(b"efgh")
    assert intake.data() == b"abcdefgh"

    with pytest.raises(FileRefused) as caught:
        intake.add(b"i")
    assert caught.value.code == "FILE_TOO_LARGE"


def test_a_file_may_have_32_mib_and_no_more() -> None:
    intake = Intake()
    intake.add(bytes(MAX_FILE_BYTES))

    with pytest.raises(FileRefused):
        intake.add(b"x")


def test_an_empty_file_a_bare_header_and_a_workbook_are_refused() -> None:
    assert refusal(b"").code == "FILE_EMPTY"
    assert refusal(b"\n\n").code == "FILE_EMPTY"
    assert refusal(HEADER.encode()).code == "NO_ROWS"
    assert refusal(b"PK\x03\x04 and so on").code == "NOT_CSV"


def test_a_header_in_chinese_reads_like_one_in_english() -> None:
    zh = [next(column.zh for column in COLUMNS if column.name == name) for name in GOOD]

    assert read_roster(table(zh, [list(GOOD.values())])) == [claim()]


def test_case_blanks_and_other_names_of_a_column_are_known() -> None:
    other = {"id_number": " ID Number ", "level": "等级", "occupation": "职业（工种）\n代码"}

    found = read_roster(table([other.get(name, name) for name in GOOD], [list(GOOD.values())]))

    assert [codes(one) for one in found] == [[]]


def test_a_file_may_lack_what_a_row_may_leave_empty() -> None:
    kept = {n: v for n, v in GOOD.items() if n not in ("phone", "account", "plan", "supersedes")}

    (found,) = read_roster(table(list(kept), [list(kept.values())]))

    assert isinstance(found, RosterRow)
    assert found.personal.phone is None


def test_every_fault_of_a_header_is_told_at_once() -> None:
    names = ["colour" if name == "level" else name for name in GOOD] + ["姓名"]

    refused = refusal(table(names, [[*GOOD.values(), ""]]))

    assert {(e.code, e.column) for e in refused.errors} == {
        ("UNKNOWN_COLUMN", None),
        ("DUPLICATE_COLUMN", "name"),
        ("MISSING_COLUMN", "level"),
    }
    assert "colour" in next(e.en for e in refused.errors if e.code == "UNKNOWN_COLUMN")


def test_a_file_without_header_is_refused_and_its_first_person_not_named() -> None:
    refused = refusal(f"{LINE}\n{LINE}\n".encode())

    assert refused.code == "HEADER_MISSING"
    assert GOOD["id_number"] not in repr(refused.errors)


def test_an_unknown_column_that_looks_like_a_number_is_named_by_its_place() -> None:
    refused = refusal(table([*GOOD, GOOD["id_number"]], [[*GOOD.values(), ""]]))

    assert [e.en for e in refused.errors] == [f"unknown column '#{len(GOOD) + 1}'"]


def test_semicolons_and_tabs_are_not_commas() -> None:
    for sign in ";\t":
        assert refusal(HEADER.replace(",", sign).encode() + b"\n1\n").code == "DELIMITER"


def test_a_header_has_at_most_64_columns() -> None:
    assert refusal(",".join(["姓名"] * 65).encode() + b"\n1\n").code == "TOO_MANY_COLUMNS"


def test_row_100_000_is_taken_and_row_100_001_refuses_the_file() -> None:
    most = HEADER.encode() + b"\n" + (LINE.encode() + b"\n") * 100_000

    assert Upload(most, COLUMNS).row_count == 100_000
    refused = refusal(most + LINE.encode())
    assert refused.code == "TOO_MANY_ROWS"
    assert refused.errors[0].line == 100_002


def test_a_cell_of_ten_megabytes_is_one_bad_row() -> None:
    found = read_roster(roster_file({}, {"name": "x" * 10_000_000}, {"certificate_number": "B2"}))

    assert [codes(one) for one in found] == [[], [("", "ROW_TOO_LONG")], []]


def test_a_long_line_of_many_short_cells_is_one_bad_row() -> None:
    found = read_roster(f"{HEADER}\n{LINE}{',1' * 100_000}\n{LINE}\n".encode())

    assert [codes(one) for one in found] == [[("", "ROW_TOO_LONG")], []]


def test_a_header_too_long_to_be_one_is_refused() -> None:
    assert refusal(("姓名," * 100_000).encode()).code == "TOO_MANY_COLUMNS"
    assert refusal(b'"a"b,' + HEADER.encode()).code == "QUOTES"


def test_a_file_of_blank_lines_is_refused_before_all_of_them_are_read() -> None:
    assert refusal(HEADER.encode() + b"\n" * 1_000_002).code == "TOO_MANY_LINES"


def test_a_row_with_too_few_or_too_many_cells_is_one_bad_row() -> None:
    found = read_roster(f"{HEADER}\n{LINE},\n1,2\n{LINE}\n{',' * (len(GOOD) - 1)}\n".encode())

    assert [codes(one) for one in found] == [
        [("", "RAGGED_ROW")],
        [("", "RAGGED_ROW")],
        [],
        [("", "BLANK_ROW")],
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_line_ends_of_all_systems_read_alike(end: str) -> None:
    found = read_roster(end.join([HEADER, LINE, LINE]).encode())

    assert [one.row for one in found if isinstance(one, RosterRow)] == [2, 3]


def test_numbers_are_lines_of_the_file_also_after_blank_lines_and_cells_of_many_lines() -> None:
    many = GOOD | {"name": "甲\n乙\r\n丙"}
    text = roster_file(many, {}).decode() + "\n\n" + LINE + "\n"

    upload = Upload(text.encode(), COLUMNS)

    assert [row.number for row in upload.rows()] == [2, 5, 8]


def test_a_quote_that_is_never_closed_refuses_the_file_and_names_its_line() -> None:
    refused = refusal(f'{HEADER}\n{LINE}\n"{LINE}\n{LINE}\n'.encode())

    assert (refused.code, refused.errors[0].line) == ("QUOTES", 3)


def test_text_after_a_closed_quote_is_one_bad_row() -> None:
    bad = LINE.replace("学员甲0001", '"学员甲"0001')

    found = read_roster(f"{HEADER}\n{bad}\n{LINE}\n".encode())

    assert [codes(one) for one in found] == [[("", "QUOTES")], []]


def test_rows_can_be_read_twice() -> None:
    upload = Upload(roster_file({}, {}), COLUMNS)

    assert [row.cells for row in upload.rows()] == [row.cells for row in upload.rows()]
    assert upload.row_count == 2


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", "\nx", " =1", "＝1"])
def test_our_own_files_hold_no_formula(text: str) -> None:
    assert escape_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["", "学员甲0001", "1-2", "a=b", "'x"])
def test_harmless_text_is_written_as_it_is(text: str) -> None:
    assert escape_cell(text) == text


def test_every_refusal_of_a_file_has_sentences_whose_blanks_can_be_filled() -> None:
    for zh, en in FILE_SENTENCES.values():
        assert zh.format(name="x", line=1)
        assert en.format(name="x", line=1)
