"""What the answers of registers mean to a claim, told on events alone."""

from dataclasses import replace
from typing import Any

import pytest

from services.claims.claim import approval
from services.claims.claim.decide import Claim
from services.claims.claim.refusals import SamePersonTwice, StaleProposal
from services.claims.claim.shown import shown_sha256
from services.claims.verification.reopening import reopen_claim
from services.claims.verification.verified import Verified
from shared.events.claims import ClaimApproved, ClaimHeld, ClaimProposed
from shared.policy.cases import Fact
from tests.claims.claim.builders import (
    AMOUNT_FEN,
    APPROVER,
    PACK,
    STREAM,
    TODAY,
    accepted,
    approved,
    looked_at,
    proposed,
    rejected,
    state,
    submitted,
)
from tests.folding import facts_of

SI, CERT, INST = "event-1", "event-2", "event-3"
FACTS = {
    "insured_employee": Fact(value=True, source="SI_EMPLOY", reference=SI),
    "certificate_genuine": Fact(value=True, source="CERT_REG", reference=CERT),
    "agreement_in_force": Fact(value=True, source="INST_REG", reference=INST),
}
CONFIRMED = Verified(1, FACTS, {})
BY_HAND = Verified(1, FACTS, {CERT: "inspector-2"})


def proposal(verified: Verified | None) -> ClaimProposed:
    claim = state(submitted(), accepted())
    command = approval.ProposeClaim(STREAM, TODAY, verified=verified)
    [facts] = facts_of(approval.propose_claim(claim, command, PACK, {}))
    assert isinstance(facts, ClaimProposed)
    return facts


def approving(
    verified: Verified | None,
    *,
    actor: str = APPROVER,
    used: tuple[str, ...] = (SI, CERT, INST),
) -> Any:
    """What becomes of an approval when `verified` stands and the proposal rests on `used`."""
    claim = looked_at(ready(verifications=used))
    assert claim.proposal is not None
    shown = shown_sha256(STREAM, claim, claim.proposal)
    command = approval.ApproveClaim(actor, STREAM, 3, AMOUNT_FEN, shown, verified=verified)
    [facts] = facts_of(approval.approve_claim(claim, command, PACK, {}))
    return facts


def ready(**said: Any) -> Claim:
    return state(submitted(), accepted(), proposed(**said))


def test_a_proposal_names_the_answers_that_it_rests_on() -> None:
    found = proposal(CONFIRMED)

    assert (found.decision, found.amount_fen) == ("APPROVE", AMOUNT_FEN)
    assert set(found.verifications) == {SI, CERT, INST}


def test_an_unanswered_fact_holds_and_the_register_is_named() -> None:
    two = {name: FACTS[name] for name in ("insured_employee", "certificate_genuine")}

    found = proposal(Verified(1, two, {}))

    assert (found.decision, found.reasons) == ("HOLD", ("FACT_MISSING",))
    assert (found.missing, found.missing_registers) == (("agreement_in_force",), ("INST_REG",))


def test_what_the_claimant_states_counts_for_nothing_once_registers_are_asked() -> None:
    assert proposal(Verified(1, {}, {})).decision == "HOLD"
    assert proposal(None).decision == "APPROVE"


def test_answers_about_an_older_content_do_not_count() -> None:
    assert proposal(replace(CONFIRMED, content_version=2)).decision == "HOLD"


@pytest.mark.parametrize(
    "standing",
    [
        Verified(1, {**FACTS, "agreement_in_force": Fact(value=False, source="INST_REG",
                                                         reference="event-4")}, {}),
        Verified(1, {}, {}),
        None,
    ],
)  # fmt: skip
def test_a_proposal_whose_answers_no_longer_stand_is_not_approved(
    standing: Verified | None,
) -> None:
    with pytest.raises(StaleProposal):
        approving(standing)


def test_a_proposal_that_asked_no_register_is_not_approved_once_they_answered() -> None:
    with pytest.raises(StaleProposal):
        approving(CONFIRMED, used=())


def test_an_approval_names_its_answers_and_who_gave_one_by_hand() -> None:
    approved_by_hand = approving(BY_HAND)

    assert isinstance(approved_by_hand, ClaimApproved)
    assert approved_by_hand.verifications == (SI, CERT, INST)
    assert approved_by_hand.verified_by == "inspector-2"


def test_who_answered_by_hand_does_not_approve() -> None:
    with pytest.raises(SamePersonTwice):
        approving(BY_HAND, actor="inspector-2")


def test_a_proposal_that_rests_on_a_corrected_answer_is_held() -> None:
    [facts] = facts_of(reopen_claim(ready(verifications=(SI, CERT)), CERT, "CERT_REG"))

    assert isinstance(facts, ClaimHeld)
    assert facts.reasons == ("REGISTER_CORRECTED",)


def test_a_proposal_that_rests_on_other_answers_stays() -> None:
    assert facts_of(reopen_claim(ready(verifications=(SI,)), CERT, "CERT_REG")) == []


def test_nothing_decided_is_opened_by_a_correction() -> None:
    resting = (submitted(), accepted(), proposed(verifications=(CERT,)))

    for decided in (state(*resting, approved()), state(*resting, rejected())):
        assert facts_of(reopen_claim(decided, CERT, "CERT_REG")) == []
