"""Verifications over HTTP: what waits, what a person adds by hand, and the raw answer."""

from collections.abc import Callable
from typing import Any

import orjson
from aiohttp import web

from services.claims.claim.decide import CLAIM
from services.claims.verification import decide, evidence, schemas, views
from services.claims.verification.decide import VERIFICATION, AnswerVerification, Verification
from shared.http import catalogue as codes
from shared.http.access import Jurisdictions
from shared.http.answers import answer, answer_bytes, wait_until_visible
from shared.http.commanding import by, execute, request_of, require_writable, told
from shared.http.position import ANSWER_HEADER
from shared.http.problems import Problem
from shared.http.route import ACTOR, BODY, QUERY
from shared.ids import new_event_id
from shared.reading import CLAIMS_READINGS, record_reading
from shared.service import Service
from shared.store.commands import Decision, Holders, UnknownStream
from shared.store.store import Asked
from shared.vault.sealing import PersonKey

PAGE = 500
"""claims read at once, to see who filed and accepted them"""
Decide = Callable[[Verification, AnswerVerification], Decision]


class VerificationsApi:
    """Handlers of one process."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._jurisdictions = Jurisdictions.released()

    async def waiting(self, request: web.Request) -> web.Response:
        return await self._page(request, views.waiting)

    async def corrected(self, request: web.Request) -> web.Response:
        return await self._page(request, views.corrected)

    async def show(self, request: web.Request) -> web.Response:
        await self._wait(request)
        stream_id = request.match_info["verification"]
        state = await self._load(stream_id)
        self._place(request, state)
        return answer(views.shown(stream_id, state))

    async def ask(self, request: web.Request) -> web.Response:
        def run(state: Verification, _: Holders) -> Decision:
            return decide.ask_again(state)

        return await self._run(request, run)

    async def answer(self, request: web.Request) -> web.Response:
        return await self._by_hand(request, decide.answer_verification)

    async def correct(self, request: web.Request) -> web.Response:
        return await self._by_hand(request, decide.correct_verification)

    async def read(self, request: web.Request) -> web.Response:
        """The raw answer that stands. First the event that says who reads it, then the key; the
        same request again is one more reading.
        """
        service, actor = self._service, request[ACTOR]
        require_writable(service)
        stream_id = request.match_info["verification"]
        state = await self._load(stream_id)
        self._place(request, state)
        kept = await evidence.kept(service.pool, state.answer_id)
        if kept is None:
            raise Problem(codes.RESOURCE_UNKNOWN)
        key = None
        if kept.person is None:
            position = await evidence.position_of(service.pool, state.answer_id)
        else:
            position = await record_reading(
                service.ledger, CLAIMS_READINGS, by(request, state.jurisdictions[0]),
                persons=[kept.person], purpose="evidence", fields=["answer"], subject=stream_id,
            )  # fmt: skip
            service.committed()
            key = await self._key(kept.person, actor.sub)
        raw = evidence.raw_of(kept, state.answer_id, key)
        said = {"verification": stream_id, "answer": state.answer_id, "raw": raw.decode()}
        return answer_bytes(orjson.dumps(said), headers={ANSWER_HEADER: str(position)})

    async def _key(self, person: str, actor: str) -> PersonKey:
        """Raises Problem for a person who was erased: nobody can read the answer any more."""
        assert self._service.vault is not None
        [key] = await self._service.vault.open_keys([person], purpose="evidence", actor=actor)
        if key is None:
            raise Problem(codes.RESOURCE_UNKNOWN)
        return key

    async def _by_hand(self, request: web.Request, run: Decide) -> web.Response:
        """Evidence first: a refused answer leaves a sealed row that no event names."""
        require_writable(self._service)
        service, body = self._service, request[BODY]
        stream_id = request.match_info["verification"]
        state = await self._load(stream_id)
        self._place(request, state)
        event_id = new_event_id(service.clock)
        kept = await self._evidence(state, event_id, request)
        asked = request_of(request, service, lambda _: {})
        known = await service.store.read(Asked(idempotency_key=asked.key))
        if known.answered is None:
            await evidence.keep(service.pool, event_id, stream_id, kept, service.clock.now())
        command = AnswerVerification(
            actor=request[ACTOR].sub,
            outcome=body["outcome"],
            facts=schemas.facts_of(body),
            valid_at=body["valid_at"],
            received_at=service.clock.now(),
            source=decide.BY_HAND,
            commitment=kept.commitment,
            evidence_sha256=kept.sha256,
            parties=await self._parties(state),
            reason=body.get("reason") or "",
        )
        return await self._run(request, lambda s, _: run(s, command), event_id=event_id)

    async def _evidence(
        self, state: Verification, event_id: str, request: web.Request
    ) -> evidence.Evidence:
        """What the inspector wrote down, as it was sent."""
        assert self._service.vault is not None
        key = None
        person = state.keys.person if state.keys else None
        if person is not None:
            [key] = await self._service.vault.open_keys(
                [person], purpose="seal", actor=request[ACTOR].sub
            )
            if key is None:
                raise Problem(codes.RESOURCE_UNKNOWN)
        raw = orjson.dumps(request[BODY], option=orjson.OPT_SORT_KEYS)
        return evidence.evidence_of(raw, event_id, key)

    async def _parties(self, state: Verification) -> frozenset[str]:
        """Who filed or accepted a claim that the answer is for: four eyes."""
        hands: set[str] = set()
        for start in range(0, len(state.claims), PAGE):
            page = state.claims[start : start + PAGE]
            for bodies in (await self._service.store.read(Asked(page))).bodies.values():
                claim = CLAIM.fold(bodies)
                hands.update(claim.filed_by)
                if claim.accepted_by is not None:
                    hands.add(claim.accepted_by)
        return frozenset(hands)

    async def _run(
        self,
        request: web.Request,
        run: Callable[[Verification, Holders], Decision],
        *,
        event_id: str | None = None,
    ) -> web.Response:
        stream_id = request.match_info["verification"]
        state = await self._load(stream_id)

        def guarded(state: Verification, holders: Holders) -> Decision:
            self._place(request, state)
            return run(state, holders)

        return await execute(
            request, self._service, VERIFICATION, stream_id, guarded,
            by(request, state.jurisdictions[0]), told("verification", stream_id),
            event_id=event_id,
        )  # fmt: skip

    async def _load(self, stream_id: str) -> Verification:
        bodies = await self._service.store.load(stream_id)
        if not bodies or not stream_id.startswith("verification-"):
            raise UnknownStream(stream_id)
        return VERIFICATION.fold(bodies)

    def _place(self, request: web.Request, state: Verification) -> None:
        """One's own: a claim of one's jurisdiction waits for it, or rests on it."""
        today = self._service.clock.today()
        viewer = request[ACTOR].jurisdiction
        if not any(self._jurisdictions.sees(viewer, one, today) for one in state.jurisdictions):
            raise Problem(codes.JURISDICTION_REFUSED)

    async def _page(self, request: web.Request, rows_of: Any) -> web.Response:
        await self._wait(request)
        query, today = request[QUERY], self._service.clock.today()
        seen = sorted(self._jurisdictions.seen_by(request[ACTOR].jurisdiction, today))
        claim, _, verification = (query["after"] or "").partition("~")
        after = (claim, verification)
        rows = await rows_of(self._service.pool, seen, after, query["limit"] or 50)
        return answer(views.listed(rows))

    async def _wait(self, request: web.Request) -> None:
        [projector] = self._service.projectors
        await wait_until_visible(request, projector.seen)
