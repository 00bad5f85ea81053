"""What reports count, by hand; the same prefix gives the same bytes; small cells are hidden."""

import io
import zipfile
from typing import Any

import pytest
from msgspec.structs import replace

from services.audit.reports.forms import (
    FormNotListed,
    FormUnknown,
    forms_for,
    released,
    required,
)
from services.audit.reports.period import PeriodRefused, parse_period
from services.audit.reports.places import listed_targets
from services.audit.reports.quotas import SUM_DIFFERS, progress_of
from services.audit.reports.replay import Quota, replay
from services.audit.reports.report import FindingUnknown, Report, report
from services.audit.reports.written import (
    MAX_SHEET_ROWS,
    WorkbookTooLarge,
    csv_report,
    sha256_of,
    xlsx_report,
)
from tests.audit.reports.stories import (
    CITY,
    FIRST,
    FROM,
    SEAL,
    SECOND,
    TO,
    WHERE,
    Story,
    fund,
    plan,
)
from tests.audit.trace.stories import FINDING
from tests.audit.trace.stories import story as with_finding


def told(form: str, period: str, story: Story | Any) -> Report:
    wanted = released().form(form)
    return report(wanted, WHERE, parse_period(period, wanted.period), SEAL, replay(story.events))


def rows(shown: Report, table: str) -> list[dict[str, Any]]:
    [found] = [one for one in shown.tables if one.id == table]
    return [
        {head.id: cell for head, cell in zip(found.columns, row, strict=True)} for row in found.rows
    ]


@pytest.fixture
def bureau() -> Story:
    """Seven claims: five paid, one of them taken back, one rejected, one by the plan."""
    story = Story()
    fund(story)
    for number in range(1, 6):
        story.claim(number)
        story.pay(number)
    story.rejected(6, SECOND)
    story.reverse(1)
    plan(story)
    return story


def test_person_times_and_money_are_counted_by_district_and_kind(bureau: Story) -> None:
    first, second, total = rows(told("annual", "2021", bureau), "work")
    assert (first["place"], first["applied"], first["approved"], first["paid"]) == (FIRST, 6, 6, 6)
    assert (first["approved_fen"], first["paid_fen"]) == (900_000, 900_000)
    assert (first["reversed"], first["reversed_fen"]) == (1, 150_000)
    assert (second["place"], second["applied"], second["rejected"]) == (SECOND, 1, 1)
    assert (total["applied"], total["paid_fen"]) == (7, 900_000)


def test_money_is_counted_by_fund_as_it_moved_advances_apart(bureau: Story) -> None:
    [funds] = rows(told("annual", "2021", bureau), "funds")
    assert (funds["source"], funds["fund"]) == ("UI_SURPLUS", "F1")
    assert (funds["allocated_fen"], funds["spent_fen"]) == (10_000_000, 5 * 150_000 + 80_000)
    assert (funds["advanced_fen"], funds["recovered_fen"]) == (70_000, 150_000)


def test_a_period_holds_its_own_days_only(bureau: Story) -> None:
    quarter = rows(told("quarterly", "2021Q2", bureau), "work")
    assert [(row["applied"], row["paid"]) for row in quarter] == [(0, 6)]
    assert rows(told("quarterly", "2021Q3", bureau), "work") == []


def test_an_institution_is_shown_with_its_pass_rate_and_steps_with_their_time(
    bureau: Story,
) -> None:
    shown = told("performance", "2021", bureau)
    [institution] = rows(shown, "institutions")
    assert (institution["enrolled"], institution["passed"], institution["pass_bp"]) == (10, 8, 8000)
    assert institution["approval_bp"] == 8571
    steps = {row["step"]: row["cases"] for row in rows(shown, "steps")}
    assert steps["accept-decide"] == 7


