"""Every bad input of a roster's row, each with the one code that it gets."""

import pytest

from shared.tables.problems import ROW_SENTENCES, RowError
from tests.tables.builders import codes, outcome

BAD = [
    ("a jurisdiction of five digits", "jurisdiction", "21140", "JURISDICTION_FORMAT"),
    ("a jurisdiction with a letter", "jurisdiction", "21140A", "JURISDICTION_FORMAT"),
    ("an empty jurisdiction", "jurisdiction", "", "REQUIRED"),
    ("a kind with a blank", "kind", "HLD K", "CODE_FORMAT"),
    ("an identity number of 17", "id_number", "99999919800101001", "ID_LENGTH"),
    ("an identity number of 15", "id_number", "999999800101001", "ID_15_DIGITS"),
    ("a wrong check digit", "id_number", "999999198001010012", "ID_CHECK_DIGIT"),
    ("a 30 February", "id_number", "999999199002300029", "ID_BIRTH_DATE"),
    ("full-width digits in it", "id_number", "９99999198001010011", "ID_FULL_WIDTH"),
    ("a letter in it", "id_number", "99999919800101A011", "ID_CHARACTERS"),
    ("Arabic-Indic digits in it", "id_number", "٩99999198001010011", "ID_CHARACTERS"),
    ("an identity number that Excel rounded", "id_number", "9.99999E+17", "ID_CHARACTERS"),
    ("no name", "name", "  ", "REQUIRED"),
    ("a name of 121 characters", "name", "甲" * 121, "TOO_LONG"),
    ("a name of 1,001 characters", "name", "甲" * 1001, "CELL_TOO_LONG"),
    ("a formula as name", "name", "=1+1", "FORMULA"),
    ("a plus as name", "name", "+1", "FORMULA"),
    ("a minus as name", "name", "-1", "FORMULA"),
    ("an at sign as name", "name", "@SUM(A1)", "FORMULA"),
    ("a tab before a name", "name", "\t甲", "FORMULA"),
    ("a carriage return before a name", "name", "\r甲", "FORMULA"),
    ("a formula after blanks", "name", "  =1+1", "FORMULA"),
    ("a formula after a full-width blank", "name", "\u3000=1+1", "FORMULA"),
    ("a full-width equals sign", "name", "＝1+1", "FORMULA"),
    ("a line break in a name", "name", "甲\n乙", "LINE_BREAK"),
    ("CRLF in a name", "name", "甲\r\n乙", "LINE_BREAK"),
    ("a NUL in a name", "name", "甲\x00乙", "CONTROL"),
    ("a tab inside a name", "name", "甲\t乙", "CONTROL"),
    ("a bell in a name", "name", "甲\x07", "CONTROL"),
    ("a zero-width space in a name", "name", "甲\u200b乙", "CONTROL"),
    ("a right-to-left override", "name", "甲\u202e乙", "CONTROL"),
    ("full-width digits in a name", "name", "学员甲０１", "FULL_WIDTH"),
    ("a phone of five digits", "phone", "12345", "PHONE_FORMAT"),
    ("a formula as phone", "phone", "+1+cmd|' /C calc'!A0", "PHONE_FORMAT"),
    ("letters in an account", "account", "62ABC99900000001", "ACCOUNT_FORMAT"),
    ("an account of 33 digits", "account", "6" * 33, "ACCOUNT_FORMAT"),
    ("an unknown occupation", "occupation", "9-99-99-99", "OCCUPATION_UNKNOWN"),
    ("no level", "level", "", "LEVEL_MISSING"),
    ("a sixth level", "level", "六级", "LEVEL_UNKNOWN"),
    ("a full-width level", "level", "５", "FULL_WIDTH"),
    ("an unknown certificate type", "certificate_type", "结业证", "CERTIFICATE_TYPE_UNKNOWN"),
    ("a full-width digit in a number", "certificate_number", "HLD６", "FULL_WIDTH"),
    ("a certificate without its day", "certificate_issued_on", "", "REQUIRED"),
    ("an unknown way to train", "delivery", "函授", "CHOICE_UNKNOWN"),
    ("no day of allowance", "allowance_days", "0", "DAYS_INVALID"),
    ("eleven years of allowance", "allowance_days", "3661", "DAYS_INVALID"),
    ("costs of nothing", "cost_yuan", "0.00", "AMOUNT_ZERO"),
    ("a two-digit year", "certificate_issued_on", "20-05-10", "DATE_FORMAT"),
    ("a day first", "certificate_issued_on", "10/05/2020", "DATE_FORMAT"),
    ("a date with time", "certificate_issued_on", "2020-05-10T00:00:00", "DATE_FORMAT"),
    ("a serial number of Excel", "certificate_issued_on", "43961", "DATE_FORMAT"),
    ("short parts with hyphens", "certificate_issued_on", "2020-5-1", "DATE_FORMAT"),
    ("a day that is not", "certificate_issued_on", "2020-02-30", "DATE_INVALID"),
    ("the year 0000", "certificate_issued_on", "0000-01-01", "DATE_RANGE"),
    ("the year 2101", "certificate_issued_on", "2101-01-01", "DATE_RANGE"),
    ("training that ends before it starts", "training_to", "2020-03-01", "DATE_ORDER"),
    ("a company code of 17", "institution", "91999999000000211", "USCC_LENGTH"),
    ("a company code with I", "institution", "9I99999900000021IJ", "USCC_CHARACTERS"),
    ("a formula as agreement", "agreement", '=HYPERLINK("x")', "FORMULA"),
    ("an unknown payer", "paid_by", "政府", "PAYER_UNKNOWN"),
    ("an unknown payee", "payee_kind", "bank", "PAYER_UNKNOWN"),
    ("a plan with a blank", "plan", "plan 1", "CODE_FORMAT"),
    ("a plan of 121 characters", "plan", "p" * 121, "TOO_LONG"),
    ("a negative amount", "claimed_yuan", "-2000.00", "AMOUNT_NEGATIVE"),
    ("no amount at all", "claimed_yuan", "0.00", "AMOUNT_ZERO"),
    ("three decimals", "claimed_yuan", "2000.005", "AMOUNT_NOT_YUAN"),
    ("an exponent", "claimed_yuan", "2e3", "AMOUNT_NOT_YUAN"),
    ("a thousands comma", "claimed_yuan", "2,000.00", "AMOUNT_NOT_YUAN"),
    ("a currency sign", "claimed_yuan", "¥2000", "AMOUNT_NOT_YUAN"),
    ("a plus sign", "claimed_yuan", "+2000", "AMOUNT_NOT_YUAN"),
    ("a formula as amount", "claimed_yuan", "=2000", "AMOUNT_NOT_YUAN"),
    ("full-width digits as amount", "claimed_yuan", "２０００", "FULL_WIDTH"),
    ("a huge amount", "claimed_yuan", "99999999999999", "AMOUNT_TOO_LARGE"),
]


