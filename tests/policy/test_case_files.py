"""A file of cases: each mistake has its code, its place and a sentence in both languages."""

import re
from pathlib import Path

import pytest

from shared.policy.document import PackError, PackRefused
from shared.policy.written.casefile import pack_for
from shared.policy.written.judging import judged
from shared.policy.written.notices import notices_of
from shared.policy.written.reading import Read, read_cases, readings
from shared.policy.written.words import case_words
from tests.policy.written import packs

CLAIM = """\
case: one
policy: HLD-2019-37
claim:
  kind: HLD.K.employee_skill
  group: HLD.G.employee
  occupation: 6-31-01-03
  level: L4
  certificate: C-1
  certificate_type: skill_level
  certificate_issued_on: 2020-05-10
  payee_kind: individual
  claimed_on: 2020-06-01
facts: {insured_employee: true, insured_months: 12, institution_ownership: public}
references: {catalogue_amount_fen: 100}
history:
- {claim: a, kind: HLD.K.si_skill, level: L5, claimed_on: 2020-01-01}
exceptions: [{clause: HLD-10-2, approvers: [x, y]}]
expect: {decision: HOLD, amount_yuan: '0'}
"""
ADVANCE = """\
case: two
policy: HLD-2019-37
advance:
  payee_kind: enterprise
  plan: {kind: HLD.K.apprentice, level: L4, heads: 4, first: 2020-01-01, last: 2020-12-31}
  asked_fen: 100
  requested_on: 2020-02-01
expect: {decision: ADVANCE_OK}
"""
CHINESE = re.compile("[一-鿿]")
REAL = "998000" + "19900307" + "7757"  # of a region that there is not, nor is it for tests
MISTAKES = [
    ("UNKNOWN_KEY", CLAIM, "  level: L4", "  levle: L4", "claim.levle", "`level`"),
    ("UNKNOWN_VALUE", CLAIM, "level: L4", "level: 4", "claim.level", "L1, L2, L3, L4, L5, none"),
    ("UNKNOWN_VALUE", CLAIM, "type: skill_level", "type: skill", "claim.certificate_type",
     "Is `skill_level` meant"),
    ("UNKNOWN_VALUE", CLAIM, "level: L5,", "certificate_type: skill,",
     "history[0].certificate_type", "skill_level"),
    ("VALUE_TYPE", CLAIM, "certificate: C-1", "certificate: 77", "claim.certificate", "'77'"),
    ("VALUE_TYPE", CLAIM, "12,", "[12],", "facts.insured_months", "not a list"),
    ("VALUE_TYPE", ADVANCE, "asked_fen: 100", "asked_fen: '100'", "advance.asked_fen", "without"),
    ("OUT_OF_RANGE", ADVANCE, "heads: 4", "heads: -4", "advance.plan.heads", "0 and 1000000"),
    ("OUT_OF_RANGE", CLAIM, "  level: L4", "  cost_fen: -5", "claim.cost_fen", "between 0"),
    ("OUT_OF_RANGE", CLAIM, "fen: 100", "fen: -1", "references.catalogue_amount_fen", "between 0"),
    ("OUT_OF_RANGE", CLAIM, "level: L5,", "year: 20,", "history[0].year", "1900"),
    ("OUT_OF_RANGE", CLAIM, "amount_yuan: '0'", "amount_fen: -1", "expect.amount_fen", "0"),
    ("TEXT_LENGTH", CLAIM, "case: one", "case: ' '", "case", "1 to 200"),
    ("LIST_LENGTH", CLAIM, "[{clause: HLD-10-2, approvers: [x, y]}]",
     str([{"clause": "c", "approvers": ["x"]}] * 21).replace("'", ""), "exceptions", "0 to 20"),
    ("BAD_SCALAR", CLAIM, "fen: 100", "fen: 1.5", "references.catalogue_amount_fen", "1.5"),
    ("SUBJECT", CLAIM, "expect:", "question: {about: role, id: x}\nexpect:", "", "claim, question"),
    ("ONLY_FOR_CLAIM", ADVANCE, "expect:", "facts: {insured_months: 1}\nexpect:", "facts",
     "about advance"),
    ("TWO_SUMS", ADVANCE, "  asked", "  base_fen: 5\n  asked", "advance.plan", "`base_fen`"),
    ("TWO_SUMS", CLAIM, "yuan: '0'", "yuan: '0', amount_fen: 1", "expect.amount_yuan", "only one"),
    ("DATES_REVERSED", ADVANCE, "last: 2020-12-31", "last: 2019-12-31", "advance.plan", "before"),
    ("BAD_YUAN", CLAIM, "'0'", "'687.605'", "expect.amount_yuan", "687.605"),
    ("BAD_YUAN", CLAIM, "'0'", "12.345", "expect.amount_yuan", "12.345"),
    ("FACT_TWICE", CLAIM, "12,", "12, catalogue_amount_fen: 5,",
     "references.catalogue_amount_fen", "in one of them"),
    ("UNKNOWN_POLICY", CLAIM, "HLD-2019-37", "HLD-2019-38", "policy", "Is `HLD-2019-37` meant"),
    ("UNKNOWN_POLICY", CLAIM, "HLD-2019-37", "HLD-2019-37@x", "policy", "HLD-2019-37@1"),
    ("UNKNOWN_FACT", CLAIM, "insured_months: 12", "insured_month: 12", "facts.insured_month",
     "Is `insured_months` meant"),
    ("FACT_TYPE", CLAIM, "employee: true", "employee: yes", "facts.insured_employee", "true or f"),
    ("FACT_TYPE", CLAIM, "fen: 100", "fen: '100'", "references.catalogue_amount_fen", "without"),
    ("FACT_TYPE", CLAIM, "12,", "12, died_on: 2020-13-01,", "facts.died_on", "YYYY-MM-DD"),
]  # fmt: skip
NOTICES = [
    ("UNKNOWN_NAME", "kind: HLD.K.employee_skill", "kind: HLD.K.employe_skill", "claim.kind"),
    ("UNKNOWN_NAME", "group: HLD.G.employee", "group: HLD.G.x", "claim.group"),
    ("UNKNOWN_NAME", "kind: HLD.K.si_skill", "kind: HLD.K.si", "history[0].kind"),
    ("UNKNOWN_NAME", "clause: HLD-10-2", "clause: HLD-77-2", "exceptions[0].clause"),
    ("UNKNOWN_NAME", "decision: HOLD", "decision: HOLD, reasons: [NOPE]", "expect.reasons"),
    ("UNKNOWN_NAME", "decision: HOLD", "decision: HOLD, clauses: [HLD-99-9]", "expect.clauses"),
    ("UNKNOWN_NAME", "decision: HOLD", "decision: HOLD, missing: [costs_fen]", "expect.missing"),
    ("UNKNOWN_NAME", "decision: HOLD", "decision: HOLD, fund: lost", "expect.fund"),
    ("WORD_NOT_READ", "ownership: public", "ownership: state", "facts.institution_ownership"),
    ("ONE_APPROVER", "[x, y]", "[x, 'x ']", "exceptions[0].approvers"),
    ("NO_EXPECTATION", "expect: {decision: HOLD, amount_yuan: '0'}", "", ""),
]


