"""A settlement that waits for the notices of all its claims."""

from datetime import UTC, date, datetime
from uuid import uuid4

from msgspec.structs import replace

from shared.events.base import Facts
from shared.events.notices import NoticeClosed
from shared.ids import advance_id
from tests.payments.advance.plans import Plan
from tests.payments.conftest import Both
from tests.payments.money import Bureau, heard, judged
from tests.payments.notice.test_http import SHOWN
from tests.payments.payout.builders import APPROVED, REVOKED

EARNED = 36
"""claims of the payee, as the plan's decision says"""


async def test_a_settlement_waits_for_the_notice_of_every_claim_that_it_pays(both: Both) -> None:
    bureau = await Bureau.opened(both, "SETTLED-NOTICE", 1_000_000)
    plan = await Plan.approved(both, bureau, 1_000, notice_clause="HLD-13-1")
    await plan.account("account")
    await plan.decided(1_000)
    claims = [f"claim-{uuid4()}" for _ in range(EARNED + 1)]
    approved = replace(APPROVED, plan=plan.id, settled_by_plan=True, notice_clause="HLD-13-1")

    async def said(subject: str, facts: Facts) -> None:
        await heard(both, facts, datetime.now(UTC), subject)

    async def shown(*claims: str) -> None:
        notice = f"notice-{uuid4()}"
        await said(notice, replace(SHOWN, notice=notice, claims=claims))
        closed = NoticeClosed(notice=notice, closed_on=date(2021, 5, 14), objections=0)
        await said(notice, closed)

    unheard = await plan.settle("unheard")
    for claim in claims:
        await said(claim, approved)
    await shown(*claims[1:-1])
    one_left = await plan.settle("one-left")
    await shown(claims[0])
    revoked = await plan.settle("another-left")
    await said(claims[-1], replace(REVOKED, plan=plan.id))
    done = await plan.settle("done")
    await said("notice-late", replace(SHOWN, notice="notice-late", claims=(claims[5],)))
    await judged(both)
    released = await bureau.release(advance_id(plan.id), key=plan.key("release"))

    assert [each.codes for each in (unheard, one_left, revoked)] == [["NOTICE_MISSING"]] * 3
    assert done.status == 200, done.body
    assert released.codes == ["BATCH_REFUSED", "NOTICE_RUNNING"]
