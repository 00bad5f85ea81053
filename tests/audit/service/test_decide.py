"""What the rules and two persons may make of a finding, in every state."""

import pytest
from msgspec.structs import replace

from services.audit import problems
from services.audit.finding.decide import (
    DecideOutcome,
    Finding,
    ProposeOutcome,
    Stage,
    decide_outcome,
    judge_finding,
    propose_outcome,
    stream_of,
)
from services.audit.finding.refusals import (
    EvidenceChanged,
    FindingNotInThisState,
    NotTheProposedOutcome,
    ProposerDecides,
)
from shared.http.problems import CATALOGUE
from tests.audit.service.findings import after, confirmed, dismissed, found, lapsed, proposed

ONE, TWO = found(), found(evidence=2)
STATES: dict[Stage, Finding] = {
    Stage.NEW: after(),
    Stage.OPENED: after(ONE),
    Stage.PROPOSED: after(ONE, proposed()),
    Stage.CONFIRMED: after(ONE, proposed("confirm"), confirmed()),
    Stage.DISMISSED: after(ONE, proposed(), dismissed()),
    Stage.LAPSED: after(ONE, lapsed()),
}
NOTHING: list[str] = []
JUDGED = {
    # stage: (the rule finds the same, other evidence, nothing)
    Stage.NEW: (["FindingOpened"], ["FindingOpened"], NOTHING),
    Stage.OPENED: (NOTHING, ["FindingOpened"], ["FindingLapsed"]),
    Stage.PROPOSED: (NOTHING, ["FindingOpened"], ["FindingLapsed"]),
    Stage.CONFIRMED: (NOTHING, ["FindingOpened"], NOTHING),
    Stage.DISMISSED: (NOTHING, ["FindingOpened"], NOTHING),
    Stage.LAPSED: (["FindingOpened"], ["FindingOpened"], NOTHING),
}
PROPOSE = ProposeOutcome("auditor-2", "dismiss", "papers seen")
DECIDE = DecideOutcome("auditor-2", "dismiss")


@pytest.mark.parametrize("stage", list(Stage))
def test_the_rules_say_what_is_new_in_every_state(stage: Stage) -> None:
    assert STATES[stage].stage is stage
    said = [judge_finding(STATES[stage], one) for one in (ONE, TWO, None)]
    names = tuple([type(e).__name__ for e in decision.events] for decision in said)
    assert names == JUDGED[stage]


@pytest.mark.parametrize("stage", list(Stage))
def test_only_an_open_finding_takes_a_proposal(stage: Stage) -> None:
    if stage in (Stage.OPENED, Stage.PROPOSED):
        [event] = propose_outcome(STATES[stage], PROPOSE).events
        assert event == proposed_of(STATES[stage])
    else:
        with pytest.raises(FindingNotInThisState) as refused:
            propose_outcome(STATES[stage], PROPOSE)
        assert refused.value.facts == {"command": "propose", "state": stage.value}


def proposed_of(finding: Finding) -> object:
    return replace(proposed(), claims=finding.claims)


@pytest.mark.parametrize("stage", list(Stage))
def test_only_a_proposed_finding_is_decided(stage: Stage) -> None:
    if stage is Stage.PROPOSED:
        [event] = decide_outcome(STATES[stage], DECIDE).events
        assert event == replace(dismissed(), claims=("claim-1",))
    else:
        with pytest.raises(FindingNotInThisState):
            decide_outcome(STATES[stage], DECIDE)


def test_who_proposed_cannot_decide() -> None:
    with pytest.raises(ProposerDecides):
        decide_outcome(STATES[Stage.PROPOSED], DecideOutcome("auditor-1", "dismiss"))


def test_the_other_outcome_is_not_decided() -> None:
    with pytest.raises(NotTheProposedOutcome):
        decide_outcome(STATES[Stage.PROPOSED], DecideOutcome("auditor-2", "confirm"))


def test_a_second_person_confirms_with_the_proposals_reason_and_mistake() -> None:
    honest = replace(proposed("confirm"), honest_error=True)
    [event] = decide_outcome(after(ONE, honest), DecideOutcome("auditor-2", "confirm")).events
    assert event == replace(confirmed(), claims=("claim-1",), honest_error=True)


def test_a_proposal_on_evidence_that_has_changed_is_refused() -> None:
    seen = ProposeOutcome("auditor-2", "dismiss", "papers seen", False, ONE.evidence_sha256)
    assert propose_outcome(after(ONE), seen).events
    with pytest.raises(EvidenceChanged):
        propose_outcome(after(ONE, TWO), seen)


def test_new_evidence_voids_the_proposal() -> None:
    finding = after(ONE, proposed(), TWO)
    assert (finding.stage, finding.proposal, finding.proposed_by) == (Stage.OPENED, None, None)


def test_a_ground_that_was_dismissed_stays_dismissed_after_other_evidence_came_and_went() -> None:
    finding = after(ONE, proposed(), dismissed(), TWO)
    [event] = judge_finding(finding, ONE).events
    assert type(event).__name__ == "FindingLapsed"
    assert not judge_finding(after(ONE, proposed(), dismissed(), TWO, lapsed()), ONE).events


def test_another_amount_on_the_same_evidence_is_told_until_people_have_decided() -> None:
    more = replace(ONE, amount_fen=200_000)
    assert judge_finding(STATES[Stage.OPENED], more).events == [more]
    assert not judge_finding(STATES[Stage.CONFIRMED], more).events
    assert not judge_finding(STATES[Stage.DISMISSED], more).events


def test_a_new_file_of_the_same_rule_version_opens_nothing_again() -> None:
    assert not judge_finding(after(ONE), replace(ONE, rule_sha256="0" * 64)).events


def test_the_end_of_a_finding_names_every_claim_that_it_named_since_it_was_open() -> None:
    [event] = judge_finding(after(TWO, ONE), None).events
    assert event == replace(lapsed(), claims=("claim-1", "claim-2"))
    [event] = judge_finding(after(TWO, lapsed(), ONE), None).events
    assert event == replace(lapsed(), claims=("claim-1",))


def test_a_findings_stream_follows_from_its_id_alone() -> None:
    assert stream_of(ONE.finding_id) == f"finding-{ONE.finding_id[:32]}"
    assert stream_of(TWO.finding_id) == stream_of(ONE.finding_id)


@pytest.mark.parametrize(
    "refusal", [FindingNotInThisState, ProposerDecides, NotTheProposedOutcome, EvidenceChanged]
)
def test_every_refusal_has_words_in_both_languages(refusal: type) -> None:
    assert problems
    kind = CATALOGUE[refusal.code]  # type: ignore[attr-defined]
    assert kind.status == 409
    assert kind.en != kind.zh
