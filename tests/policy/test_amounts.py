"""The apprenticeship subsidy by the year, and what a plan can count on."""

from datetime import date
from typing import Any

import pytest

from shared.policy.amounts import rate_of
from shared.policy.cases import Step
from shared.policy.load import huludao
from shared.policy.months import months_between
from tests.policy.builders import claim, judged, pack_with

APPRENTICE = claim(
    kind="HLD.K.apprentice", group="HLD.G.apprentice", training_from=date(2019, 9, 2),
    training_to=date(2020, 9, 1), training_completed=True, paid_by="enterprise",
    payee_kind="enterprise", claimed_on=date(2020, 11, 2), agreement=None,
    certificate_issued_on=date(2020, 10, 12),
)  # fmt: skip
PART_YEAR = "- id: INT-21\n  choice: by_month"
PAYEE = "- id: INT-20\n  choice: enterprise"


def apprentice(**said: Any) -> Any:
    return type(APPRENTICE)(
        **{name: getattr(APPRENTICE, name) for name in APPRENTICE.__struct_fields__} | said
    )


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2019, 9, 2), date(2020, 9, 1), 12),
        (date(2019, 9, 2), date(2020, 8, 31), 11),
        (date(2020, 1, 31), date(2020, 2, 29), 1),
        (date(2020, 1, 1), date(2020, 1, 30), 0),
        (date(2020, 1, 1), date(2020, 1, 31), 1),
        (date(2020, 5, 1), date(2020, 4, 1), 0),
    ],
)
def test_only_whole_months_count(first: date, last: date, months: int) -> None:
    assert months_between(first, last) == months


def test_two_years_are_paid_twice_the_rate_and_each_line_names_its_clause() -> None:
    found = judged(apprentice(training_to=date(2021, 9, 1), claimed_on=date(2021, 10, 2)))
    assert found.steps == (
        Step(clause="HLD-1.4-1", what="table", inputs=("L4", "skill_level"), amount_fen=500_000),
        Step(clause="HLD-1.4-1", what="months", inputs=("24",), amount_fen=1_000_000),
    )
    assert found.interpretations == ("INT-20",)


@pytest.mark.parametrize(
    ("choice", "amount_fen", "reasons"),
    [
        ("by_month", 291_667, ()),
        ("whole_years", 0, ("POLICY_SILENT",)),
        ("hold", 0, ("POLICY_SILENT",)),
    ],
)
def test_a_part_of_a_year_is_read_as_the_pack_says(
    choice: str, amount_fen: int, reasons: tuple[str, ...]
) -> None:
    pack = pack_with((PART_YEAR, PART_YEAR.replace("by_month", choice)))
    found = judged(apprentice(months_claimed=7), pack=pack)
    assert (found.amount_fen, found.reasons) == (amount_fen, reasons)


def test_a_part_of_a_fen_is_cut_off_where_the_pack_says_so() -> None:
    down = pack_with(("- id: INT-13\n  choice: half_up", "- id: INT-13\n  choice: down"))
    assert judged(apprentice(months_claimed=7), pack=down).amount_fen == 291_666
    assert {"INT-13", "INT-21"} <= {*judged(apprentice(months_claimed=7)).interpretations}


@pytest.mark.parametrize("months", [0, 13])
def test_more_months_than_the_training_had_wait_for_a_person(months: int) -> None:
    found = judged(apprentice(months_claimed=months))
    assert (found.decision, found.reasons) == ("HOLD", ("MONTHS_DIFFER",))


def test_a_training_without_days_has_no_amount() -> None:
    found = judged(apprentice(training_from=None, training_to=None))
    assert (found.decision, found.reasons) == ("HOLD", ("FACT_MISSING",))
    assert {m.fact for m in found.missing} >= {"claim.training_from", "claim.training_to"}


def test_a_payee_that_nobody_names_waits_for_a_person() -> None:
    held = judged(APPRENTICE, pack=pack_with((PAYEE, PAYEE.replace("enterprise", "hold"))))
    assert (held.decision, held.reasons) == ("HOLD", ("POLICY_SILENT",))
    other = pack_with((PAYEE, PAYEE.replace("enterprise", "institution")))
    found = judged(apprentice(payee_kind="institution"), pack=other)
    assert (found.payee_kind, found.interpretations) == ("institution", ("INT-20",))
    assert judged(apprentice(payee_kind="individual")).reasons == ("PAYEE_DIFFERS",)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"training_completed": None}, "FACT_MISSING"),
        ({"certificate": None}, "CERTIFICATE_MISSING"),
        ({"training_to": date(2020, 11, 30)}, "DATES_OUT_OF_ORDER"),
        ({"level": "L5"}, "LEVEL_NOT_IN_TABLE"),
        ({"level": "none"}, "LEVEL_NOT_IN_TABLE"),
    ],
)
def test_an_apprenticeship_that_the_document_does_not_settle_waits(
    said: dict[str, Any], reason: str
) -> None:
    found = judged(apprentice(**said))
    assert found.decision == "HOLD"
    assert reason in found.reasons


def test_a_plan_counts_on_one_rate_for_its_level() -> None:
    days = (date(2019, 9, 2), date(2020, 9, 1))
    assert rate_of(huludao(), "HLD.K.apprentice", "L4", *days) == 500_000
    assert rate_of(huludao(), "HLD.K.apprentice", "none", *days) == 400_000
    assert rate_of(huludao(), "HLD.K.employee_skill", "L4", *days) == 200_000
    assert rate_of(huludao(), "HLD.K.apprentice", "L5", *days) is None
    assert rate_of(huludao(), "HLD.K.startup", "L4", *days) is None
    short = (date(2020, 1, 1), date(2020, 1, 5))
    assert rate_of(huludao(), "HLD.K.apprentice", "L4", *short) is None
