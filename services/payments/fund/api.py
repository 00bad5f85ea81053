"""Funds over HTTP: open one, put money in, freeze it; what is in it and what moved."""

from collections.abc import Callable

from aiohttp import web

from services.payments import problems
from services.payments.fund import reconciliation, views
from services.payments.fund.decide import (
    FUND,
    AllocateFund,
    FreezeFund,
    Fund,
    OpenFund,
    RaiseCap,
    allocate_fund,
    freeze_fund,
    open_fund,
    raise_cap,
)
from services.payments.fund.policy import funds_of, of_policy
from services.payments.fund.refusals import SpecialAccountKnown
from services.payments.fund.schemas import (
    AllocateSchema,
    DaysQuery,
    FreezeSchema,
    FundAnswer,
    FundShown,
    FundsListed,
    JournalPage,
    JournalQuery,
    OpenSchema,
    PageQuery,
    RaiseCapSchema,
    ReconciliationShown,
    SourcesListed,
)
from shared.http import catalogue as codes
from shared.http.access import Jurisdictions, require_jurisdiction
from shared.http.answers import answer, wait_until_visible
from shared.http.commanding import COMMANDING, READING, by, execute, told
from shared.http.identity import Role, requires
from shared.http.route import ACTOR, BODY, QUERY, Route
from shared.http.starting import start
from shared.ids import fund_id
from shared.service import Service
from shared.store.commands import Decision, Holders, UnknownStream
from shared.vault import values

OFFICER = requires(Role.FINANCE_OFFICER)
READERS = requires(Role.FINANCE_OFFICER, Role.FINANCE_APPROVER, Role.AUDITOR)


class FundsApi:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._jurisdictions = Jurisdictions.released()

    async def open(self, request: web.Request) -> web.Response:
        """The account number becomes a reference; nobody is named by it."""
        body, service = request[BODY], self._service
        self._place(request, body["jurisdiction"])
        assert service.vault is not None
        [account] = await service.vault.refer(
            [values.account(body["account"])], actor=request[ACTOR].sub
        )
        command = OpenFund(
            fund=body["fund"], source=body["source"], year=body["year"],
            purposes=tuple(body["purposes"]), bank=body["bank"], account=account,
            opened_on=body["opened_on"], clause=body["clause"],
            special_account=bool(body["special_account"]),
        )  # fmt: skip
        place, stream_id = body["jurisdiction"], fund_id(body["jurisdiction"], body["fund"])
        if command.special_account:
            await self._require_first(place, stream_id)
        return await start(
            request, service, FUND, stream_id,
            lambda fund: open_fund(fund, of_policy(funds_of(place), command), place),
            by(request, place), told("fund", stream_id),
        )  # fmt: skip

    async def _require_first(self, jurisdiction: str, stream_id: str) -> None:
        """Raises SpecialAccountKnown. Two at once meet at the slot: one is told to try again."""
        known = await views.special_account(self._service.pool, jurisdiction)
        if known is not None and known != stream_id:
            raise SpecialAccountKnown(fund=known)

    async def allocate(self, request: web.Request) -> web.Response:
        command = AllocateFund(actor=request[ACTOR].sub, **request[BODY])
        return await self._run(request, lambda fund: allocate_fund(fund, command))

    async def raise_cap(self, request: web.Request) -> web.Response:
        command = RaiseCap(actor=request[ACTOR].sub, **request[BODY])
        return await self._run(request, lambda fund: raise_cap(fund, command))

    async def sources(self, request: web.Request) -> web.Response:
        """What came from each source of money, and where it is (several funds may share one)."""
        await self._wait(request)
        today = self._service.clock.today()
        seen = self._jurisdictions.seen_by(request[ACTOR].jurisdiction, today)
        return answer(await views.by_source(self._service.pool, sorted(seen)))

    async def freeze(self, request: web.Request) -> web.Response:
        command = FreezeFund(actor=request[ACTOR].sub, **request[BODY])
        return await self._run(request, lambda fund: freeze_fund(fund, command))

    async def show(self, request: web.Request) -> web.Response:
        stream_id, fund = await self._seen(request)
        held = await views.balances(self._service.pool, [(fund.jurisdiction, fund.code)])
        return answer(views.shown(stream_id, fund, held, self._service.clock.today()))

    async def list(self, request: web.Request) -> web.Response:
        await self._wait(request)
        query, service = request[QUERY], self._service
        today = service.clock.today()
        seen = self._jurisdictions.seen_by(request[ACTOR].jurisdiction, today)
        rows = await views.funds(
            service.pool, sorted(seen), query["after"] or "", query["limit"] or 50
        )
        held = await views.balances(service.pool, [(r["jurisdiction"], r["fund"]) for r in rows])
        return answer(views.listed(rows, held, today))

    async def journal(self, request: web.Request) -> web.Response:
        _, fund = await self._seen(request)
        query = request[QUERY]
        after = views.parse_after(query["after"])
        rows = await views.journal(
            self._service.pool, fund.jurisdiction, fund.code, after, query["limit"] or 50
        )
        return answer(views.paged(rows, views.accounts_of(fund.jurisdiction, fund.code)))

    async def reconcile(self, request: web.Request) -> web.Response:
        """The days of a fund, each with its sums; at most 400 of them."""
        _, fund = await self._seen(request)
        query = request[QUERY]
        found = await reconciliation.reconcile(
            self._service.pool, fund.jurisdiction, fund.code, query["from_day"], query["to_day"]
        )
        return answer(found)

    async def _run(self, request: web.Request, run: Callable[[Fund], Decision]) -> web.Response:
        stream_id, fund = await self._load(request)

        def decide(fund: Fund, _: Holders) -> Decision:
            self._place(request, fund.jurisdiction)
            return run(fund)

        return await execute(
            request, self._service, FUND, stream_id, decide,
            by(request, fund.jurisdiction), told("fund", stream_id),
        )  # fmt: skip

    async def _seen(self, request: web.Request) -> tuple[str, Fund]:
        """The fund of the path, if the actor may see it."""
        stream_id, fund = await self._load(request)
        self._place(request, fund.jurisdiction)
        return stream_id, fund

    async def _load(self, request: web.Request) -> tuple[str, Fund]:
        stream_id = request.match_info["fund"]
        bodies = await self._service.store.load(stream_id)
        if not bodies or not stream_id.startswith("fund-"):
            raise UnknownStream(stream_id)
        return stream_id, FUND.fold(bodies)

    async def _wait(self, request: web.Request) -> None:
        [projector] = self._service.projectors
        await wait_until_visible(request, projector.seen)

    def _place(self, request: web.Request, jurisdiction: str) -> None:
        today = self._service.clock.today()
        require_jurisdiction(request[ACTOR], jurisdiction, self._jurisdictions, today)


