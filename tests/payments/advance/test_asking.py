"""An advance before it leaves: who may ask, for how much, and who may let it leave (HLD-10-4)."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from services.payments.advance.asking import (
    MAX_REQUESTS,
    TERM,
    AuthoriseAdvance,
    CancelAdvance,
    ExtendSettlement,
    ReturnAdvance,
    authorise_advance,
    cancel_advance,
    expire_advance,
    extend_settlement,
    request_advance,
    return_advance,
)
from services.payments.advance.decide import PLAN_MONEY
from services.payments.advance.refusals import (
    AdvanceNotInThisState,
    AdvanceUnknown,
    ExtensionNotLater,
    PayeeAccountUnchanged,
    PlanFundDiffers,
    RecoveryOpen,
    SettlementNotInThisState,
    TooManyAdvances,
)
from services.payments.hands import HandTwice
from shared.events.advances import (
    AdvanceAuthorised,
    AdvanceBaseSet,
    AdvanceRefused,
    AdvanceRequested,
    AdvanceReturned,
)
from shared.events.settlements import SettlementExtended
from shared.store.commands import Refusal, RoomExhausted
from tests.payments.advance.builders import (
    APPROVER,
    ASKER,
    CLERK,
    DUE_ON,
    ENTERPRISE,
    FILER,
    FUND,
    JURISDICTION,
    OFFICER,
    PLACE,
    TODAY,
    YUAN,
    Walk,
    asked,
    event_id,
    names,
    started,
)


def reason(walk: Walk, advance_fen: int, **said: Any) -> str | None:
    decision = request_advance(walk.money, asked(advance_fen, **said))
    last = decision.events[-1]
    return last.reason if isinstance(last, AdvanceRefused) else None


def test_the_approval_fixes_base_ratio_hands_and_where_it_stands() -> None:
    [base] = Walk().approve()

    assert isinstance(base, AdvanceBaseSet)
    assert (base.base_fen, base.max_ratio_bp, base.clause) == (200_000 * YUAN, 5_000, "HLD-10-4")
    assert (base.filed_by, base.accepted_by, base.approved_by) == (FILER, CLERK, APPROVER)
    assert (base.approval_partition, base.approval_seq) == (PLACE.partition, PLACE.seq)
    assert (base.payee, base.settlement_due_on) == (ENTERPRISE, DUE_ON)


def test_an_approval_that_is_delivered_again_sets_no_base() -> None:
    walk = started()

    assert not walk.approve()
    assert names(walk.approve(150_000 * YUAN, plan_version=5)) == ["AdvanceBaseSet"]
    assert walk.money.base is not None
    assert walk.money.base.base_fen == 150_000 * YUAN


@pytest.mark.parametrize(
    ("base_fen", "advance_fen", "refused"),
    [
        (200_000 * YUAN, 100_000 * YUAN, None),  # E24
        (200_000 * YUAN, 100_020 * YUAN, "ADVANCE_RATIO"),  # E25
        (333_33, 166_66, None),  # E28
        (333_33, 166_67, "ADVANCE_RATIO"),
    ],
)
def test_advances_never_pass_half_of_the_approved_subsidy_by_a_fen(
    base_fen: int, advance_fen: int, refused: str | None
) -> None:
    assert reason(started(base_fen), advance_fen) == refused


def test_pending_advances_count_at_once_and_refused_ones_never() -> None:
    walk = started(1_000)
    walk.ask(300)
    walk.ask(201)
    walk.ask(200)
    said = [each.stage.value for each in walk.money.advances]

    assert said == ["requested", "refused", "requested"]
    assert (walk.money.live_fen, walk.room_fen) == (500, 500)


def test_a_refusal_is_recorded_with_what_it_rests_on() -> None:
    walk = started(1_000)
    walk.ask(400)
    requested, refused = walk.ask(101)

    assert isinstance(requested, AdvanceRequested)
    assert isinstance(refused, AdvanceRefused)
    assert (refused.reason, refused.clause, refused.advance_no) == ("ADVANCE_RATIO", "HLD-10-4", 2)
    assert (refused.base_fen, refused.max_ratio_bp, refused.already_fen) == (1_000, 5_000, 400)


def test_a_plans_history_cannot_be_filled_with_requests() -> None:
    walk = Walk()
    walk.approve()
    walk.ask(10**12)
    full = dataclasses.replace(walk.money, advances=walk.money.advances * MAX_REQUESTS)
    with pytest.raises(TooManyAdvances):
        request_advance(full, asked(100))


def test_a_person_gets_no_advance() -> None:
    assert reason(started(), 100, payee_kind="individual", payee=None) == "ADVANCE_PAYEE"  # E29
    walk = Walk()
    walk.approve(payee_kind="individual", payee=None)
    assert reason(walk, 100) == "ADVANCE_PAYEE"


def test_nothing_is_advanced_on_a_plan_that_is_not_approved_or_over() -> None:
    gone, settled = started(), started()
    gone.cancel_plan()
    settled.decide(0)

    assert reason(Walk(), 100) == "PLAN_NOT_APPROVED"
    assert reason(gone, 100) == "PLAN_NOT_APPROVED"
    assert reason(settled, 100) == "SETTLED"


def test_new_advances_of_a_payee_wait_while_it_owes_money() -> None:
    walk = started()
    walk.ask(100)

    assert reason(walk, 100, debt_fen=1) == "RECOVERY_OPEN"
    command = AuthoriseAdvance(actor=OFFICER, number=1, fund=FUND, debt_fen=1)
    with pytest.raises(RecoveryOpen):
        authorise_advance(walk.money, command)


def test_a_smaller_base_leaves_what_was_advanced_and_lets_no_more_leave() -> None:
    walk = started(1_000)
    walk.advance(400)
    walk.approve(600, plan_version=7)

    assert walk.money.live_fen == 400
    assert reason(walk, 1) == "ADVANCE_RATIO"


def test_an_officer_authorises_what_nobody_of_the_plan_may() -> None:
    walk = started()
    walk.ask(100)
    for actor in (FILER, CLERK, APPROVER, ASKER, "asker-2"):
        with pytest.raises(HandTwice):
            walk.authorise(actor=actor)
    [authorised] = walk.authorise()

    assert isinstance(authorised, AdvanceAuthorised)
    assert (authorised.base_fen, authorised.fund, authorised.clause) == (
        200_000 * YUAN, FUND, "HLD-10-4",
    )  # fmt: skip
    assert walk.spread() == [-100, 100, 0, 0, 0]


def test_all_money_of_a_plan_leaves_from_one_fund() -> None:
    walk = started()
    walk.advance(100)
    walk.ask(200)

    with pytest.raises(PlanFundDiffers):
        walk.authorise(2, fund="other")


def test_an_advance_that_is_called_off_frees_its_room_and_its_money() -> None:
    walk = started()
    walk.ask(100)
    walk.authorise()
    walk.ask(50)
    for number in (1, 2):
        walk.take(cancel_advance(walk.money, CancelAdvance(number=number, cause="officer")))

    assert (walk.money.live_fen, walk.room_fen) == (0, 0)
    assert walk.spread() == [0, 0, 0, 0, 0]


def test_a_term_runs_out_on_a_day_and_not_before() -> None:
    walk = started()
    walk.ask(100)
    last = TODAY + TERM - timedelta(days=1)

    assert not expire_advance(walk.money, 1, last, event_id(9)).events
    [expired] = walk.take(expire_advance(walk.money, 1, last + timedelta(days=1), event_id(9)))
    assert names([expired]) == ["AdvanceExpired"]
    assert not expire_advance(walk.money, 1, last + TERM, event_id(9)).events
    assert walk.room_fen == 0


def test_what_was_asked_under_a_larger_base_is_not_authorised_under_a_smaller_one() -> None:
    walk = started(1_000)
    walk.ask(200)
    walk.ask(300)
    walk.authorise(1)
    walk.approve(999, plan_version=3)

    with pytest.raises(RoomExhausted):
        walk.authorise(2)
    walk.approve(1_000, plan_version=4)
    assert names(walk.authorise(2)) == ["AdvanceAuthorised"]


def test_an_authorised_advance_expires_too_and_its_money_is_free() -> None:
    walk = started()
    walk.ask(100)
    walk.authorise()
    walk.take(expire_advance(walk.money, 1, TODAY + TERM, event_id(9)))

    assert walk.money.advances[0].stage.value == "expired"
    assert walk.spread() == [0, 0, 0, 0, 0]


def test_a_payee_may_give_an_advance_back_before_the_settlement() -> None:
    walk = started()
    walk.advance(100)
    command = ReturnAdvance(number=1, on=TODAY, bank_reference="B-9")
    [returned] = walk.take(return_advance(walk.money, command))

    assert isinstance(returned, AdvanceReturned)
    assert (returned.cause, returned.fund) == ("payee", FUND)
    assert (walk.spread(), walk.room_fen) == ([0, 0, 0, 0, 0], 0)


def test_more_time_is_a_later_day() -> None:
    walk = started()
    later = ExtendSettlement(due_on=DUE_ON + timedelta(days=30), actor="approver-2", reason="exam")
    [extended] = walk.take(extend_settlement(walk.money, later))

    assert isinstance(extended, SettlementExtended)
    assert (extended.due_before, extended.due_on) == (DUE_ON, later.due_on)
    assert walk.money.due_on == later.due_on
    with pytest.raises(ExtensionNotLater):
        extend_settlement(walk.money, later)


def _returned_after_the_decision() -> None:
    walk = started()
    walk.advance(100)
    walk.decide(500)
    return_advance(walk.money, ReturnAdvance(number=1, on=TODAY, bank_reference="B"))


def _cancelled_at_the_bank() -> None:
    walk = started()
    walk.ask(100)
    walk.authorise()
    walk.release()
    cancel_advance(walk.money, CancelAdvance(number=1, cause="payee"))


def _account_of_nobody() -> None:
    Walk().name_account()


def _extended_when_over() -> None:
    walk = started()
    walk.cancel_plan()
    extend_settlement(walk.money, ExtendSettlement(due_on=DUE_ON + TERM, actor="a", reason="late"))


def _authorised_twice() -> None:
    walk = started()
    walk.ask(100)
    walk.authorise()
    walk.authorise()


def _returned_before_paid() -> None:
    walk = started()
    walk.ask(100)
    return_advance(walk.money, ReturnAdvance(number=1, on=TODAY, bank_reference="B"))


@pytest.mark.parametrize(
    ("run", "refusal"),
    [
        (_returned_after_the_decision, SettlementNotInThisState),
        (_cancelled_at_the_bank, AdvanceNotInThisState),
        (_authorised_twice, AdvanceNotInThisState),
        (_returned_before_paid, AdvanceNotInThisState),
        (_account_of_nobody, SettlementNotInThisState),
        (_extended_when_over, SettlementNotInThisState),
        (lambda: started().name_account(), PayeeAccountUnchanged),
        (lambda: started().authorise(1), AdvanceUnknown),
    ],
)
def test_what_an_advance_does_not_allow_is_refused_by_name(
    run: Callable[[], Any], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        run()


def test_a_new_account_keeps_the_one_before() -> None:
    walk = started()
    [changed] = walk.name_account("b2" * 16)

    assert walk.money.account == "b2" * 16
    assert names([changed]) == ["PayeeAccountChanged"]


def test_a_plan_lies_where_it_was_approved_whoever_asks_from_elsewhere() -> None:
    walk = started()
    elsewhere = replace(walk.events[-1], version=3, jurisdiction="210200")

    assert PLAN_MONEY.evolve(walk.money, elsewhere).jurisdiction == JURISDICTION


def test_who_authorised_what_has_not_left_names_no_other_account_for_it() -> None:
    advance = started()
    advance.ask(100)
    advance.authorise(1)
    settlement = started()
    settlement.decide(1_000)
    settlement.settle("returned")
    for walk in (advance, settlement):
        with pytest.raises(HandTwice):
            walk.name_account("b2" * 16, actor=OFFICER)
        assert names(walk.name_account("b2" * 16, actor="officer-3")) == ["PayeeAccountChanged"]


def test_who_only_listed_or_changed_the_plan_authorises_none_of_its_advances() -> None:
    walk = Walk()
    walk.approve(also_by=("lister-1",))
    walk.ask(100)

    with pytest.raises(HandTwice):
        walk.authorise(1, actor="lister-1")
