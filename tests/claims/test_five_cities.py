"""One claim of each city over HTTP, each of another kind, filed to the proposal, to the fen."""

from itertools import count
from typing import Any

import pytest

from shared.http.identity import Role
from tests.claims.filing import SHOWN, resident_number
from tests.installation import Answer, Running

PERSON, KEYS = count(41_000), count()
WELDER, CLEANER = "6-18-02-04", "4-10-01-06"
COMMON = {"claimed_on": "2020-06-15", "occupation": WELDER, "level": "L5"}
TRAINED = {"starts_on": "2020-03-02", "ends_on": "2020-05-29", "institution": "INST-5"}


def certificate(type_: str, number: int) -> dict[str, str]:
    return {"type": type_, "number": f"FIVE{number:06d}", "issued_on": "2020-06-05"}


CITIES: dict[str, tuple[str, dict[str, str], dict[str, Any], int, str]] = {
    # a sum for each year of an apprenticeship
    "HLD": ("211402", {}, {
        "kind": "HLD.K.apprentice", "group": "HLD.G.apprentice", "employer": "ENT-5",
        "certificate": certificate("skill_level", 1), "level": "L4",
        "training": TRAINED | {
            "starts_on": "2019-05-30", "paid_by": "enterprise", "agreement": "XY-5",
            "completed": True, "months": 12,
        },
        "payee": {"kind": "enterprise", "code": "ENT-5"},
    }, 500_000, "HLD-1.4-1"),
    # 90% of the fee, for an occupation in short supply
    "JN": ("370102", {
        "appraisal_fee": "occupation,amount_yuan,area,valid_from\n"
                         "6-18-02-04,333.33,370100,2020-01-01\n",
        "shortage_occupations": "occupation,area,valid_from\n6-18-02-04,370100,2020-01-01\n",
    }, {
        "kind": "JN.K.appraisal", "group": "JN.G.any_worker", "issuer_class": "authority",
        "certificate": certificate("qualification", 2), "payment_mode": "pay_first",
        "training": TRAINED | {"paid_by": "individual"}, "payee": {"kind": "individual"},
    }, 30_000, "JN-14-2"),
    # what the enterprise's own fund leaves open of the approved cost; no certificate
    "WH": ("371002", {}, {
        "kind": "WH.K.difficult", "group": "WH.G.difficult_firm", "employer": "ENT-5",
        "cost_fen": 20_000_001, "education_fund_fen": 15_000_000, "programme": "spring-tide",
        "delivery": "classroom", "purchase_contract": "WH-2020-7", "mandate": "WH-M-1",
        "training": TRAINED | {"paid_by": "enterprise"},
        "payee": {"kind": "enterprise", "code": "ENT-5"},
    }, 5_000_001, "WH-12-2"),
    # as much as the national student grant
    "ZB": ("370303", {
        "student_grant": "amount_yuan,area,valid_from\n2000.02,370300,2019-09-01\n",
    }, {
        "kind": "ZB.K.living", "group": "ZB.G.two_after_living", "allowance_days": 60,
        "training": TRAINED | {"paid_by": "individual"}, "payee": {"kind": "individual"},
    }, 200_002, "ZB-2.1.5-2"),
    # safety training in a named industry
    "RD": ("320623", {
        "catalogue_amount": "kind,certificate_type,amount_yuan,area,valid_from\n"
                            "RD.K.safety,training_pass,800.01,320623,2020-01-01\n",
    }, {
        "kind": "RD.K.safety", "group": "RD.G.highrisk", "industry": "chemical", "trade": "T-1",
        "certificate": certificate("training_pass", 5), "employer": "ENT-6", "level": "none",
        "training_county": "320623", "certificate_county": "320623", "place_basis": "insured",
        "training": TRAINED | {"paid_by": "enterprise"},
        "payee": {"kind": "enterprise", "code": "ENT-6"},
    }, 80_001, "RD-6-1"),
}  # fmt: skip


def body(place: str, said: dict[str, Any]) -> dict[str, Any]:
    person = {"id_number": resident_number(next(PERSON)), "name": "学员甲"}
    return COMMON | said | {"jurisdiction": place, "person": person}


async def load(claims: Running, table: str, rows: str) -> None:
    area = rows.splitlines()[1].split(",")[-2]
    clerk = claims.person("clerk-7", Role.CLERK, at=area)
    approver = claims.person("approver-7", Role.APPROVER, at=area)
    brought = await clerk.post(
        f"/references/{table}?jurisdiction={area}&valid_from=2019-01-01",
        key=f"five-{next(KEYS)}", raw=rows.encode(), **{"Content-Type": "text/csv"},
    )  # fmt: skip
    assert brought.status == 200, brought.body
    path = f"/references/{table}/{brought.body['proposal']}/confirm"
    assert (await approver.post(path, key=f"five-{next(KEYS)}")).status == 200


async def filed(claims: Running, place: str, said: dict[str, Any]) -> Answer:
    filer = claims.person("filer-1", Role.INSTITUTION, org="INST-1", at=place)
    return await filer.post("/claims", body(place, said), key=f"five-{next(KEYS)}")


