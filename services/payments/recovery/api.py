"""Debts over HTTP: what came in, instalments, and giving up by two persons."""

from collections.abc import Callable

from aiohttp import web

from services.payments.recovery import problems, views
from services.payments.recovery.decide import (
    RECOVERIES,
    AgreeInstalments,
    ProposeWriteOff,
    ReceiveRecovery,
    Recoveries,
    Recovery,
    Stage,
    agree_instalments,
    offset,
    propose_write_off,
    receive,
    require_answered,
    write_off,
)
from shared.events.settlements import Instalment
from shared.http import catalogue as codes
from shared.http.access import Jurisdictions, require_jurisdiction
from shared.http.answers import answer, wait_until_visible
from shared.http.commanding import COMMANDING, READING, by, execute, told
from shared.http.fields import (
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

OFFICERS = requires(Role.FINANCE_OFFICER)
DECIDERS = requires(Role.FINANCE_APPROVER)
READERS = requires(Role.FINANCE_OFFICER, Role.FINANCE_APPROVER, Role.AUDITOR)
STATES = tuple(stage.value for stage in Stage)
CAUSES = ("settlement", "approval_revoked", "finding", "plan_cancelled")


class RecoveryReceiptSchema(Schema):
    received_fen = Fen()
    received_on = CalendarDate()
    bank_reference = Identifier(64)


class InstalmentSchema(Schema):
    due_on = CalendarDate()
    amount_fen = Fen()


class InstalmentsSchema(Schema):
    instalments = Items(Nested(InstalmentSchema()), 60, min=1)
    reason = StrictString(200, min=0, required=False, zh="不得含个人信息", en="no personal data")


class WriteOffProposedSchema(Schema):
    reason = StrictString(200, zh="不得含个人信息", en="no personal data")
    clause = Identifier(64, required=False)
    decision_sha256 = Identifier(64, pattern="[0-9a-f]{64}", required=False)


class WriteOffDecidedSchema(Schema):
    """Nothing to say: what is proposed is decided as it was proposed."""


class OffsetRecoverySchema(Schema):
    against = Identifier(120, zh="被抵扣的拨付", en="the payout or settlement to make smaller")


class RecoveriesQuery(Schema):
    state = Choice(*STATES, required=False)
    after = Identifier(120, required=False)
    limit = QueryInteger(1, 200, required=False)


class RecoveryAnswer(Schema):
    recovery = Identifier(120)
    event = Identifier(64)


class RecoveryListed(Schema):
    recovery = Identifier(120)
    stream = Identifier(120)
    jurisdiction = Identifier(6)
    state = Choice(*STATES)
    payee_kind = Choice("individual", "enterprise", "institution")
    payee = Identifier(64, required=False)
    plan = Identifier(120, required=False)
    claim = Identifier(120, required=False)
    cause = Choice(*CAUSES)
    amount_fen = Fen()
    balance_fen = Fen(zero=True)
    demanded_on = CalendarDate()
    due_on = CalendarDate()


class RecoveryShown(RecoveryListed):
    """One debt as old as it is today; `overdue_fen` should have come by now."""

    received_fen = Fen(zero=True)
    reduced_fen = Fen(zero=True)
    written_off_fen = Fen(zero=True)
    age_days = StrictInteger(0)
    overdue_fen = Fen(zero=True)
    instalments = Items(Nested(InstalmentSchema()), 60)
    proposed_by = Identifier(64, required=False)


class RecoveriesListed(Schema):
    """One page of debts; `next` is what to ask after for the following one."""

    recoveries = Items(Nested(RecoveryListed()), 200)
    next = Identifier(120, required=False)


class RecoveriesApi:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._jurisdictions = Jurisdictions.released()

    async def receive(self, request: web.Request) -> web.Response:
        command = ReceiveRecovery(**request[BODY])
        return await self._run(request, lambda debt: receive(debt, command), answered=True)

    async def instalments(self, request: web.Request) -> web.Response:
        body = request[BODY]
        parts = tuple(Instalment(**part) for part in body["instalments"])
        command = AgreeInstalments(parts, self._service.clock.today(), body["reason"] or "")
        return await self._run(request, lambda debt: agree_instalments(debt, command))

    async def propose(self, request: web.Request) -> web.Response:
        command = ProposeWriteOff(**request[BODY])
        return await self._run(request, lambda debt: propose_write_off(debt, command))

    async def write_off(self, request: web.Request) -> web.Response:
        actor = request[ACTOR].sub
        return await self._run(request, lambda debt: write_off(debt, actor), answered=True)

    async def offset(self, request: web.Request) -> web.Response:
        against = request[BODY]["against"]
        return await self._run(request, lambda debt: offset(debt, against))

    async def show(self, request: web.Request) -> web.Response:
        await self._wait(request)
        stream_id, found = await self._load(request)
        self._place(request, found)
        debt = found.named(request.match_info["recovery"])
        today = self._service.clock.today()
        return answer(views.shown(stream_id, found.jurisdiction, debt, today))

    async def list(self, request: web.Request) -> web.Response:
        await self._wait(request)
        query = request[QUERY]
        today = self._service.clock.today()
        seen = self._jurisdictions.seen_by(request[ACTOR].jurisdiction, today)
        rows = await views.recoveries(
            self._service.pool, sorted(seen), query["state"], query["after"] or "",
            query["limit"] or 50,
        )  # fmt: skip
        return answer(views.listed(rows))

    async def _run(
        self, request: web.Request, run: Callable[[Recovery], Decision], *, answered: bool = False
    ) -> web.Response:
        """`answered`: only when no order of the payout is at the bank."""
        recovery = request.match_info["recovery"]
        stream_id, found = await self._load(request)

        def decide(found: Recoveries, _: Holders) -> Decision:
            self._place(request, found)
            if answered:
                require_answered(found)
            return run(found.named(recovery))

        return await execute(
            request, self._service, RECOVERIES, stream_id, decide,
            by(request, found.jurisdiction), told("recovery", recovery),
        )  # fmt: skip

    async def _load(self, request: web.Request) -> tuple[str, Recoveries]:
        """The stream that holds the debt: of a plan's money, or of a payout."""
        recovery = request.match_info["recovery"]
        stream_id = await views.stream_of(self._service.pool, recovery)
        if stream_id is None:
            raise UnknownStream(recovery)
        return stream_id, RECOVERIES.fold(await self._service.store.load(stream_id))

    async def _wait(self, request: web.Request) -> None:
        for projector in self._service.projectors:
            await wait_until_visible(request, projector.seen)

    def _place(self, request: web.Request, found: Recoveries) -> None:
        today = self._service.clock.today()
        require_jurisdiction(request[ACTOR], found.jurisdiction, self._jurisdictions, today)


def routes(service: Service) -> list[Route]:
    """All routes of recoveries."""
    api = RecoveriesApi(service)
    place = (codes.RESOURCE_UNKNOWN, codes.JURISDICTION_REFUSED)
    refused = (*COMMANDING, *place, problems.RECOVERY_CLOSED)
    decided = (
        problems.WRITE_OFF_NOT_PROPOSED, problems.WRITE_OFF_SAME_PERSON,
        problems.RECOVERY_AWAITS_BANK,
    )  # fmt: skip
    return [
        Route(
            method="POST", path="/recoveries/{recovery}/receipts", handler=api.receive,
            roles=OFFICERS, request=RecoveryReceiptSchema(), idempotent=True,
            response=RecoveryAnswer(),
            problems=(*refused, problems.RECOVERY_MORE_THAN_OWED, problems.RECOVERY_AWAITS_BANK),
            en="Record money that came back", zh="登记追回到账",
        ),
        Route(
            method="POST", path="/recoveries/{recovery}/instalments", handler=api.instalments,
            roles=OFFICERS, request=InstalmentsSchema(), idempotent=True,
            response=RecoveryAnswer(),
            problems=(*refused, problems.RECOVERY_INSTALMENTS_WRONG),
            en="Agree on instalments", zh="约定分期退回",
        ),
        Route(
            method="POST", path="/recoveries/{recovery}/write-off", handler=api.propose,
            roles=OFFICERS, request=WriteOffProposedSchema(), idempotent=True,
            response=RecoveryAnswer(),
            problems=refused, en="Propose to give up a debt", zh="提出核销",
        ),
        Route(
            method="POST", path="/recoveries/{recovery}/write-off/approve",
            handler=api.write_off, roles=DECIDERS, request=WriteOffDecidedSchema(), idempotent=True,
            response=RecoveryAnswer(), problems=(*refused, *decided),
            en="Give up a debt that was proposed", zh="批准核销",
        ),
        Route(
            method="POST", path="/recoveries/{recovery}/offset", handler=api.offset,
            roles=OFFICERS, request=OffsetRecoverySchema(), idempotent=True,
            response=RecoveryAnswer(),
            problems=(*refused, problems.OFFSET_WITHOUT_CLAUSE),
            en="Take a debt off another payment", zh="从其他拨付中抵扣",
        ),
        Route(
            method="GET", path="/recoveries/{recovery}", handler=api.show, roles=READERS,
            reads_own_writes=True, response=RecoveryShown(), problems=(*READING, *place),
            en="Show a debt", zh="查看追回款项",
        ),
        Route(
            method="GET", path="/recoveries", handler=api.list, roles=READERS,
            query=RecoveriesQuery(), reads_own_writes=True, response=RecoveriesListed(),
            problems=READING, en="List debts", zh="追回款项列表",
        ),
    ]  # fmt: skip
