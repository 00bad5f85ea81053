"""Lists of approvals over HTTP: send one, see how far it is, read what became of each claim."""

import asyncio

import asyncpg
from aiohttp import web

from services.claims.approvals import book, listed
from services.claims.approvals.book import MAX_OPEN, Asked
from services.claims.approvals.listed import COLUMNS
from services.claims.approvals.schemas import OUTCOMES
from services.claims.approvals.working import APPROVALS
from services.claims.claim.views import VIEW
from services.claims.problems import APPROVALS_REFUSED, APPROVALS_WAITING
from services.claims.sight import until_visible
from shared.events.approvals import ApprovalsAsked
from shared.http import catalogue as codes
from shared.http.access import Jurisdictions, require_jurisdiction
from shared.http.answers import answer
from shared.http.commanding import answered, by, request_of, require_writable
from shared.http.files import read_upload
from shared.http.problems import Problem
from shared.http.route import ACTOR, QUERY
from shared.ids import new_event_id
from shared.service import Service
from shared.store.commands import Decision, Done, Request, UnknownStream, finished, stored
from shared.store.store import Asked as Question
from shared.store.unit import Appended, Unit
from shared.tables.problems import MAX_ROWS

DEFAULT_PAGE = 200


class ApprovalsApi:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._jurisdictions = Jurisdictions.released()

    async def ask(self, request: web.Request) -> web.Response:
        """The list and its event are committed together; then it survives every crash."""
        service, actor = self._service, request[ACTOR]
        require_writable(service)
        upload = await read_upload(request, COLUMNS, APPROVALS_REFUSED)
        lines = await asyncio.to_thread(listed.read, upload)
        key = request_of(request, service, lambda _: {}, upload.sha256.encode())
        approvals = f"approvals-{key.key.hex()[:32]}"
        said = {"approvals": approvals, "claims": len(lines)}
        wanted = request_of(request, service, lambda _: said, upload.sha256.encode())
        if kept := await self._kept(wanted):
            return await answered(service, kept, 202)
        waiting = len(await book.open_lists(service.pool))
        if waiting >= MAX_OPEN:
            raise Problem(APPROVALS_WAITING, count=waiting)
        acting, event_id = by(request, actor.jurisdiction), new_event_id(service.clock)
        facts = ApprovalsAsked(claims=len(lines), list_sha256=upload.sha256)
        unit = service.ledger.unit(
            APPROVALS, approvals, 0, Decision([facts]), acting, event_id=event_id, request=wanted
        )
        asked = Asked(
            approvals, actor.sub, actor.jurisdiction, actor.org or None, acting.correlation_id,
            event_id, len(lines), service.clock.now(),
        )  # fmt: skip
        return await answered(service, await self._take_in(asked, lines, unit, wanted), 202)

    async def approvable(self, request: web.Request) -> web.Response:
        """The list to send back, whole or in part, once it has been looked at."""
        await until_visible(self._service, request, VIEW)
        actor, query, today = request[ACTOR], request[QUERY], self._service.clock.today()
        place = query["jurisdiction"] or actor.jurisdiction
        require_jurisdiction(actor, place, self._jurisdictions, today)
        seen = sorted(self._jurisdictions.seen_by(place, today))
        rows = await book.approvable(
            self._service.pool, seen, query["kind"], query["limit"] or MAX_ROWS
        )
        content = await asyncio.to_thread(listed.written, rows)
        return web.Response(body=content, content_type="text/csv", charset="utf-8")

    async def show(self, request: web.Request) -> web.Response:
        asked = await self._find(request)
        counts = await book.counts(self._service.pool, asked.approvals)
        shown = {
            "approvals": asked.approvals,
            "asked_by": asked.actor,
            "asked_at": asked.asked_at,
            "claims": asked.claims,
            "done": sum(counts.values()),
            "counts": {word: counts.get(word, 0) for word in OUTCOMES},
        }
        return answer(shown | ({"ended_at": asked.ended_at} if asked.ended_at else {}))

    async def outcomes(self, request: web.Request) -> web.Response:
        asked, query = await self._find(request), request[QUERY]
        limit = query["limit"] or DEFAULT_PAGE
        rows = await book.outcomes_page(
            self._service.pool, asked.approvals, query["outcome"], query["after"] or 0, limit
        )
        found = [{k: v for k, v in row.items() if v is not None} for row in rows]
        more = {"next": found[-1]["n"]} if len(found) == limit else {}
        return answer({"outcomes": found, **more})

    async def _take_in(
        self, asked: Asked, lines: list[listed.Listed], unit: Unit, wanted: Request
    ) -> Done:
        """The event comes last: it locks its partition's number until the commit."""
        service = self._service
        try:
            async with service.pool.acquire() as connection, connection.transaction():
                await book.take_in(connection, asked, lines)
                [outcome] = await service.store.append_within(connection, [unit])
                if not isinstance(outcome, Appended):
                    raise _AskedBefore
        except (asyncpg.UniqueViolationError, _AskedBefore):
            if kept := await self._kept(wanted):
                return kept
            raise Problem(codes.STILL_RUNNING) from None
        service.store.seen(outcome.positions)
        done = finished(outcome, unit)
        assert done is not None
        return done

    async def _kept(self, wanted: Request) -> Done | None:
        """What the same request was answered before. Raises IdempotencyKeyReused."""
        known = await self._service.store.read(Question(idempotency_key=wanted.key))
        return stored(known, wanted) if known.answered else None

    async def _find(self, request: web.Request) -> Asked:
        approvals = request.match_info["approvals"]
        asked = await book.find(self._service.pool, approvals)
        if asked is None:
            raise UnknownStream(approvals)
        today = self._service.clock.today()
        require_jurisdiction(request[ACTOR], asked.jurisdiction, self._jurisdictions, today)
        return asked


class _AskedBefore(Exception):
    """The key was used while this request was under way."""
