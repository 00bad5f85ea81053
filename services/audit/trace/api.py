"""A trace over HTTP: every event behind a record, as JSON or as a picture to print."""

from dataclasses import replace

from aiohttp import web

from services.audit.finding.sight import Sight
from services.audit.trace.flow import Moved, moves_of
from services.audit.trace.follow import Traced, follow
from services.audit.trace.index import Found
from services.audit.trace.picture import picture
from services.audit.trace.shown import document
from shared.books import book
from shared.http import catalogue as codes
from shared.http.access import Jurisdictions
from shared.http.answers import answer, wait_until_visible
from shared.http.identity import Role, requires
from shared.http.problems import Problem
from shared.http.route import ACTOR, Route
from shared.service import Service
from shared.store.commands import UnknownStream

READERS = requires(Role.AUDITOR, Role.AUDIT_APPROVER, Role.FINANCE_OFFICER, Role.FINANCE_APPROVER)
SVG = "image/svg+xml"


class TraceApi:
    """A reader gets the events of the places that their own jurisdiction sees."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._find = Found(service.pool, service.log)
        self._jurisdictions = Jurisdictions.released()

    async def show(self, request: web.Request) -> web.Response:
        traced, moves = await self._trace(request)
        return answer(document(traced, moves))

    async def picture(self, request: web.Request) -> web.Response:
        traced, moves = await self._trace(request)
        return web.Response(text=picture(traced, moves), content_type=SVG)

    async def _trace(self, request: web.Request) -> tuple[Traced, tuple[Moved, ...]]:
        await wait_until_visible(request, Sight(self._service).current)
        root = request.match_info["record"]
        traced = await follow(root, self._find)
        if not traced.entries:
            raise UnknownStream(root)
        today = self._service.clock.today()
        seen = self._jurisdictions.seen_by(request[ACTOR].jurisdiction, today)
        own = tuple(entry for entry in traced.entries if entry.event.jurisdiction in seen)
        if not own:
            raise Problem(codes.JURISDICTION_REFUSED)
        whole = traced.whole and len(own) == len(traced.entries)
        traced = replace(traced, entries=own, whole=whole)
        return traced, moves_of(own, book)


def routes(service: Service) -> list[Route]:
    api = TraceApi(service)
    place = (codes.RESOURCE_UNKNOWN, codes.JURISDICTION_REFUSED)
    return [
        Route(
            method="GET", path="/trace/{record}", handler=api.show, roles=READERS,
            reads_own_writes=True, problems=place,
            en="Every event behind a claim, plan, payout, fund or person",
            zh="某申请、计划、拨付、资金专账或人员背后的全部事件",
        ),
        Route(
            method="GET", path="/trace/{record}/picture", handler=api.picture, roles=READERS,
            reads_own_writes=True, problems=place, response_type=SVG,
            en="The same as a picture: time line and money", zh="同一追溯的图：时间线与资金流向",
        ),
    ]  # fmt: skip
