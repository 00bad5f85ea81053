"""What belongs to a trace: up to the plan, down to claims and payouts, findings beside them."""

from services.audit.trace.follow import follow
from tests.audit.trace.stories import (
    FINDING,
    FIRST,
    OTHER,
    PERSON,
    PLAN,
    SECOND,
    Memory,
    story,
)

MEMORY = Memory(story())


async def subjects(root: str) -> list[str]:
    traced = await follow(root, MEMORY)
    assert traced.whole
    return [entry.event.subject for entry in traced.entries]


async def test_a_claim_leads_to_its_plan_and_its_finding_and_to_no_other_claim() -> None:
    assert await subjects(FIRST) == [PLAN, PLAN, FIRST, FINDING]


async def test_a_claim_shows_its_payout_which_shares_its_number() -> None:
    assert await subjects(SECOND) == await subjects("payout-2") == [PLAN, PLAN, SECOND, "payout-2"]


async def test_a_plan_leads_down_to_all_of_its_claims_and_payouts() -> None:
    assert await subjects(PLAN) == [PLAN, PLAN, FIRST, SECOND, "payout-2"]


async def test_a_person_leads_to_rosters_and_claims_and_to_what_they_rest_on() -> None:
    assert await subjects(PERSON) == [PLAN, PLAN, FIRST]


async def test_a_finding_leads_to_the_claims_that_it_is_about() -> None:
    assert await subjects(FINDING) == [FIRST, OTHER, FINDING]


async def test_nothing_is_found_for_an_id_that_no_event_names() -> None:
    assert (await follow("claim-9", MEMORY)).entries == ()


async def test_what_is_beyond_the_limit_is_said_to_be_missing() -> None:
    traced = await follow(PLAN, MEMORY, limit=2)
    assert len(traced.entries) == 2
    assert not traced.whole
