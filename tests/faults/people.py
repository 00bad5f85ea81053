"""Claims of made-up persons (region 999999), as many as a test wants, each one different."""

from datetime import date, timedelta
from typing import Any

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = "10X98765432"
FIRST_BIRTHDAY = date(1960, 1, 1)
HEADER = (
    "行政区划代码,补贴种类,身份证号码,姓名,人员类别,职业代码,技能等级,证书类型,证书编号,发证日期,"
    "培训开始日期,培训结束日期,培训机构代码,培训协议编号,培训费支付方,收款人类型,申请日期"
)
OCCUPATIONS = ("6-11-01-03", "6-18-01-01", "4-02-06-01")
CONFIRMED = {"method": "in_person", "outcome": "confirmed"}
HEAD_FEN = 200_000
"""what the pack pays for one claim of these"""
LEVELS = ("L5", "L4", "L3", "L2", "L1")
LEVEL_CELLS = ("五级", "四级", "三级", "二级", "一级")


def resident_number(n: int) -> str:
    """The n-th valid number of the test region; different for different n below 13 million."""
    born = FIRST_BIRTHDAY + timedelta(days=n // 999)
    head = f"999999{born:%Y%m%d}{n % 999 + 1:03d}"
    return head + CHECK[sum(w * int(d) for w, d in zip(WEIGHTS, head, strict=True)) % 11]


def claim(
    person: int, certificate: str | None = None, occupation: int = 0, level: int = 1
) -> dict[str, Any]:
    """The body of POST /claims: one that the Huludao pack approves when nothing is in its way."""
    return {
        "jurisdiction": "211402",
        "kind": "HLD.K.employee_skill",
        "person": {"id_number": resident_number(person), "name": "学员甲"},
        "group": "HLD.G.employee",
        "occupation": OCCUPATIONS[occupation],
        "level": LEVELS[level],
        "certificate": {
            "type": "skill_level",
            "number": certificate or f"HLD2021{person:07d}",
            "issued_on": "2021-04-21",
        },
        "training": {
            "starts_on": "2021-02-05",
            "ends_on": "2021-03-22",
            "institution": "52999999000000115P",
            "agreement": "HLD-XY-2019-11",
            "paid_by": "individual",
        },
        "payee": {"kind": "individual"},
        "claimed_on": "2021-04-29",
    }


def with_account(person: int) -> dict[str, Any]:
    """A claim that can be paid: its person named an account."""
    body = claim(person)
    body["person"]["account"] = f"62220210{person:010d}"
    return body


def plan(number: int, persons: int) -> dict[str, Any]:
    """The body of POST /plans: an enterprise sends employees to a course, 2,000.00 a head."""
    return {
        "jurisdiction": "211402",
        "institution": "52999999000000115P",
        "kind": "HLD.K.employee_skill",
        "occupation": OCCUPATIONS[0],
        "level": LEVELS[1],
        "class_type": "ordinary",
        "mode": "classroom",
        "starts_on": "2021-02-05",
        "ends_on": "2021-03-22",
        "planned_days": 20,
        "planned_minutes": 9_600,
        "persons": persons,
        "budget_fen": persons * HEAD_FEN,
        "agreement": f"HLD-XT-{number}",
    }


def entry(person: int) -> dict[str, Any]:
    """One line of a plan's roster."""
    return {
        "id_number": resident_number(person), "name": "学员甲", "group": "HLD.G.employee",
        "enrolled_on": "2021-02-05",
    }  # fmt: skip


def claim_of_plan(plan_id: str, person: int, enterprise: str | None) -> dict[str, Any]:
    """One of them claims: for the enterprise, or, where there is none, for himself."""
    body = with_account(person)
    if enterprise is None:
        return {**body, "plan": plan_id}
    training = {**body["training"], "paid_by": "enterprise"}
    payee = {"kind": "enterprise", "code": enterprise}
    return {**body, "plan": plan_id, "training": training, "payee": payee}


def session(code: str, persons: list[int]) -> dict[str, Any]:
    """Who was in one session."""
    return {
        "session": code, "started_at": "2021-02-05T01:00:00Z", "ended_at": "2021-02-05T04:00:00Z",
        "mode": "classroom", "presences": [presence(person, 180) for person in persons],
    }  # fmt: skip


def presence(person: int, minutes: int) -> dict[str, Any]:
    number = resident_number(person)
    return {"id_number": number, "status": "present", "credited_minutes": minutes}


def roster_row(person: int, certificate: str | None = None, level: int = 1) -> str:
    """The same claim as one line of a roster."""
    return ",".join(
        (
            "211402,HLD.K.employee_skill",
            resident_number(person),
            "学员甲,HLD.G.employee",
            OCCUPATIONS[0],
            LEVEL_CELLS[level],
            "职业技能等级证书",
            certificate or f"HLD2021{person:07d}",
            "2021-04-21,2021-02-05,2021-03-22,52999999000000115P,HLD-XY-2019-11,个人,个人,2021-04-29",
        )
    )


def roster(rows: list[str]) -> bytes:
    return "\n".join([HEADER, *rows, ""]).encode()


def visit(*claims: str) -> dict[str, Any]:
    """An inspection of these claims that found everything in order."""
    return {"claims": claims, "inspected_at": "2020-03-20T09:30:00+08:00", "outcome": "in_order"}
