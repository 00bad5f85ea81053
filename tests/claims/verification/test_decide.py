"""Rules of a verification, told on events alone."""

import pytest

from services.claims.claim.refusals import NotInThisState, SamePersonTwice
from services.claims.verification import decide
from services.claims.verification.decide import RequestVerification, Stage
from shared.events.verifications import (
    VerificationAnswered,
    VerificationCorrected,
    VerificationRequested,
)
from tests.claims.verification.builders import (
    ANSWER_ID,
    FIRST,
    INSPECTOR,
    KEYS,
    SECOND,
    answer,
    answered,
    asked_again,
    corrected,
    requested,
    state,
)
from tests.folding import facts_of


def test_a_question_is_requested_for_the_claims_that_it_does_not_know_yet() -> None:
    known = state(requested(FIRST))

    [facts] = facts_of(
        decide.request_verification(known, RequestVerification(KEYS, (FIRST, SECOND), "http"))
    )

    assert isinstance(facts, VerificationRequested)
    assert facts.claims == (SECOND,)


def test_a_claim_that_needs_an_answer_for_two_facts_is_named_once() -> None:
    command = RequestVerification(KEYS, (FIRST, FIRST), "http")

    [facts] = facts_of(decide.request_verification(state(), command))

    assert isinstance(facts, VerificationRequested)
    assert facts.claims == (FIRST,)


def test_a_claim_that_is_known_asks_nothing_again() -> None:
    known = state(requested(FIRST), answered())

    command = RequestVerification(KEYS, (FIRST,), "http")

    assert facts_of(decide.request_verification(known, command)) == []


def test_a_claim_that_comes_after_the_answer_does_not_ask_the_register_again() -> None:
    joined = state(requested(FIRST), answered(), requested(SECOND))

    assert joined.stage is Stage.ANSWERED
    assert joined.claims == (FIRST, SECOND)


def test_more_claims_than_an_event_holds_make_more_events() -> None:
    claims = tuple(f"claim-{n}" for n in range(decide.MAX_CLAIMS + 1))

    events = facts_of(
        decide.request_verification(state(), RequestVerification(KEYS, claims, "http"))
    )

    assert [len(e.claims) for e in events if isinstance(e, VerificationRequested)] == [1000, 1]


def test_an_answer_is_recorded_once() -> None:
    with pytest.raises(NotInThisState):
        decide.answer_verification(state(requested(), answered()), answer())


def test_nobody_answers_what_was_not_asked() -> None:
    with pytest.raises(NotInThisState):
        decide.answer_verification(state(), answer())


def test_the_same_answer_to_a_second_asking_is_no_correction() -> None:
    again = state(requested(), answered(), asked_again())

    [facts] = facts_of(decide.answer_verification(again, answer()))

    assert isinstance(facts, VerificationAnswered)


def test_another_answer_to_a_second_asking_corrects_the_first() -> None:
    again = state(requested(), answered(), asked_again())

    [facts] = facts_of(decide.answer_verification(again, answer("not_found")))

    assert isinstance(facts, VerificationCorrected)
    assert facts.corrects == ANSWER_ID


def test_the_corrected_answer_stands() -> None:
    after = state(requested(), answered(), asked_again(), corrected("not_found"))

    assert after.answer is not None
    assert (after.stage, after.answer.outcome) == (Stage.ANSWERED, "not_found")


def test_until_the_second_answer_the_first_one_stands() -> None:
    again = state(requested(), answered(), asked_again())

    assert again.answer is not None
    assert again.answer.outcome == "confirmed"


def test_who_filed_or_accepted_a_waiting_claim_answers_nothing_by_hand() -> None:
    command = answer(actor=INSPECTOR, parties=frozenset({INSPECTOR}))

    with pytest.raises(SamePersonTwice):
        decide.answer_verification(state(requested()), command)
    with pytest.raises(SamePersonTwice):
        decide.correct_verification(state(requested(), answered()), command)


def test_who_answered_by_hand_is_remembered_until_the_register_answers() -> None:
    by_hand = state(requested(), answered(by=INSPECTOR))
    by_register = state(requested(), answered(by=INSPECTOR), asked_again(), corrected())

    assert by_hand.answered_by == INSPECTOR
    assert by_register.answered_by is None
