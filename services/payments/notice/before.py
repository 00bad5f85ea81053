"""What is looked at before money leaves: the notices of its claim, or of all claims of its plan."""

from collections.abc import Sequence

import asyncpg

from services.payments.bank.payable import Payment
from services.payments.notice.heard import claims_of, notices_of
from services.payments.notice.waiting import NoticeMissing, Waits, waits


async def waiting(pool: asyncpg.Pool, payments: Sequence[Payment]) -> list[Waits | None]:
    """Why each payment must stay, in order; None where nothing is in its way."""
    notices = await notices_of(pool, (one.claim for one in payments if one.notice_clause))
    return [
        await settlement_waits(pool, one.notice_clause, one.settles, one.passed)
        if one.settles is not None
        else waits(one.notice_clause, notices[one.claim])
        for one in payments
    ]


async def settlement_waits(
    pool: asyncpg.Pool, clause: str | None, plan: str, passed: int
) -> Waits | None:
    """Why the settlement of a plan must stay: it pays `passed` claims, and each one is shown.

    Fewer than that are known while their approvals are still on their way.
    """
    if clause is None:
        return None
    claims = await claims_of(pool, plan)
    if len(claims) < passed:
        return NoticeMissing(clause=clause)
    notices = await notices_of(pool, claims)
    found = (waits(clause, notices[claim]) for claim in claims)
    return next((no for no in found if no is not None), None)
