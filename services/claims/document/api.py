"""Papers over HTTP: bring one, take it back, read it."""

from typing import Generic, TypeVar

import msgspec
from aiohttp import web

from services.claims.document import problems
from services.claims.document.decide import AttachDocument, WithdrawDocument
from services.claims.document.files import Files
from services.claims.document.papers import Paper, find
from services.claims.document.receiving import Holder, digest_of, holder_of, paper_of, receive
from services.claims.document.record import Record
from services.claims.document.sending import send, stored
from shared.events.base import Facts
from shared.events.documents import DocumentAttached, DocumentWithdrawn, MediaType
from shared.http import catalogue as codes
from shared.http.access import Jurisdictions, require_jurisdiction, require_own, require_sight
from shared.http.commanding import answered, by, execute, request_of, require_writable
from shared.http.edge import CORRELATION_HEADER
from shared.http.identity import PARTIES
from shared.http.position import ANSWER_HEADER
from shared.http.problems import Problem
from shared.http.route import ACTOR, BODY, CORRELATION_ID, QUERY
from shared.ids import new_event_id
from shared.reading import CLAIMS_READINGS, record_reading
from shared.service import Service
from shared.store.commands import (
    Contended,
    Decision,
    Done,
    Holders,
    IdempotencyKeyReused,
    Refusal,
    Request,
    UnknownStream,
)
from shared.store.position import Position
from shared.store.store import Asked
from shared.vault.framing import framed
from shared.vault.papers import HolderKey, PaperPlace, PlanKey, SealedPaper

S = TypeVar("S")
MAX_UPLOADS = 16
"""at once in one process; each holds a chunk or two"""
READ = "document"
SAID = (Refusal, IdempotencyKeyReused, Contended, Problem)
"""after these it is certain that no event names the file"""


