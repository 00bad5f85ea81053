"""Public notices over HTTP: publish, object, answer, close; the page with masked names."""

from collections.abc import Callable
from typing import Any

import msgspec
from aiohttp import web

from services.claims import problems
from services.claims.notice import decide, views
from services.claims.notice.decide import NOTICE, Notice
from services.claims.notice.listing import lines_of, listing_of, load_named, read_by
from services.claims.notice.page import page_of, page_sha256
from services.claims.packs import pack_of, policies
from shared.events.base import CLAIM_EVENTS
from shared.events.envelope import Event
from shared.events.notices import NoticePublished, ObjectionFiled
from shared.http import catalogue as codes
from shared.http.access import Jurisdictions, Owned, require_jurisdiction, require_sight
from shared.http.answers import answer, wait_until_visible
from shared.http.commanding import answered, by, execute, request_of, require_writable
from shared.http.problems import Problem
from shared.http.route import ACTOR, BODY, QUERY
from shared.ids import new_event_id
from shared.policy.pack import Demand
from shared.service import Service
from shared.store.commands import (
    Aggregate,
    Decision,
    Done,
    Holders,
    IdempotencyKeyReused,
    Request,
    UnknownStream,
    finished,
    taken_by,
)
from shared.store.store import Asked

Decide = Callable[[Notice], Decision]


def _count(version: int, event: Event) -> int:
    return event.version


READINGS: Aggregate[int] = Aggregate("/claims", CLAIM_EVENTS, 0, _count)
"""each reading of a page is a stream of one event"""


