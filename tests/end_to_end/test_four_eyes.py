"""Seven hands, seven persons: each pair is tried over HTTP, refused by name, and found by audit."""

from collections.abc import Sequence

import pytest

from tests.end_to_end.hands import (
    CLAIM_STEPS,
    COMPANION,
    PAYOUT_STEPS,
    PLAN_STEPS,
    AdvanceHands,
    Hands,
    PayoutHands,
    codes_of,
)
from tests.three import Finance, Three

ADVANCE_STEPS = (*PLAN_STEPS, "request", "account", "authorise", "release")
FOR_THE_PAYEE = ("file", "request", "account")
"""who files for the payee may also ask for the money and name the account"""


@pytest.fixture(scope="module")
async def bureau(ledger: Three) -> Finance:
    return await Finance.opened(ledger, "FOUR-EYES", 100_000_000)


async def lived(hands: Hands, steps: Sequence[str]) -> dict[tuple[str, str], list[str]]:
    """The codes of each pair: before each step is taken, all who took an earlier one try it."""
    tried = {}
    for n, step in enumerate(steps):
        along = [COMPANION] if "inspect" in steps[:n] else []
        for earlier in (*steps[:n], *along):
            if step not in FOR_THE_PAYEE:
                tried[earlier, step] = await hands.tried(step, earlier)
        if step != "release":
            assert codes_of(await hands.take(step)) == [], step
    return tried


async def test_seven_persons_pay_a_person_and_none_of_them_twice(
    ledger: Three, bureau: Finance
) -> None:
    hands = PayoutHands(ledger, bureau, "payout-hands", number=91_000)
    tried = await lived(hands, PAYOUT_STEPS)
    paid = await released(hands, hands.claim.replace("claim-", "payout-"))

    assert len(tried) == 7 * 6 / 2 + 3
    for (_, step), codes in tried.items():
        inside = step in CLAIM_STEPS
        assert codes[-1:] == ["SAME_PERSON_TWICE" if inside else "PAYMENT_SAME_PERSON_TWICE"]
    assert paid == "BatchReleased"


async def test_five_persons_and_the_payee_pay_an_advance_and_none_of_them_twice(
    ledger: Three, bureau: Finance
) -> None:
    hands = AdvanceHands(ledger, bureau, "advance-hands", number=91_001)
    tried = await lived(hands, ADVANCE_STEPS)
    paid = await released(hands, hands.plan.replace("plan-", "advance-"))

    assert len(tried) == 1 + 2 + 5 + 6
    for (_, step), codes in tried.items():
        inside = step in PLAN_STEPS
        assert codes[-1:] == ["PLAN_SAME_PERSON_TWICE" if inside else "PAYMENT_SAME_PERSON_TWICE"]
    assert paid == "BatchReleased"


async def released(hands: Hands, stream: str) -> str:
    """By the seventh person, once audit has judged the approval."""
    hands.bureau.approver = hands.person("release", "payments")
    done = await hands.bureau.released(stream, key=f"{hands.name}-released")
    return str(done["event"])