@pytest.mark.parametrize(("column", "cell", "code"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_a_bad_cell_is_refused_with_its_code(column: str, cell: str, code: str) -> None:
    assert codes(outcome(**{column: cell})) == [(column, code)]


@pytest.mark.parametrize(("column", "cell", "code"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_an_error_speaks_two_languages_and_repeats_no_cell(
    column: str, cell: str, code: str
) -> None:
    (error,) = outcome(**{column: cell})  # type: ignore[misc]

    assert isinstance(error, RowError)
    assert error.row == 2
    assert error.zh
    assert error.en
    assert len(cell.strip()) < 6 or cell not in error.zh + error.en


def test_a_row_is_told_all_its_errors_at_once() -> None:
    found = outcome(id_number="999999198001010012", level="", occupation="9-99-99-99", name="=1")

    assert set(codes(found)) == {
        ("id_number", "ID_CHECK_DIGIT"),
        ("level", "LEVEL_MISSING"),
        ("occupation", "OCCUPATION_UNKNOWN"),
        ("name", "FORMULA"),
    }


def test_every_code_has_sentences_whose_blanks_can_be_filled() -> None:
    for zh, en in ROW_SENTENCES.values():
        assert zh.format(zh="列", limit=1)
        assert en.format(en="column", limit=1)
