"""When a plan is decided, what it has earned, and what makes a new revision."""

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.claims.plan.earned import ClaimOfPlan, digest_of, settle_plan, waiting_for
from services.claims.plan.refusals import ClaimsStillOpen, NothingToDecide, PlanNotInThisState
from shared.events.plans import Earned, PlanDecided
from shared.store.commands import Decision
from tests.claims.plan.builders import (
    ENTERPRISE,
    FILER,
    FIRST,
    SECOND,
    STRANGER,
    after,
    approved,
    cancel,
    claim,
    clerk_decides,
    completed,
    decided,
    only,
    settle,
    state,
    submitted,
)

BOTH = (claim(1), claim(2, SECOND))


def told(decision: Decision) -> PlanDecided:
    facts = only(decision)
    assert isinstance(facts, PlanDecided)
    return facts


def said(*facts: object) -> PlanDecided:
    [one] = facts
    assert isinstance(one, PlanDecided)
    return one


def test_a_completed_plan_whose_claims_are_all_decided_says_what_it_earned() -> None:
    facts = said(*settle(completed(), claim(1), claim(2, SECOND, "rejected")))

    assert (facts.revision, facts.claims, facts.approved, facts.rejected) == (1, 2, 1, 1)
    assert facts.earned == (
        Earned(payee_kind="enterprise", payee=ENTERPRISE, earned_fen=500_000, claims=1),
    )
    assert facts.persons_fen == 0
    lines = b"claim-1 approved\nclaim-2 rejected\n"
    assert facts.claims_sha256 == sha256(lines).hexdigest()


def test_the_hands_of_the_claims_that_the_settlement_pays_are_named_once() -> None:
    own = claim(2, SECOND, payee_kind="individual", settled_by_plan=False, hands=("approver-9",))
    facts = said(
        *settle(
            completed(), claim(1, hands=("clerk-2", "approver-1")), own,
            claim(3, SECOND, "rejected", hands=("clerk-8",)), claim(4, hands=("clerk-2",)),
        )
    )  # fmt: skip
    assert facts.also_by == ("approver-1", "clerk-2")


def test_persons_who_are_paid_themselves_are_a_sum_of_their_own() -> None:
    own = claim(
        2, SECOND, payee_kind="individual", payee=None, amount_fen=200_000, settled_by_plan=False
    )
    facts = said(*settle(completed(), claim(1), own))

    assert [each.earned_fen for each in facts.earned] == [500_000]
    assert facts.persons_fen == 200_000


def test_a_plan_that_is_not_completed_is_not_decided() -> None:
    assert settle(approved(), *BOTH) == []
    assert settle([submitted()], *BOTH) == []
    with pytest.raises(PlanNotInThisState):
        clerk_decides(approved(), *BOTH)


def test_an_open_claim_is_waited_for_and_a_withdrawn_one_is_not() -> None:
    assert settle(completed(), *BOTH, claim(3, state="open")) == []
    assert len(settle(completed(), *BOTH, claim(3, state="withdrawn"))) == 1
    with pytest.raises(ClaimsStillOpen):
        clerk_decides(completed(), claim(1), claim(3, SECOND, "open"))


def test_a_stranger_neither_holds_a_plan_up_nor_stands_for_one_who_passed() -> None:
    stranger = replace(claim(9, STRANGER, "open"), on_roster=False)
    assert len(settle(completed(), *BOTH, stranger)) == 1
    assert settle(completed(), claim(1), replace(stranger, state="rejected")) == []
    assert settle(completed(), claim(1), claim(2, FIRST, "rejected")) == []  # one person, twice


def test_those_who_passed_are_waited_for_until_a_clerk_says_otherwise() -> None:
    assert settle(completed(), claim(1)) == []
    facts = told(clerk_decides(completed(), claim(1)))

    assert (facts.revision, facts.claims) == (1, 1)
    assert waiting_for(state(*completed()), [claim(1)]) == {"persons_without_decision": 1}
    assert waiting_for(state(*completed()), [claim(1, state="open")]) == {
        "open_claims": 1,
        "persons_without_decision": 2,
    }


def test_a_plan_of_which_nobody_passed_is_decided_at_once() -> None:
    facts = said(*settle(completed(passed=0)))

    assert (facts.claims, facts.earned, facts.persons_fen) == (0, (), 0)


def test_the_same_claims_are_told_once() -> None:
    given = decided(None, *BOTH)

    assert settle(given, *reversed(BOTH)) == []
    with pytest.raises(NothingToDecide):
        clerk_decides(given, *BOTH)


def test_a_late_certificate_makes_a_new_revision_when_it_is_decided() -> None:
    given = decided(completed(passed=1), claim(1))
    assert settle(given, claim(1), claim(2, SECOND, "open")) == []
    facts = said(*settle(given, *BOTH))

    assert (facts.revision, facts.approved) == (2, 2)
    assert [each.earned_fen for each in facts.earned] == [1_000_000]


def test_a_revoked_approval_makes_a_new_revision_and_waits_for_nobody() -> None:
    given = decided(None, *BOTH)
    open_one = claim(3, state="open")
    facts = said(*settle(given, claim(1), claim(2, SECOND, "revoked"), open_one))

    assert (facts.revision, facts.approved, facts.rejected) == (2, 1, 1)
    assert [each.earned_fen for each in facts.earned] == [500_000]


def test_a_plan_cancelled_after_its_approval_says_what_it_earned_all_the_same() -> None:
    given = after(approved(), cancel(state(*approved())), FILER)
    facts = said(*settle(given))

    assert (facts.revision, facts.earned) == (1, ())
    never = after([submitted()], cancel(state(submitted())), FILER)
    assert settle(never) == []
    assert settle(decided(given)) == []


CLAIMS = st.lists(
    st.builds(
        lambda n, person, state, fen, own, on_roster: ClaimOfPlan(
            claim=f"claim-{n}",
            person=person,
            state=state,
            on_roster=on_roster,
            payee_kind="enterprise" if own else "individual",
            payee=ENTERPRISE if own else None,
            amount_fen=fen if state == "approved" else 0,
            settled_by_plan=own,
        ),
        st.integers(0, 30),
        st.sampled_from([FIRST, SECOND, STRANGER]),
        st.sampled_from(["open", "approved", "rejected", "revoked", "withdrawn"]),
        st.integers(1, 10**9),
        st.booleans(),
        st.booleans(),
    ),
    unique_by=lambda each: each.claim,
    max_size=12,
)


@drawn(st.lists(CLAIMS, max_size=6), st.integers(0, 2))
def test_every_approved_fen_is_told_once_and_nothing_is_told_twice(
    moments: list[list[ClaimOfPlan]], passed: int
) -> None:
    """However the claims move: revisions count up, sums are those of the claims, and looking again
    says nothing."""
    given = completed(passed=passed)
    for claims in moments:
        before = state(*given).decided
        decision = settle_plan(state(*given), claims)
        given = after(given, decision, "system")
        assert settle(given, *claims) == []
        for facts in decision.events:
            assert isinstance(facts, PlanDecided)
            assert facts.revision == (before.revision if before else 0) + 1
            granted = sum(each.amount_fen for each in claims if each.state == "approved")
            assert sum(e.earned_fen for e in facts.earned) + facts.persons_fen == granted
            assert facts.claims == facts.approved + facts.rejected


@drawn(CLAIMS, st.randoms())
def test_the_digest_does_not_depend_on_the_order_of_the_claims(
    claims: list[ClaimOfPlan], chance: object
) -> None:
    shuffled = list(claims)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    assert digest_of(shuffled) == digest_of(claims)
