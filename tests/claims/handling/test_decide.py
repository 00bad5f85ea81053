"""Who may look at a claim and decide it: five steps, five persons; and what voids a look."""

from datetime import UTC, datetime
from itertools import permutations

import pytest

from services.claims.claim import approval, decide
from services.claims.claim.decide import Claim, Looked
from services.claims.claim.refusals import SamePersonTwice
from services.claims.claim.shown import shown_sha256
from services.claims.handling import decide as handling
from services.claims.handling.demands import NOTHING_AROUND, Around, Noticed, waits_for
from services.claims.handling.refusals import DemandsNotMet, InspectionInFuture
from shared.events.claims import ClaimApproved
from shared.store.commands import Decision
from tests.claims.claim.builders import (
    AMOUNT_FEN,
    PACK,
    STREAM,
    TODAY,
    accepted,
    approved,
    corrected,
    proposed,
    rejected,
    state,
    submitted,
)
from tests.folding import Happened

NOW = datetime(2020, 6, 2, 8, 0, tzinfo=UTC)
STEPS = ("file", "accept", "verify", "inspect", "approve")
PAIRS = list(permutations(STEPS, 2))
NOTICED = Noticed("notice-1", TODAY, True, 0, 0, "HLD-13-1")


def checked(actor: str = "checker-1", outcome: handling.IdentityOutcome = "confirmed") -> Happened:
    [facts] = handling.check_identity(
        state(submitted()), handling.CheckIdentity("nobody", "in_person", outcome)
    ).events
    return Happened(facts, actor)


def visited(
    actor: str = "inspector-1", outcome: handling.InspectionOutcome = "in_order"
) -> Happened:
    command = handling.RecordInspection(actor, NOW, NOW, (), outcome)
    [facts] = handling.inspect_claim(state(submitted()), command, STREAM).events
    return Happened(facts, actor)


def take(claim: Claim, step: str, actor: str) -> Decision:
    """One step by this person."""
    match step:
        case "accept":
            return decide.accept_claim(claim, decide.AcceptClaim(actor, "OFFICE-1"))
        case "verify":
            command = handling.CheckIdentity(actor, "in_person", "confirmed")
            return handling.check_identity(claim, command)
        case "inspect":
            seen = handling.RecordInspection(actor, NOW, NOW, (), "in_order")
            return handling.inspect_claim(claim, seen, STREAM)
        case _:
            return approval.approve_claim(claim, approve(actor, claim), PACK, {})


def approve(actor: str, claim: Claim, around: Around = NOTHING_AROUND) -> approval.ApproveClaim:
    """What the approver says who was shown the claim as it stands."""
    assert claim.proposal is not None
    shown = shown_sha256(STREAM, claim, claim.proposal)
    return approval.ApproveClaim(
        actor, STREAM, claim.proposal_version, AMOUNT_FEN, shown, around=around
    )


def before(step: str, hands: dict[str, str]) -> Claim:
    """The claim just before this step, every other step taken by its hand where that can be."""
    given = [submitted(hands["file"])]
    if step != "accept":
        given.append(accepted(hands["accept"]))
    looks = {"verify": checked(hands["verify"]), "inspect": visited(hands["inspect"])}
    given += [look for name, look in looks.items() if name != step]
    if step == "approve":
        given.append(proposed())
    return state(*given)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_no_person_takes_two_of_the_five_steps(one: str, other: str) -> None:
    hands = {step: f"{step}-hand" for step in STEPS}
    hands[other] = hands[one]
    last = other if other != "file" and one != "approve" else one  # whichever can come last
    with pytest.raises(SamePersonTwice):
        take(before(last, hands), last, hands[last])


@pytest.mark.parametrize("step", STEPS[1:])
def test_five_persons_take_the_five_steps(step: str) -> None:
    hands = {one: f"{one}-hand" for one in STEPS}
    assert take(before(step, hands), step, hands[step]).events


def test_the_approval_names_who_checked_and_who_visited() -> None:
    hands = {one: f"{one}-hand" for one in STEPS}
    [facts] = take(before("approve", hands), "approve", "approve-hand").events

    assert isinstance(facts, ClaimApproved)
    assert (facts.filed_by, facts.accepted_by) == ("file-hand", "accept-hand")
    assert (facts.verified_by, facts.inspected_by) == ("verify-hand", "inspect-hand")


