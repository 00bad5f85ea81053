"""Payouts that wait for their public notice, over HTTP and in any order of the topics."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from shared.events.base import Facts
from shared.events.notices import (
    NoticeClosed,
    NoticePublished,
    ObjectionAnswered,
    ObjectionFiled,
)
from shared.http.identity import Role
from shared.ids import payout_id
from tests.claims.filing import Office
from tests.payments.conftest import Both
from tests.payments.money import Bureau, heard, judged, with_account
from tests.payments.payout.builders import APPROVED

PERSON = count(47_000)
GROUND = {"channel": "letter", "ground": "the class never took place"}


async def unpaid(both: Both, name: str) -> tuple[Bureau, Office, str]:
    """An approved claim that no notice has shown, and a fund with money."""
    bureau = await Bureau.opened(both, f"NOTICE-{name}", 1_000_000)
    office = Office(both.claims)
    claim_id = await office.approved(with_account(next(PERSON)), f"notice-{name}")
    await bureau.until(payout_id(claim_id), lambda body: body["state"] == "scheduled")
    return bureau, office, claim_id


async def waits_for(bureau: Bureau, payout: str, code: str) -> dict[str, Any]:
    return await bureau.until(payout, lambda body: body.get("waits_for", {}).get("code") == code)


async def test_a_payout_waits_until_its_notice_is_closed(both: Both) -> None:
    bureau, office, claim_id = await unpaid(both, "WAIT")
    payout = payout_id(claim_id)
    before = await bureau.authorise(payout, "notice-wait-1")
    notice = await office.publish("notice-wait-2", claim_id)
    shown = (await waits_for(bureau, payout, "NOTICE_RUNNING"))["waits_for"]
    open_ = await bureau.authorise(payout, "notice-wait-3")
    body = {"fund": bureau.fund, "payouts": [payout]}
    many = await bureau.officer.post("/payouts/authorise", body, key="notice-wait-4")
    await office.clerk.post(f"/notices/{notice}/close", {}, key="notice-wait-5")
    await bureau.state(payout, "scheduled")
    after = await bureau.authorise(payout, "notice-wait-6")

    assert (before.status, before.codes) == (409, ["NOTICE_MISSING"])
    assert (shown["clause"], shown["notice"]) == ("HLD-13-1", notice)
    assert (open_.status, open_.codes) == (409, ["NOTICE_RUNNING"])
    assert shown["until"] in open_.body["detail"]
    assert shown["until"] in open_.body["detail_zh"]
    assert [one["code"] for one in many.body["outcomes"]] == ["NOTICE_RUNNING"]
    assert after.status == 200, after.body


async def test_a_claim_that_is_shown_again_does_not_leave_with_a_batch(both: Both) -> None:
    bureau, office, claim_id = await unpaid(both, "AGAIN")
    payout = payout_id(claim_id)
    await office.noticed("notice-again-1", claim_id)
    await bureau.state(payout, "scheduled")
    await bureau.authorise(payout, "notice-again-2")
    await office.publish("notice-again-3", claim_id)
    await waits_for(bureau, payout, "NOTICE_RUNNING")
    await judged(both)
    released = await bureau.release(payout, key="notice-again-4")

    assert (released.status, released.codes) == (409, ["BATCH_REFUSED", "NOTICE_RUNNING"])


async def test_an_upheld_objection_holds_until_the_approval_is_revoked(both: Both) -> None:
    bureau, office, claim_id = await unpaid(both, "UPHELD")
    payout = payout_id(claim_id)
    notice = await office.publish("notice-upheld-1", claim_id)
    path = f"/notices/{notice}"
    body = {"claim": claim_id, **GROUND}
    filed = await office.clerk.post(f"{path}/objections", body, key="notice-upheld-2")
    assert filed.status < 300, filed.body
    await office.clerk.post(f"{path}/close", {}, key="notice-upheld-3")
    objected = (await waits_for(bureau, payout, "NOTICE_OBJECTED"))["state"]
    answered = await both.claims.person("clerk-7", Role.CLERK).post(
        f"{path}/objections/{filed.body['objection']}/answer",
        {"outcome": "upheld"}, key="notice-upheld-4",
    )  # fmt: skip
    assert answered.status == 200, answered.body
    await waits_for(bureau, payout, "NOTICE_UPHELD")
    refused = await bureau.authorise(payout, "notice-upheld-5")
    await office.approver.post(
        f"/claims/{claim_id}/revoke", {"reasons": ["PAPER_FORGED"]}, key="notice-upheld-6"
    )

    assert objected == "scheduled"
    assert (refused.status, refused.codes) == (409, ["NOTICE_UPHELD"])
    assert (await bureau.state(payout, "cancelled"))["amount_fen"] == 200_000


SHOWN = NoticePublished(
    notice="notice-x", claims=(), claims_sha256="0" * 64, amount_fen=1, page_sha256="0" * 64,
    published_on=date(2021, 5, 7), closes_on=date(2021, 5, 14),
)  # fmt: skip
FILED = ObjectionFiled(
    notice="notice-x", claim="", objection="objection-1", filed_on=date(2021, 5, 8),
    channel="online", ground="x",
)  # fmt: skip
ANSWERED = ObjectionAnswered(
    notice="notice-x", claim="", objection="objection-1", outcome="dismissed",
    answered_on=date(2021, 5, 9), filed_by="clerk-1",
)  # fmt: skip
CLOSED = NoticeClosed(notice="notice-x", closed_on=date(2021, 5, 14), objections=1)


@pytest.mark.parametrize("before", range(5))
async def test_the_order_of_notice_and_approval_does_not_matter(both: Both, before: int) -> None:
    """So many events of the notice come before the approval, the rest after it; then all again."""
    bureau = await Bureau.opened(both, f"ORDER-{before}", 0)
    claim_id, notice = f"claim-{uuid4()}", f"notice-{uuid4()}"
    steps: list[tuple[str, Facts]] = [
        (notice, replace(SHOWN, notice=notice, claims=(claim_id,))),
        (notice, replace(FILED, notice=notice, claim=claim_id)),
        (notice, replace(ANSWERED, notice=notice, claim=claim_id)),
        (notice, replace(CLOSED, notice=notice)),
    ]
    steps.insert(before, (claim_id, replace(APPROVED, notice_clause="HLD-13-1")))
    *first, last = steps
    for subject, facts in first:
        await heard(both, facts, datetime.now(UTC), subject)
    if before < 4:
        await bureau.until(payout_id(claim_id), lambda body: "waits_for" in body)
    for subject, facts in (last, *steps):
        await heard(both, facts, datetime.now(UTC), subject)

    assert (await bureau.state(payout_id(claim_id), "scheduled"))["claim"] == claim_id
