"""`claims-ledger policy judge` and `coverage` as whoever writes a case by hand uses them."""

import json
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from services.cli.exits import Exit, Stop
from services.cli.main import app

HELD = """\
case: E36
policy: HLD-2019-37
claim:
  kind: HLD.K.si_skill
  group: HLD.G.employee
  payee_kind: individual
  paid_by: individual
  certificate: C-1
  certificate_type: skill_level
  level: L4
  certificate_issued_on: 2020-05-10
  training_from: 2020-03-02
  training_to: 2020-04-24
  claimed_on: 2020-06-01
facts: {insured_employee: true, insured_months: 12, certificate_genuine: true}
expect: {decision: HOLD, reasons: [AMOUNT_CATALOGUE], missing: [catalogue_amount_fen]}
"""
OVER = """\
---
case: E25
policy: HLD-2019-37@1
advance: {payee_kind: enterprise, base_fen: 20000000, asked_fen: 10002000, requested_on: 2020-02-01}
expect: {decision: ADVANCE_OK}
"""


def said(*arguments: str | Path) -> tuple[int, str]:
    ran = CliRunner().invoke(app, ["policy", *map(str, arguments)], env={"COLUMNS": "200"})
    return ran.exit_code, ran.output


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "case.yaml"
    path.write_text(HELD, encoding="utf-8")
    return path


def test_a_case_is_judged_in_words_and_counted_at_the_end(file: Path) -> None:
    code, output = said("judge", file, "--expect", "--lang", "en")
    assert code == Exit.OK
    assert "HOLD  (nothing is decided yet)" in output
    assert "[AMOUNT_CATALOGUE]" in output
    assert output.splitlines()[-1] == "1 judged, 0 differ"


def test_json_has_the_whole_judgement(file: Path) -> None:
    code, output = said("judge", file, "--format", "json")
    found = json.loads(output.splitlines()[0])
    assert (code, found["case"], found["decision"]) == (Exit.OK, "E36", "HOLD")
    assert found["missing"][0]["register"] == "CATALOG"


@pytest.mark.parametrize(
    ("language", "expected", "missing"),
    [
        ("zh", "如有异议", "目录中这种培训、职业和等级的补贴是多少钱？"),
        (
            "en",
            "If you disagree",
            "What does the catalogue pay for this kind, occupation and level?",
        ),
    ],
)
def test_a_letter_tells_the_claimant_what_is_missing_and_how_to_object(
    file: Path, language: str, expected: str, missing: str
) -> None:
    code, output = said("judge", file, "--format", "letter", "--lang", language)
    assert code == Exit.OK
    assert expected in output
    assert "HLD-14-5" in output
    assert missing in output
    assert "catalogue_amount_fen" not in output


def test_a_difference_is_named_and_ends_with_status_one(file: Path) -> None:
    file.write_text(HELD + OVER, encoding="utf-8")
    code, output = said("judge", file, "--expect", "--lang", "en")
    assert code == Exit.DIFFERENT
    assert "DIFFERS   decision: expected ADVANCE_OK, found REJECT" in output
    assert output.splitlines()[-1] == "2 judged, 1 differ"
    assert said("judge", file, "--lang", "en")[0] == Exit.OK  # nothing is compared unasked


@pytest.mark.parametrize(
    ("old", "new", "place", "code"),
    [
        ("insured_months: 12", "insured_month: 12", ": E36: UNKNOWN_FACT: ",
         "没有事实 `insured_month`"),
        ("insured_months: 12", "insured_months: true", "FACT_TYPE: ", "by a whole number or by"),
        ("  level: L4\n", "  level: L6\n", ":10:10: E36: UNKNOWN_VALUE", "只能写 L1, L2"),
        ("type: skill_level", "type: skill", ":9:21: E36: UNKNOWN_VALUE", "是否应为 `skill_level`"),
        ("policy: HLD-2019-37", "policy: HLD-2019-38", ":2:9: E36: UNKNOWN_POLICY", "37@1"),
        ("  paid_by:", "  payed_by:", ": UNKNOWN_KEY", "Is `paid_by` meant?"),
        ("claim:\n", "claims:\n", ":4:3: E36: UNKNOWN_KEY", "没有字段 `claims`"),
        ("expect: {", "advance: {payee_kind: enterprise, asked_fen: 1, requested_on: 2020-02-01}\n"
         "expect: {", ":1:1: E36: SUBJECT", "has claim, advance"),
        ("missing: [catalogue_amount_fen]", "amount_yuan: abc", ": BAD_YUAN", "以元为单位"),
    ],
)  # fmt: skip
def test_a_case_that_cannot_be_read_is_named_with_its_place(
    file: Path, old: str, new: str, place: str, code: str
) -> None:
    assert old in HELD
    file.write_text(HELD.replace(old, new, 1), encoding="utf-8")
    ended, output = said("judge", file, "--expect")
    assert ended == Exit.DIFFERENT
    assert any(line.startswith(str(file)) and place in line for line in output.splitlines())
    assert code in output
    assert output.splitlines()[-1] == "1 judged, 1 differ"


