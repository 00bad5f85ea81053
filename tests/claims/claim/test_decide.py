"""The rules of a claim, each by what had happened, what is asked, and what follows."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from typing import Any, get_args, get_type_hints

import pytest

from services.claims.claim import approval, decide
from services.claims.claim.decide import (
    GRANTED,
    IDENTITY,
    SUPERSEDED,
    Claim,
    Stage,
    identity_of,
    slots_of,
)
from services.claims.claim.judgement import policy_used
from services.claims.claim.refusals import (
    AlreadyFiled,
    NotInThisState,
    NotWhatWasProposed,
    SamePersonTwice,
    StaleProposal,
)
from shared.events.claims import (
    ApprovalRevoked,
    ClaimAccepted,
    ClaimApproved,
    ClaimCorrected,
    ClaimHeld,
    ClaimImported,
    ClaimProposed,
    ClaimRejected,
    ClaimReturned,
    ClaimWithdrawn,
    PolicyUsed,
)
from shared.events.persons import PersonalDataRead
from shared.policy.reservations import ReservationKey
from shared.store.commands import Decision, Slot
from shared.store.unit import Holder
from tests.claims.claim.builders import (
    AMOUNT_FEN,
    APPROVER,
    CERTIFICATE,
    CERTIFICATE_SLOT,
    CLERK,
    FILER,
    LEVEL_SLOT,
    OTHER_CERTIFICATE,
    OTHER_PERSON,
    PACK,
    PERSON,
    PLACE,
    STREAM,
    accepted,
    approve,
    approved,
    content,
    corrected,
    correction,
    held,
    held_by,
    imported,
    old_decision,
    only,
    propose,
    proposed,
    refusing,
    rejected,
    returned,
    revoked,
    state,
    submitted,
    withdrawn,
)
from tests.folding import Happened, events

PROPOSED = (submitted(), accepted(), proposed())
APPROVED = (*PROPOSED, approved())


def identity(**said: Any) -> Slot:
    return Slot(IDENTITY, identity_of(content(**said), PLACE))


def test_a_well_formed_claim_is_recorded_and_takes_its_identity() -> None:
    decision = decide.submit_claim(Claim(), content(), PLACE)

    assert decision.events == [content()]
    assert decision.takes == [identity()]


@pytest.mark.parametrize(
    "said",
    [
        {"person": OTHER_PERSON},
        {"certificate": OTHER_CERTIFICATE},
        {"organisation": "INST-2"},
        {"organisation": None},
        {"supersedes": "claim-0"},
        {"kind": "another"},
    ],
)
def test_who_files_what_for_whom_in_place_of_which_makes_another_claim(
    said: dict[str, Any],
) -> None:
    assert identity(**said) != identity()


def test_what_else_the_row_says_makes_no_other_claim() -> None:
    assert identity(level="L3", claimed_fen=1, payee="X", roster="roster-1") == identity()


def test_without_a_certificate_plan_occupation_and_level_make_the_claim() -> None:
    one = identity(certificate=None, plan="plan-1")

    assert identity(certificate=None, plan="plan-2") != one
    assert identity(certificate=None, plan="plan-1", level="L3") != one


def test_a_roster_row_is_named_beside_its_identity() -> None:
    decision = decide.submit_claim(Claim(), content(roster="roster-1", roster_row=7), PLACE)

    assert decision.takes[0].note == "roster-1/7"


def test_a_clerk_accepts_what_another_person_filed() -> None:
    command = decide.AcceptClaim(CLERK, "OFFICE-1", 1_600_000_000_000_000)

    facts = only(decide.accept_claim(state(submitted()), command))
    assert isinstance(facts, ClaimAccepted)
    assert (facts.office, facts.opened_at_us) == ("OFFICE-1", 1_600_000_000_000_000)
    assert facts.person == PERSON


@pytest.mark.parametrize(
    ("filer", "clerk", "approver"), list(product(("p-1", "p-2", "p-3"), repeat=3))
)
def test_three_persons_file_accept_and_approve(filer: str, clerk: str, approver: str) -> None:
    """Every way in which three persons, or fewer, can share the three steps."""

    def life() -> ClaimApproved:
        claim = state(submitted(filer))
        decide.accept_claim(claim, decide.AcceptClaim(clerk, "OFFICE-1"))
        claim = state(submitted(filer), accepted(clerk), proposed(clerk))
        facts = only(approve(claim, actor=approver))
        assert isinstance(facts, ClaimApproved)
        return facts

    if len({filer, clerk, approver}) < 3:
        with pytest.raises(SamePersonTwice) as refused:
            life()
        assert refused.value.facts["actor"] in (clerk, approver)
    else:
        assert (life().filed_by, life().accepted_by) == (filer, clerk)


def test_who_corrected_a_claim_counts_as_who_filed_it() -> None:
    claim = state(submitted(), corrected("clerk-2"), accepted(), proposed())

    with pytest.raises(SamePersonTwice):
        approve(claim, actor="clerk-2", version=4)
    with pytest.raises(SamePersonTwice):
        decide.accept_claim(
            state(submitted(), corrected("clerk-2")), decide.AcceptClaim("clerk-2", "OFFICE-1")
        )


def _return(claim: Claim, actor: str) -> Decision:
    return decide.return_claim(claim, decide.ReturnClaim(actor, ("PAPER_MISSING",), "page 2"))


def _hold(claim: Claim, actor: str) -> Decision:
    return decide.hold_claim(claim, decide.HoldClaim(actor, ("PAPER_DOUBTED",), "ask again"))


def _reject(claim: Claim, actor: str) -> Decision:
    return approval.reject_claim(claim, approval.RejectClaim(actor, 3))


def _revoke(claim: Claim, actor: str) -> Decision:
    return approval.revoke_approval(
        claim, approval.RevokeApproval(actor, ("PAPER_FORGED",), "see file 7")
    )


@pytest.mark.parametrize(
    ("given", "when", "actors"),
    [
        ([submitted()], _return, [FILER]),
        ([submitted(), accepted()], _hold, [FILER]),
        ([submitted(), accepted(), refusing()], _reject, [FILER, CLERK]),
        (APPROVED, _revoke, [FILER]),
    ],
)
def test_nobody_decides_on_what_he_filed_nor_refuses_what_he_accepted(
    given: Sequence[Happened], when: Callable[[Claim, str], Decision], actors: Sequence[str]
) -> None:
    for actor in actors:
        with pytest.raises(SamePersonTwice):
            when(state(*given), actor)
    assert when(state(*given), "somebody-else").events


def test_a_clerk_gives_a_claim_back_with_reasons() -> None:
    facts = only(_return(state(submitted()), CLERK))

    assert isinstance(facts, ClaimReturned)
    assert (facts.reasons, facts.note) == (("PAPER_MISSING",), "page 2")


def test_a_held_claim_names_the_persons_reasons_or_else_those_of_the_policy() -> None:
    own = only(_hold(state(submitted(), accepted()), CLERK))
    policys = only(
        decide.hold_claim(state(submitted(), accepted(), refusing()), decide.HoldClaim(CLERK))
    )

    assert isinstance(own, ClaimHeld)
    assert isinstance(policys, ClaimHeld)
    assert own.reasons == ("PAPER_DOUBTED",)
    assert (policys.reasons, policys.conflicts_with) == (("SAME_LEVEL_AGAIN",), ("claim-9",))


@pytest.mark.parametrize("before", [[accepted(), held()], [returned()], []])
def test_a_correction_voids_acceptance_and_proposal(before: list[Happened]) -> None:
    claim = state(submitted(), *before, corrected())

    assert claim.stage is Stage.SUBMITTED
    assert (claim.accepted_by, claim.proposal) == (None, None)
    with pytest.raises(NotInThisState):
        propose(claim)
    with pytest.raises(NotInThisState):
        approve(claim)


def test_a_correction_takes_the_new_identity_beside_the_old_one() -> None:
    decision = correction(state(submitted()), certificate=OTHER_CERTIFICATE)

    assert isinstance(only(decision), ClaimCorrected)
    assert decision.takes == [identity(certificate=OTHER_CERTIFICATE)]
    assert not decision.frees


def test_a_correction_that_keeps_the_identity_or_returns_to_it_takes_nothing() -> None:
    there = state(submitted(), corrected(certificate=OTHER_CERTIFICATE))

    assert not correction(state(submitted()), level="L3").takes
    assert not correction(there).takes


def test_a_correction_into_another_filed_claim_is_refused_and_names_it() -> None:
    wanted = decide.identity_wanted(state(submitted()), content(certificate=OTHER_CERTIFICATE))
    holders = {wanted[0]: Holder("claim-9", "")}

    with pytest.raises(AlreadyFiled) as refused:
        correction(state(submitted()), holders=holders, certificate=OTHER_CERTIFICATE)
    assert refused.value.facts == {"claim": "claim-9"}


def test_a_clerk_who_corrects_does_not_become_the_filer() -> None:
    claim = state(submitted(roster="roster-1", roster_row=7))
    facts = only(correction(claim, organisation=None))

    assert isinstance(facts, ClaimCorrected)
    assert (facts.organisation, facts.roster, facts.roster_row) == ("INST-1", "roster-1", 7)


def test_a_withdrawal_frees_every_identity_that_the_claim_ever_had() -> None:
    claim = state(submitted(), corrected(certificate=OTHER_CERTIFICATE))
    decision = decide.withdraw_claim(claim, decide.WithdrawClaim("second thoughts"))

    assert isinstance(only(decision), ClaimWithdrawn)
    assert decision.frees == [identity(), identity(certificate=OTHER_CERTIFICATE)]


def test_a_withdrawn_claim_can_be_filed_again_and_name_what_it_supersedes() -> None:
    again = decide.submit_claim(Claim(), content(supersedes=STREAM), PLACE)

    assert again.takes == [identity(supersedes=STREAM), Slot(SUPERSEDED, STREAM)]
    facts = only(approve(state(submitted(supersedes=STREAM), accepted(), proposed())))
    assert isinstance(facts, ClaimApproved)
    assert facts.supersedes == STREAM


def test_the_policy_proposes_the_amount_and_its_clauses() -> None:
    facts = propose(state(submitted(), accepted()))

    assert isinstance(facts, ClaimProposed)
    assert (facts.decision, facts.amount_fen) == ("APPROVE", AMOUNT_FEN)
    assert facts.citations[0].clause == "HLD-1.5-1"
    assert facts.policy == policy_used(PACK)


def test_a_proposal_names_the_version_of_the_content_that_was_judged() -> None:
    assert propose(state(submitted(), accepted())).content_version == 1
    assert propose(state(submitted(), corrected(), accepted())).content_version == 2


def test_a_used_certificate_is_proposed_for_rejection_and_the_other_claim_cited() -> None:
    facts = propose(state(submitted(), accepted()), holders=held_by(CERTIFICATE_SLOT))

    assert (facts.decision, facts.amount_fen) == ("REJECT", 0)
    assert facts.reasons == ("DUP_CERTIFICATE",)
    assert facts.conflicts_with == ("claim-9",)


@pytest.mark.parametrize("open_or_approved", ["open", "approved"])
def test_one_certificate_under_two_persons_is_proposed_for_a_hold(open_or_approved: str) -> None:
    """Worked example E91."""
    known: dict[str, Any] = (
        {"others": ("claim-9",)}
        if open_or_approved == "open"
        else {"holders": held_by(CERTIFICATE_SLOT, person=OTHER_PERSON)}
    )
    facts = propose(state(submitted(), accepted()), **known)

    assert (facts.decision, facts.conflicts_with) == ("HOLD", ("claim-9",))
    assert facts.reasons == ("CERT_TWO_PERSONS",)


def test_an_approval_takes_its_slots_and_names_them() -> None:
    decision = approve(state(*PROPOSED))
    facts = only(decision)

    assert isinstance(facts, ClaimApproved)
    assert (facts.amount_fen, facts.year, facts.year_slot) == (AMOUNT_FEN, 2020, 1)
    taken = [slot.kind for slot in decision.takes]
    assert taken == [kind for kind in GRANTED if kind != "person-month"]  # a certificate's kind
    assert {slot.note for slot in decision.takes} == {PERSON}
    assert [(s.kind, s.key) for s in facts.slots] == [(s.kind, s.key) for s in decision.takes]


def test_whatever_slot_an_approval_can_take_a_revocation_lets_go() -> None:
    assert set(GRANTED) == {*get_args(get_type_hints(ReservationKey)["kind"])}


def test_the_next_claim_of_the_year_takes_the_next_slot_and_the_fourth_has_none() -> None:
    first = approve(state(*PROPOSED)).takes[-1]
    years = [(first.kind, first.key[:-1] + str(n)) for n in (1, 2, 3)]
    holders = {slot: Holder(f"claim-{n}", PERSON) for n, slot in enumerate(years, start=7)}

    second = only(approve(state(*PROPOSED), holders=dict(list(holders.items())[:1])))
    fourth = only(approve(state(*PROPOSED), holders=holders))

    assert isinstance(second, ClaimApproved)
    assert second.year_slot == 2
    assert isinstance(fourth, ClaimRejected)
    assert fourth.conflicts_with == ("claim-7", "claim-8", "claim-9")


@pytest.mark.parametrize(
    ("slot", "reason"), [(CERTIFICATE_SLOT, "DUP_CERTIFICATE"), (LEVEL_SLOT, "DUP_OCC_LEVEL")]
)
def test_an_approval_whose_slot_is_taken_becomes_a_rejection_that_cites_the_other_claim(
    slot: tuple[str, str], reason: str
) -> None:
    decision = approve(state(*PROPOSED), holders=held_by(slot))
    facts = only(decision)

    assert isinstance(facts, ClaimRejected)
    assert (facts.reasons, facts.conflicts_with) == ((reason,), ("claim-9",))
    assert facts.proposal_version == 3
    assert not decision.takes


@pytest.mark.parametrize("open_or_approved", ["open", "approved"])
def test_an_approval_of_a_certificate_of_two_persons_becomes_a_hold(open_or_approved: str) -> None:
    """Worked example E91: also when the other claim came after the proposal."""
    known: dict[str, Any] = (
        {"others": ("claim-9",)}
        if open_or_approved == "open"
        else {"holders": held_by(CERTIFICATE_SLOT, person=OTHER_PERSON)}
    )
    decision = approve(state(*PROPOSED), **known)
    facts = only(decision)

    assert isinstance(facts, ClaimHeld)
    assert (facts.reasons, facts.conflicts_with) == (("CERT_TWO_PERSONS",), ("claim-9",))
    assert not decision.takes


def test_a_claims_own_slots_are_not_in_its_way() -> None:
    holders = held_by(CERTIFICATE_SLOT, LEVEL_SLOT, stream=STREAM)

    assert isinstance(only(approve(state(*PROPOSED), holders=holders)), ClaimApproved)


def test_an_approval_names_also_who_only_corrected_the_claim() -> None:
    claim = state(submitted(), corrected("clerk-7"), accepted(), proposed())
    facts = only(approve(claim, version=4))

    assert isinstance(facts, ClaimApproved)
    assert (facts.filed_by, facts.accepted_by, facts.also_by) == (FILER, CLERK, ("clerk-7",))


def test_an_approval_is_of_the_proposal_that_was_shown() -> None:
    newer = state(*PROPOSED, proposed())

    with pytest.raises(StaleProposal) as refused:
        approve(newer, version=3)
    assert refused.value.facts == {"shown": 3, "standing": 4}


def test_an_approval_is_of_the_amount_that_was_shown() -> None:
    with pytest.raises(NotWhatWasProposed) as refused:
        approve(state(*PROPOSED), amount_fen=AMOUNT_FEN + 1)
    assert refused.value.facts == {"shown": AMOUNT_FEN + 1, "proposed": AMOUNT_FEN}


def test_an_approval_is_under_the_policy_that_was_shown() -> None:
    other = PolicyUsed(policy_id=PACK.policy_id, version=1, content_sha256="0" * 64)

    with pytest.raises(StaleProposal):
        approve(state(submitted(), accepted(), proposed(policy=other)))


def test_what_was_proposed_for_refusal_cannot_be_approved_nor_the_other_way_round() -> None:
    with pytest.raises(NotWhatWasProposed):
        approve(state(submitted(), accepted(), refusing()), amount_fen=0)
    with pytest.raises(NotWhatWasProposed):
        _reject(state(*PROPOSED), APPROVER)


def test_a_rejection_has_the_reasons_and_the_conflict_of_the_proposal() -> None:
    facts = only(_reject(state(submitted(), accepted(), refusing()), APPROVER))

    assert isinstance(facts, ClaimRejected)
    assert (facts.reasons, facts.conflicts_with) == (("SAME_LEVEL_AGAIN",), ("claim-9",))


def test_a_revocation_frees_exactly_the_slots_of_its_approval() -> None:
    slots = (CERTIFICATE_SLOT, LEVEL_SLOT)
    decision = _revoke(state(*PROPOSED, approved(slots=slots)), "approver-2")
    facts = only(decision)

    assert isinstance(facts, ApprovalRevoked)
    assert (facts.amount_fen, facts.note) == (AMOUNT_FEN, "see file 7")
    assert decision.frees == [Slot(*CERTIFICATE_SLOT), Slot(*LEVEL_SLOT)]


def test_an_old_decision_is_recorded_and_its_slots_never_refuse_it() -> None:
    decision = decide.import_claim(Claim(), old_decision())

    assert isinstance(only(decision), ClaimImported)
    assert decision.records == [Slot("certificate", CERTIFICATE, PERSON)]
    assert not decision.takes


@pytest.mark.parametrize(
    ("happened", "taken", "freed"),
    [
        (submitted(), (identity(),), ()),
        (corrected(certificate=OTHER_CERTIFICATE), (identity(certificate=OTHER_CERTIFICATE),), ()),
        (approved(slots=(LEVEL_SLOT,)), (Slot(*LEVEL_SLOT, PERSON),), ()),
        (imported(), (Slot(*CERTIFICATE_SLOT, PERSON),), ()),
        (withdrawn(), (), (IDENTITY,)),
        (revoked(), (), GRANTED),
        (accepted(), (), ()),
        (rejected(), (), ()),
    ],
)
def test_an_event_tells_the_slots_that_are_taken_and_freed(
    happened: Happened, taken: Sequence[Slot], freed: Sequence[str]
) -> None:
    [event] = events([happened], STREAM, PLACE)

    takes, frees = slots_of(event)
    assert (tuple(takes), tuple(frees)) == (taken, freed)


def test_events_of_other_matters_change_nothing_that_is_decided_here() -> None:
    read = PersonalDataRead(persons=(PERSON,), reader=CLERK, purpose="check", fields=("name",))
    before = state(submitted(), accepted())
    after = state(submitted(), accepted(), Happened(read, CLERK))

    assert replace(after, version=before.version) == before
