"""Attendance over HTTP: the list of one session, and its corrections."""

from typing import Any

from aiohttp import web

from services.claims.claim.already import already_filed, status_of
from services.claims.plan import attendance, views
from services.claims.plan.api import PlansApi
from services.claims.plan.attendance import SESSION, CorrectSession, RecordSession
from services.claims.plan.decide import Plan
from services.claims.plan.filing import persons, place_of, refused
from services.claims.plan.presences import presences_of
from services.claims.plan.refusals import SessionRecorded
from services.claims.problems import DATE_ORDER
from shared.http import catalogue as codes
from shared.http.commanding import Said, answered, by, execute, request_of, require_writable
from shared.http.problems import Problem
from shared.http.route import ACTOR, BODY
from shared.service import Service
from shared.store.commands import Decision, Done, IdempotencyKeyReused, Request, finished
from shared.store.store import Asked
from shared.vault import values


class SessionsApi:
    def __init__(self, service: Service, plans: PlansApi) -> None:
        self._service = service
        self._plans = plans

    async def record(self, request: web.Request) -> web.Response:
        """A session is a stream of its own: the same list sent again meets the first one."""
        require_writable(self._service)
        plan_id, body = request.match_info["plan"], request[BODY]
        plan = await self._own(request)
        if body["ended_at"] < body["started_at"]:
            refused([("/ended_at", DATE_ORDER)])
        asked = request_of(request, self._service, _said(plan_id, body["session"]))
        done = await self._before(asked)
        if done is None:
            done = await self._record(request, asked, plan, await self._command(request))
        return await answered(self._service, done, status_of(done))

    async def correct(self, request: web.Request) -> web.Response:
        plan_id, code = request.match_info["plan"], request.match_info["session"]
        plan, body = await self._own(request), request[BODY]
        assert self._service.vault is not None
        presences = await presences_of(
            self._service.vault, body["presences"], actor=request[ACTOR].sub
        )
        named = [presence.person for presence in presences]
        command = CorrectSession(
            presences=presences,
            reason=body["reason"],
            outage=body["outage"],
            manifest=body["manifest"],
            claims=await views.claims_of_persons(self._service.pool, plan_id, named),
        )
        return await execute(
            request, self._service, SESSION, attendance.session_id(plan_id, code),
            lambda session, _: attendance.correct_session(session, plan, command),
            by(request, plan.jurisdiction), _said(plan_id, code),
        )  # fmt: skip

    async def _own(self, request: web.Request) -> Plan:
        plan = await self._plans.load(request.match_info["plan"])
        self._plans.own(request, plan)
        return plan

    async def _record(
        self, request: web.Request, asked: Request, plan: Plan, command: RecordSession
    ) -> Done:
        plan_id = request.match_info["plan"]
        stream_id = attendance.session_id(plan_id, command.session)
        session = SESSION.fold(await self._service.store.load(stream_id))
        try:
            decision = attendance.record_session(session, plan, command)
        except SessionRecorded:
            said = {"plan": plan_id, "session": command.session}
            return await already_filed(self._service, asked, stream_id, said)
        unit = self._service.ledger.unit(
            SESSION, stream_id, 0, decision, by(request, plan.jurisdiction), request=asked
        )
        done = finished(await self._service.store.append(unit), unit)
        if done is None:
            raise Problem(codes.STILL_RUNNING)
        return done

    async def _before(self, asked: Request) -> Done | None:
        """What the same request was answered. Raises IdempotencyKeyReused for another body."""
        known = await self._service.store.read(Asked(idempotency_key=asked.key))
        if known.answered is None:
            return None
        digest, kept = known.answered
        if digest != asked.digest:
            raise IdempotencyKeyReused
        return Done(kept.answer, kept.position)

    async def _command(self, request: web.Request) -> RecordSession:
        vault, body, actor = self._service.vault, request[BODY], request[ACTOR].sub
        assert vault is not None
        taught = await persons(vault, [body["instructor"]] if body["instructor"] else (), actor)
        device = await self._device(body, actor)
        return RecordSession(
            session=body["session"],
            started_at=body["started_at"],
            ended_at=body["ended_at"],
            mode=body["mode"],
            presences=await presences_of(vault, body["presences"], actor=actor),
            place=place_of(body["place"]),
            instructor=taught[0] if taught else None,
            makeup_of=body["makeup_of"],
            device=device,
            kiosk=body["kiosk"] or False,
            manifest=body["manifest"],
        )

    async def _device(self, body: dict[str, Any], actor: str) -> str | None:
        if not body["device"]:
            return None
        assert self._service.vault is not None
        device = values.other(values.Kind.DEVICE, body["device"])
        [reference] = await self._service.vault.refer([device], actor=actor)
        return reference


def _said(plan_id: str, session: str) -> Said:
    def said(decision: Decision) -> object:
        return {"plan": plan_id, "session": session, "event": type(decision.events[-1]).__name__}

    return said