def test_the_named_programmes_are_counted_apart() -> None:
    story = Story()
    story.submitted("claim-1", person="a" * 32, programme="spring-tide")
    story.at(FIRST, story.events[-1])
    story.claim(2)
    found = rows(told("annual", "2021", story), "programmes")
    assert [(row["programme"], row["applied"], row["approved"]) for row in found] == [
        ("", 1, 1), ("spring-tide", 1, 0), ("合计 total", 2, 1),
    ]  # fmt: skip


def test_certificates_are_counted_once_and_the_share_of_level_three_is_told() -> None:
    story = Story()
    story.claim(1, level="L3")
    story.claim(2, level="L4")
    again = {"person": "a" * 32, "certificate": f"{1_001:032x}", "level": "L3"}
    story.approved("claim-9", **again)
    *_, total = rows(told("progress", "2021", story), "levels")
    assert (total["certified"], total["high_skilled"], total["high_skilled_bp"]) == (2, 1, 5000)


def test_two_runs_and_another_order_of_streams_give_the_same_bytes(bureau: Story) -> None:
    for form in ("annual", "evaluation", "audit_export", "fund_use", "statistics"):
        first, again = (told(form, "2021", bureau) for _ in range(2))
        assert csv_report(first) == csv_report(again)
        assert xlsx_report(first) == xlsx_report(again)
    mixed = Story(events=sorted(bureau.events, key=lambda e: (e.subject[::-1], e.version)))
    assert sha256_of(told("annual", "2021", mixed)) == sha256_of(told("annual", "2021", bureau))


def test_cells_of_fewer_than_five_persons_are_hidden_in_public_and_only_there(
    bureau: Story,
) -> None:
    public, inside = (rows(told(f, "2021", bureau), "work") for f in ("fund_use", "annual"))
    assert [row["rejected"] for row in inside] == [0, 1, 1]
    assert [row["rejected"] for row in public] == [0, "<5"]
    assert (public[0]["reversed"], public[0]["reversed_fen"]) == ("<5", "<5")
    assert public[0]["paid_fen"] == 900_000
    assert "合计 total" not in csv_report(told("fund_use", "2021", bureau)).decode()


def test_a_hidden_cell_never_stands_alone_beside_a_larger_one(bureau: Story) -> None:
    """Else the sum over funds would tell it."""
    story = bureau
    story.claim(20, SECOND)
    first, second = rows(told("fund_use", "2021", story), "work")
    assert (first["approved"], second["approved"]) == ("<5", "<5")


def test_no_report_holds_a_persons_reference(bureau: Story) -> None:
    persons = {person for e in bureau.events if (person := getattr(e.facts, "person", None))}
    for form in ("annual", "evaluation", "fund_use", "audit_export", "statistics"):
        text = csv_report(told(form, "2021", bureau)).decode()
        assert not [person for person in persons if person in text]
    cases = rows(told("evaluation", "2021", bureau), "claims")
    assert len(cases) == 7
    assert sorted(row["person_no"] for row in cases) == [str(n) for n in range(1, 8)]


def test_a_cell_that_begins_like_a_formula_is_text(bureau: Story) -> None:
    shown = told("audit_export", "2021", bureau)
    assert ",'=B1\r\n" in csv_report(shown).decode()
    with zipfile.ZipFile(io.BytesIO(xlsx_report(shown))) as book:
        sheets = [book.read(name) for name in book.namelist() if "worksheets/" in name]
    assert not [sheet for sheet in sheets if b"<f>" in sheet]


def test_the_units_of_a_quota_are_shown_with_what_stands_paid(bureau: Story) -> None:
    bureau.quota(CITY, 10, whole=True, clause="HLD-0-1")
    bureau.quota(FIRST, 7)
    bureau.quota(SECOND, 3)
    whole, first, second = rows(told("progress", "2021", bureau), "quotas")
    assert (whole["target"], whole["paid"], whole["reached_bp"], whole["warning"]) == (
        10, 5, 5000, "",
    )  # fmt: skip
    assert (first["unit"], first["approved"], first["paid"]) == (FIRST, 6, 5)
    assert (second["applied"], second["paid"]) == (1, 0)


