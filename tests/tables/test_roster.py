"""What a well-formed row of a roster becomes."""

from datetime import date

import pytest

from shared.tables.roster import RosterRow
from tests.tables.builders import TODAY, claim, codes, outcome, read_roster, roster_file

LAST_DAY = date(2020, 5, 6)


def test_a_good_row_becomes_one_claim() -> None:
    found = claim()

    assert (found.row, found.jurisdiction, found.level) == (2, "211402", "L4")
    assert (found.certificate_type, found.claimed_fen) == ("skill_level", 200_000)
    assert (found.paid_by, found.payee_kind, found.payee) == ("individual", "individual", None)
    assert found.training_to == date(2020, 4, 17)
    assert found.warnings == ()


def test_a_row_without_a_claim_date_takes_the_one_of_the_caller() -> None:
    assert claim(claimed_on="").claimed_on == TODAY


@pytest.mark.parametrize("cell", ["2020-05-06", "2020/5/6", "2020/05/06", "2020年5月6日"])
def test_three_ways_to_write_a_day_mean_the_same(cell: str) -> None:
    assert claim(certificate_issued_on=cell).certificate_issued_on == LAST_DAY


@pytest.mark.parametrize(
    ("cell", "level"),
    [
        ("五级", "L5"),
        ("初级工", "L5"),
        ("5", "L5"),
        ("L5", "L5"),
        ("高级技师", "L1"),
        ("无", "none"),
    ],
)
def test_a_level_is_read_as_people_write_it(cell: str, level: str) -> None:
    assert claim(level=cell).level == level


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        ("+8619900000001", "19900000001"),
        ("86 19900000001", "19900000001"),
        ("0429-1234567", "04291234567"),
    ],
)
def test_a_phone_is_kept_as_digits(cell: str, phone: str) -> None:
    assert claim(phone=cell).personal.phone == phone


def test_a_small_x_and_blanks_do_not_make_another_number() -> None:
    found = claim(id_number=" 99999919800706001x", certificate_number=" hld 2020 ")

    assert found.personal.id_number == "99999919800706001X"
    assert found.personal.certificate_number == "HLD2020"


def test_a_company_code_with_a_wrong_check_digit_warns_and_is_taken() -> None:
    found = claim(institution="91999999MA0000001A", payee="91999999MA0000001A")

    assert [(one.column, one.code) for one in found.warnings] == [
        ("institution", "USCC_CHECK_DIGIT"),
        ("payee", "USCC_CHECK_DIGIT"),
    ]


def test_quotes_and_commas_inside_a_cell_are_text() -> None:
    assert claim(certificate_issuer='葫芦岛"示例", 中心').certificate_issuer == '葫芦岛"示例", 中心'


def test_personal_fields_never_show_themselves() -> None:
    found = claim()

    for secret in (
        found.personal.id_number,
        found.personal.name,
        str(found.personal.phone),
        str(found.personal.account),
        str(found.personal.certificate_number),
    ):
        assert secret not in repr(found)


def test_two_rows_with_one_certificate_of_one_person_are_the_same_claim() -> None:
    assert claim().identity == claim(level="三级", occupation="6-18-02-04").identity
    assert claim().identity != claim(certificate_number="HLD2020000002").identity
    assert claim().identity != claim(certificate_type="职业资格证书").identity


def test_without_a_certificate_plan_occupation_and_level_make_the_claim() -> None:
    bare = {"certificate_number": "", "plan": "plan-1"}

    assert claim(**bare).identity == claim(**bare, name="学员甲0009").identity
    assert claim(**bare).identity != claim(**bare, level="三级").identity
    assert claim(**bare).identity != claim(plan="plan-1").identity


def test_a_bad_certificate_number_is_not_also_called_missing() -> None:
    assert codes(outcome(certificate_number="=1")) == [("certificate_number", "FORMULA")]


def test_good_rows_are_taken_beside_bad_ones() -> None:
    found = read_roster(roster_file({}, {"level": ""}, {"certificate_number": "HLD2"}))

    assert [isinstance(one, RosterRow) for one in found] == [True, False, True]
    assert codes(found[1]) == [("level", "LEVEL_MISSING")]


def test_what_only_some_kinds_ask_for_is_read_in_both_languages() -> None:
    found = claim(
        issuer_class="行业协会", delivery="在岗", payment_mode="先垫后补", place_basis="常住地",
        cost_yuan="2000.01", education_fund_yuan="0", allowance_days="60", industry="化工",
        trade="T-1", training_county="211402",
    )  # fmt: skip
    assert (found.issuer_class, found.delivery, found.payment_mode, found.place_basis) == (
        "association", "work", "pay_first", "resident",
    )  # fmt: skip
    assert (found.cost_fen, found.education_fund_fen, found.allowance_days) == (200_001, 0, 60)
    assert (found.industry, found.trade, found.training_county) == ("化工", "T-1", "211402")
    assert claim(delivery="online", mandate="").delivery == "online"


def test_a_row_without_a_certificate_is_one_of_its_course() -> None:
    blank = {"certificate_number": "", "certificate_issued_on": "", "certificate_type": "无"}
    found = claim(**blank)
    assert (found.certificate_type, found.certificate_issued_on) == ("none", None)
    assert found.identity != claim(**blank, training_from="2020-03-03").identity
