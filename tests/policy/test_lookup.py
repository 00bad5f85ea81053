"""What an imported table says of a claim: which row, on which day, and when nobody knows."""

from datetime import date
from typing import Any

import msgspec
import pytest

from shared.policy.check import faults_of
from shared.policy.formats import answers, formats
from shared.policy.layers import Layer, TableRow, overlapping, standing
from shared.policy.load import huludao
from shared.policy.lookup import NO_TABLES, Tables, look_up, tables_of
from shared.policy.parts import FactSpec, LookUp, Words
from tests.policy.builders import claim

JAN, JULY, DECEMBER = date(2020, 1, 1), date(2020, 7, 1), date(2020, 12, 31)
AREAS = ("211402", "211400", "210000")
ELECTRICIAN = "6-31-01-03"


def row(
    table: str, area: str, *, since: date = JAN, until: date | None = None, **cells: Any
) -> Any:
    """A row of the table; cells that are not named are blank."""
    columns = [column.id for column in formats()[table].columns]
    assert cells.keys() <= {*columns}
    return TableRow(area, tuple(cells.get(column) for column in columns), since, until)


def layer(table: str, *rows: TableRow, reference: str = "import-1", **said: Any) -> Layer:
    given: dict[str, Any] = {"jurisdiction": "211400", "valid_from": JAN}
    return Layer(table=table, reference=reference, rows=rows, **(given | said))


def asked(table: str, *by: str) -> FactSpec:
    value = answers()[table][1].value
    wanted = LookUp(table=table, by=by, as_of="training_from", value=value)
    words = Words(zh="问", en="asked")
    return FactSpec(id="fact", type="text", register="CATALOG", question=words, look_up=wanted)


def said(tables: Tables, spec: FactSpec, day: date = JULY, **content: Any) -> Any:
    case = claim(training_from=day, jurisdiction="211402", **content)
    fact = look_up(spec, case, tables, AREAS)
    return None if fact is None else fact.value


def test_a_districts_row_goes_before_its_citys_and_the_citys_before_the_provinces() -> None:
    rows = {area: row("minimum_wage", area, amount_yuan=fen) for area, fen in
            (("211402", 1), ("211400", 2), ("210000", 3))}  # fmt: skip
    wage = asked("minimum_wage")

    def of(*areas: str) -> Any:
        return said(tables_of([layer("minimum_wage", *(rows[a] for a in areas))]), wage)

    assert (of("210000", "211400", "211402"), of("210000", "211400"), of("210000")) == (1, 2, 3)
    assert of() is None


def test_the_row_with_more_of_its_keys_filled_is_taken_and_a_blank_one_matches_all() -> None:
    fees = tables_of([layer(
        "appraisal_fee", row("appraisal_fee", "211400", amount_yuan=100),
        row("appraisal_fee", "211400", level="L5", amount_yuan=200),
        row("appraisal_fee", "211400", occupation=ELECTRICIAN, amount_yuan=300),
        row("appraisal_fee", "211400", occupation=ELECTRICIAN, level="L5", amount_yuan=400),
    )])  # fmt: skip
    fee = asked("appraisal_fee", "occupation", "level")

    assert said(fees, fee, occupation=ELECTRICIAN, level="L5") == 400
    assert said(fees, fee, occupation=ELECTRICIAN, level="L4") == 300
    assert said(fees, fee, occupation="4-10-01-06", level="L5") == 200
    assert said(fees, fee, occupation="4-10-01-06", level="L4") == 100
    assert said(fees, asked("appraisal_fee", "level"), level="L5") == 200


def test_a_list_says_yes_or_no_where_it_is_loaded_and_nothing_where_it_is_not() -> None:
    listed = row("shortage_occupations", "211400", occupation=ELECTRICIAN)
    year = layer("shortage_occupations", listed, valid_to=DECEMBER)
    spec = asked("shortage_occupations", "occupation")
    elsewhere = layer("shortage_occupations", listed, jurisdiction="370100")

    assert said(tables_of([year]), spec, occupation=ELECTRICIAN) is True
    assert said(tables_of([year]), spec, occupation="4-10-01-06") is False
    assert said(tables_of([year]), spec, date(2019, 12, 31), occupation=ELECTRICIAN) is None
    assert said(tables_of([year]), spec, date(2021, 1, 1), occupation=ELECTRICIAN) is None
    assert said(tables_of([elsewhere]), spec, occupation="4-10-01-06") is None
    assert said(NO_TABLES, spec, occupation=ELECTRICIAN) is None


