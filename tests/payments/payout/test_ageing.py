"""How long money takes from the approval to the payee."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from tests.payments.conftest import Both
from tests.payments.money import Bureau, heard, with_account
from tests.payments.payout.builders import APPROVED

PERSON = count(48_000)


async def approved_before(both: Both, bureau: Bureau, days: int) -> None:
    """A payout whose approval is so many days old: the id of an event holds its time."""
    at = datetime.now(UTC) - timedelta(days=days)
    stamp, claim_id = f"{int(at.timestamp() * 1000):012x}", f"claim-{uuid4()}"
    event_id = f"{stamp[:8]}-{stamp[8:]}-7000-a000-{uuid4().hex[:12]}"
    await heard(both, APPROVED, at, claim_id, event_id)
    await bureau.until(claim_id.replace("claim-", "payout-"), lambda _: True)


async def test_days_from_approval_to_payment_are_told_by_fund_and_class(both: Both) -> None:
    bureau = await Bureau.opened(both, "AGES", 1_000_000)
    await bureau.paid(with_account(next(PERSON)), "ages")
    for days in (40, 120, 121):
        await approved_before(both, bureau, days)
    payout = await bureau.scheduled(with_account(next(PERSON)), "ages-last")
    last = await bureau.authorise(payout, "ages-last-a")
    told = (await bureau.officer.get("/payouts/ageing", last.position)).body

    def found(state: str, from_days: int, **said: Any) -> list[dict[str, Any]]:
        wanted = {"state": state, "from_days": from_days, **said}
        return [one for one in told["classes"] if wanted.items() <= one.items()]

    [paid] = found("paid", 0, fund="AGES")
    [authorised] = found("waiting", 0, fund="AGES")
    [month] = found("waiting", 31)
    [old] = found("waiting", 91)
    assert (paid["payouts"], paid["amount_fen"], paid["to_days"]) == (1, 200_000, 7)
    assert authorised["payouts"] == 1
    assert (month["payouts"], month["longest_days"], month["to_days"]) == (1, 40, 60)
    assert (old["payouts"], old["longest_days"], "to_days" in old) == (2, 121, False)
    assert "fund" not in old
