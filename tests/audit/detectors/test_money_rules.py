"""Double payouts, late settlements, gaps: planted and found, with their innocent look-alikes."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from services.audit.replay.full import replay
from services.audit.replay.report import Report, load_findings
from shared.events.findings import FindingOpened
from tests.audit import money
from tests.audit.detectors.test_rules_on_events import RULES, found
from tests.audit.histories import History, archived
from tests.audit.money import ENDS, TERM

PLAN, OTHER = "plan-1", "plan-2"
DUE = ENDS + TERM
DECIDED = date(2021, 8, 1)
BACK_BY = DECIDED + timedelta(days=60)
DAY = timedelta(days=1)
SEPTEMBER = date(2021, 9, 1)


async def judged(history: History, tmp_path: Path) -> tuple[Report, list[FindingOpened]]:
    archive = await archived(history, tmp_path / "archive")
    report = replay(archive, RULES, {}, None, tmp_path / "out")
    return report, load_findings(tmp_path / "out")


def advanced(advance_fen: int = 100_000_00) -> History:
    """One plan, approved, with an advance that was paid."""
    history = History()
    money.plan_approved(history, PLAN)
    money.advance_paid(history, PLAN, advance_fen, date(2021, 3, 5))
    return history


def short(earned_fen: int = 75_000_00) -> History:
    """A plan that earned 25,000 yuan less than was advanced, as of the day of its result."""
    history = advanced()
    money.day_opened(history, DECIDED)
    money.plan_decided(history, PLAN, earned_fen)
    money.settled(history, PLAN, 100_000_00, 100_000_00, DECIDED)
    return history


async def test_a_claim_paid_twice_is_found(tmp_path: Path) -> None:
    history = History()
    history.approved("claim-1", amount_fen=150_000)
    money.payout_paid(history, "claim-1")
    money.payout_paid(history, "claim-1", stream="payout-again")

    (finding,) = await found(history, tmp_path)

    assert (finding.rule, finding.tier, finding.subject) == ("D4", "R", "claim-1")
    assert finding.payouts == ("payout-again", "payout-claim-1")
    assert finding.claims == ("claim-1",)
    assert finding.amount_fen == 150_000
    assert len(finding.evidence) == 3
    assert "3000.00" in finding.explanation_zh


async def test_an_old_payment_made_twice_is_found(tmp_path: Path) -> None:
    history = History()
    history.imported("claim-1", amount_fen=150_000)
    for _ in range(2):
        history.payment_imported("payout-1", "payout", 150_000, claim="claim-1")

    assert [(one.rule, one.amount_fen) for one in await found(history, tmp_path)] == [
        ("D4", 150_000)
    ]


async def test_one_subsidy_from_two_funds_is_no_double_payout(tmp_path: Path) -> None:
    history = History()
    history.approved("claim-1", amount_fen=150_000)
    money.payout_paid(history, "claim-1", 100_000)
    money.payout_paid(history, "claim-1", 50_000, stream="payout-other-fund")

    assert await found(history, tmp_path) == []


async def test_a_payout_that_was_returned_or_reversed_and_paid_again_is_innocent(
    tmp_path: Path,
) -> None:
    history = History()
    for claim in ("claim-1", "claim-2", "claim-3"):
        history.approved(claim, person=claim[-1] * 32)
    money.payout_returned(history, "claim-1")
    money.payout_paid(history, "claim-1")
    money.payout_paid(history, "claim-2")
    money.payout_reversed(history, "claim-2")
    money.payout_paid(history, "claim-2")
    money.payout_paid(history, "claim-3")
    money.payout_returned(history, "claim-3")
    money.payout_paid(history, "claim-3")

    assert await found(history, tmp_path) == []


async def test_a_payout_without_approval_is_found_when_claims_opens_the_next_day(
    tmp_path: Path,
) -> None:
    history = History()
    money.day_opened(history, SEPTEMBER, "claims")
    money.payout_paid(history, "claim-1")
    money.day_opened(history, SEPTEMBER + DAY, "payments")
    report, findings = await judged(history, tmp_path / "same-day")
    assert findings == []
    assert {run.rule: run.waiting for run in report.rules}["D4"] == 1

    money.day_opened(history, SEPTEMBER + DAY, "claims")
    (finding,) = await found(history, tmp_path / "next-day")
    assert (finding.rule, finding.amount_fen, len(finding.evidence)) == ("D4", 150_000, 2)
    assert "no approval" in finding.explanation_en


async def test_an_approval_that_comes_late_in_the_log_makes_a_payout_innocent(
    tmp_path: Path,
) -> None:
    history = History()
    money.payout_paid(history, "claim-1")
    money.day_opened(history, SEPTEMBER, "claims")
    history.approved("claim-1")
    history.revoked("claim-1")

    assert await found(history, tmp_path) == []


async def test_a_payout_of_what_only_the_plan_may_settle_is_found(tmp_path: Path) -> None:
    history = History()
    history.approved("claim-1", settled_by_plan=True, plan=PLAN)
    money.payout_paid(history, "claim-1")

    assert [(one.rule, one.amount_fen) for one in await found(history, tmp_path)] == [
        ("D4", 150_000)
    ]


async def test_without_any_day_a_case_with_a_term_is_not_judged_and_not_clean(
    tmp_path: Path,
) -> None:
    history = History()
    money.payout_paid(history, "claim-1")

    report, _ = await judged(history, tmp_path)

    assert report.verdict == "0 findings, complete except D4 1 rows without days.day"


async def test_an_advance_not_settled_by_its_day_is_found(tmp_path: Path) -> None:
    history = advanced()
    money.day_opened(history, DUE)
    report, findings = await judged(history, tmp_path / "due")
    assert (findings, report.verdict) == ([], "clean")
    money.day_opened(history, DUE + DAY)

    (finding,) = await found(history, tmp_path / "over")

    assert (finding.rule, finding.tier, finding.plan) == ("D7", "X", PLAN)
    assert finding.amount_fen == 100_000_00
    assert DUE.isoformat() in finding.explanation_zh
    assert finding.evidence[-1].stream == "days-payments"


async def test_a_later_day_leaves_the_evidence_as_it_is(tmp_path: Path) -> None:
    history = advanced()
    money.day_opened(history, DUE + DAY)
    (first,) = await found(history, tmp_path / "first")
    money.day_opened(history, DUE + 2 * DAY)

    assert await found(history, tmp_path / "second") == [first]


async def test_an_advance_that_was_settled_returned_or_recovered_in_time_is_innocent(
    tmp_path: Path,
) -> None:
    history = advanced()
    money.settled(history, PLAN, 180_000_00, 100_000_00, DUE)
    money.plan_approved(history, "plan-b")
    money.advance_paid(history, "plan-b", 100, date(2021, 3, 5))
    money.advance_back(history, "plan-b", 100, DUE)
    money.plan_approved(history, "plan-c")
    money.advance_paid(history, "plan-c", 100, date(2021, 3, 5))
    money.recovery_opened(history, "plan-c", 40, DUE - DAY)
    money.received(history, "plan-c", 40, DUE)
    money.day_opened(history, DUE + DAY)

    assert await found(history, tmp_path) == []


async def test_a_settlement_after_the_day_was_late_all_the_same(tmp_path: Path) -> None:
    history = advanced()
    money.settled(history, PLAN, 180_000_00, 100_000_00, DUE + DAY)
    money.day_opened(history, DUE + DAY)

    assert [one.rule for one in await found(history, tmp_path)] == ["D7"]


async def test_what_stays_owed_of_a_recovery_is_what_is_overdue(tmp_path: Path) -> None:
    history = advanced()
    money.recovery_opened(history, PLAN, 25_000_00, DUE - DAY)
    money.received(history, PLAN, 10_000_00, DUE)
    money.received(history, PLAN, 5_000_00, DUE + DAY)
    money.day_opened(history, DUE + DAY)

    assert [(one.rule, one.amount_fen) for one in await found(history, tmp_path)] == [
        ("D7", 15_000_00)
    ]


async def test_an_extension_of_the_bureau_moves_the_day(tmp_path: Path) -> None:
    history = advanced()
    money.extended(history, PLAN, DUE + 30 * DAY)
    money.day_opened(history, DUE + 30 * DAY)
    assert await found(history, tmp_path / "allowed") == []
    money.day_opened(history, DUE + 31 * DAY)

    assert [one.rule for one in await found(history, tmp_path / "over")] == ["D7"]


async def test_a_plan_that_was_approved_anew_with_a_later_end_is_due_later(tmp_path: Path) -> None:
    history = advanced()
    money.plan_approved(history, PLAN, ENDS + 10 * DAY)
    money.day_opened(history, DUE + 10 * DAY)

    assert await found(history, tmp_path) == []


async def test_a_new_advance_to_the_same_payee_while_one_is_overdue_is_named(
    tmp_path: Path,
) -> None:
    history = advanced()
    money.plan_approved(history, OTHER, ENDS + 300 * DAY)
    money.advance_paid(history, OTHER, 100, DUE + DAY)
    money.plan_approved(history, "plan-3", ENDS + 300 * DAY)
    money.advance_paid(history, "plan-3", 100, DUE + DAY, payee="enterprise-2")
    money.day_opened(history, DUE + DAY)

    (finding,) = await found(history, tmp_path)

    assert "1 more advances" in finding.explanation_en
    assert "advance-plan-2" in {one.stream for one in finding.evidence}
    assert "advance-plan-3" not in {one.stream for one in finding.evidence}


async def test_old_advances_without_a_term_are_told_and_not_called_clean(tmp_path: Path) -> None:
    history = History()
    history.payment_imported("advance-1", "advance", 100, plan=PLAN, base_fen=1_000)
    history.payment_imported("advance-2", "advance", 100, plan=OTHER, base_fen=1_000)
    history.payment_imported("advance-2", "settlement", 100, plan=OTHER)

    report, _ = await judged(history, tmp_path)

    assert report.complete
    assert report.verdict == (
        "0 findings, complete; old books: D7 not evaluable (term) for 1, "
        "D9 not evaluable (result) for 1, G1 not evaluable (chain) for 3"
    )


async def test_an_advance_above_what_was_earned_must_come_back_in_sixty_days(
    tmp_path: Path,
) -> None:
    history = short()
    money.day_opened(history, BACK_BY)
    assert await found(history, tmp_path / "within") == []
    money.day_opened(history, BACK_BY + DAY)

    (finding,) = await found(history, tmp_path / "after")

    assert (finding.rule, finding.tier, finding.plan) == ("D9", "R", PLAN)
    assert finding.amount_fen == 25_000_00
    assert "75000.00" in finding.explanation_en


async def test_what_was_given_back_in_time_leaves_no_gap(tmp_path: Path) -> None:
    history = short()
    money.recovery_opened(history, PLAN, 25_000_00, DECIDED)
    money.received(history, PLAN, 20_000_00, BACK_BY)
    money.written_off(history, PLAN, 5_000_00)
    money.day_opened(history, BACK_BY + DAY)

    assert await found(history, tmp_path) == []


@pytest.mark.parametrize("days", [0, 1])
async def test_a_receipt_counts_up_to_the_last_day(tmp_path: Path, days: int) -> None:
    history = short()
    money.recovery_opened(history, PLAN, 25_000_00, DECIDED)
    money.received(history, PLAN, 25_000_00, BACK_BY + days * DAY)
    money.day_opened(history, BACK_BY + 2 * DAY)

    assert len(await found(history, tmp_path)) == days


async def test_a_late_examination_leaves_thirty_days_for_its_certificates(tmp_path: Path) -> None:
    examined = BACK_BY - DAY
    history = advanced()
    money.plan_completed(history, PLAN, examined_on=examined)
    money.day_opened(history, DECIDED)
    money.plan_decided(history, PLAN, 75_000_00)
    money.settled(history, PLAN, 100_000_00, 100_000_00, DECIDED)
    money.day_opened(history, examined + 30 * DAY)
    assert await found(history, tmp_path / "within") == []
    money.day_opened(history, examined + 31 * DAY)

    assert [one.rule for one in await found(history, tmp_path / "after")] == ["D9"]


async def test_a_late_certificate_that_closes_the_gap_makes_it_innocent(tmp_path: Path) -> None:
    history = short()
    money.plan_decided(history, PLAN, 100_000_00)
    money.day_opened(history, BACK_BY + DAY)

    assert await found(history, tmp_path) == []


async def test_of_a_cancelled_plan_all_must_come_back(tmp_path: Path) -> None:
    history = advanced()
    money.settled(history, PLAN, 100_000_00, 100_000_00, DECIDED)
    money.day_opened(history, DECIDED)
    money.plan_cancelled(history, PLAN)
    money.day_opened(history, BACK_BY + DAY)

    assert [(one.rule, one.amount_fen) for one in await found(history, tmp_path)] == [
        ("D9", 100_000_00)
    ]


async def test_earned_and_settled_plans_have_no_gap(tmp_path: Path) -> None:
    history = advanced()
    money.day_opened(history, DECIDED)
    money.plan_decided(history, PLAN, 180_000_00)
    money.settled(history, PLAN, 180_000_00, 100_000_00, DECIDED)
    money.day_opened(history, BACK_BY + DAY)
    money.day_opened(history, DUE + DAY)

    assert await found(history, tmp_path) == []
