"""An old city's books in which one person did two duties: audit finds each pair, and no other."""

from itertools import combinations
from typing import Any

import pytest

from shared.http.identity import Role
from shared.ids import old_claim_id, old_plan_id
from shared.tables.history import COLUMNS
from tests.faults.people import resident_number
from tests.three import Three

PLACE = "211402"
CLAIM_DUTIES = ("filed_by", "accepted_by", "verified_by", "approved_by")
PAYMENT_DUTIES = ("authorised_by", "released_by")
IN_BOOKS = list(combinations((*CLAIM_DUTIES, *PAYMENT_DUTIES), 2))
"""a claim of which the books also say who ordered and who released the payment"""
PAID_BY_ONE = [(duty, "paid_by") for duty in CLAIM_DUTIES]
"""a claim of which they say who paid, and no more"""
PLAN_PAYMENTS = ("advance", "settlement")
NAMES = tuple(column.name for column in COLUMNS)


def row(**cells: str) -> str:
    return ",".join(cells.get(name, "") for name in NAMES)


def people(number: int, *same: str) -> dict[str, str]:
    """A person for each duty, who has done no other one; `same` are done by one person."""
    duties = (*CLAIM_DUTIES, *PAYMENT_DUTIES, "paid_by")
    return {duty: f"P{number}-{same[0] if duty in same else duty}" for duty in duties}


def claim_row(number: int, by: dict[str, str]) -> str:
    return row(
        record="claim", old_reference=f"EYES-{number}", jurisdiction=PLACE,
        kind="HLD.K.employee_skill", id_number=resident_number(92_000 + number), name="学员乙",
        group="HLD.G.employee", occupation="6-11-01-03", level="L4",
        certificate_type="skill_level", certificate_number=f"EYES{number:08d}",
        certificate_issued_on="2020-03-06", decision="approved", amount_yuan="2000.00",
        decided_on="2020-04-07", payee_kind="individual",
        **{duty: by[duty] for duty in CLAIM_DUTIES},
        **({"paid_by": by["paid_by"]} if by["authorised_by"] == "" else {}),
    )  # fmt: skip


def payout_row(number: int, by: dict[str, str]) -> str:
    return row(
        record="payout", old_reference=f"EYES-{number}", jurisdiction=PLACE,
        id_number=resident_number(92_000 + number), name="学员乙", amount_yuan="2000.00",
        payee_kind="individual", paid_on="2020-05-06", approved_by=by["authorised_by"],
        released_by=by["released_by"],
    )  # fmt: skip


def plan_row(kind: str, number: int, by: dict[str, str]) -> str:
    return row(
        record=kind, old_reference=f"EYES-V-{kind}-{number}", jurisdiction=PLACE,
        amount_yuan="100.00", payee_kind="institution", payee="52999999000000115P",
        plan=f"EYES-{kind}-{number}", base_yuan="1000.00", paid_on="2020-05-06",
        approved_by=by["authorised_by"], released_by=by["released_by"],
    )  # fmt: skip


def books() -> tuple[list[str], dict[str, str]]:
    """The rows, and by subject of the finding that must come what makes it one."""
    rows, wanted = [], {}
    for number, same in enumerate([*IN_BOOKS, ()]):
        by = people(number, *same)
        rows += [claim_row(number, by), payout_row(number, by)]
        if same:
            wanted[old_claim_id(PLACE, f"EYES-{number}")] = " and ".join(same)
    for number, same in enumerate([*PAID_BY_ONE, ()], start=100):
        rows.append(claim_row(number, {**people(number, *same), "authorised_by": ""}))
        if same:
            wanted[old_claim_id(PLACE, f"EYES-{number}")] = " and ".join(same)
    for kind in PLAN_PAYMENTS:
        for number, same in enumerate([PAYMENT_DUTIES, ()]):
            rows.append(plan_row(kind, number, people(number, *same)))
            if same:
                wanted[old_plan_id(PLACE, f"EYES-{kind}-{number}")] = kind
    return rows, wanted


@pytest.fixture(scope="module")
async def found(ledger: Three) -> dict[str, Any]:
    """The findings of rule F1 by their subject, after both services took the books over."""
    table = "\n".join([",".join(NAMES), *books()[0], ""]).encode()
    for service in (ledger.claims, ledger.payments):
        operator = service.person("operator-1", Role.OPERATOR)
        answer = await operator.upload("/imports", table, key=f"eyes-{service.name}")
        assert answer.status == 200, answer.body
        assert answer.body["counts"].get("refused", 0) == 0, answer.body
    await ledger.all_heard()
    listed = await ledger.findings("F1", lambda _: True)
    return {one["subject"]: one for one in listed if one["stage"] != "lapsed"}


async def test_each_pair_that_the_books_can_name_is_found(found: dict[str, Any]) -> None:
    _, wanted = books()

    assert len(wanted) == 15 + 4 + 2
    assert {subject: wanted[subject] for subject in wanted if subject not in found} == {}


async def test_seven_persons_are_no_finding(found: dict[str, Any]) -> None:
    rows, wanted = books()
    ours = {old_claim_id(PLACE, f"EYES-{number}") for number in range(200)}
    ours |= {old_plan_id(PLACE, f"EYES-{kind}-{n}") for kind in PLAN_PAYMENTS for n in range(9)}

    assert len(rows) == 16 * 2 + 5 + 4
    assert ours & set(found) == set(wanted)
