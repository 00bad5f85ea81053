"""How a payout is paid: each rule by what had happened, what is asked, and what follows."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from services.payments.bank.payable import AnswerContradicts, NotPayable, Payment
from services.payments.hands import HandTwice
from services.payments.payout.decide import Payout, schedule_payout
from services.payments.payout.pay import (
    MAX_ORDERS,
    PAYOUTS,
    AskBank,
    AuthorisePayout,
    ChangeAccount,
    ReissuePayout,
    ask_bank,
    authorise_payout,
    change_account,
    reissue_payout,
    reverse_payout,
)
from services.payments.payout.refusals import (
    AccountUnchanged,
    HeldByFinding,
    HeldByOfficer,
    NotInThisState,
    OrdersExhausted,
)
from services.payments.payout.revoke import cancel_payout
from shared.events.payouts import (
    PayoutAuthorised,
    PayoutCancelled,
    PayoutPaid,
    PayoutReissued,
    PayoutReturned,
    PayoutScheduled,
    PayoutUnknown,
)
from shared.events.settlements import RecoveryOpened, RecoveryReceived
from shared.store.commands import Decision, Refusal
from tests.folding import START, Happened
from tests.payments.payout.builders import (
    ACCOUNT,
    AMOUNT_FEN,
    APPROVAL,
    APPROVED,
    AT_BANK,
    CAUSE,
    CLAIM,
    FUND,
    HANDS,
    NEW_ACCOUNT,
    OFFICER,
    OTHER_OFFICER,
    PLACE,
    REISSUED,
    RELEASER,
    RETURNED,
    REVERSE,
    REVOCATION,
    REVOKED,
    REVOKING,
    STREAM,
    TODAY,
    account_changed,
    authorised,
    bank_says,
    booked_back,
    held_by_finding,
    held_by_officer,
    instructed,
    only,
    paid,
    recovery_opened,
    reissued,
    returned,
    scheduled,
    state,
    unknown,
)


def authorise(payout: Payout, actor: str = OFFICER) -> Decision:
    return authorise_payout(payout, AuthorisePayout(actor, FUND))


def reissue(payout: Payout, actor: str = OFFICER) -> Decision:
    return reissue_payout(payout, ReissuePayout(actor))


def payment(*given: Happened) -> Payment:
    return PAYOUTS.payment(state(*given), STREAM)


def bank(outcome: Any, *given: Happened, order: int = 1) -> Decision:
    return PAYOUTS.answer(state(*given), STREAM, bank_says(outcome, order))


def test_a_scheduled_payout_knows_the_hands_of_its_claim_and_the_place_of_its_approval() -> None:
    facts = only(schedule_payout(Payout(), APPROVED, CLAIM, CAUSE))

    assert isinstance(facts, PayoutScheduled)
    assert {name: getattr(facts, name) for name in HANDS} == HANDS
    assert (facts.approval_partition, facts.approval_seq) == PLACE[1:]


def test_what_the_plan_settles_is_never_paid_by_a_payout() -> None:
    settled = APPROVED.__class__(
        **{f: getattr(APPROVED, f) for f in APPROVED.__struct_fields__} | {"settled_by_plan": True}
    )

    assert schedule_payout(Payout(), settled, CLAIM, CAUSE).events == []


@pytest.mark.parametrize("actor", sorted(HANDS.values()))
def test_no_hand_of_the_claim_authorises_its_payout(actor: str) -> None:
    with pytest.raises(HandTwice) as refused:
        authorise(state(scheduled()), actor)

    assert refused.value.facts["actor"] == actor


def test_who_only_corrected_or_checked_the_claim_authorises_nothing_of_it() -> None:
    said = {f: getattr(APPROVED, f) for f in APPROVED.__struct_fields__} | {"also_by": ("clerk-7",)}
    facts = only(schedule_payout(Payout(), APPROVED.__class__(**said), CLAIM, CAUSE))

    with pytest.raises(HandTwice):
        authorise(state(Happened(facts)), "clerk-7")


@pytest.mark.parametrize("actor", [*sorted(HANDS.values()), OFFICER])
def test_no_earlier_hand_releases_a_payout(actor: str) -> None:
    assert actor in {hand.actor for hand in payment(scheduled(), authorised()).hands}


def test_who_released_an_order_does_not_authorise_the_next_one() -> None:
    corrected = state(*RETURNED, account_changed())

    with pytest.raises(HandTwice):
        reissue(corrected, RELEASER)
    assert only(reissue(corrected, OTHER_OFFICER))
    assert {OFFICER, "counter-1"} <= {hand.actor for hand in payment(*REISSUED).hands}


def test_who_changed_the_account_neither_authorises_nor_releases() -> None:
    for refused in (state(scheduled(), account_changed(OFFICER)),):
        with pytest.raises(HandTwice):
            authorise(refused)
    with pytest.raises(HandTwice):
        reissue(state(*RETURNED, account_changed(OFFICER)))


def test_an_officer_names_the_fund_that_pays() -> None:
    facts = only(authorise(state(scheduled())))

    assert isinstance(facts, PayoutAuthorised)
    assert (facts.fund, facts.amount_fen, facts.approval) == (FUND, AMOUNT_FEN, APPROVAL)


def test_an_order_has_the_same_id_however_often_it_is_decided() -> None:
    first, second = payment(scheduled(), authorised()), payment(*REISSUED)

    assert first.instruction == payment(scheduled(), authorised()).instruction
    assert first.instruction != second.instruction
    assert len(first.instruction) == 32
    assert first.approvals == (PLACE,)


def test_the_bank_says_that_the_money_arrived() -> None:
    facts = only(bank("paid", *AT_BANK))

    assert isinstance(facts, PayoutPaid)
    assert (facts.authorised_by, facts.released_by) == (OFFICER, RELEASER)
    assert (facts.paid_on, facts.bank_reference) == (TODAY, "B-1")


def test_a_returned_payout_is_still_owed_and_goes_out_once_to_a_corrected_account() -> None:
    facts = only(bank("returned", *AT_BANK))
    again = only(reissue(state(*RETURNED, account_changed())))

    assert isinstance(facts, PayoutReturned)
    assert (facts.reason, facts.fund, facts.recovery) == ("ACCOUNT_CLOSED", FUND, None)
    assert isinstance(again, PayoutReissued)
    assert (again.attempt, again.account) == (2, NEW_ACCOUNT)
    with pytest.raises(NotInThisState):
        reissue(state(*REISSUED))


def test_an_order_without_an_answer_is_asked_for_and_never_sent_again() -> None:
    lost = only(bank("unknown", *AT_BANK))
    asked = only(ask_bank(state(*AT_BANK, unknown()), AskBank("INQ-1")))

    assert isinstance(lost, PayoutUnknown)
    assert isinstance(asked, PayoutUnknown)
    assert (asked.inquiry, asked.since) == ("INQ-1", START.replace(second=3))
    for payout in (state(*AT_BANK, unknown()), state(*AT_BANK)):
        with pytest.raises(NotInThisState):
            reissue(payout)
        with pytest.raises(NotPayable):
            PAYOUTS.payment(payout, STREAM)
    assert isinstance(only(bank("paid", *AT_BANK, unknown())), PayoutPaid)
    assert isinstance(only(bank("returned", *AT_BANK, unknown())), PayoutReturned)


@pytest.mark.parametrize(
    ("outcome", "given"),
    [
        ("paid", [*AT_BANK, paid()]),
        ("unknown", [*AT_BANK, paid()]),
        ("returned", [*RETURNED]),
        ("returned", [*REISSUED]),
        ("returned", [*REISSUED, instructed(2)]),
        ("returned", [*REISSUED, instructed(2), paid(2)]),
        ("unknown", [*AT_BANK, unknown()]),
    ],
)
def test_the_same_word_of_the_bank_changes_nothing(outcome: str, given: Sequence[Happened]) -> None:
    assert bank(outcome, *given).events == []


@pytest.mark.parametrize(
    ("outcome", "given"),
    [
        ("returned", [*AT_BANK, paid()]),
        ("paid", [*RETURNED]),
        ("paid", [*REISSUED, instructed(2)]),
        ("paid", [scheduled(), authorised()]),
    ],
)
def test_another_word_of_the_bank_is_for_a_person(outcome: str, given: Sequence[Happened]) -> None:
    with pytest.raises(AnswerContradicts):
        bank(outcome, *given)


def test_a_finding_or_an_officer_stops_what_is_authorised() -> None:
    with pytest.raises(HeldByFinding):
        payment(scheduled(), authorised(), held_by_finding())
    with pytest.raises(HeldByOfficer):
        payment(scheduled(), authorised(), held_by_officer())
    with pytest.raises(HeldByFinding):
        authorise(state(scheduled(), held_by_finding()))
    with pytest.raises(HeldByFinding):
        reissue(state(*RETURNED, account_changed(), held_by_finding()))


@pytest.mark.parametrize(
    ("given", "fund"),
    [([scheduled()], None), ([scheduled(), authorised()], FUND), (RETURNED, FUND)],
)
def test_a_revoked_approval_frees_what_was_authorised(
    given: Sequence[Happened], fund: str | None
) -> None:
    facts = only(cancel_payout(state(*given), REVOKED, REVOKING, TODAY))

    assert isinstance(facts, PayoutCancelled)
    assert (facts.fund, facts.amount_fen) == (fund, AMOUNT_FEN)


@pytest.mark.parametrize("given", [AT_BANK, (*AT_BANK, unknown()), (*AT_BANK, paid())])
def test_a_revoked_approval_asks_back_what_has_left(given: Sequence[Happened]) -> None:
    facts = only(cancel_payout(state(*given), REVOKED, REVOKING, TODAY))

    assert isinstance(facts, RecoveryOpened)
    assert (facts.cause, facts.cause_event) == ("approval_revoked", REVOCATION)
    assert (facts.amount_fen, facts.fund, facts.demanded_on) == (AMOUNT_FEN, FUND, TODAY)
    assert cancel_payout(state(*given, Happened(facts)), REVOKED, REVOKING, TODAY).events == []


def test_a_return_after_the_revocation_pays_the_recovery() -> None:
    back, received = bank("returned", *AT_BANK, recovery_opened()).events

    assert isinstance(back, PayoutReturned)
    assert isinstance(received, RecoveryReceived)
    assert back.recovery == received.recovery
    assert (received.received_fen, received.balance_fen) == (AMOUNT_FEN, 0)


def test_a_payout_that_comes_back_too_often_needs_the_payee_at_the_counter() -> None:
    given = [*RETURNED]
    for order in range(2, MAX_ORDERS + 1):
        given += [account_changed(), reissued(), instructed(order), returned(order)]

    with pytest.raises(OrdersExhausted):
        reissue(state(*given, account_changed()))


Ask = Callable[[Payout], Decision]


def _same_account(payout: Payout) -> Decision:
    return change_account(payout, ChangeAccount("counter-1", ACCOUNT, {}))


@pytest.mark.parametrize(
    ("given", "when", "refusal"),
    [
        ([scheduled(), authorised()], authorise, NotInThisState),
        ([scheduled(), authorised()], _same_account, NotInThisState),
        (RETURNED, _same_account, AccountUnchanged),
        (RETURNED, reissue, AccountUnchanged),
        ([scheduled()], lambda p: ask_bank(p, AskBank("INQ-1")), NotInThisState),
        (AT_BANK, lambda p: reverse_payout(p, REVERSE), NotInThisState),
        (
            [*AT_BANK, paid(), recovery_opened()], lambda p: reverse_payout(p, REVERSE),
            NotInThisState,
        ),
        ([*AT_BANK, paid(), booked_back()], lambda p: reverse_payout(p, REVERSE), NotInThisState),
        ([scheduled()], lambda p: PAYOUTS.payment(p, STREAM), NotPayable),
    ],
)  # fmt: skip
def test_what_paying_does_not_allow_is_refused_by_name(
    given: Sequence[Happened], when: Ask, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        when(state(*given))
