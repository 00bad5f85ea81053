"""Whether money waits for a notice: rules on what was heard alone."""

from datetime import date

import pytest

from services.payments.notice.waiting import Shown, cleared_by, waits
from services.payments.payout.pay import AuthorisePayout, authorise_payout
from shared.events.payouts import PayoutAuthorised
from shared.store.commands import Refusal
from tests.payments.payout.builders import FUND, OFFICER, scheduled, state

CLAUSE, DAY = "HLD-13-1", date(2021, 5, 7)
OVER = Shown("notice-1", DAY, closed=True)


@pytest.mark.parametrize(
    ("clause", "notices", "code"),
    [
        (None, [], None),
        (None, [Shown("notice-1", DAY)], None),
        (CLAUSE, [], "NOTICE_MISSING"),
        (CLAUSE, [Shown("notice-1", DAY)], "NOTICE_RUNNING"),
        (CLAUSE, [OVER], None),
        (CLAUSE, [OVER, Shown("notice-2", DAY)], "NOTICE_RUNNING"),
        (CLAUSE, [Shown("notice-1", DAY, closed=True, objections_open=1)], "NOTICE_OBJECTED"),
        (CLAUSE, [Shown("notice-1", DAY, objections_open=1)], "NOTICE_RUNNING"),
        (CLAUSE, [Shown("notice-1", DAY, closed=True, upheld=True), OVER], "NOTICE_UPHELD"),
        (CLAUSE, [Shown("notice-1", DAY, upheld=True)], "NOTICE_UPHELD"),
    ],
)
def test_money_waits_for_a_closed_notice_without_an_upheld_objection(
    clause: str | None, notices: list[Shown], code: str | None
) -> None:
    waiting = waits(clause, notices)

    assert (waiting and waiting.code) == code


def test_a_notice_that_runs_names_its_last_day() -> None:
    waiting = waits(CLAUSE, [Shown("notice-1", DAY)])

    assert waiting is not None
    assert (waiting.clause, waiting.facts["until"]) == (CLAUSE, "2021-05-07")


def test_an_authorisation_names_the_notice_that_let_the_money_go() -> None:
    waiting = state(scheduled(notice_clause=CLAUSE))
    with pytest.raises(Refusal) as refused:
        authorise_payout(waiting, AuthorisePayout(OFFICER, FUND))
    [said] = authorise_payout(waiting, AuthorisePayout(OFFICER, FUND, notices=(OVER,))).events

    assert refused.value.code == "NOTICE_MISSING"
    assert isinstance(said, PayoutAuthorised)
    assert said.notice == "notice-1"


def test_the_newest_notice_is_the_one_that_is_named() -> None:
    assert cleared_by(CLAUSE, [Shown("notice-2", DAY, closed=True), OVER]) == "notice-2"
    assert cleared_by(None, []) is None
