"""The names of an event: its own stream, and whatever it points to."""

from pathlib import Path

import pytest

from services.audit.trace.names import MAX_NAMES, family, names_of
from shared.events.envelope import decode
from shared.events.handling import BulkScreenDocumented
from shared.ids import fund_id
from tests.audit.histories import History
from tests.audit.trace.stories import PERSON, PLAN, story
from tests.events.goldens import FOLDER


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_every_type_of_event_has_names_that_are_words(path: Path) -> None:
    event = decode(path.read_bytes())
    names = names_of(event)
    assert event.subject in names
    assert all(isinstance(name, str) and name for name in names)
    fund = getattr(event.facts, "fund", None)
    assert fund is None or fund_id(event.jurisdiction, fund) in names


def test_a_roster_names_its_persons() -> None:
    assert names_of(story()[0]) == {PLAN, PERSON}


def test_the_number_of_names_is_finite() -> None:
    claims = tuple(f"claim-{n}" for n in range(MAX_NAMES + 100))
    facts = BulkScreenDocumented(
        office="office-1", criteria="c", criteria_sha256="0" * 64, claims=claims,
        claims_sha256="0" * 64, sampled=(), sampled_by="clerk-1", failed=0,
    )  # fmt: skip
    assert len(names_of(History().add("claim-0", facts))) == MAX_NAMES


def test_a_claim_and_its_payout_and_a_plan_and_its_money_are_one_family() -> None:
    assert family("claim-1") == family("payout-1") == {"claim-1", "payout-1"}
    assert family("advance-2") == family("plan-2") == {"plan-2", "advance-2"}
    assert family("finding-3") == {"finding-3"}
