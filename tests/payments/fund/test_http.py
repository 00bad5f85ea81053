"""Funds over real HTTP: opened, filled, frozen, and told day by day."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

from msgspec.structs import replace

from shared.books import book
from shared.http.identity import Role
from shared.ids import payout_id
from shared.store.rebook import compare_journal
from tests.payments.conftest import Both
from tests.payments.money import Bureau, fund_body, heard, with_account
from tests.payments.payout.builders import APPROVED

PERSON = iter(range(33_000, 34_000))


async def test_a_fund_is_opened_once_and_filled_by_another_persons_document(both: Both) -> None:
    bureau = await Bureau.opened(both, "OPEN", 0)
    again = await bureau.officer.post("/funds", fund_body("OPEN"), key="OPEN-open")
    other = await bureau.officer.post("/funds", fund_body("OPEN"), key="OPEN-other")
    own = await bureau.allocate(500, "OPEN-own", approved_by="officer-1")
    given = await bureau.allocate(500, "OPEN-give")
    twice = await bureau.allocate(500, "OPEN-give")
    reused = await bureau.allocate(501, "OPEN-give")
    listed = await bureau.officer.get("/funds?limit=200", given.position)

    assert (again.status, again.body["fund"]) == (201, bureau.fund_id)
    assert (other.status, other.codes) == (409, ["FUND_KNOWN"])
    assert own.codes == ["PAYMENT_SAME_PERSON_TWICE"]
    assert (twice.body, twice.position) == (given.body, given.position)
    assert (reused.status, reused.codes) == (422, ["IDEMPOTENCY_KEY_REUSED"])
    assert await bureau.balances() == {"source": -500, "available": 500}
    assert bureau.fund_id in [fund["fund"] for fund in listed.body["funds"]]


async def test_nothing_leaves_a_fund_that_is_frozen_unknown_empty_or_for_something_else(
    both: Both,
) -> None:
    bureau = await Bureau.opened(both, "FROZEN", 1_000_000)
    payout = await bureau.scheduled(with_account(next(PERSON)), "frozen")
    freeze = {"reason": "audit", "frozen_on": "2021-05-07", "ordered_by": "director-1"}
    frozen = await bureau.officer.post(f"/funds/{bureau.fund_id}/freeze", freeze, key="frozen-1")
    cold = await bureau.authorise(payout, "frozen-cold")
    thawed = await bureau.other_officer.post(
        f"/funds/{bureau.fund_id}/freeze", {**freeze, "until": "2021-05-07"}, key="frozen-2"
    )
    empty = await Bureau.opened(both, "EMPTY", 199_999)
    other = fund_body("PENSION") | {"purposes": ["HLD.K.other"]}
    await bureau.officer.post("/funds", other, key="pension")
    ways = [
        (cold, "FUND_FROZEN"),
        (await empty.authorise(payout, "frozen-empty"), "FUND_EXHAUSTED"),
        (await bureau.pay_from("NONE", payout), "FUND_UNKNOWN"),
        (await bureau.pay_from("PENSION", payout), "FUND_PURPOSE"),
    ]

    assert (frozen.status, thawed.status) == (200, 200)
    for answer, code in ways:
        assert (answer.status, answer.codes) == (409, [code])
        assert not answer.body["detail_zh"].isascii()
    assert (await bureau.authorise(payout, "frozen-warm")).status == 200


async def test_the_journal_and_the_days_of_a_fund_agree_with_its_events(both: Both) -> None:
    bureau = await Bureau.opened(both, "DAYS", 1_000_000)
    await bureau.paid(with_account(next(PERSON)), "days-1")
    await bureau.authorised(with_account(next(PERSON)), "days-2")
    path = f"/funds/{bureau.fund_id}"
    lines, after = [], ""
    while (page := await bureau.officer.get(f"{path}/journal?limit=3{after}")).body["lines"]:
        lines += page.body["lines"]
        after = f"&after={page.body['next']}"
    told = (await bureau.officer.get(f"{path}/reconciliation")).body
    [day] = told["days"]
    none = (await bureau.officer.get(f"{path}/reconciliation?to_day=2020-01-01")).body

    assert len(lines) == 10
    assert sum(line["amount_fen"] for line in lines) == 0
    assert (told["sum_fen"], told["balanced"]) == (0, True)
    assert {name: day[name] for name in day if name != "day"} == {
        "allocated_fen": 1_000_000, "authorised_fen": 400_000, "cancelled_fen": 0,
        "instructed_fen": 200_000, "paid_fen": 200_000, "advanced_fen": 0, "returned_fen": 0,
        "reversed_fen": 0, "recovered_fen": 0, "available_fen": 600_000,
    }  # fmt: skip
    assert none["days"] == []
    assert (await compare_journal(both.payments.service.store, book)).equal


async def test_another_city_neither_sees_nor_touches_a_fund_or_a_batch(both: Both) -> None:
    bureau = await Bureau.opened(both, "CITY", 1_000_000)
    payout, batch = await bureau.paid(with_account(next(PERSON)), "city")
    roles = (Role.FINANCE_OFFICER, Role.FINANCE_APPROVER)
    foreigner = both.payments.person("foreigner", *roles, at="370100")
    fund = f"/funds/{bureau.fund_id}"
    allocation = {
        "amount_fen": 1, "document": "D", "allocated_on": "2021-01-04", "approved_by": "x",
    }  # fmt: skip
    freeze = {"reason": "x", "frozen_on": "2021-05-07", "ordered_by": "x"}
    override = {"jurisdiction": "211402", "reason": "x"}
    answers = [
        await foreigner.get(fund),
        await foreigner.get(f"{fund}/journal"),
        await foreigner.get(f"{fund}/reconciliation"),
        await foreigner.post("/funds", fund_body("CITY-2"), key="city-1"),
        await foreigner.post(f"{fund}/allocate", allocation, key="city-2"),
        await foreigner.post(f"{fund}/freeze", freeze, key="city-3"),
        await foreigner.get(f"/batches/{batch}"),
        await foreigner.get(f"/batches/{batch}/file"),
        await foreigner.upload(f"/batches/{batch}/answers", b"x", key="city-4"),
        await foreigner.post("/batches", {"payables": [payout]}, key="city-5"),
        await foreigner.post("/batches/override", override, key="city-6"),
    ]

    assert [(a.status, a.codes) for a in answers] == [(403, ["JURISDICTION_REFUSED"])] * 11
    assert (await foreigner.get("/funds")).body == {"funds": []}


async def test_rudong_has_one_special_account_and_its_cap_holds_two_requests_at_once(
    both: Both,
) -> None:
    person = both.payments.person
    officer = person("officer-rd", Role.FINANCE_OFFICER, at="320623")
    body = {**fund_body("RD", "320623"), "special_account": True}
    opened = await officer.post("/funds", body, key="rd-open")
    second = await officer.post("/funds", {**body, "fund": "RD-2"}, key="rd-second")
    lottery = {**fund_body("RD-3", "320623"), "source": "lottery"}
    other = await officer.post("/funds", lottery, key="rd-x")
    path = f"/funds/{opened.body['fund']}"
    sixty = {
        "amount_fen": 2_209_800_000, "document": "RD-1", "allocated_on": "2021-01-04",
        "approved_by": "director-1",
    }  # fmt: skip
    both_at_once = await asyncio.gather(
        *(officer.post(f"{path}/allocate", sixty, key=f"rd-{n}") for n in range(2))
    )
    raised = {
        "raised_fen": 736_600_000, "document": "RD-2", "raised_on": "2021-05-07",
        "approved_by": "director-1",
    }  # fmt: skip
    top_up = await officer.post(f"{path}/cap", raised, key="rd-cap")
    after = await officer.post(f"{path}/allocate", sixty, key="rd-after")
    listed = await officer.get("/funds/sources", after.position)
    shown = (await officer.get(path)).body

    assert second.codes == ["SPECIAL_ACCOUNT_KNOWN"]
    assert other.codes == ["FUND_SOURCE_UNKNOWN"]
    assert sorted(answer.status for answer in both_at_once) == [200, 409]
    assert [a.codes for a in both_at_once if a.status == 409] == [["FUND_CAP"]]
    assert (top_up.status, after.status) == (200, 200)
    assert (shown["special_account"], shown["cap_fen"]) == (True, 4_419_600_000)
    assert [
        (one["source"], one["funds"], one["balances"]["available"])
        for one in listed.body["sources"]
    ] == [("unemployment_insurance_surplus", 1, 4_419_600_000)]


async def test_a_payout_leaves_from_a_source_that_its_policy_names(both: Both) -> None:
    bureau = await Bureau.opened(both, "SOURCE", 1_000_000)
    claim_id = f"claim-{uuid4()}"
    approved = replace(APPROVED, sources=("talent",), sources_clause="HLD-11-1")
    await heard(both, approved, datetime.now(UTC), claim_id)
    await bureau.state(payout_id(claim_id), "scheduled")
    refused = await bureau.authorise(payout_id(claim_id), "source-1")

    assert (refused.status, refused.codes) == (409, ["FUND_SOURCE"])
    assert "HLD-11-1" in refused.body["detail"]
