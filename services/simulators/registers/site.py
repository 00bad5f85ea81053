"""The registers over HTTP on loopback, and the control that makes one go down, slow or wrong."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

import msgspec
from aiohttp import web

from services.simulators.registers.books import Books, Said, Shelf
from shared.registers.port import REGISTERS, Question
from shared.registers.signing import SIGNATURE_HEADER, TIME_HEADER, holds
from shared.registers.wire import AnswerSaid, Asking, CorrectionsAsked, CorrectionsSaid

MAX_REMEMBERED = 100_000
"""questions whose later correction is told, per register"""
MAX_BODY = 32 * 1024 * 1024
PAGE = 1000
_ASKING = msgspec.json.Decoder(Asking)
_ASKED = msgspec.json.Decoder(CorrectionsAsked)
_BOOKS = msgspec.json.Decoder(Books)


class Mood(StrEnum):
    """How a register behaves."""

    UP = "up"
    DOWN = "down"
    """breaks the connection off"""
    BUSY = "busy"
    """answers 503"""
    SLOW = "slow"
    WRONG = "wrong"
    """answers what is no JSON"""
    HALF = "half"
    """leaves every second question open"""


class Behave(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`POST /control/{register}`; `seconds` is how long a slow one takes."""

    mood: Mood
    seconds: float = 30.0


UP = Behave(mood=Mood.UP)


@dataclass(slots=True)
class Desk:
    """One register at work."""

    behave: Behave = UP
    asked: OrderedDict[str, tuple[Question, Said]] = field(default_factory=OrderedDict)
    corrected: list[str] = field(default_factory=list)
    calls: int = 0
    answered: int = 0


class Simulator:
    """All registers of one process."""

    def __init__(self, books: Books, secrets: Mapping[str, str]) -> None:
        self._shelf = Shelf(books)
        self._secrets = secrets
        self._desks = {code: Desk() for code in REGISTERS}

    def app(self) -> web.Application:
        app = web.Application(client_max_size=MAX_BODY)
        app.add_routes(
            [
                web.post("/{register}/ask", self.ask),
                web.post("/{register}/corrections", self.corrections),
                web.post("/control/books", self.correct),
                web.post("/control/{register}", self.control),
                web.get("/control/{register}", self.show),
            ]
        )
        return app

    async def ask(self, request: web.Request) -> web.StreamResponse:
        desk, body = await self._opened(request)
        register = request.match_info["register"]
        found = [self._answer(register, desk, asked) for asked in _ASKING.decode(body).questions]
        if desk.behave.mood is Mood.HALF:
            found = found[::2]
        desk.answered += len(found)
        return _json({"answers": found})

    async def corrections(self, request: web.Request) -> web.StreamResponse:
        desk, body = await self._opened(request)
        after = _ASKED.decode(body).after
        ids = tuple(desk.corrected[after : after + PAGE])
        return _json(CorrectionsSaid(ids=ids, next=max(after, 0) + len(ids)))

    async def correct(self, request: web.Request) -> web.StreamResponse:
        """The books change; every question that would be answered otherwise now is told."""
        self._shelf.correct(_BOOKS.decode(await request.read()))
        changed = 0
        for register, desk in self._desks.items():
            for id_, (asked, said) in desk.asked.items():
                now = self._shelf.answer(register, asked)
                if now != said:
                    desk.asked[id_] = (asked, now)
                    desk.corrected.append(id_)
                    changed += 1
        return _json({"changed": changed})

    async def control(self, request: web.Request) -> web.StreamResponse:
        self._desk(request).behave = msgspec.json.decode(await request.read(), type=Behave)
        return await self.show(request)

    async def show(self, request: web.Request) -> web.StreamResponse:
        desk = self._desk(request)
        return _json({"mood": desk.behave.mood, "calls": desk.calls, "answered": desk.answered})

    def _desk(self, request: web.Request) -> Desk:
        desk = self._desks.get(request.match_info["register"])
        if desk is None:
            raise web.HTTPNotFound
        return desk

    async def _opened(self, request: web.Request) -> tuple[Desk, bytes]:
        """The register in its mood, and a body whose signature holds."""
        desk, body = self._desk(request), await request.read()
        desk.calls += 1
        await _behave(request, desk.behave)
        secret = self._secrets.get(request.match_info["register"])
        given = (request.headers.get(TIME_HEADER, ""), request.headers.get(SIGNATURE_HEADER, ""))
        path = "/" + request.path.rpartition("/")[2]
        if secret is not None and not holds(secret, int(time.time()), given, path, body):
            raise web.HTTPUnauthorized
        return desk, body

    def _answer(self, register: str, desk: Desk, asked: Question) -> AnswerSaid:
        said = self._shelf.answer(register, asked)
        desk.asked[asked.id] = (asked, said)
        if len(desk.asked) > MAX_REMEMBERED:
            desk.asked.popitem(last=False)
        return AnswerSaid(
            id=asked.id, outcome=said.outcome, facts=said.facts, valid_at=datetime.now(UTC)
        )


async def _behave(request: web.Request, behave: Behave) -> None:
    match behave.mood:
        case Mood.DOWN:
            if request.transport is not None:
                request.transport.abort()
            raise web.HTTPServiceUnavailable
        case Mood.BUSY:
            raise web.HTTPServiceUnavailable
        case Mood.SLOW:
            await asyncio.sleep(behave.seconds)
        case Mood.WRONG:
            raise web.HTTPOk(text="<html>maintenance</html>")


def _json(said: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(said), content_type="application/json")
