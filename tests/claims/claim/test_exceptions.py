"""原则上: what passes a limit in principle, by which two persons, and what becomes of the claim."""

import pytest

from services.claims.claim import exceptions
from services.claims.claim.decide import Claim, Stage
from services.claims.claim.refusals import (
    ExceptionNotNeeded,
    ExceptionNotPossible,
    ExceptionUnknown,
    NotInThisState,
    SamePersonTwice,
    StaleProposal,
)
from services.claims.claim.shown import shown_sha256
from shared.events.claims import ClaimApproved, ClaimProposed, ExceptionCited
from shared.events.exceptions import ExceptionApproved, ExceptionProposed
from shared.policy.pack import Pack
from shared.store.commands import Decision
from tests.claims.claim.builders import (
    AMOUNT_FEN,
    APPROVER,
    CLERK,
    FILER,
    LIMIT,
    PACK,
    PERSON,
    STREAM,
    accepted,
    approve,
    approved_exception,
    asked_exception,
    corrected,
    held,
    held_by,
    limited,
    only,
    propose,
    proposed,
    refused_exception,
    rejected,
    state,
    stopped,
    submitted,
)
from tests.folding import Happened
from tests.policy.builders import pack_with

BEFORE = (submitted(), accepted())
YEAR = f"{PERSON}/training/calendar/claimed_on/2020"
FULL = {
    key: holder
    for n in (1, 2, 3)
    for key, holder in held_by(("person-year", f"{YEAR}/{n}"), stream=f"claim-{n}0").items()
}
ASKED = (*BEFORE, limited(), asked_exception())
SECOND = "approver-2"
MUST = pack_with(("strength: principle", "strength: must"))


def ask(claim: Claim, actor: str = CLERK, clause: str = LIMIT, pack: Pack = PACK) -> Decision:
    command = exceptions.ProposeException(actor, clause, "a fourth course")
    return exceptions.propose_exception(claim, command, pack)


def let_pass(claim: Claim, actor: str = APPROVER, clause: str = LIMIT) -> Decision:
    return exceptions.approve_exception(claim, exceptions.ApproveException(actor, clause, "agreed"))


@pytest.mark.parametrize("given", [(*BEFORE, limited()), (*BEFORE, limited(), stopped())])
def test_an_exception_is_asked_for_where_the_limit_stops_the_claim(
    given: tuple[Happened, ...],
) -> None:
    facts = only(ask(state(*given)))

    assert isinstance(facts, ExceptionProposed)
    assert (facts.clause, facts.reason) == (LIMIT, "a fourth course")


def test_a_claim_of_its_own_filer_is_not_excepted_by_him() -> None:
    with pytest.raises(SamePersonTwice):
        ask(state(*BEFORE, limited()), FILER)


@pytest.mark.parametrize("clause", ["HLD-10-3", "HLD-1.5-3", "ZB-2.4-3"])
def test_no_exception_from_a_clause_that_is_no_limit_in_principle(clause: str) -> None:
    with pytest.raises(ExceptionNotPossible):
        ask(state(*BEFORE, limited()), clause=clause)


def test_no_exception_from_a_limit_that_is_a_must() -> None:
    with pytest.raises(ExceptionNotPossible):
        ask(state(*BEFORE, limited()), pack=MUST)


@pytest.mark.parametrize("given", [(*BEFORE, proposed()), (*BEFORE, held()), ASKED])
def test_no_exception_that_is_not_needed_or_asked_for_twice(given: tuple[Happened, ...]) -> None:
    with pytest.raises(ExceptionNotNeeded):
        ask(state(*given))


def test_a_claim_that_was_rejected_needs_a_new_one() -> None:
    with pytest.raises(NotInThisState):
        ask(state(*BEFORE, limited(), rejected()))


@pytest.mark.parametrize("actor", [FILER, CLERK, "asker-1"])
def test_a_second_person_who_neither_filed_nor_accepted_approves_the_exception(
    actor: str,
) -> None:
    claim = state(*BEFORE, limited(), asked_exception("asker-1"))

    assert isinstance(only(let_pass(claim)), ExceptionApproved)
    with pytest.raises(SamePersonTwice):
        let_pass(claim, actor)


