"""The rules of a payout, each by what had happened, what is asked, and what follows."""

from collections.abc import Callable, Sequence

import pytest

from services.payments.payout.decide import (
    HoldPayout,
    Payout,
    ReleasePayout,
    Stage,
    hold_for_finding,
    hold_payout,
    import_payment,
    lift_finding,
    release_payout,
    schedule_payout,
    state_of,
)
from services.payments.payout.refusals import (
    HeldByFinding,
    NotHeld,
    NotInThisState,
    SamePersonTwice,
)
from services.payments.payout.revoke import cancel_payout
from shared.events.payouts import (
    PayoutCancelled,
    PayoutHeld,
    PayoutReleased,
    PayoutScheduled,
)
from shared.store.commands import Decision, Refusal
from tests.folding import Happened
from tests.payments.payout.builders import (
    ACCOUNT,
    AMOUNT_FEN,
    APPROVAL,
    APPROVED,
    CAUSE,
    CLAIM,
    FINDING,
    OFFICER,
    OLD,
    OTHER_FINDING,
    OTHER_OFFICER,
    REVOCATION,
    REVOKED,
    REVOKING,
    TODAY,
    cancelled,
    held_by_finding,
    held_by_officer,
    imported,
    lifted,
    only,
    released,
    scheduled,
    state,
)


def test_an_approved_claim_is_scheduled_with_its_keys_and_its_approval() -> None:
    facts = only(schedule_payout(Payout(), APPROVED, CLAIM, CAUSE))

    assert isinstance(facts, PayoutScheduled)
    assert (facts.claim, facts.amount_fen, facts.account) == (CLAIM, AMOUNT_FEN, ACCOUNT)
    assert facts.approval == APPROVAL


@pytest.mark.parametrize("given", [[scheduled()], [scheduled(), cancelled()], [imported()]])
def test_an_approval_that_is_delivered_again_schedules_nothing(given: list[Happened]) -> None:
    """Worked example E95."""
    assert schedule_payout(state(*given), APPROVED, CLAIM, CAUSE).events == []


def test_a_finding_holds_a_payout_until_it_is_lifted() -> None:
    held = only(hold_for_finding(state(scheduled()), FINDING, "A1", CLAIM))
    let_go = only(lift_finding(state(scheduled(), held_by_finding()), FINDING))

    assert isinstance(held, PayoutHeld)
    assert (held.cause, held.finding, held.rule) == ("finding", FINDING, "A1")
    assert isinstance(let_go, PayoutReleased)
    assert let_go.finding == FINDING
    assert state_of(state(scheduled(), held_by_finding())) == "held"
    assert state_of(state(scheduled(), held_by_finding(), lifted())) == "scheduled"


def test_a_finding_that_comes_before_the_approval_holds_the_payout_all_the_same() -> None:
    early = only(hold_for_finding(Payout(), FINDING, "A1", CLAIM))
    scheduled_later = state(Happened(early), scheduled())

    assert isinstance(early, PayoutHeld)
    assert early.claim == CLAIM
    assert state_of(scheduled_later) == "held"


def test_one_finding_lifted_leaves_the_other_one() -> None:
    payout = state(scheduled(), held_by_finding(), held_by_finding(OTHER_FINDING), lifted())

    assert payout.findings == (OTHER_FINDING,)
    assert state_of(payout) == "held"


@pytest.mark.parametrize(
    "given", [[scheduled(), held_by_finding()], [scheduled(), cancelled()], [imported()]]
)
def test_a_finding_holds_once_and_never_what_has_ended(given: list[Happened]) -> None:
    assert hold_for_finding(state(*given), FINDING, "A1", CLAIM).events == []


def test_a_finding_that_never_held_lifts_nothing() -> None:
    assert lift_finding(state(scheduled()), FINDING).events == []


def test_a_revoked_approval_cancels_what_has_not_left() -> None:
    facts = only(cancel_payout(state(scheduled()), REVOKED, REVOKING, TODAY))

    assert isinstance(facts, PayoutCancelled)
    assert (facts.amount_fen, facts.revocation) == (AMOUNT_FEN, REVOCATION)
    assert state_of(state(scheduled(), held_by_officer(), cancelled())) == "cancelled"


@pytest.mark.parametrize("given", [[], [scheduled(), cancelled()], [imported()]])
def test_a_revocation_cancels_nothing_twice_and_nothing_old(given: list[Happened]) -> None:
    assert cancel_payout(state(*given), REVOKED, REVOKING, TODAY).events == []


def test_an_officer_holds_and_another_one_lets_go() -> None:
    held = only(hold_payout(state(scheduled()), HoldPayout(OFFICER, "call the bank")))
    let_go = only(
        release_payout(state(scheduled(), held_by_officer()), ReleasePayout(OTHER_OFFICER, "fine"))
    )

    assert isinstance(held, PayoutHeld)
    assert (held.cause, held.owner, held.note) == ("officer", OFFICER, "call the bank")
    assert isinstance(let_go, PayoutReleased)
    assert (let_go.cause, let_go.note) == ("officer", "fine")
    assert state_of(state(scheduled(), held_by_officer(), released())) == "scheduled"


def test_an_officers_release_leaves_the_hold_of_a_finding() -> None:
    payout = state(scheduled(), held_by_finding(), held_by_officer(), released())

    assert (payout.findings, payout.officer) == ((FINDING,), None)
    assert state_of(payout) == "held"


Ask = Callable[[Payout], Decision]


def _hold(payout: Payout) -> Decision:
    return hold_payout(payout, HoldPayout(OFFICER))


def _release(payout: Payout) -> Decision:
    return release_payout(payout, ReleasePayout(OFFICER))


@pytest.mark.parametrize(
    ("given", "when", "refusal"),
    [
        ([scheduled(), held_by_officer()], _release, SamePersonTwice),
        ([scheduled(), held_by_finding()], _release, HeldByFinding),
        ([scheduled()], _release, NotHeld),
        ([scheduled(), cancelled()], _release, NotInThisState),
        ([scheduled(), held_by_officer()], _hold, NotInThisState),
        ([scheduled(), cancelled()], _hold, NotInThisState),
        ([imported()], _hold, NotInThisState),
        ([scheduled()], lambda payout: import_payment(payout, OLD), NotInThisState),
    ],
)
def test_what_a_payout_does_not_allow_is_refused_by_name(
    given: Sequence[Happened], when: Ask, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        when(state(*given))


def test_an_old_payment_is_recorded_as_it_was() -> None:
    assert import_payment(Payout(), OLD).events == [OLD]


def test_old_payments_of_one_plan_add_up_in_one_stream() -> None:
    payout = state(imported(kind="advance"), imported(kind="settlement", amount_fen=50_000))

    assert payout.stage is Stage.IMPORTED
    assert payout.amount_fen == AMOUNT_FEN + 50_000
    assert import_payment(payout, OLD).events == [OLD]
