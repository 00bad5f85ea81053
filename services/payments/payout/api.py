"""Payouts over HTTP: look at them, hold one, let it go."""

from collections.abc import Callable

from aiohttp import web

from services.payments import problems
from services.payments.notice.heard import notices_of
from services.payments.payout import views
from services.payments.payout.ageing import ageing
from services.payments.payout.decide import (
    PAYOUT,
    HoldPayout,
    Payout,
    ReleasePayout,
    Stage,
    hold_payout,
    release_payout,
)
from shared.http import catalogue as codes
from shared.http.access import Jurisdictions, require_jurisdiction
from shared.http.answers import answer, wait_until_visible
from shared.http.commanding import COMMANDING, READING, by, execute, told
from shared.http.fields import (
    AwareTime,
    CalendarDate,
    Choice,
    Fen,
    Identifier,
    Items,
    Nested,
    QueryInteger,
    Schema,
    StrictInteger,
    StrictString,
)
from shared.http.identity import Role, requires
from shared.http.route import ACTOR, BODY, QUERY, Route
from shared.service import Service
from shared.store.commands import Decision, Holders, UnknownStream

OFFICERS = requires(Role.FINANCE_OFFICER, Role.FINANCE_APPROVER)
READERS = requires(Role.FINANCE_OFFICER, Role.FINANCE_APPROVER, Role.AUDITOR)


class NoteSchema(Schema):
    note = StrictString(200, min=0, required=False, zh="不得含个人信息", en="no personal data")


class PayoutsQuery(Schema):
    state = Choice(*[stage.value for stage in Stage], "held", required=False)
    after = Identifier(120, required=False)
    limit = QueryInteger(1, 200, required=False)


STATES = (*[stage.value for stage in Stage], "held")


class PayoutAnswer(Schema):
    payout = Identifier(120)
    event = Identifier(64)


class NoticeAwaited(Schema):
    """Why the money stays although nothing else holds it; `until` where a notice is open."""

    code = Choice("NOTICE_MISSING", "NOTICE_RUNNING", "NOTICE_OBJECTED", "NOTICE_UPHELD")
    clause = Identifier(64)
    notice = Identifier(120, required=False)
    until = CalendarDate(required=False)


class PayoutShown(Schema):
    """One payout; `held` is a scheduled one that may not leave."""

    payout = Identifier(120)
    state = Choice(*STATES)
    version = StrictInteger(1)
    jurisdiction = Identifier(6)
    amount_fen = Fen(zero=True)
    claim = Identifier(120, required=False)
    person = Identifier(32, required=False)
    plan = Identifier(120, required=False)
    findings = Items(Identifier(120), 1000)
    held_by = Identifier(64, required=False)
    waits_for = Nested(NoticeAwaited(), required=False)


class PayoutListed(Schema):
    payout = Identifier(120)
    jurisdiction = Identifier(6)
    state = Choice(*STATES)
    claim = Identifier(120, required=False)
    person = Identifier(32, required=False)
    amount_fen = Fen(zero=True)
    findings = Items(Identifier(120), 1000)
    held_by = Identifier(64, required=False)
    version = StrictInteger(1)
    changed_at = AwareTime()


class PayoutsListed(Schema):
    """One page of payouts; `next` is what to ask after for the following one."""

    payouts = Items(Nested(PayoutListed()), 200)
    next = Identifier(120, required=False)


class AgeShown(Schema):
    """Payouts of one fund and one class of calendar days since the approval; no `to_days`: over."""

    jurisdiction = Identifier(6)
    fund = Identifier(64, required=False)
    state = Choice("waiting", "paid")
    from_days = StrictInteger()
    to_days = StrictInteger(required=False)
    payouts = StrictInteger()
    amount_fen = Fen(zero=True)
    longest_days = StrictInteger()


class AgeingShown(Schema):
    """From the approval to the payment; what waits, until `as_of`."""

    as_of = CalendarDate()
    classes = Items(Nested(AgeShown()), 2_000)