class DocumentsApi(Generic[S]):
    """Handlers for the papers of claims, or of plans."""

    def __init__(self, service: Service, record: Record[S]) -> None:
        self._service = service
        self._record = record
        self._jurisdictions = Jurisdictions.released()
        self._uploads = 0

    @property
    def _files(self) -> Files:
        return Files(self._service.pool)

    async def attach(self, request: web.Request) -> web.Response:
        """The file is stored whole before the event names it; a refused one is removed again."""
        require_writable(self._service)
        if self._uploads >= MAX_UPLOADS:
            raise Problem(codes.OVERLOADED, retry_after_seconds=5)
        self._uploads += 1
        try:
            stream_id = self._stream(request)
            state = await self._load(stream_id)
            self._own(request, state)
            done = await self._before(request)
            if done is None:
                self._record.may_attach(state, request[ACTOR].sub)
                done = await self._attach(request, stream_id, state)
        finally:
            self._uploads -= 1
        return await answered(self._service, done, 201)

    async def withdraw(self, request: web.Request) -> web.Response:
        stream_id, body = self._stream(request), request[BODY]
        command = WithdrawDocument(
            request[ACTOR].sub, request.match_info["document"], body["reason"]
        )

        def run(state: S, _: Holders) -> Decision:
            self._own(request, state)
            return self._record.withdraw(state, command, stream_id)

        place = self._record.owned(await self._load(stream_id)).jurisdiction
        return await execute(
            request, self._service, self._record.aggregate, stream_id, run, by(request, place),
            self._told,
        )  # fmt: skip

    async def read(self, request: web.Request) -> web.StreamResponse:
        """First the event that says who reads it, then the key."""
        require_writable(self._service)
        stream_id = self._stream(request)
        state = await self._load(stream_id)
        owned, today = self._record.owned(state), self._service.clock.today()
        require_sight(request[ACTOR], owned, self._jurisdictions, today)
        paper = find(self._record.papers(state), request.match_info["document"])
        if paper is None:
            raise Problem(codes.RESOURCE_UNKNOWN)
        position = await self._recorded(request, paper, stream_id, owned.jurisdiction)
        key = await self._key(paper, stream_id, request[ACTOR].sub)
        what = await stored(self._files, PaperPlace(stream_id, paper.document), paper, key)
        headers = {ANSWER_HEADER: str(position), CORRELATION_HEADER: request[CORRELATION_ID]}
        return await send(request, self._files, what, headers)

    async def _before(self, request: web.Request) -> Done | None:
        """What the same upload was answered; the body is read, and not stored again.

        Raises IdempotencyKeyReused for another file, kind or type.
        """
        key = request_of(request, self._service, self._told, b"").key
        known = await self._service.store.read(Asked(idempotency_key=key))
        if known.answered is None:
            return None
        digest, kept = known.answered
        if self._asked(request, await digest_of(request)).digest != digest:
            raise IdempotencyKeyReused
        return Done(kept.answer, kept.position, replayed=True)

    async def _attach(self, request: web.Request, stream_id: str, state: S) -> Done:
        service, actor = self._service, request[ACTOR].sub
        place = PaperPlace(stream_id, f"document-{new_event_id(service.clock)}")
        holder = await holder_of(service, stream_id, self._record.person(state), actor)
        await self._files.begin(place.document, stream_id, service.clock.now())
        sealed = await receive(request, self._files, place, holder)
        try:
            done = await self._command(request, place, sealed, holder, state)
        except SAID:
            await self._files.drop(place.document)
            raise
        if done.replayed:  # the same upload came twice at once, and the other one was first
            await self._files.drop(place.document)
        else:
            await self._files.keep(place.document)
        return done

    async def _command(
        self,
        request: web.Request,
        place: PaperPlace,
        sealed: SealedPaper,
        holder: Holder,
        state: S,
    ) -> Done:
        actor = request[ACTOR].sub
        paper = await paper_of(self._service, sealed, request[QUERY]["kind"], holder, actor)
        media_type = msgspec.convert(request.content_type, MediaType)
        command = AttachDocument(actor, place.document, paper, media_type, sealed.size_bytes)

        def run(state: S, _: Holders) -> Decision:
            self._own(request, state)
            return self._record.attach(state, command, place.stream)

        return await self._service.ledger.execute(
            self._record.aggregate, place.stream, run,
            by(request, self._record.owned(state).jurisdiction),
            self._asked(request, sealed.sha256),
        )  # fmt: skip

    def _asked(self, request: web.Request, sha256: str) -> Request:
        """Kind and type are part of what is asked: the same bytes as another paper are another."""
        parts = (request[QUERY]["kind"], request.content_type, sha256)
        said = framed(*(part.encode() for part in parts))
        return request_of(request, self._service, self._told, said)

    def _told(self, decision: Decision) -> object:
        facts: Facts = decision.events[-1]
        assert isinstance(facts, DocumentAttached | DocumentWithdrawn)
        whose = facts.claim or facts.plan
        return {
            self._record.name: whose, "event": type(facts).__name__, "document": facts.document,
        }  # fmt: skip

    async def _recorded(
        self, request: web.Request, paper: Paper, stream_id: str, place: str
    ) -> Position:
        person = paper.attached.person
        position = await record_reading(
            self._service.ledger, CLAIMS_READINGS, by(request, place),
            persons=[person] if person else [], purpose=READ, fields=[READ, paper.document],
            subject=stream_id,
        )  # fmt: skip
        self._service.committed()
        return position

    async def _key(self, paper: Paper, stream_id: str, actor: str) -> HolderKey:
        """Raises Problem for a person who was erased."""
        assert self._service.vault is not None
        person = paper.attached.person
        if person is None:
            return PlanKey(stream_id, self._service.vault.plan_secret(stream_id))
        [key] = await self._service.vault.open_keys([person], purpose=READ, actor=actor)
        if key is None:
            raise Problem(problems.DOCUMENT_ERASED)
        return key

    def _stream(self, request: web.Request) -> str:
        return request.match_info[self._record.name]

    async def _load(self, stream_id: str) -> S:
        bodies = await self._service.store.load(stream_id)
        if not bodies or not stream_id.startswith(f"{self._record.name}-"):
            raise UnknownStream(stream_id)
        return self._record.aggregate.fold(bodies)

    def _own(self, request: web.Request, state: S) -> None:
        actor, owned = request[ACTOR], self._record.owned(state)
        if actor.roles <= PARTIES:
            require_own(actor, owned)
        else:
            today = self._service.clock.today()
            require_jurisdiction(actor, owned.jurisdiction, self._jurisdictions, today)