def refused(path: Path) -> tuple[PackError, ...]:
    [found] = readings(path)
    if isinstance(found, Read):
        with pytest.raises(PackRefused) as caught:
            judged(found.case, packs())
        return caught.value.errors
    return found.errors


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cases.yaml"


@pytest.mark.parametrize(("code", "text", "old", "new", "path", "says"), MISTAKES)
def test_a_mistake_has_its_place_and_says_what_may_stand_there(
    file: Path, code: str, text: str, old: str, new: str, path: str, says: str
) -> None:
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    [error] = refused(file)
    assert (error.code, error.path) == (code, f"$.{path}" if path else "$")
    assert says in error.what
    assert CHINESE.search(error.zh)
    assert not CHINESE.search(error.what)


def test_every_mistake_of_a_case_is_made_above_or_is_of_the_whole_file() -> None:
    whole = {"FILE_MISSING", "FILE_UNREADABLE", "FILE_EMPTY", "FOLDER_EMPTY", "FORMAT"}
    rows = {"ROWS_WITHOUT_TABLE", "ROWS_TWICE"}  # test_case_rows.py
    assert {*case_words().mistakes} - {code for code, *_ in MISTAKES} == whole | rows


@pytest.mark.parametrize(("code", "old", "new", "path"), NOTICES)
def test_what_is_most_likely_a_slip_is_a_notice(
    file: Path, code: str, old: str, new: str, path: str
) -> None:
    assert old in CLAIM
    file.write_text(CLAIM.replace(old, new, 1), encoding="utf-8")
    [read] = read_cases(file)
    found = list(notices_of(read.case, pack_for(read.case, packs()), compared=True))
    assert [(one.code, one.path) for one in found] == [(code, f"$.{path}" if path else "$")]