class PayoutsApi:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._jurisdictions = Jurisdictions.released()

    async def hold(self, request: web.Request) -> web.Response:
        command = HoldPayout(request[ACTOR].sub, request[BODY]["note"] or "")
        return await self._run(request, lambda payout: hold_payout(payout, command))

    async def release(self, request: web.Request) -> web.Response:
        command = ReleasePayout(request[ACTOR].sub, request[BODY]["note"] or "")
        return await self._run(request, lambda payout: release_payout(payout, command))

    async def show(self, request: web.Request) -> web.Response:
        await self._wait(request)
        stream_id = request.match_info["payout"]
        payout = await self._load(stream_id)
        self._place(request, payout)
        notices = await notices_of(self._service.pool, [payout.keys.claim])
        return answer(views.shown(stream_id, payout, notices[payout.keys.claim]))

    async def list(self, request: web.Request) -> web.Response:
        await self._wait(request)
        query = request[QUERY]
        today = self._service.clock.today()
        seen = self._jurisdictions.seen_by(request[ACTOR].jurisdiction, today)
        rows = await views.payouts(
            self._service.pool, sorted(seen), query["state"], query["after"] or "",
            query["limit"] or 50,
        )  # fmt: skip
        return answer(views.listed(rows))

    async def ageing(self, request: web.Request) -> web.Response:
        await self._wait(request)
        today = self._service.clock.today()
        seen = self._jurisdictions.seen_by(request[ACTOR].jurisdiction, today)
        return answer(await ageing(self._service.pool, sorted(seen), today))

    async def _run(self, request: web.Request, run: Callable[[Payout], Decision]) -> web.Response:
        stream_id = request.match_info["payout"]
        payout = await self._load(stream_id)

        def decide(payout: Payout, _: Holders) -> Decision:
            self._place(request, payout)
            return run(payout)

        return await execute(
            request, self._service, PAYOUT, stream_id, decide,
            by(request, payout.jurisdiction), told("payout", stream_id),
        )  # fmt: skip

    async def _load(self, stream_id: str) -> Payout:
        bodies = await self._service.store.load(stream_id)
        if not bodies or not stream_id.startswith(("payout-", "advance-")):
            raise UnknownStream(stream_id)
        return PAYOUT.fold(bodies)

    async def _wait(self, request: web.Request) -> None:
        [projector] = self._service.projectors
        await wait_until_visible(request, projector.seen)

    def _place(self, request: web.Request, payout: Payout) -> None:
        today = self._service.clock.today()
        require_jurisdiction(request[ACTOR], payout.jurisdiction, self._jurisdictions, today)


def routes(service: Service) -> list[Route]:
    """All routes of payouts."""
    api = PayoutsApi(service)
    place = (codes.RESOURCE_UNKNOWN, codes.JURISDICTION_REFUSED)
    refused = (*COMMANDING, *place, problems.PAYOUT_NOT_IN_THIS_STATE)
    let_go = (problems.PAYOUT_SAME_PERSON_TWICE, problems.HELD_BY_FINDING, problems.NOT_HELD)
    return [
        Route(
            method="POST", path="/payouts/{payout}/hold", handler=api.hold, request=NoteSchema(),
            roles=OFFICERS, idempotent=True, response=PayoutAnswer(), problems=refused,
            en="Hold a payout", zh="暂缓拨付",
        ),
        Route(
            method="POST", path="/payouts/{payout}/release", handler=api.release,
            roles=OFFICERS, request=NoteSchema(), response=PayoutAnswer(),
            problems=(*refused, *let_go), idempotent=True,
            en="Let a payout go", zh="解除暂缓",
        ),
        Route(
            method="GET", path="/payouts/ageing", handler=api.ageing, roles=READERS,
            reads_own_writes=True, response=AgeingShown(), problems=READING,
            en="Days from approval to payment, by fund", zh="从审批到拨付的天数（账龄）",
        ),
        Route(
            method="GET", path="/payouts/{payout}", handler=api.show, roles=READERS,
            reads_own_writes=True, response=PayoutShown(), problems=(*READING, *place),
            en="Show a payout", zh="查看拨付",
        ),
        Route(
            method="GET", path="/payouts", handler=api.list, roles=READERS, query=PayoutsQuery(),
            reads_own_writes=True, response=PayoutsListed(), problems=READING,
            en="List payouts", zh="拨付列表",
        ),
    ]  # fmt: skip