@pytest.mark.parametrize(
    ("language", "told", "untold"),
    [("zh", "这里不能写 `L6`", "not allowed"), ("en", "`L6` is not allowed", "这里不能写")],
)
def test_mistakes_notices_and_differences_speak_the_language_asked_for(
    file: Path, language: str, told: str, untold: str
) -> None:
    wrong = HELD.replace("  level: L4", "  level: L6")
    other = HELD.replace("decision: HOLD, reasons: [", "decision: REJECT, reasons: [NOPE, ")
    file.write_text(f"{wrong}---\n{other}", encoding="utf-8")
    code, output = said("judge", file, "--expect", "--lang", language)
    assert code == Exit.DIFFERENT
    assert told in output
    assert untold not in output
    zh, en = "没有理由 `NOPE`" in output, "knows no reason `NOPE`" in output
    assert (zh, en) == (language == "zh", language == "en")
    zh, en = "应为 REJECT，实为 HOLD" in output, "expected REJECT, found HOLD" in output
    assert (zh, en) == (language == "zh", language == "en")
    assert output.splitlines()[-1] == "2 judged, 2 differ"


def test_one_broken_document_leaves_the_others_judged(file: Path) -> None:
    file.write_text(f"case: broken\npolicy: [\n---\n{HELD}", encoding="utf-8")
    code, output = said("judge", file, "--expect")
    assert code == Exit.DIFFERENT
    assert ": broken: YAML: " in output
    assert output.splitlines()[-1] == "2 judged, 1 differ"


def test_a_case_without_expectation_is_noticed_and_counted(file: Path) -> None:
    file.write_text(HELD.partition("expect:")[0], encoding="utf-8")
    code, output = said("judge", file, "--expect")
    assert code == Exit.OK
    assert "notice NO_EXPECTATION" in output
    assert output.splitlines()[-1] == "1 judged, 0 differ"
    assert "NO_EXPECTATION" not in said("judge", file)[1]


@pytest.mark.parametrize("form", ["text", "json", "letter"])
def test_the_number_of_a_person_is_never_printed(file: Path, form: str) -> None:
    number = "110101" + "19900307" + "7758"
    text = HELD.replace("case: E36", f"case: '{number}'").replace("C-1", f"'{number}'")
    file.write_text(text, encoding="utf-8")
    _, output = said("judge", file, "--expect", "--format", form)
    assert "notice PERSONAL_NUMBER" in output
    assert number not in output
    assert output.splitlines()[-1] == "1 judged, 0 differ"


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    code, output = said("judge", tmp_path / "none.yaml", tmp_path)
    assert code == Exit.DIFFERENT
    assert "FILE_MISSING" in output
    assert "FOLDER_EMPTY" in output
    assert output.splitlines()[-1] == "2 judged, 2 differ"


def test_coverage_finds_no_rule_in_scope_without_an_entry() -> None:
    code, output = said("coverage")
    assert code == Exit.OK
    assert output.count(", 0 in scope without an entry") == 5
    assert "HLD-10-2  in  limits[three-a-year]" in output


def test_the_query_of_a_pack_runs_over_the_table_that_it_names() -> None:
    code, table = said("sql", "ZB-2019-11", "--schema")
    assert code == Exit.OK
    _, query = said("sql", "ZB-2019-11")
    with duckdb.connect(":memory:") as connection:
        connection.execute(table)
        connection.execute(
            "INSERT INTO cases (case_id, claim_kind, claim_group, claim_claimed_on, history)"
            " VALUES (7, 'ZB.K.training', 'ZB.G.nobody', DATE '2020-05-04', [])"
        )
        [row] = connection.execute(query).fetchall()
    assert (row[0], row[1], row[4]) == (7, "REJECT", ["GROUP_NOT_MET"])


def test_a_pack_that_is_not_there_has_no_query() -> None:
    ran = CliRunner().invoke(app, ["policy", "sql", "ZB-1"])
    assert isinstance(ran.exception, Stop)
    assert "ZB-2019-11" in ran.exception.en
