"""A small service to test the edge with: one command, one read, one import, one that fails."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from aiohttp import web

from shared.http.answers import answer, command_bytes, wait_until_visible
from shared.http.body import stream_body
from shared.http.fields import (
    AwareTime,
    BasisPoints,
    CalendarDate,
    Choice,
    Fen,
    Identifier,
    Items,
    Nested,
    QueryInteger,
    ResidentNumber,
    Schema,
    StrictBoolean,
    StrictString,
    Yuan,
)
from shared.http.identity import Role, requires
from shared.http.position import Position
from shared.http.problems import Problem, define
from shared.http.route import ACTOR, BODY, IDEMPOTENCY_KEY, MAX_BODY_LIMIT, QUERY, Route

TEST_RULE = define("TEST_RULE", 409, "The test's rule says no.", "测试规则不允许。")


class Refused(Exception):
    """A refusal of the sample's own rules."""


@dataclass(frozen=True)
class Payee:
    name: str
    amount_fen: int


@dataclass(frozen=True)
class SubmitClaim:
    person_number: str
    certificate: str
    level: str
    passed_on: date
    occurred_at: datetime
    amount_fen: int
    fee_fen: int | None
    ratio_bp: int
    agreed: bool
    payees: list[Payee]


class PayeeSchema(Schema):
    into = Payee
    name = StrictString(40)
    amount_fen = Fen()


class SubmitClaimSchema(Schema):
    into = SubmitClaim
    person_number = ResidentNumber()
    certificate = Identifier(40)
    level = Choice("L5", "L4", "L3", "L2", "L1")
    passed_on = CalendarDate()
    occurred_at = AwareTime()
    amount_fen = Fen()
    fee_fen = Yuan(required=False)
    ratio_bp = BasisPoints()
    agreed = StrictBoolean()
    payees = Items(Nested(PayeeSchema()), 3)


class PageSchema(Schema):
    limit = QueryInteger(1, 100)


GOOD = {
    "person_number": "999999198001010011",
    "certificate": "CERT-1",
    "level": "L3",
    "passed_on": "2026-01-31",
    "occurred_at": "2026-01-31T08:00:00+08:00",
    "amount_fen": 150_000,
    "ratio_bp": 5000,
    "agreed": True,
    "payees": [{"name": "某某", "amount_fen": 150_000}],
}


async def submit_claim(request: web.Request) -> web.Response:
    claim: SubmitClaim = request[BODY]
    seen = {
        "actor": request[ACTOR].sub,
        "key": request[IDEMPOTENCY_KEY],
        "amount_fen": claim.amount_fen,
        "occurred_at": claim.occurred_at,
        "digest": hashlib.sha256(command_bytes(request)).hexdigest(),
    }
    return answer(seen, status=201, position=Position("claim-events.v1", 7, 12))


async def show_claim(request: web.Request) -> web.Response:
    async def current(topic: str, partition: int) -> int:
        return 10

    await wait_until_visible(request, current, timeout_seconds=0.05)
    return answer({"claim": request.match_info["claim"]})


async def list_claims(request: web.Request) -> web.Response:
    return answer(request[QUERY])


async def import_roster(request: web.Request) -> web.Response:
    total = 0
    async for chunk in stream_body(request):
        total += len(chunk)
    return answer({"bytes": total})


async def fail(request: web.Request) -> web.Response:
    raise RuntimeError("person 999999198001010011 is broken")


async def refuse(request: web.Request) -> web.Response:
    raise Refused


def translate(error: Exception) -> Problem | None:
    return Problem(TEST_RULE) if isinstance(error, Refused) else None


_ANY = requires(Role.CLERK, Role.INSTITUTION)

ROUTES = [
    Route(
        method="POST",
        path="/claims",
        handler=submit_claim,
        en="Submit a claim",
        zh="提交申请",
        roles=_ANY,
        request=SubmitClaimSchema(),
        status=201,
        idempotent=True,
        problems=(TEST_RULE,),
    ),
    Route(
        method="GET",
        path="/claims/{claim}",
        handler=show_claim,
        en="Show a claim",
        zh="查看申请",
        roles=_ANY,
        reads_own_writes=True,
    ),
    Route(
        method="GET",
        path="/claims",
        handler=list_claims,
        en="List claims",
        zh="列出申请",
        roles=_ANY,
        query=PageSchema(),
    ),
    Route(
        method="POST",
        path="/rosters",
        handler=import_roster,
        en="Import a roster",
        zh="导入名单",
        roles=_ANY,
        stream=("text/csv",),
        body_limit=MAX_BODY_LIMIT,
        idempotent=True,
    ),
    Route(method="POST", path="/fail", handler=fail, en="Fail", zh="故障", roles=_ANY),
    Route(method="POST", path="/refuse", handler=refuse, en="Refuse", zh="拒绝", roles=_ANY),
]