def test_an_exception_that_nobody_asked_for_is_not_approved() -> None:
    with pytest.raises(ExceptionUnknown):
        let_pass(state(*BEFORE, limited()))


def test_an_exception_that_was_refused_may_be_asked_for_again() -> None:
    claim = state(*ASKED, refused_exception())

    assert claim.stage is Stage.PROPOSED
    assert isinstance(only(ask(claim)), ExceptionProposed)
    with pytest.raises(ExceptionUnknown):
        let_pass(claim)


def test_an_approved_exception_voids_the_calculation_and_the_next_one_passes() -> None:
    claim = state(*ASKED, approved_exception())
    stopped_still = propose(state(*BEFORE), holders=FULL)
    passing = propose(claim, holders=FULL)

    assert (claim.stage, claim.proposal) == (Stage.ACCEPTED, None)
    assert (stopped_still.decision, stopped_still.reasons) == ("REJECT", ("LIMIT_YEAR",))
    assert (passing.decision, passing.amount_fen) == ("APPROVE", AMOUNT_FEN)
    assert passing.flags == ("LIMIT_EXCEPTED",)
    assert "INT-14" in passing.interpretations


def passed() -> Claim:
    """Calculated anew after the exception."""
    before = (*ASKED, approved_exception())
    facts = propose(state(*before), holders=FULL)
    assert isinstance(facts, ClaimProposed)
    return state(*before, Happened(facts, CLERK))


def test_the_approval_cites_the_exception_and_takes_a_slot_beyond_the_limit() -> None:
    decision = approve(passed(), actor=SECOND, version=6, holders=FULL)

    facts = only(decision)
    assert isinstance(facts, ClaimApproved)
    assert facts.exceptions == (
        ExceptionCited(clause=LIMIT, proposed_by=CLERK, approved_by=APPROVER),
    )
    assert facts.year_slot == 4
    assert ("person-year", f"{YEAR}/4") in {(slot.kind, slot.key) for slot in decision.takes}
    assert {CLERK, APPROVER} <= {facts.accepted_by, *facts.also_by}


def test_who_approved_the_exception_may_approve_the_claim_who_asked_for_it_may_not() -> None:
    claim = state(*BEFORE, limited(), asked_exception("asker-1"), approved_exception(), proposed())

    assert isinstance(only(approve(claim, version=6)), ClaimApproved)
    with pytest.raises(SamePersonTwice):
        approve(claim, version=6, actor="asker-1")


def test_a_correction_voids_the_exception() -> None:
    claim = state(*ASKED, approved_exception(), corrected(level="L3"), accepted())

    assert claim.exceptions == ()
    assert propose(claim, holders=FULL).decision == "REJECT"


@pytest.mark.parametrize(
    "later",
    [
        (corrected(claimed_fen=1), accepted(), proposed(content_version=4)),
        (proposed(amount_fen=AMOUNT_FEN + 1),),
        (proposed(verifications=("answer-2",)),),
        (limited(), asked_exception(), approved_exception(), proposed()),
    ],
)
def test_what_was_shown_is_void_after_a_correction_an_answer_or_an_exception(
    later: tuple[Happened, ...],
) -> None:
    before = state(*BEFORE, proposed())
    assert before.proposal is not None
    shown = shown_sha256(STREAM, before, before.proposal)
    claim = state(*BEFORE, proposed(), *later)
    assert claim.proposal is not None

    assert isinstance(only(approve(before, shown=shown)), ClaimApproved)
    with pytest.raises(StaleProposal):
        approve(
            claim, version=claim.proposal_version, amount_fen=claim.proposal.amount_fen,
            shown=shown,
        )  # fmt: skip


def test_the_calculation_names_the_hash_of_what_is_shown() -> None:
    before = state(*BEFORE)
    facts = propose(before)
    claim = state(*BEFORE, Happened(facts, CLERK))

    assert facts.shown_sha256 == shown_sha256(STREAM, claim, facts)
    assert only(approve(claim)).shown_sha256 == facts.shown_sha256  # type: ignore[attr-defined]
    assert facts.shown_sha256 != shown_sha256("claim-2", claim, facts)
