"""Months that one person is paid for in all (INT-16): proposed, taken, and taken over."""

from datetime import date
from typing import Any

import msgspec
import pytest

from services.claims.claim import approval
from services.claims.claim.judgement import slots_of_import
from services.claims.verification.verified import Verified
from shared.events.claims import ClaimApproved, ClaimHeld, ClaimProposed
from shared.policy.cases import Fact
from tests.claims.claim.builders import (
    PACK,
    PERSON,
    PLACE,
    STREAM,
    TODAY,
    accepted,
    approve,
    held_by,
    old_decision,
    only,
    proposed,
    state,
    submitted,
)

KIND = "HLD.K.work_training"
HIRED: dict[str, Any] = {
    "kind": KIND, "group": "HLD.G.hard_to_employ", "certificate": None, "payee_kind": "enterprise",
    "paid_by": "enterprise", "payee": "ENT-1", "certificate_type": "none", "level": "none",
}  # fmt: skip
WORKED: dict[str, Any] = {"training_from": date(2020, 1, 1), "training_to": date(2020, 4, 30)}
KNOWN = {
    "hard_to_employ": True, "employer_insured": True, "months_worked": 4,
    "minimum_wage_fen": 181_001,
}  # fmt: skip


def months(*numbers: int) -> tuple[tuple[str, str], ...]:
    return tuple(("person-month", f"{PERSON}/{KIND}/{n}") for n in numbers)


COURSE = ("occupation-level", f"{PERSON}/6-31-01-03/none:none")


def year_slot(year: int) -> tuple[str, str]:
    return ("person-year", f"{PERSON}/training/calendar/claimed_on/{year}/1")


def calculated(*taken: int) -> ClaimProposed:
    """What is proposed where another claim has these months."""
    claim = state(submitted(**HIRED, **WORKED), accepted())
    facts = {name: Fact(value=value, source="test") for name, value in KNOWN.items()}
    command = approval.ProposeClaim(STREAM, TODAY, verified=Verified(1, facts, {}))
    [one] = approval.propose_claim(claim, command, PACK, held_by(*months(*taken))).events
    assert isinstance(one, ClaimProposed)
    return one


def given(said: ClaimProposed) -> Any:
    keys = {name: getattr(said, name) for name in ("decision", "amount_fen", "months")}
    return state(submitted(**HIRED, **WORKED), accepted(), proposed(**keys))


@pytest.mark.parametrize(("taken", "paid"), [((), 4), ((1, 2, 3), 3), ((2, 3, 4, 5, 6), 1)])
def test_the_proposal_pays_the_months_that_are_left(taken: tuple[int, ...], paid: int) -> None:
    said = calculated(*taken)
    assert (said.decision, said.months, said.amount_fen) == ("APPROVE", paid, paid * 181_001)


def test_an_approval_takes_as_many_months_as_it_pays_and_says_so() -> None:
    said = calculated(2)
    decision = approve(given(said), amount_fen=said.amount_fen, holders=held_by(*months(2)))
    [approved] = decision.events
    assert isinstance(approved, ClaimApproved)
    assert approved.months == 4
    assert [(slot.kind, slot.key) for slot in decision.takes] == [
        COURSE, *months(1, 3, 4, 5), year_slot(2020)
    ]  # fmt: skip


def test_an_approval_whose_months_another_claim_took_meanwhile_is_held() -> None:
    said = calculated()
    held = only(approve(given(said), amount_fen=said.amount_fen, holders=held_by(*months(1, 2, 3))))
    assert isinstance(held, ClaimHeld)
    assert (held.reasons, held.conflicts_with) == (("MONTHS_TAKEN",), ("claim-9",))


@pytest.mark.parametrize(
    ("last", "taken"), [(date(2020, 5, 31), (2, 3, 4)), (date(2020, 12, 31), (2, 3, 4, 5, 6))]
)
def test_an_old_decision_takes_the_free_months_of_its_training(
    last: date, taken: tuple[int, ...]
) -> None:
    old = msgspec.structs.replace(
        old_decision(**HIRED | {"group": None}), training_from=date(2020, 3, 1), training_to=last
    )
    slots = slots_of_import(old, PLACE, "claim-old", PACK, held_by(*months(1)))
    assert tuple((slot.kind, slot.key) for slot in slots) == (
        COURSE, *months(*taken), year_slot(2019)
    )  # fmt: skip