def test_a_list_of_institutions_says_nothing_of_a_claim_without_one() -> None:
    tables = tables_of([layer("institutions", row("institutions", "211400", institution="I-1"))])
    spec = asked("institutions", "institution")

    assert said(tables, spec, institution=None) is None
    assert said(tables, spec, institution="I-2") is False


def test_a_new_import_counts_from_its_own_day_and_the_days_before_keep_their_rows() -> None:
    old = layer("minimum_wage", row("minimum_wage", "211400", amount_yuan=1480))
    new = layer(
        "minimum_wage", row("minimum_wage", "211400", since=JULY, amount_yuan=1610),
        valid_from=JULY, reference="import-2",
    )  # fmt: skip
    tables, spec = tables_of([old, new]), asked("minimum_wage")
    case = claim(training_from=JULY)
    fact = look_up(spec, case, tables, AREAS)

    assert said(tables, spec, date(2020, 6, 30)) == 1480
    assert said(tables, spec, JULY) == 1610
    assert fact is not None
    assert (fact.source, fact.reference, fact.valid_at) == ("REF_MINWAGE", "import-2", JULY)


def test_a_sum_by_the_month_has_what_counts_on_each_months_first_day() -> None:
    wage = asked("minimum_wage")
    assert wage.look_up is not None
    monthly = msgspec.structs.replace(
        wage, look_up=msgspec.structs.replace(wage.look_up, until="training_to")
    )
    rows = [
        row("minimum_wage", "211400", since=date(2020, 2, 1), until=date(2020, 4, 15),
            amount_yuan=1480),
        row("minimum_wage", "211400", since=date(2020, 4, 16), until=JULY, amount_yuan=1610),
    ]  # fmt: skip
    tables = tables_of([
        layer("minimum_wage", rows[0]),
        layer("minimum_wage", rows[1], valid_from=date(2020, 4, 16), reference="import-2"),
    ])  # fmt: skip

    def of(first: date, last: date, claimed: date = DECEMBER) -> Any:
        case = claim(training_from=first, training_to=last, claimed_on=claimed)
        found = look_up(monthly, case, tables, AREAS)
        return None if found is None else (found.value, [(r.since, r.fen) for r in found.rows])

    assert of(date(2020, 4, 1), date(2020, 6, 30)) == (
        1480, [(date(2020, 4, 1), 1480), (date(2020, 5, 1), 1610)],
    )  # fmt: skip
    assert of(date(2020, 1, 31), date(2020, 3, 30)) == (
        1480, [(date(2020, 1, 31), None), (date(2020, 2, 29), 1480)],
    )  # fmt: skip
    assert of(date(2020, 6, 2), DECEMBER) == (
        1610, [(date(2020, 6, 2), 1610), (date(2020, 7, 2), None)],
    )  # fmt: skip
    assert of(date(2020, 4, 1), date(2020, 6, 30), claimed=date(2020, 4, 30)) == (1480, [])
    assert of(JAN, date(2020, 1, 31)) is None
    both = look_up(
        monthly, claim(training_from=date(2020, 4, 1), training_to=date(2020, 6, 30)), tables, AREAS
    )
    assert both is not None
    assert both.references() == ("import-1", "import-2")


def test_a_row_that_a_new_import_leaves_out_ends_the_day_before_it() -> None:
    old = layer("project_library", row("project_library", "211400", occupation=ELECTRICIAN))
    new = layer("project_library", valid_from=JULY, reference="import-2",
                valid_to=date(2020, 9, 30))  # fmt: skip
    tables, spec = tables_of([old, new]), asked("project_library", "occupation")

    assert said(tables, spec, date(2020, 6, 30), occupation=ELECTRICIAN) is True
    assert said(tables, spec, JULY, occupation=ELECTRICIAN) is False
    assert said(tables, spec, date(2020, 10, 1), occupation=ELECTRICIAN) is None


def test_an_import_that_adds_leaves_what_is_in_force_and_may_not_meet_it() -> None:
    table = formats()["quotas"]
    first = row("quotas", "211400", unit="211402", unit_kind="district", persons=5, until=DECEMBER)
    again = row("quotas", "211400", since=DECEMBER, unit="211402", unit_kind="district", persons=9)
    later = msgspec.structs.replace(again, valid_from=date(2021, 1, 1))
    before = standing([layer("quotas", first)])
    adds, replaces = (layer("quotas", valid_from=DECEMBER, replaces=r) for r in (False, True))

    assert overlapping(table, [again], before, adds) == [(0, None)]
    assert overlapping(table, [later], before, adds) == []
    assert overlapping(table, [again], before, replaces) == []
    assert overlapping(table, [later, later], before, adds) == [(1, 0)]


