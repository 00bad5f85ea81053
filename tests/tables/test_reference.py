"""Reference files: each table reads its CSV and its XLSX alike, and names what is wrong where."""

import zipfile
from datetime import date
from io import BytesIO

import pytest

from shared.policy.formats import formats
from shared.policy.layers import Layer, Standing, TableRow, standing
from shared.tables.problems import FileRefused
from shared.tables.reader import Upload
from shared.tables.reference import Scope, Taken, columns_of, read_reference, rows_of, snapshot_of
from tests.tables.workbooks import Value, workbook

AREAS = frozenset({"211400", "211402"})
JAN = date(2020, 1, 1)


def taken(
    table: str,
    data: bytes,
    *,
    others: list[Standing] | None = None,
    since: date | None = None,
    replaces: bool = True,
    areas: frozenset[str] = AREAS,
) -> Taken:
    upload = Upload(data, columns_of(table), workbooks=True)
    scope = Scope(jurisdiction="211400", areas=areas, valid_from=since, replaces=replaces)
    return read_reference(upload, formats()[table], scope, others or [])


def wages(*lines: str) -> bytes:
    return "\n".join(["area,amount_yuan,valid_from,valid_to", *lines]).encode()


def errors(found: Taken) -> list[tuple[int, str, str]]:
    return [(error.row, error.column, error.code) for error in found.errors]


@pytest.mark.parametrize("table", formats())
def test_each_table_reads_its_example_from_csv_in_both_languages_and_from_xlsx(table: str) -> None:
    example = formats()[table].example
    names = {column.name: column.zh for column in columns_of(table)}
    chinese = [names.get(name, "批准日期") for name in example]
    said = list(example.values())
    csv = ",".join(example) + "\n" + ",".join(said)
    areas = frozenset({example["area"]})
    found = taken(table, csv.encode(), areas=areas)

    assert len(found.rows) == 1
    gb = (",".join(chinese) + "\n" + ",".join(said)).encode("gb18030")
    assert taken(table, gb, areas=areas) == found
    assert taken(table, workbook([list(example), said]), areas=areas) == found


def test_excels_own_days_numbers_and_words_are_read_as_what_they_mean() -> None:
    rows: list[list[Value]] = [
        ["area", "institution", "status", "barred", "valid_from"],
        [211400, "INST-1", "active", True, date(2020, 5, 6)],
    ]
    [one] = taken("institutions", workbook(rows)).rows
    wage = workbook([["area", "amount_yuan", "valid_from"], ["211400", 1500.1, JAN]])

    assert (one.area, one.valid_from) == ("211400", date(2020, 5, 6))
    assert True in one.cells
    assert taken("minimum_wage", wage).rows[0].cells == (150010,)


def test_every_wrong_row_is_named_with_line_column_and_rule_and_nothing_is_taken() -> None:
    found = taken("minimum_wage", wages(
        "211400,1500.00,2020-01-01,", "999999,1500,2020-01-01,", "211402,15.001,2020-01-01,",
        "211402,,2020-02-30,", "211402,1500,2020-06-01,2020-05-31",
    ))  # fmt: skip

    assert errors(found) == [
        (3, "area", "AREA_NOT_OWN"),
        (4, "amount_yuan", "AMOUNT_NOT_YUAN"),
        (5, "amount_yuan", "REQUIRED"),
        (5, "valid_from", "DATE_INVALID"),
        (6, "valid_to", "PERIOD_ORDER"),
    ]
    assert found.rows == ()
    assert all(error.zh and error.en for error in found.errors)


def test_words_numbers_and_lists_of_codes_are_judged_by_their_column() -> None:
    header = "area,institution,status,licensed_occupations,valid_from\n"
    odd = header + "211400,INST-1,open,6-31-01-03;;,2020-01-01"
    good = header + "211400,INST-1,退出,6-31-01-03；4-10-01-06,2020-01-01"
    quota = "area,unit,unit_kind,persons,valid_from\n211400,211402,区县,-5,2020-01-01"

    assert [e[1:] for e in errors(taken("institutions", odd.encode()))] == [
        ("status", "CHOICE_UNKNOWN"),
        ("licensed_occupations", "CODES_INVALID"),
    ]
    assert ("4-10-01-06", "6-31-01-03") in taken("institutions", good.encode()).rows[0].cells
    assert errors(taken("quotas", quota.encode())) == [(2, "persons", "FORMULA")]
    quota = quota.replace("-5", "5人")
    assert errors(taken("quotas", quota.encode())) == [(2, "persons", "NUMBER_INVALID")]


