"""Payouts over real HTTP, from the approval in the other service to the officer's hold."""

import asyncio
from pathlib import Path
from typing import Any

import orjson

from shared.http.identity import Role
from shared.ids import payout_id
from tests.claims.filing import Office, claim
from tests.installation import Person, Running
from tests.payments.conftest import Both

PERSON = iter(range(20_000, 21_000))
HISTORY = Path("examples/history.csv")
SECONDS = 15.0


async def seen(person: Person, path: str, state: str) -> dict[str, Any]:
    """The payout once it is in that state: another service's event is on its way."""
    async with asyncio.timeout(SECONDS):
        while True:
            answer = await person.get(path)
            if answer.status == 200 and answer.body["state"] == state:
                return dict(answer.body)
            await asyncio.sleep(0.02)


class Officers:
    def __init__(self, both: Both) -> None:
        self.one = both.payments.person("officer-1", Role.FINANCE_OFFICER)
        self.two = both.payments.person("officer-2", Role.FINANCE_APPROVER)

    async def scheduled(self, both: Both, key: str) -> tuple[str, str]:
        """An approved claim and the address of its payout."""
        claim_id = await Office(both.claims).approved(claim(next(PERSON)), key)
        path = f"/payouts/{payout_id(claim_id)}"
        await seen(self.one, path, "scheduled")
        return claim_id, path


async def test_an_approved_claim_becomes_a_payout_and_a_revoked_one_is_cancelled(
    both: Both,
) -> None:
    officers = Officers(both)
    claim_id, path = await officers.scheduled(both, "life")
    payout = await seen(officers.one, path, "scheduled")
    await Office(both.claims).approver.post(
        f"/claims/{claim_id}/revoke", {"reasons": ["PAPER_FORGED"]}, key="life"
    )

    assert (payout["claim"], payout["amount_fen"]) == (claim_id, 200_000)
    assert (await seen(officers.one, path, "cancelled"))["version"] == 2


async def test_a_hold_of_one_officer_is_let_go_by_another_each_once(both: Both) -> None:
    officers = Officers(both)
    _, path = await officers.scheduled(both, "hold")
    held = await officers.one.post(f"{path}/hold", {"note": "call the bank"}, key="hold-1")
    again = await officers.one.post(f"{path}/hold", {"note": "call the bank"}, key="hold-1")
    other = await officers.one.post(f"{path}/hold", {"note": "another"}, key="hold-1")
    own = await officers.one.post(f"{path}/release", {}, key="hold-2")
    listed = await officers.one.get("/payouts?state=held&limit=200", held.position)
    released = await officers.two.post(f"{path}/release", {}, key="hold-3")
    shown = await officers.one.get(path, released.position)

    assert (again.body, again.position) == (held.body, held.position)
    assert (other.status, other.codes) == (422, ["IDEMPOTENCY_KEY_REUSED"])
    assert (own.status, own.codes) == (409, ["PAYOUT_SAME_PERSON_TWICE"])
    assert path.rpartition("/")[2] in [row["payout"] for row in listed.body["payouts"]]
    assert (released.body["event"], shown.body["state"]) == ("PayoutReleased", "scheduled")


async def test_bad_input_writes_nothing(both: Both) -> None:
    officers = Officers(both)
    _, path = await officers.scheduled(both, "bad")
    before = await both.payments.event_count()
    answers = [
        (await officers.two.post(f"{path}/release", {}, key="bad-1"), 409, "NOT_HELD"),
        (await officers.one.post(f"{path}/hold", {"note": 7}, key="bad-2"), 422, "STRING_EXPECTED"),
        (await officers.one.post(f"{path}/hold", {"x": 7}, key="bad-3"), 422, "FIELD_UNKNOWN"),
        (await officers.one.get("/payouts/payout-unknown"), 404, "RESOURCE_UNKNOWN"),
        (await officers.one.get("/payouts?state=lost"), 422, "CHOICE_UNKNOWN"),
        (await officers.one.upload("/imports", b"x", key="bad-4"), 403, "ROLE_REFUSED"),
    ]
    for answer, status, code in answers:
        assert (answer.status, answer.codes[-1]) == (status, code)
        assert not answer.body["detail_zh"].isascii()
    assert await both.payments.event_count() == before


LAWFUL: dict[str, Any] = {
    "/payouts/{payout}/authorise": {"fund": "F"},
    "/payouts/{payout}/account": {
        "id_number": "999999198001010011", "name": "学员甲", "account": "6222021001116245702",
        "requested_by": "person",
    },
    "/payouts/{payout}/inquiry": {"inquiry": "INQ-1"},
    "/payouts/{payout}/reverse": {
        "reason": "wrong", "reversed_on": "2021-05-07", "bank_reference": "B-1",
    },
}  # fmt: skip


async def test_no_route_lets_another_city_touch_or_see_a_payout(both: Both) -> None:
    _, path = await Officers(both).scheduled(both, "walk")
    payout, walked = path.rpartition("/")[2], 0
    for route in both.payments.parts.routes:
        if not route.path.startswith("/payouts"):
            continue
        foreigner = both.payments.person("foreigner", *sorted(route.roles or ()), at="210200")
        address = route.path.replace("{payout}", payout)
        walked += 1
        if address == "/payouts":
            assert (await foreigner.get(address)).body == {"payouts": []}
            continue
        if address == "/payouts/ageing":
            assert (await foreigner.get(address)).body["classes"] == []
            continue
        if address == "/payouts/authorise":
            many = {"fund": "F", "payouts": [payout]}
            [outcome] = (await foreigner.post(address, many, key="walk")).body["outcomes"]
            assert outcome["code"] == "JURISDICTION_REFUSED"
            continue
        if route.method == "POST":
            answer = await foreigner.post(address, LAWFUL.get(route.path, {}), key="walk")
        else:
            answer = await foreigner.get(address)
        assert (answer.status, answer.codes) == (403, ["JURISDICTION_REFUSED"]), address
    assert walked == 11


async def test_old_payments_are_taken_over_once_and_answered_the_same_again(both: Both) -> None:
    running: Running = both.payments
    operator = running.person("operator-1", Role.OPERATOR)
    table, before = HISTORY.read_bytes(), await running.event_count()
    first = await operator.upload("/imports", table, key="history-1")
    written = await running.event_count() - before
    again = await operator.upload("/imports", table, key="history-1")
    other_key = await operator.upload("/imports", table, key="history-2")
    listed = await running.person("officer-1", Role.FINANCE_OFFICER).get(
        "/payouts?state=imported&limit=200", first.position
    )

    assert first.body["counts"]["imported"] == written > 10
    assert (again.body, again.position) == (first.body, first.position)
    assert other_key.body["counts"]["already"] == written
    assert await running.event_count() == before + written
    assert listed.body["payouts"]


async def test_the_service_shows_the_interface_that_is_checked_in(both: Both) -> None:
    served = await both.payments.person("anybody", Role.AUDITOR).get("/openapi.json")

    assert served.body == orjson.loads(Path("docs/api/payments.json").read_bytes())
