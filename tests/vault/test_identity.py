"""Resident ID numbers and credit codes: strict, each refusal with its code and two sentences."""

import pytest

from shared.vault.identity import IdRefused, parse_resident_id
from shared.vault.uscc import UsccRefused, parse_uscc


@pytest.mark.parametrize(
    "number", ["999999198001010011", "999999199002150029", "999999199512301237"]
)
def test_a_valid_number_of_a_region_that_no_table_has_is_taken(number: str) -> None:
    assert parse_resident_id(number).number == number


def test_a_small_x_is_the_same_number_as_a_capital_one() -> None:
    assert parse_resident_id("99999919800101002x") == parse_resident_id("99999919800101002X")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("９９９９９９１９８００１０１００１１", "ID_FULL_WIDTH"),
        ("99999919800101001１", "ID_FULL_WIDTH"),
        ("٩٩٩٩٩٩198001010011", "ID_CHARACTERS"),
        ("99999919800101001一", "ID_CHARACTERS"),
        ("99999919800101 011", "ID_CHARACTERS"),
        (" 999999198001010011", "ID_CHARACTERS"),
        ("999999198001010011\n", "ID_CHARACTERS"),
        ("99999X198001010011", "ID_CHARACTERS"),
        ("999999_98001010011", "ID_CHARACTERS"),
        ("999999800101001", "ID_15_DIGITS"),
        ("99999980010100X", "ID_LENGTH"),
        ("", "ID_LENGTH"),
        ("99999919800101001", "ID_LENGTH"),
        ("9999991980010100111", "ID_LENGTH"),
        ("999999198002300013", "ID_BIRTH_DATE"),
        ("999999198000010013", "ID_BIRTH_DATE"),
        ("999999000001010011", "ID_BIRTH_DATE"),
        ("999999189912310011", "ID_BIRTH_DATE"),
        ("999999198001010012", "ID_CHECK_DIGIT"),
        ("99999919800101001X", "ID_CHECK_DIGIT"),
    ],
)
def test_a_number_that_breaks_a_rule_is_refused_with_that_rule(text: str, code: str) -> None:
    with pytest.raises(IdRefused) as refused:
        parse_resident_id(text)

    assert refused.value.code == code
    assert refused.value.zh.endswith("。")
    assert refused.value.en.endswith(".")
    assert not text or text not in str(refused.value) + refused.value.zh + refused.value.en


def test_every_other_check_digit_is_refused() -> None:
    for last in "023456789X":
        with pytest.raises(IdRefused, match="ID_CHECK_DIGIT"):
            parse_resident_id("99999919800101001" + last)


def test_two_swapped_neighbours_are_refused() -> None:
    with pytest.raises(IdRefused, match="ID_CHECK_DIGIT"):
        parse_resident_id("999999199512301327")


def test_a_number_does_not_show_in_a_repr() -> None:
    shown = repr(parse_resident_id("999999198001010011"))

    assert "1980" not in shown


def test_a_credit_code_is_taken_in_capitals() -> None:
    assert parse_uscc("91110000600037341l").code == "91110000600037341L"
    assert parse_uscc("91110000600037341L").warnings == ()


def test_a_failed_check_digit_of_a_company_warns_and_does_not_refuse() -> None:
    assert parse_uscc("911100006000373411").warnings == ("USCC_CHECK_DIGIT",)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("9111000060003734", "USCC_LENGTH"),
        ("", "USCC_LENGTH"),
        ("91110000600037341I", "USCC_CHARACTERS"),
        ("９1110000600037341L", "USCC_CHARACTERS"),
    ],
)
def test_what_cannot_be_a_credit_code_is_refused(text: str, code: str) -> None:
    with pytest.raises(UsccRefused) as refused:
        parse_uscc(text)

    assert refused.value.code == code
    assert refused.value.zh
    assert refused.value.en
