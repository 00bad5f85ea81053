"""Months of work-based training through the running service: never more than six of one person."""

import asyncio
from itertools import count
from typing import Any

import pytest

from shared.http.identity import Role
from tests.claims.filing import Office, resident_number
from tests.claims.test_five_cities import load
from tests.installation import Running

PERSON = count(47_000)
WAGES = (
    "amount_yuan,valid_to,area,valid_from\n1810.01,,211400,2019-01-01\n"
    "1600,2020-04-30,211404,2019-01-01\n1700,,211404,2020-05-01\n"
)


@pytest.fixture
async def office(claims: Running) -> Office:
    shown = await claims.person("clerk-7", Role.CLERK).get("/references/minimum_wage?on=2020-03-02")
    areas = {row["area"] for row in shown.body.get("rows", ())}
    if "211404" not in areas:  # other tests of the run may have brought a table of their own
        await load(claims, "minimum_wage", WAGES)
    return Office(claims)


def hired(person: int, months: int, starts_on: str, employer: str) -> dict[str, Any]:
    """An enterprise hired somebody who is hard to employ, and trained them at work."""
    return {
        "kind": "HLD.K.work_training", "group": "HLD.G.hard_to_employ", "jurisdiction": "211402",
        "claimed_on": "2021-06-15", "occupation": "6-18-02-04", "level": "none",
        "person": {"id_number": resident_number(person), "name": "学员甲"},
        "employer": employer, "payee": {"kind": "enterprise", "code": employer},
        "training": {
            "starts_on": starts_on, "ends_on": "2021-05-31", "institution": "INST-1",
            "paid_by": "enterprise", "months": months,
        },
    }  # fmt: skip


async def test_two_claims_at_once_are_never_paid_a_seventh_month(office: Office) -> None:
    person = next(PERSON)
    firms = (("2020-03-02", "ENT-1"), ("2020-09-01", "ENT-2"))
    proposed = [
        await office.proposed(hired(person, 4, day, firm), f"months-{firm}-{person}")
        for day, firm in firms
    ]
    answers = await asyncio.gather(
        *(office.approve(claim, shown, f"months-{claim}") for claim, shown in proposed)
    )

    (_, one), (_, other) = proposed
    assert one["amount_fen"] == other["amount_fen"] > 0
    assert sorted(answer.body["event"] for answer in answers) == ["ClaimApproved", "ClaimHeld"]
    [(late, _)] = [
        one for one, answer in zip(proposed, answers, strict=True)
        if answer.body["event"] == "ClaimHeld"
    ]  # fmt: skip
    await office.clerk.post(f"/claims/{late}/propose", key=f"again-{late}")
    rest = (await office.clerk.get(f"/claims/{late}")).body["proposal"]
    assert (rest["decision"], rest["amount_fen"]) == ("APPROVE", one["amount_fen"] // 2)


async def test_a_revoked_approval_frees_its_months(office: Office) -> None:
    person = next(PERSON)
    first = await office.approved(hired(person, 6, "2020-03-02", "ENT-1"), f"free-{person}")
    second, none_left = await office.proposed(
        hired(person, 2, "2020-09-01", "ENT-2"), f"next-{person}"
    )
    await office.approver.post(
        f"/claims/{first}/revoke", {"reasons": ["PAPER_FORGED"]}, key=f"revoke-{person}"
    )
    await office.clerk.post(f"/claims/{second}/propose", key=f"again-{person}")
    shown = (await office.clerk.get(f"/claims/{second}")).body["proposal"]

    assert (none_left["decision"], none_left["reasons"]) == ("REJECT", ["LIMIT_MONTHS"])
    assert none_left["conflicts_with"] == [first]
    assert (shown["decision"], shown["steps"][-1]["inputs"]) == (
        "APPROVE", ["10000 bp", "2/1 month"],
    )  # fmt: skip


async def test_each_month_is_paid_at_the_wage_of_its_first_day(office: Office) -> None:
    body = hired(next(PERSON), 4, "2020-03-02", "ENT-1") | {"jurisdiction": "211404"}
    _, shown = await office.proposed(body, f"raised-{next(PERSON)}")

    assert (shown["decision"], shown["amount_fen"]) == ("APPROVE", 2 * 160_000 + 2 * 170_000)
    assert [(step["inputs"][1:], step["amount_fen"]) for step in shown["steps"][:-1]] == [
        (["2020-03-02", "2/1 month"], 160_000), (["2020-05-02", "2/1 month"], 170_000),
    ]  # fmt: skip