def test_two_rows_for_the_same_thing_on_the_same_day_are_an_error_in_the_file() -> None:
    overlap = wages("211400,1500,2020-01-01,2020-06-30", "211400,1600,2020-06-30,")
    follow = wages("211400,1500,2020-01-01,2020-06-30", "211400,1600,2020-07-01,")

    found = taken("minimum_wage", overlap)
    assert errors(found) == [(3, "", "OVERLAPS_ROW")]
    assert "row 2" in found.errors[0].en
    assert len(taken("minimum_wage", follow).rows) == 2


def test_a_row_that_meets_one_in_force_is_an_error_unless_the_import_takes_its_place() -> None:
    old = standing([Layer(
        table="minimum_wage", reference="import-1", jurisdiction="211400", valid_from=JAN,
        rows=(TableRow("211400", (148000,), JAN),),
    )])  # fmt: skip
    new, since = wages("211400,1600,2020-07-01,"), date(2020, 7, 1)

    assert errors(taken("minimum_wage", new, others=old, replaces=False)) == [
        (2, "", "OVERLAPS_IN_FORCE")
    ]
    assert len(taken("minimum_wage", new, others=old, since=since).rows) == 1


def test_a_row_does_not_reach_before_the_day_from_which_its_import_counts() -> None:
    found = taken("minimum_wage", wages("211400,1600,2020-06-30,"), since=date(2020, 7, 1))

    assert errors(found) == [(2, "valid_from", "BEFORE_IMPORT")]


def test_kept_rows_are_found_again_and_a_column_that_came_later_is_blank() -> None:
    table = formats()["assessors"]
    row = TableRow("211400", ("BODY-1", "active", True, None), JAN)
    kept, digest = snapshot_of(table, [row])
    fewer = kept.replace(b',"credit_class"]', b"]").replace(b",null]", b"]", 1)

    assert rows_of(kept) == (row,)
    assert snapshot_of(table, [row])[1] == digest
    assert rows_of(fewer) == (row,)


@pytest.mark.parametrize("change", ["doctype", "cut", "empty", "no sheet"])
def test_a_workbook_that_is_none_is_refused(change: str) -> None:
    good = workbook([["area", "amount_yuan", "valid_from"], ["211400", "1500", JAN]])
    packed, written = zipfile.ZipFile(BytesIO(good)), BytesIO()
    with zipfile.ZipFile(written, "w") as other:
        for name in packed.namelist() if change != "empty" else []:
            content = packed.read(name)
            if change == "doctype" and name == "xl/sharedStrings.xml":
                content = content.replace(b"<sst", b'<!DOCTYPE x [<!ENTITY a "aaa">]><sst', 1)
            if change == "no sheet" and name.startswith("xl/worksheets/"):
                continue
            other.writestr(name, content)
    data = good[:-200] if change == "cut" else written.getvalue()
    data = data if data.startswith(b"PK\x03\x04") else b"PK\x03\x04" + data

    with pytest.raises(FileRefused) as refused:
        taken("minimum_wage", data)
    assert refused.value.code == "WORKBOOK"


def test_a_roster_stays_a_csv_file() -> None:
    with pytest.raises(FileRefused) as refused:
        Upload(workbook([["area"]]), columns_of("minimum_wage"))
    assert refused.value.code == "NOT_CSV"


def test_empty_rows_of_a_sheet_are_no_rows_and_lines_are_those_that_excel_shows() -> None:
    rows: list[list[Value]] = [["area", "amount_yuan", "valid_from"], ["211400", "x", JAN]]

    assert errors(taken("minimum_wage", workbook(rows, skip=3)))[0][0] == 5