class NoticesApi:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._jurisdictions = Jurisdictions.released()

    async def publish(self, request: web.Request) -> web.Response:
        """The page is made once, here; its hash stands in the event."""
        service, body = self._service, request[BODY]
        require_writable(service)
        self._require_place(request, body["jurisdiction"])
        if len({*body["claims"]}) != len(body["claims"]):
            raise Problem(problems.CLAIM_TWICE, pointer="/claims")
        stream_id = f"notice-{new_event_id(service.clock)}"
        asked = request_of(request, service, _told(stream_id))
        done = await self._before(asked) or await self._publish(request, stream_id, asked)
        return await answered(service, done, 201)

    async def _before(self, asked: Request) -> Done | None:
        """What the same request was answered: a second look would find the claims shown already.

        Raises IdempotencyKeyReused.
        """
        known = await self._service.store.read(Asked(idempotency_key=asked.key))
        if known.answered is None:
            return None
        digest, kept = known.answered
        if digest != asked.digest:
            raise IdempotencyKeyReused
        return Done(kept.answer, kept.position, replayed=True)

    async def _publish(self, request: web.Request, stream_id: str, asked: Request) -> Done:
        service, body, actor = self._service, request[BODY], request[ACTOR].sub
        named = await load_named(service, body["claims"])
        newest = policies(service).standing.newest(body["jurisdiction"])
        listing = listing_of(body["claims"], named, newest, lambda claim: pack_of(service, claim))
        page = page_of(await lines_of(service, listing.named, actor))
        command = decide.PublishNotice(
            tuple(body["claims"]), listing.amount_fen, service.clock.today(),
            _days(service, listing.step), listing.step.clause, page_sha256(page),
            read_by(listing.named, actor, stream_id),
        )  # fmt: skip
        decision = decide.publish_notice(Notice(), command, stream_id)
        unit = service.ledger.unit(
            NOTICE, stream_id, 0, decision, by(request, body["jurisdiction"]), request=asked
        )
        outcome = await service.store.append(unit)
        if slots := taken_by(outcome):
            raise Problem(problems.NOTICED_ALREADY, claim=slots[0].key, notice=slots[0].stream_id)
        if (done := finished(outcome, unit)) is None:
            raise Problem(codes.STILL_RUNNING)
        return done

    async def object(self, request: web.Request) -> web.Response:
        body, stream_id = request[BODY], request.match_info["notice"]
        command = decide.FileObjection(
            body["claim"], self._service.clock.today(), body["channel"], body["ground"]
        )
        return await self._run(
            request, lambda notice: decide.file_objection(notice, command, stream_id)
        )

    async def answer(self, request: web.Request) -> web.Response:
        body, stream_id = request[BODY], request.match_info["notice"]
        command = decide.AnswerObjection(
            request[ACTOR].sub, request.match_info["objection"], body["outcome"],
            self._service.clock.today(), tuple(body["reasons"] or ()), body["note"] or "",
        )  # fmt: skip
        return await self._run(
            request, lambda notice: decide.answer_objection(notice, command, stream_id)
        )

    async def close(self, request: web.Request) -> web.Response:
        stream_id, today = request.match_info["notice"], self._service.clock.today()
        return await self._run(request, lambda n: decide.close_notice(n, today, stream_id))

    async def show(self, request: web.Request) -> web.Response:
        await self._wait(request)
        stream_id = request.match_info["notice"]
        return answer(views.shown(stream_id, await self._seen(request, stream_id)))

    async def page(self, request: web.Request) -> web.Response:
        """What is put up: each reading opens names, so it is an event."""
        require_writable(self._service)
        service, stream_id = self._service, request.match_info["notice"]
        notice = await self._seen(request, stream_id)
        named = [*(await load_named(service, notice.claims)).values()]
        actor = request[ACTOR].sub
        page = page_of(await lines_of(service, named, actor))
        unit = service.ledger.unit(
            READINGS, f"reading-{new_event_id(service.clock)}", 0,
            Decision([read_by(named, actor, stream_id)]), by(request, notice.jurisdiction),
        )  # fmt: skip
        await service.store.append(unit)
        service.committed()
        lines = msgspec.json.decode(page)
        return answer({"notice": stream_id, "sha256": page_sha256(page), "lines": lines})

    async def list(self, request: web.Request) -> web.Response:
        await self._wait(request)
        query, service = request[QUERY], self._service
        seen = self._jurisdictions.seen_by(request[ACTOR].jurisdiction, service.clock.today())
        said = await views.listed(
            service.pool, sorted(seen), query["open"] == "yes", query["after"] or "",
            query["limit"] or 50,
        )  # fmt: skip
        return answer(said)

    async def _wait(self, request: web.Request) -> None:
        for projector in self._service.projectors:
            await wait_until_visible(request, projector.seen)

    async def _seen(self, request: web.Request, stream_id: str) -> Notice:
        notice = await self._load(stream_id)
        today = self._service.clock.today()
        require_sight(request[ACTOR], Owned(notice.jurisdiction), self._jurisdictions, today)
        return notice

    async def _load(self, stream_id: str) -> Notice:
        bodies = await self._service.store.load(stream_id)
        if not bodies or not stream_id.startswith("notice-"):
            raise UnknownStream(stream_id)
        return NOTICE.fold(bodies)

    async def _run(self, request: web.Request, run: Decide) -> web.Response:
        stream_id = request.match_info["notice"]
        place = (await self._load(stream_id)).jurisdiction

        def guarded(notice: Notice, _: Holders) -> Decision:
            self._require_place(request, notice.jurisdiction)
            return run(notice)

        return await execute(
            request, self._service, NOTICE, stream_id, guarded, by(request, place),
            _told(stream_id),
        )  # fmt: skip

    def _require_place(self, request: web.Request, place: str) -> None:
        today = self._service.clock.today()
        require_jurisdiction(request[ACTOR], place, self._jurisdictions, today)


def _days(service: Service, step: Demand) -> int:
    """Calendar days as the policy says, unless the ledger is only tried out."""
    tried = service.settings.notice_days
    return tried if tried is not None else step.days or 0


def _told(stream_id: str) -> Callable[[Decision], object]:
    def said(decision: Decision) -> object:
        facts = decision.events[-1]
        told: dict[str, Any] = {"notice": stream_id, "event": type(facts).__name__}
        match facts:
            case NoticePublished():
                told["closes_on"] = facts.closes_on
            case ObjectionFiled():
                told["objection"] = facts.objection
            case _:
                pass
        return told

    return said
