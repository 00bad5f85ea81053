"""What to try while an installation stays up: addresses, tokens, three requests."""

import json

from services.cli.installation import Installation
from services.cli.people import AUDITOR, CLAIMANT, CLERKS

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


def welcome(installation: Installation) -> None:
    """Plain lines, never wrapped: each request is to be pasted as it stands."""
    for name, url in installation.services.items():
        print(f"{name:<9} {url}")
    print("\nTokens of the persons, eight hours  各角色令牌（8 小时有效）")
    for sub, token in installation.tokens.items():
        print(f"{sub}: {token}")
    print("\nTry, in another terminal  请在另一终端试用")
    for line in requests(installation):
        print(line)
    print("\nCtrl-C stops everything. 按 Ctrl-C 停止。", flush=True)


def requests(installation: Installation) -> list[str]:
    """A clerk's held claims, an auditor's findings, and a claim that a person files."""

    def curl(service: str, who: str, path: str, more: str = "") -> str:
        token = installation.tokens[who]
        url = installation.services[service] + path
        return f"curl -sS -H 'Authorization: Bearer {token}'{more} '{url}'"

    command = "-H 'Idempotency-Key: first-try' -H 'Content-Type: application/json'"
    body = f" {command} -d '{json.dumps(CLAIM)}'"
    return [
        curl("claims", CLERKS[0].sub, "/claims?stage=held"),
        curl("audit", AUDITOR.sub, "/findings"),
        curl("claims", CLAIMANT.sub, "/claims", body),
    ]
