"""Claims of invented persons, as requests and as roster rows; each person and number is new."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import orjson
from stdnum.cn import ric

from shared.tables import roster

FIRST_BIRTH = date(1970, 1, 1)
INSTITUTION = "52999999000000115P"
HEADINGS = ",".join(column.zh for column in roster.COLUMNS)


def id_number(person: int) -> str:
    """A valid number in region 999999, which does not exist; 10 million different ones."""
    born = FIRST_BIRTH + timedelta(days=person // 1000)
    first_17 = f"999999{born:%Y%m%d}{person % 1000:03d}"
    return first_17 + str(ric.calc_check_digit(first_17 + "0"))


def account_of(person: int) -> str:
    return f"62999999{person:08d}"


def request_body(person: int, account: str | None = None) -> bytes:
    """What POST /claims takes; without an account it can be approved, and not paid."""
    said: dict[str, Any] = {
        "jurisdiction": "211402",
        "kind": "HLD.K.employee_skill",
        "person": {"id_number": id_number(person), "name": "学员甲"},
        "group": "HLD.G.employee",
        "occupation": "6-18-01-01",
        "level": "L4",
        "certificate": {
            "type": "skill_level",
            "number": f"BENCH{person:010d}",
            "issued_on": "2021-04-21",
        },
        "training": {
            "starts_on": "2021-02-05",
            "ends_on": "2021-03-22",
            "institution": INSTITUTION,
            "agreement": "HLD-XY-2021-11",
            "paid_by": "individual",
        },
        "payee": {"kind": "individual"},
        "claimed_on": "2021-04-29",
    }
    if account is not None:
        said["person"]["account"] = account
    return orjson.dumps(said)


def roster_file(first: int, rows: int) -> bytes:
    """A roster with these persons; the lines have the columns of the released layout."""
    lines = [HEADINGS, *(_line(person) for person in range(first, first + rows))]
    return "\r\n".join(lines).encode()


def _line(person: int) -> str:
    values = {
        "jurisdiction": "211402",
        "kind": "HLD.K.employee_skill",
        "id_number": id_number(person),
        "name": "学员甲",
        "phone": f"199{person:08d}",
        "account": account_of(person),
        "group": "HLD.G.employee",
        "occupation": "6-18-01-01",
        "level": "四级",
        "certificate_type": "职业技能等级证书",
        "certificate_number": f"BENCH{person:010d}",
        "certificate_issued_on": "2021-04-21",
        "training_from": "2021-02-05",
        "training_to": "2021-03-22",
        "institution": INSTITUTION,
        "agreement": "HLD-XY-2021-11",
        "paid_by": "个人",
        "payee_kind": "个人",
        "claimed_on": "2021-04-29",
    }
    return ",".join(values.get(column.name, "") for column in roster.COLUMNS)


def raw_requests(first: int, count: int, token: str) -> Iterator[bytes]:
    """Whole HTTP requests, ready to be written to a socket; the person names the key too."""
    for person in range(first, first + count):
        body = request_body(person)
        head = (
            "POST /claims HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {token}\r\nIdempotency-Key: bench-{person}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body
