"""Over HTTP: what Jinan, whose document limits nothing, approved is seen when Huludao approves."""

from itertools import count
from typing import Any

import pytest

from shared.http.identity import Role
from tests.claims.filing import SHOWN, Office
from tests.claims.filing import claim as in_huludao
from tests.claims.test_five_cities import load
from tests.installation import Running

PERSON = count(52_000)
PLACE = "370102"
CATALOGUE = (
    "kind,certificate_type,amount_yuan,area,valid_from\n"
    "JN.K.training,skill_level,1200,370100,2020-01-01\n"
)


class Jinan:
    """An office of Jinan that takes one claim through its life."""

    def __init__(self, claims: Running) -> None:
        self.filer = claims.person("filer-1", Role.INSTITUTION, org="INST-1", at=PLACE)
        self.clerk = claims.person("clerk-1", Role.CLERK, at=PLACE)
        self.approver = claims.person("approver-1", Role.APPROVER, at=PLACE)

    async def proposed(self, body: dict[str, Any], key: str) -> tuple[str, dict[str, Any]]:
        filed = await self.filer.post("/claims", body, key=key)
        assert filed.status == 201, filed.body
        claim = str(filed.body["claim"])
        await self.clerk.post(f"/claims/{claim}/accept", {"office": "OFFICE-9"}, key=f"{key}-a")
        await self.clerk.post(f"/claims/{claim}/propose", key=f"{key}-p")
        return claim, (await self.clerk.get(f"/claims/{claim}")).body["proposal"]

    async def approved(self, body: dict[str, Any], key: str) -> str:
        claim, proposal = await self.proposed(body, key)
        assert proposal["decision"] == "APPROVE", proposal
        shown = {name: proposal[name] for name in SHOWN}
        answer = await self.approver.post(f"/claims/{claim}/approve", shown, key=f"{key}-ok")
        assert answer.body["event"] == "ClaimApproved", answer.body
        return claim

    async def revoke(self, claim: str) -> None:
        answer = await self.approver.post(
            f"/claims/{claim}/revoke", {"reasons": ["PAPER_FORGED"]}, key=f"{claim}-revoke"
        )
        assert answer.status == 200, answer.body


@pytest.fixture
async def jinan(claims: Running) -> Jinan:
    path = "/references/catalogue_amount?on=2021-03-02"
    rows = (await claims.person("clerk-7", Role.CLERK, at=PLACE).get(path)).body.get("rows", ())
    if not any("370100" in str(row) for row in rows):
        await load(claims, "catalogue_amount", CATALOGUE)
    return Jinan(claims)


def in_jinan(person: int, **course: int) -> dict[str, Any]:
    """The same person's course in Jinan, with another certificate."""
    body = in_huludao(person, certificate=f"JN2021{next(PERSON):07d}", **course)
    body |= {"jurisdiction": PLACE, "kind": "JN.K.training", "group": "JN.G.any_worker"}
    return body | {"payment_mode": "pay_first"}


async def test_a_course_that_jinan_approved_meanwhile_is_no_second_time_in_huludao(
    claims: Running, jinan: Jinan
) -> None:
    person, office = next(PERSON), Office(claims)
    late, proposal = await office.proposed(in_huludao(person), f"late-{person}")
    first = await jinan.approved(in_jinan(person), f"jinan-{person}")
    refused = await office.approve(late, proposal, f"late-{person}")

    assert proposal["decision"] == "APPROVE"
    assert refused.body["event"] == "ClaimRejected", refused.body
    assert (refused.body["reasons"], refused.body["conflicts_with"]) == (["DUP_OCC_LEVEL"], [first])


async def test_a_course_of_jinan_is_one_of_the_three_of_huludao_until_it_is_revoked(
    claims: Running, jinan: Jinan
) -> None:
    person, office = next(PERSON), Office(claims)
    taken = [
        await jinan.approved(in_jinan(person, occupation=n), f"jinan-{n}-{person}") for n in (1, 2)
    ]
    third = await office.approved(in_huludao(person, level=0), f"third-{person}")
    fourth, proposal = await office.proposed(in_huludao(person, "HLD-4"), f"fourth-{person}")
    await jinan.revoke(taken[0])
    again = await office.clerk.post(f"/claims/{fourth}/propose", key=f"again-{person}")

    assert (proposal["reasons"], set(proposal["conflicts_with"])) == (
        ["LIMIT_YEAR"], {*taken, third},
    )  # fmt: skip
    assert again.body["decision"] == "APPROVE"


async def test_jinan_shows_its_auditors_what_huludao_approved(
    claims: Running, jinan: Jinan
) -> None:
    person = next(PERSON)
    first = await Office(claims).approved(in_huludao(person), f"first-{person}")
    _, proposal = await jinan.proposed(in_jinan(person), f"second-{person}")

    assert (proposal["decision"], proposal["flags"]) == ("APPROVE", ["REPEAT_UNLIMITED"])
    assert proposal["conflicts_with"] == [first]