def test_rows_of_another_office_are_not_replaced() -> None:
    district = layer("minimum_living", row("minimum_living", "211402", amount_yuan=12),
                     jurisdiction="211402")  # fmt: skip
    city = layer("minimum_living", row("minimum_living", "211400", amount_yuan=10))

    assert said(tables_of([district, city]), asked("minimum_living")) == 12
    assert overlapping(
        formats()["minimum_living"], [row("minimum_living", "211402")], standing([district]), city
    ) == [(0, None)]


@pytest.mark.parametrize(
    ("table", "cells", "value"),
    [
        ("institutions_status", {"status": "suspended"}, "suspended"),
        ("institutions_active", {"status": "active"}, True),
        ("institutions_active", {"status": "exited"}, False),
        ("institutions_exited", {"status": "exited"}, True),
        ("institutions_barred", {"barred": True}, True),
        ("institutions_barred", {"barred": False}, False),
        ("institutions_barred", {}, None),
        ("institutions_county", {"county": "211421"}, "211421"),
        ("institutions_agreement", {"agreement": "A-1"}, True),
        ("institutions_agreement", {"agreement": "A-1", "agreement_to": "2020-06-30"}, False),
        ("institutions_agreement", {"agreement": "A-1", "agreement_from": "2020-07-01"}, True),
        ("institutions_agreement", {}, None),
        ("institutions_licensed", {"licensed_occupations": (ELECTRICIAN,)}, True),
        ("institutions_licensed", {"licensed_occupations": ("4-10-01-06",)}, False),
        ("institutions_licensed", {}, None),
        ("institutions_related", {"related_occupations": (ELECTRICIAN,)}, True),
    ],
)
def test_the_register_of_institutions_answers_each_question_and_a_blank_cell_none(
    table: str, cells: dict[str, Any], value: object
) -> None:
    one = row("institutions", "211400", institution="I-1", **cells)
    by = (
        ("institution", "occupation")
        if table.endswith(("licensed", "related"))
        else ("institution",)
    )
    tables = tables_of([layer("institutions", one)])

    assert said(tables, asked(table, *by), institution="I-1", occupation=ELECTRICIAN) == value


@pytest.mark.parametrize(
    ("table", "value"),
    [("assessors_filed", True), ("assessors_exited", False), ("assessors_status", "active")],
)
def test_an_assessing_body_is_found_by_the_issuer_that_the_certificate_names(
    table: str, value: object
) -> None:
    one = row("assessors", "211400", issuer="BODY-1", status="active", filed=True)
    tables = tables_of([layer("assessors", one)])

    spec = asked(table, "certificate_issuer")
    assert said(tables, spec, certificate_issuer="BODY-1") == value


def test_the_same_imports_give_tables_of_the_same_name() -> None:
    one, two = layer("minimum_wage"), layer("minimum_wage", reference="import-2")

    assert tables_of([one, two]).name == tables_of([one, two]).name
    assert len({tables_of(some).name for some in ([one], [two], [one, two], [two, one])}) == 4


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"look_up": LookUp(table="wages", by=(), as_of="claimed_on", value="amount")},
         "UNKNOWN_TABLE"),
        ({"type": "text"}, "WRONG_TYPE"),
        ({"register": "CATALOG"}, "WRONG_REGISTER"),
        ({}, None),
    ],
)  # fmt: skip
def test_a_pack_is_told_each_mistake_in_a_look_up(said: dict[str, Any], code: str | None) -> None:
    good = FactSpec(
        id="wage", type="integer", register="REF_MINWAGE", question=Words(zh="问", en="asked"),
        look_up=LookUp(table="minimum_wage", by=(), as_of="claimed_on", value="amount"),
    )  # fmt: skip
    content = huludao().content
    spec = msgspec.structs.replace(good, **said)
    wrong = msgspec.structs.replace(content, facts=(*content.facts, spec))
    here = f"$.facts[{len(content.facts)}]"

    found = [fault.code for fault in faults_of(wrong) if fault.path.startswith(here)]
    assert found == ([] if code is None else [code])