def test_a_sound_case_has_no_notice(file: Path) -> None:
    for text in (CLAIM, ADVANCE):
        file.write_text(text, encoding="utf-8")
        [read] = read_cases(file)
        assert not list(notices_of(read.case, pack_for(read.case, packs()), compared=True))


def test_mistakes_of_shape_are_told_at_once(file: Path) -> None:
    text = CLAIM.replace("level: L4", "level: L9").replace("policy", "polcy")
    file.write_text(text.replace("2020-06-01", "2020-06-31"), encoding="utf-8")
    codes = [error.code for error in refused(file)]
    assert sorted(codes) == ["BAD_DATE", "MISSING_KEY", "UNKNOWN_KEY", "UNKNOWN_VALUE"]


def test_a_broken_document_leaves_the_others_whole_and_their_lines_right(file: Path) -> None:
    broken = "case: bad\n  policy: [\n"
    wrong = ADVANCE.replace("heads: 4", "heads: -4")
    file.write_text(f"{CLAIM}---\n{broken}--- # three\n{wrong}---\n{ADVANCE}", encoding="utf-8")
    first, second, third, fourth = readings(file)
    assert isinstance(first, Read)
    assert isinstance(second, PackRefused)
    assert isinstance(third, PackRefused)
    assert isinstance(fourth, Read)
    lines = file.read_text(encoding="utf-8").splitlines()
    assert (second.case, second.errors[0].code) == ("bad", "YAML")
    assert lines[second.errors[0].line - 1] == "  policy: ["
    assert "heads: -4" in lines[third.errors[0].line - 1]
    assert lines[fourth.reader.place("$.policy")[0] - 1] == "policy: HLD-2019-37"


def test_a_directive_stands_before_its_document_and_comments_are_no_case(file: Path) -> None:
    file.write_text(f"# two cases\n%YAML 1.1\n---\n{CLAIM}---\n# none\n---\n{ADVANCE}")
    assert [read.case.case for read in read_cases(file)] == ["one", "two"]


def test_blanks_at_the_edges_of_a_text_say_nothing(file: Path) -> None:
    text = CLAIM.replace("certificate: C-1", "certificate: 'C-1 '").replace("6-31", "' 6-31", 1)
    text = text.replace("01-03", "01-03 '", 1).replace("  level: L4", "  level: L4\n  trade: ' '")
    file.write_text(text, encoding="utf-8")
    [read] = read_cases(file)
    assert read.case.claim is not None
    assert (read.case.claim.certificate, read.case.claim.trade) == ("C-1", None)
    assert read.case.claim.occupation == "6-31-01-03"


def test_case_and_width_make_no_second_certificate(file: Path) -> None:
    file.write_text(CLAIM.replace("certificate: C-1", "certificate: 'ｃ- １'"), encoding="utf-8")
    [read] = read_cases(file)
    assert read.case.claim is not None
    assert read.case.claim.certificate == "C-1"


@pytest.mark.parametrize(
    ("payee", "bore"), [("individual",) * 2, ("enterprise",) * 2, ("institution", None)]
)
def test_what_goes_without_saying_is_filled_in(file: Path, payee: str, bore: str | None) -> None:
    text = CLAIM.replace("  certificate: C-1\n", "").replace("kind: individual", f"kind: {payee}")
    file.write_text(text, encoding="utf-8")
    [read] = read_cases(file)
    assert read.case.claim is not None
    assert read.case.claim.paid_by == bore
    assert read.case.claim.certificate


def test_a_sum_in_yuan_is_read_as_it_is_written(file: Path) -> None:
    file.write_text(CLAIM.replace("'0'", "0.00"), encoding="utf-8")
    [read] = read_cases(file)
    assert judged(read.case, packs()).differences == ()


@pytest.mark.parametrize(("number", "real"), [(REAL, True), ("999999199001010010", False)])
def test_the_number_of_a_real_person_is_noticed(file: Path, number: str, real: bool) -> None:
    file.write_text(CLAIM.replace("C-1", f"'{number}'"), encoding="utf-8")
    [read] = read_cases(file)
    assert read.personal == (((8, 17),) if real else ())


@pytest.mark.parametrize("code", ["FILE_MISSING", "FILE_EMPTY", "ENCODING", "TOO_LARGE"])
def test_a_file_without_cases_is_said(file: Path, code: str) -> None:
    content = {"FILE_EMPTY": b"# none\n", "ENCODING": b"\xff", "TOO_LARGE": b"#" * 600_000}
    if code in content:
        file.write_bytes(content[code])
    [error] = refused(file)
    assert error.code == code
    assert CHINESE.search(error.zh)