def test_units_that_do_not_add_up_to_the_total_are_named(bureau: Story) -> None:
    bureau.quota(CITY, 10, whole=True)
    bureau.quota(FIRST, 7)
    done = replay(bureau.events)
    whole, _ = progress_of(done, WHERE.places, None, WHERE.sees)
    assert whole.warning == SUM_DIFFERS


def test_a_target_of_the_document_is_followed_until_a_table_is_set_for_its_days(
    bureau: Story,
) -> None:
    targets = [q for q in listed_targets() if q.place == CITY]
    whole = [q for q in targets if q.whole]
    assert {(q.persons, q.clause) for q in whole} == {(30_000, "HLD-0-1"), (10_000, "HLD-0-1")}
    assert sum(q.persons for q in targets if not q.whole) == 10_000
    year = replace_days(whole[0])
    before = progress_of(replay(bureau.events), WHERE.places, None, WHERE.sees, [year])
    bureau.quota(CITY, 10, whole=True)
    after = progress_of(replay(bureau.events), WHERE.places, None, WHERE.sees, [year])
    assert [(one.target, one.paid) for one in before] == [(year.persons, 5)]
    assert [one.target for one in after] == [10]


def test_the_share_of_the_citys_own_units_leaves_its_districts_out(bureau: Story) -> None:
    bureau.claim(30, CITY)
    bureau.quota(CITY, 10, whole=True)
    bureau.quota(CITY, 10)
    whole, own = progress_of(replay(bureau.events), WHERE.places, None, WHERE.sees)
    assert (whole.applied, own.applied) == (8, 1)


def replace_days(target: Quota) -> Quota:
    return target._replace(first=FROM, last=TO)


def test_a_quota_of_one_kind_counts_that_kind_alone(bureau: Story) -> None:
    bureau.quota(CITY, 600, whole=True, kinds=("RD.K.apprentice",), clause="RD-4-3")
    [only] = progress_of(replay(bureau.events), WHERE.places, None, WHERE.sees)
    assert (only.target, only.applied, only.paid) == (600, 0, 0)


def test_a_special_report_tells_one_finding_and_no_other() -> None:
    history = Story(events=with_finding())
    [opened] = rows(told("special", FINDING, history), "finding")
    assert (opened["event"], opened["claims"], opened["clauses"]) == (
        "FindingOpened", 2, "HLD-10-3",
    )  # fmt: skip
    with pytest.raises(FindingUnknown):
        told("special", "finding-2", history)


def test_only_what_the_pack_lists_is_filed() -> None:
    assert [form.id for form in forms_for(("quarterly", "notice", "fund_use"))] == [
        "quarterly", "fund_use",
    ]  # fmt: skip
    assert required("fund_use", CITY, ("fund_use",)).id == "fund_use"
    with pytest.raises(FormNotListed):
        required("quarterly", CITY, ("fund_use",))
    with pytest.raises(FormUnknown):
        required("notice", CITY, ("notice",))


@pytest.mark.parametrize(
    ("text", "every"),
    [("2021Q5", "any"), ("2021-13", "any"), ("21", "any"), ("2021Q1", "year"), ("2021", "quarter"),
     ("finding-1", "any"), ("1999", "year"), ("２０２１", "year")],
)  # fmt: skip
def test_what_is_no_period_of_the_form_is_refused(text: str, every: Any) -> None:
    with pytest.raises(PeriodRefused):
        parse_period(text, every)


def test_a_workbook_that_would_lose_rows_is_refused(bureau: Story) -> None:
    shown = told("annual", "2021", bureau)
    large = replace(shown.tables[0], rows=shown.tables[0].rows[:1] * (MAX_SHEET_ROWS + 1))
    with pytest.raises(WorkbookTooLarge):
        xlsx_report(replace(shown, tables=(large,)))