def routes(service: Service) -> list[Route]:
    """All routes of funds."""
    api = FundsApi(service)
    place = (codes.RESOURCE_UNKNOWN, codes.JURISDICTION_REFUSED)
    refused = (*COMMANDING, *place, problems.FUND_UNKNOWN, problems.PAYMENT_SAME_PERSON_TWICE)
    return [
        Route(
            method="POST", path="/funds", handler=api.open, roles=OFFICER, request=OpenSchema(),
            idempotent=True, status=201, response=FundAnswer(),
            problems=(
                *COMMANDING, codes.JURISDICTION_REFUSED, problems.FUND_KNOWN,
                problems.FUND_SOURCE_UNKNOWN, problems.NOT_EARMARKED,
                problems.SPECIAL_ACCOUNT_SILENT, problems.SPECIAL_ACCOUNT_KNOWN,
            ),
            en="Open a fund", zh="开立资金专账",
        ),
        Route(
            method="POST", path="/funds/{fund}/allocate", handler=api.allocate, roles=OFFICER,
            request=AllocateSchema(), idempotent=True, response=FundAnswer(),
            problems=(*refused, problems.FUND_CAP),
            en="Put money into a fund", zh="拨入资金",
        ),
        Route(
            method="POST", path="/funds/{fund}/cap", handler=api.raise_cap, roles=OFFICER,
            request=RaiseCapSchema(), idempotent=True, response=FundAnswer(),
            problems=(*refused, problems.FUND_HAS_NO_CAP),
            en="Raise the cap of the special account", zh="提高专账额度",
        ),
        Route(
            method="GET", path="/funds/sources", handler=api.sources, roles=READERS,
            reads_own_writes=True, response=SourcesListed(), problems=READING,
            en="Totals of each source of money", zh="按资金来源汇总",
        ),
        Route(
            method="POST", path="/funds/{fund}/freeze", handler=api.freeze, roles=OFFICER,
            request=FreezeSchema(), idempotent=True, response=FundAnswer(), problems=refused,
            en="Freeze a fund until a day", zh="冻结资金专账",
        ),
        Route(
            method="GET", path="/funds/{fund}", handler=api.show, roles=READERS,
            response=FundShown(), problems=(*READING, *place),
            en="Show a fund and its balances", zh="查看资金专账",
        ),
        Route(
            method="GET", path="/funds", handler=api.list, roles=READERS, query=PageQuery(),
            reads_own_writes=True, response=FundsListed(), problems=READING,
            en="List funds", zh="资金专账列表",
        ),
        Route(
            method="GET", path="/funds/{fund}/journal", handler=api.journal, roles=READERS,
            query=JournalQuery(), response=JournalPage(), problems=(*READING, *place),
            en="The lines of a fund's accounts", zh="资金专账分录",
        ),
        Route(
            method="GET", path="/funds/{fund}/reconciliation", handler=api.reconcile,
            roles=READERS, query=DaysQuery(), response=ReconciliationShown(),
            problems=(*READING, *place),
            en="Reconcile a fund by day", zh="资金专账按日对账",
        ),
    ]  # fmt: skip