def test_everybody_who_went_along_counts_as_an_inspector() -> None:
    command = handling.RecordInspection("inspector-1", NOW, NOW, ("helper",), "in_order")
    [facts] = handling.inspect_claim(state(submitted()), command, STREAM).events
    claim = state(submitted(), Happened(facts, "inspector-1"))

    with pytest.raises(SamePersonTwice):
        take(claim, "accept", "helper")


def test_who_checked_or_visited_does_not_reject_either() -> None:
    refusing = proposed(decision="REJECT", amount_fen=0)
    claim = state(submitted(), accepted(), checked("both"), refusing)

    with pytest.raises(SamePersonTwice):
        approval.reject_claim(claim, approval.RejectClaim("both", 4))


def test_a_visit_to_the_class_by_somebody_who_handled_the_claim_does_not_count() -> None:
    claim = state(submitted(), accepted("clerk-1"), checked(), proposed())
    around = Around(Looked("in_order", ("clerk-1",)))
    said = approve("approver-1", claim, around)

    with pytest.raises(SamePersonTwice):
        approval.approve_claim(claim, said, PACK, {})


def test_a_correction_voids_every_look_at_the_claim() -> None:
    claim = state(submitted(), checked(), visited(), corrected())

    assert (claim.identity, claim.inspection, claim.checkers, claim.inspectors) == (
        None,
        None,
        (),
        (),
    )


@pytest.mark.parametrize(
    ("looks", "codes"),
    [
        ((), ("IDENTITY_NOT_CHECKED", "NOT_INSPECTED")),
        ((checked(),), ("NOT_INSPECTED",)),
        ((visited(),), ("IDENTITY_NOT_CHECKED",)),
        ((checked(), visited(), checked(outcome="not_confirmed")), ("IDENTITY_DOUBTED",)),
        ((checked(), visited(), visited(outcome="defects")), ("INSPECTION_FAILED",)),
    ],
)
def test_an_approval_names_each_step_that_is_missing(
    looks: tuple[Happened, ...], codes: tuple[str, ...]
) -> None:
    claim = state(submitted(), accepted(), *looks, proposed())
    with pytest.raises(DemandsNotMet) as refused:
        take(claim, "approve", "approver-1")

    assert tuple(code for code, _ in refused.value.steps) == codes
    assert {clause for _, clause in refused.value.steps} == {"HLD-15-2"}


@pytest.mark.parametrize(
    ("around", "codes"),
    [
        (NOTHING_AROUND, ["NOT_NOTICED"]),
        (Around(notice=Noticed("notice-1", TODAY, False, 0, 0, "HLD-13-1")), ["NOTICE_OPEN"]),
        (Around(notice=NOTICED), []),
        (
            Around(notice=Noticed("notice-1", TODAY, True, 1, 1, "HLD-13-1")),
            ["OBJECTION_OPEN", "OBJECTION_UPHELD"],
        ),
    ],
)
def test_what_is_approved_waits_for_its_public_notice(around: Around, codes: list[str]) -> None:
    claim = state(submitted(), accepted(), proposed(), approved())
    found = waits_for(claim, PACK, around)

    assert [one.code for one in found] == codes
    assert {one.before for one in found} <= {"payment"}


def test_an_open_objection_stops_an_approval_too() -> None:
    claim = state(submitted(), accepted(), checked(), visited(), proposed())
    notice = Noticed("notice-1", TODAY, False, 1, 0, "HLD-13-1")
    said = approve("approver-1", claim, Around(notice=notice))
    with pytest.raises(DemandsNotMet) as refused:
        approval.approve_claim(claim, said, PACK, {})

    assert refused.value.steps == (("OBJECTION_OPEN", "HLD-13-1"),)


def test_a_claim_that_has_ended_waits_for_nothing() -> None:
    refusing = proposed(decision="REJECT", amount_fen=0)
    assert (
        waits_for(state(submitted(), accepted(), refusing, rejected()), PACK, NOTHING_AROUND) == ()
    )


def test_a_visit_in_the_future_is_refused() -> None:
    later = datetime(2020, 6, 3, tzinfo=UTC)
    command = handling.RecordInspection("inspector-1", NOW, later, (), "in_order")
    with pytest.raises(InspectionInFuture):
        handling.inspect_class(0, command, handling.Visited(institution="INST-1"))
