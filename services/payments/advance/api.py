"""A plan's money over HTTP: ask for an advance, authorise it, settle the plan, look at it."""

import re
from collections.abc import Callable

from aiohttp import web

from services.payments.advance import asking, settling, views
from services.payments.advance.decide import PLAN_MONEY, PlanMoney
from services.payments.fund.decide import FUND, require_payable, require_source
from services.payments.notice.before import settlement_waits
from services.payments.recovery.views import owed_fen
from shared.events.advances import AdvanceKeys, AdvanceRefused
from shared.http.access import (
    Jurisdictions,
    Owned,
    require_jurisdiction,
    require_sight,
)
from shared.http.answers import answer, wait_until_visible
from shared.http.commanding import Said, answered, by, execute, request_of, require_writable, told
from shared.http.identity import STAFF, Role
from shared.http.route import ACTOR, BODY, QUERY
from shared.http.starting import start
from shared.ids import advance_id, fund_id, new_event_id
from shared.service import Service
from shared.store.commands import Decision, Holders, UnknownStream
from shared.vault import values
from shared.vault.identity import parse_resident_id
from shared.vault.sealing import seal

Run = Callable[[PlanMoney], Decision]
_PLAN = re.compile(r"plan-[0-9a-f-]{36}")
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


class AdvancesApi:
    """Handlers of one process."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._jurisdictions = Jurisdictions.released()

    async def request(self, request: web.Request) -> web.Response:
        """A plan that payments has not heard of is refused by an event, like any other."""
        plan, stream_id = _plan_of(request)
        money = PLAN_MONEY.fold(await self._service.store.load(stream_id))
        self._require_asker(request, money)
        command = await self._asked(request, plan, money)
        said = _requested(stream_id)
        if not money.version:
            return await start(
                request, self._service, PLAN_MONEY, stream_id,
                lambda money: asking.request_advance(money, command),
                by(request, request[ACTOR].jurisdiction), said,
            )  # fmt: skip

        def decide(money: PlanMoney, _: Holders) -> Decision:
            self._require_asker(request, money)
            return asking.request_advance(money, command)

        require_writable(self._service)
        done = await self._service.ledger.execute(
            PLAN_MONEY, stream_id, decide, by(request, money.jurisdiction),
            request_of(request, self._service, said),
        )  # fmt: skip
        return await answered(self._service, done, status=201)

    async def authorise(self, request: web.Request) -> web.Response:
        body, number = request[BODY], _number_of(request)
        _, money = await self._load(request)
        await self._require_fund(money, body["fund"])
        payee = money.base.payee if money.base else None
        pool, today = self._service.pool, self._service.clock.today()
        command = asking.AuthoriseAdvance(
            actor=request[ACTOR].sub,
            number=number,
            debt_fen=await owed_fen(pool, payee),
            overdue_plans=await views.overdue_plans(pool, payee, today),
            **body,
        )
        return await self._run(request, lambda money: asking.authorise_advance(money, command))

    async def cancel(self, request: web.Request) -> web.Response:
        officer = bool(request[ACTOR].roles & STAFF)
        command = asking.CancelAdvance(
            number=_number_of(request), cause="officer" if officer else "payee",
            note=request[BODY]["note"] or "",
        )  # fmt: skip
        return await self._run(request, lambda money: asking.cancel_advance(money, command))

    async def give_back(self, request: web.Request) -> web.Response:
        body = request[BODY]
        command = asking.ReturnAdvance(
            number=_number_of(request), on=body["returned_on"],
            bank_reference=body["bank_reference"], reason=body["reason"],
        )  # fmt: skip
        return await self._run(request, lambda money: asking.return_advance(money, command))

    async def account(self, request: web.Request) -> web.Response:
        """The number becomes a reference; name and number travel sealed for the bank's file."""
        body, service, actor = request[BODY], self._service, request[ACTOR]
        _, money = await self._load(request)
        self._require_sight(request, money)
        assert service.vault is not None
        owner = parse_resident_id(body["handler"])
        person, account = await service.vault.refer_for_sealing(
            [values.person(owner), values.account(body["account"], owner)], actor=actor.sub
        )
        event_id = new_event_id(service.clock)
        assert person.key is not None
        command = asking.ChangePlanAccount(
            actor=actor.sub,
            account=account.reference,
            person=person.reference,
            sealed={
                "name": seal(person.key, event_id, "name", body["holder"]),
                "account": seal(person.key, event_id, "account", body["account"]),
            },
            requested_by="clerk" if actor.roles & STAFF else "institution",
        )
        return await self._run(
            request, lambda money: asking.change_plan_account(money, command), event_id
        )

    async def settle(self, request: web.Request) -> web.Response:
        body = request[BODY]
        _, money = await self._load(request)
        await self._require_fund(money, body["fund"])
        await self._require_noticed(money)
        command = settling.AuthoriseSettlement(actor=request[ACTOR].sub, **body)
        return await self._run(request, lambda money: settling.authorise_settlement(money, command))

    async def extend(self, request: web.Request) -> web.Response:
        command = asking.ExtendSettlement(actor=request[ACTOR].sub, **request[BODY])
        return await self._run(request, lambda money: asking.extend_settlement(money, command))

    async def show(self, request: web.Request) -> web.Response:
        await self._wait(request)
        stream_id, money = await self._load(request)
        self._require_sight(request, money)
        return answer(views.shown(stream_id, money))

    async def list(self, request: web.Request) -> web.Response:
        await self._wait(request)
        query = request[QUERY]
        today = self._service.clock.today()
        seen = self._jurisdictions.seen_by(request[ACTOR].jurisdiction, today)
        rows = await views.plans(
            self._service.pool, sorted(seen), query["state"], query["after"] or "",
            query["limit"] or 50,
        )  # fmt: skip
        return answer(views.listed(rows))

    async def _asked(
        self, request: web.Request, plan: str, money: PlanMoney
    ) -> asking.RequestAdvance:
        """Who asks: an officer or its own people for the payee, anybody else for himself (E29)."""
        actor, body = request[ACTOR], request[BODY]
        alone = not actor.roles & STAFF and Role.INSTITUTION not in actor.roles
        payee = money.base.payee if money.base else actor.org or None
        return asking.RequestAdvance(
            plan=plan,
            advance_fen=body["advance_fen"],
            payee_kind="individual" if alone else "institution",
            payee=None if alone else payee,
            on=self._service.clock.today(),
            purpose=body["purpose"] or "",
            debt_fen=await owed_fen(self._service.pool, payee),
        )

    async def _run(
        self, request: web.Request, run: Run, event_id: str | None = None
    ) -> web.Response:
        stream_id, money = await self._load(request)

        def decide(money: PlanMoney, _: Holders) -> Decision:
            self._require_sight(request, money)
            return run(money)

        return await execute(
            request, self._service, PLAN_MONEY, stream_id, decide,
            by(request, money.jurisdiction), told("advance", stream_id), event_id=event_id,
        )  # fmt: skip

    async def _load(self, request: web.Request) -> tuple[str, PlanMoney]:
        _, stream_id = _plan_of(request)
        bodies = await self._service.store.load(stream_id)
        if not bodies:
            raise UnknownStream(stream_id)
        return stream_id, PLAN_MONEY.fold(bodies)

    async def _require_fund(self, money: PlanMoney, code: str) -> None:
        """Raises a Refusal unless the fund may pay today."""
        stream_id = fund_id(money.jurisdiction, code)
        fund = FUND.fold(await self._service.store.load(stream_id))
        base = money.base
        require_payable(fund, code, base.scheme if base else None, self._service.clock.today())
        if base is not None:
            require_source(fund, base.sources, base.sources_clause)

    async def _require_noticed(self, money: PlanMoney) -> None:
        """Raises a Refusal while a claim that is settled waits for its public notice."""
        if money.base is None or money.decided is None:
            return
        base, passed = money.base, money.decided.passed
        pool = self._service.pool
        if no := await settlement_waits(pool, base.notice_clause, base.plan, passed):
            raise no

    async def _wait(self, request: web.Request) -> None:
        for projector in self._service.projectors:
            await wait_until_visible(request, projector.seen)

    def _require_asker(self, request: web.Request, money: PlanMoney) -> None:
        """A person may ask, and is refused by the record; an organisation only for its own."""
        actor = request[ACTOR]
        if actor.roles == {Role.CLAIMANT}:
            return
        if money.base is None:
            if actor.roles & STAFF and money.version:
                self._require_place(request, money)
            return
        self._require_sight(request, money)

    def _require_sight(self, request: web.Request, money: PlanMoney) -> None:
        base = money.base
        orgs = {base.organisation, base.payee} - {None} if base else set()
        owned = Owned(money.jurisdiction, orgs=frozenset(org for org in orgs if org))
        today = self._service.clock.today()
        require_sight(request[ACTOR], owned, self._jurisdictions, today)

    def _require_place(self, request: web.Request, money: PlanMoney) -> None:
        today = self._service.clock.today()
        require_jurisdiction(request[ACTOR], money.jurisdiction, self._jurisdictions, today)


def _plan_of(request: web.Request) -> tuple[str, str]:
    """Raises UnknownStream for what is no id of a plan."""
    plan = request.match_info["plan"]
    if not _PLAN.fullmatch(plan):
        raise UnknownStream(plan)
    return plan, advance_id(plan)


def _number_of(request: web.Request) -> int:
    number = request.match_info["number"]
    if not _NUMBER.fullmatch(number):
        raise UnknownStream(number)
    return int(number)


def _requested(stream_id: str) -> Said:
    def said(decision: Decision) -> object:
        last = decision.events[-1]
        assert isinstance(last, AdvanceKeys)
        told = {"advance": stream_id, "advance_no": last.advance_no, "event": type(last).__name__}
        if isinstance(last, AdvanceRefused):
            told |= {"reason": last.reason} | ({"clause": last.clause} if last.clause else {})
        return told

    return said
