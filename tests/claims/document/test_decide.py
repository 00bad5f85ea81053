"""When a paper may be brought or taken back, by whom, and how many."""

import msgspec
import pytest

from services.claims.claim.decide import AcceptClaim, accept_claim
from services.claims.claim.refusals import NotInThisState, SamePersonTwice
from services.claims.document import decide
from services.claims.document.decide import (
    MAX_DOCUMENTS,
    MAX_EVER,
)
from services.claims.document.refusals import (
    DocumentAttachedAlready,
    DocumentUnknown,
    TooManyDocuments,
)
from services.claims.plan.refusals import PlanNotInThisState, PlanSamePersonTwice
from shared.events.documents import DocumentAttached, DocumentWithdrawn
from tests.claims.claim import builders as claims
from tests.claims.claim.builders import CLERK
from tests.claims.document.builders import KEYS, attach, attached, taken, withdraw
from tests.claims.plan import builders as plans


def test_a_paper_is_attached_with_the_keys_of_its_claim() -> None:
    claim = claims.state(claims.submitted())
    [facts] = decide.attach_to_claim(claim, attach(), claims.STREAM).events

    expected = {**KEYS, "organisation": "INST-1", "institution": "INST-1"}
    assert facts == msgspec.structs.replace(attached().facts, **expected)


def test_a_paper_of_a_plan_names_no_person() -> None:
    plan = plans.state(plans.submitted())
    [facts] = decide.attach_to_plan(plan, attach(), plans.STREAM).events

    assert isinstance(facts, DocumentAttached)
    assert (facts.plan, facts.claim, facts.person) == (plans.STREAM, None, None)


@pytest.mark.parametrize("last", [claims.accepted, claims.approved, claims.rejected])
def test_once_a_clerk_has_seen_the_papers_they_stand_still(last: object) -> None:
    assert callable(last)
    before = (claims.submitted(), claims.accepted(), claims.proposed())
    claim = claims.state(*before[:1], attached(), *before[1:], last())

    with pytest.raises(NotInThisState):
        decide.attach_to_claim(claim, attach(2), claims.STREAM)
    with pytest.raises(NotInThisState):
        decide.withdraw_from_claim(claim, withdraw(), claims.STREAM)


def test_a_returned_claim_takes_the_paper_that_was_missing() -> None:
    claim = claims.state(claims.submitted(), claims.returned())

    assert len(decide.attach_to_claim(claim, attach(), claims.STREAM).events) == 1


def test_who_brought_a_paper_does_not_accept_the_claim() -> None:
    claim = claims.state(claims.submitted(), attached(actor=CLERK))

    with pytest.raises(SamePersonTwice):
        accept_claim(claim, AcceptClaim(CLERK, "OFFICE-1"))


def test_who_took_a_paper_back_does_not_accept_the_claim() -> None:
    claim = claims.state(claims.submitted(), attached(), taken(actor=CLERK))

    with pytest.raises(SamePersonTwice):
        accept_claim(claim, AcceptClaim(CLERK, "OFFICE-1"))


def test_who_accepted_or_checked_a_claim_brings_no_paper_to_it() -> None:
    held = claims.state(claims.submitted(), claims.accepted(), claims.held())

    with pytest.raises(SamePersonTwice):
        decide.attach_to_claim(held, attach(actor=CLERK), claims.STREAM)
    with pytest.raises(SamePersonTwice):
        decide.withdraw_from_claim(held, withdraw(actor=CLERK), claims.STREAM)


def test_the_same_file_of_the_same_kind_is_attached_once_and_after_a_withdrawal_again() -> None:
    once = (claims.submitted(), attached())

    with pytest.raises(DocumentAttachedAlready) as refused:
        decide.attach_to_claim(claims.state(*once), attach(), claims.STREAM)
    assert refused.value.facts == {"document": "document-1"}
    other = attach(kind="receipt")
    assert decide.attach_to_claim(claims.state(*once), other, claims.STREAM).events
    assert decide.attach_to_claim(claims.state(*once, taken()), attach(), claims.STREAM).events


def test_twenty_papers_at_a_time_and_sixty_in_all() -> None:
    twenty = [attached(number) for number in range(MAX_DOCUMENTS)]
    gone = [step for n in range(MAX_EVER) for step in (attached(n), taken(n))]

    for full in (twenty, gone):
        claim = claims.state(claims.submitted(), *full)
        with pytest.raises(TooManyDocuments):
            decide.attach_to_claim(claim, attach(99), claims.STREAM)
    almost = claims.state(claims.submitted(), *twenty, taken(3))
    assert decide.attach_to_claim(almost, attach(99), claims.STREAM).events


def test_a_paper_is_withdrawn_once_and_never_an_unknown_one() -> None:
    claim = claims.state(claims.submitted(), attached(), taken())

    for number in (1, 2):
        with pytest.raises(DocumentUnknown):
            decide.withdraw_from_claim(claim, withdraw(number), claims.STREAM)
    assert [paper.withdrawn for paper in claim.papers] == [True]


def test_a_plan_takes_attendance_and_costs_after_its_approval_and_gives_none_back() -> None:
    plan = plans.state(*plans.approved(), attached())

    assert decide.attach_to_plan(plan, attach(2), plans.STREAM).events
    with pytest.raises(PlanNotInThisState):
        decide.withdraw_from_plan(plan, withdraw(), plans.STREAM)


def test_a_plan_that_was_approved_once_and_changed_gives_no_paper_back() -> None:
    before = [*plans.approved(), attached()]
    changed = plans.change(plans.state(*before), level="L3")

    with pytest.raises(PlanNotInThisState):
        decide.withdraw_from_plan(
            plans.state(*plans.after(before, changed, "planner-1")), withdraw(), plans.STREAM
        )


def test_an_accepted_plan_takes_no_paper_and_its_clerk_brings_none() -> None:
    accepted = plans.state(*plans.accepted(plans.listed([plans.submitted()])))

    with pytest.raises(PlanNotInThisState):
        decide.attach_to_plan(accepted, attach(), plans.STREAM)
    with pytest.raises(PlanSamePersonTwice):
        decide.attach_to_plan(
            plans.state(*plans.approved()), attach(actor=plans.CLERK), plans.STREAM
        )


def test_a_filed_plan_gives_a_paper_back() -> None:
    plan = plans.state(plans.submitted(), attached())
    [facts] = decide.withdraw_from_plan(plan, withdraw(), plans.STREAM).events

    assert isinstance(facts, DocumentWithdrawn)
    assert (facts.plan, facts.document) == (plans.STREAM, "document-1")
