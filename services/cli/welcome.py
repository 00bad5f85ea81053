"""What to try while an installation stays up: addresses, tokens, three requests."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from services.cli.installation import Installation
from services.cli.people import AUDITOR, CLAIMANT, CLERKS, Person

CLAIM = {
    "jurisdiction": "211400",
    "kind": "HLD.K.employee_skill",
    "person": {"id_number": "999999198001010011", "name": "Test Person"},
    "group": "HLD.G.employee",
    "occupation": "6-11-01-03",
    "level": "L4",
    "certificate": {"type": "skill_level", "number": "HLD20200001", "issued_on": "2020-05-10"},
    "training": {
        "starts_on": "2020-04-01",
        "ends_on": "2020-05-01",
        "institution": "52999999000000115P",
        "agreement": "HLD-XY-2019-11",
        "paid_by": "individual",
    },
    "payee": {"kind": "individual"},
    "claimed_on": "2020-06-01",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One read by one person."""

    service: str
    who: Person
    path: str


def welcome(installation: Installation, more: Sequence[Request | str] = ()) -> None:
    """Plain lines, never wrapped: each request is to be pasted as it stands."""
    for name, url in installation.services.items():
        print(f"{name:<9} {url}")
    print("\nTokens of the persons, eight hours  各角色令牌（8 小时有效）")
    for sub, token in installation.tokens.items():
        print(f"{sub}: {token}")
    print("\nTry, in another terminal  请在另一终端试用")
    for line in (*requests(installation), *(_line(installation, one) for one in more)):
        print(line)
    print("\nCtrl-C stops everything. 按 Ctrl-C 停止。", flush=True)


def requests(installation: Installation) -> list[str]:
    """A clerk's held claims, an auditor's findings, and a claim that a person files."""
    command = "-H 'Idempotency-Key: first-try' -H 'Content-Type: application/json'"
    body = f" {command} -d '{json.dumps(CLAIM)}'"
    return [
        _curl(installation, Request("claims", CLERKS[0], "/claims?stage=held")),
        _curl(installation, Request("audit", AUDITOR, "/findings")),
        _curl(installation, Request("claims", CLAIMANT, "/claims"), body),
    ]


def _line(installation: Installation, one: Request | str) -> str:
    return one if isinstance(one, str) else _curl(installation, one)


def _curl(installation: Installation, request: Request, more: str = "") -> str:
    token = installation.tokens[request.who.sub]
    url = installation.services[request.service] + request.path
    return f"curl -sS -H 'Authorization: Bearer {token}'{more} '{url}'"