async def proposed(claims: Running, place: str, answer: Answer) -> str:
    """The claim's path, once it was accepted and calculated."""
    assert answer.status == 201, answer.body
    clerk = claims.person("clerk-1", Role.CLERK, at=place)
    path = f"/claims/{answer.body['claim']}"
    await clerk.post(f"{path}/accept", {"office": "OFFICE-1"}, key=f"five-{next(KEYS)}")
    await clerk.post(f"{path}/propose", key=f"five-{next(KEYS)}")
    return path


@pytest.mark.parametrize("city", CITIES)
async def test_a_claim_of_each_city_is_proposed_to_the_fen(claims: Running, city: str) -> None:
    place, tables, said, amount_fen, clause = CITIES[city]
    for table, rows in tables.items():
        await load(claims, table, rows)
    clerk = claims.person("clerk-1", Role.CLERK, at=place)
    path = await proposed(claims, place, await filed(claims, place, said))
    proposal = (await clerk.get(path)).body["proposal"]

    assert (proposal["decision"], proposal["amount_fen"]) == ("APPROVE", amount_fen), str(proposal)
    assert clause in [cited["clause"] for cited in proposal["citations"]]


async def test_a_claim_without_a_certificate_is_approved_and_each_course_is_another(
    claims: Running,
) -> None:
    place, _, said, _, _ = CITIES["WH"]
    first = body(place, said)
    other = first | {"training": first["training"] | {"starts_on": "2020-03-03"}}
    filer = claims.person("filer-1", Role.INSTITUTION, org="INST-1", at=place)
    answers = [
        await filer.post("/claims", one, key=f"five-{next(KEYS)}") for one in (first, other, first)
    ]
    path = await proposed(claims, place, answers[0])
    approver = claims.person("approver-1", Role.APPROVER, at=place)
    shown = {name: (await approver.get(path)).body["proposal"][name] for name in SHOWN}
    approval = await approver.post(f"{path}/approve", shown, key=f"five-{next(KEYS)}")

    assert approval.body["event"] == "ClaimApproved", approval.body
    assert [one.status for one in answers] == [201, 201, 200]
    assert answers[2].body["claim"] == answers[0].body["claim"] != answers[1].body["claim"]


WRONG = [
    ("issuer_class", "friend", "CHOICE_UNKNOWN"),
    ("payment_mode", "later", "CHOICE_UNKNOWN"),
    ("training_county", "3206", "STRING_PATTERN"),
    ("allowance_days", 0, "INTEGER_TOO_SMALL"),
    ("allowance_days", 3_661, "INTEGER_TOO_LARGE"),
    ("cost_fen", 0, "AMOUNT_ZERO"),
    ("education_fund_fen", -1, "AMOUNT_NEGATIVE"),
    ("mandate", "m" * 65, "STRING_TOO_LONG"),
    ("certificate", {"type": "none"}, "CHOICE_UNKNOWN"),
]


@pytest.mark.parametrize(("field", "value", "code"), WRONG)
async def test_what_only_some_kinds_ask_for_is_as_strict_as_the_rest(
    claims: Running, field: str, value: Any, code: str
) -> None:
    place, _, said, _, _ = CITIES["WH"]
    answer = await filed(claims, place, said | {field: value})

    assert (answer.status, answer.codes[-1]) == (422, code)
    [error] = answer.body["errors"]
    assert error["pointer"].startswith(f"/{field}")
    assert error["detail_zh"]


async def test_a_roster_files_what_needs_no_certificate_and_names_the_row_that_does(
    claims: Running,
) -> None:
    header = (
        "jurisdiction,kind,id_number,name,group,occupation,level,certificate_type,"
        "certificate_number,certificate_issued_on,training_from,training_to,paid_by,payee_kind,"
        "cost_yuan,education_fund_yuan,delivery"
    )
    last = f"{WELDER},五级,无,,,2020-03-02,2020-05-29,企业,企业,2000.01,1500,线下"
    rows = [
        f"371002,{kind},{resident_number(next(PERSON))},学员甲,{group},{last}"
        for kind, group in (
            ("WH.K.difficult", "WH.G.difficult_firm"), ("WH.K.appraisal", "WH.G.farmer"),
        )
    ]  # fmt: skip
    filer = claims.person("filer-1", Role.INSTITUTION, org="INST-1", at="371002")
    answer = await filer.upload(
        "/rosters", "\n".join((header, *rows, "")).encode(), key=f"five-{next(KEYS)}"
    )

    first, second = answer.body["outcomes"]
    assert (first["outcome"], second["outcome"]) == ("submitted", "refused"), answer.body
    [error] = second["errors"]
    assert (error["column"], error["code"]) == ("certificate_number", "CERTIFICATE_OR_PLAN")
    shown = await filer.get(f"/claims/{first['record']}", answer.position)
    assert shown.body["content"]["cost_fen"] == 200_001
