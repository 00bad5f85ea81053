"""Funds over real HTTP: opened, filled, frozen, and told day by day."""

from shared.books import book
from shared.http.identity import Role
from shared.store.rebook import compare_journal
from tests.payments.conftest import Both
from tests.payments.money import Bureau, fund_body, with_account

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
