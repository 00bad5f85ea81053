"""Rosters of plans over HTTP: as JSON, or as a file whose rows are answered one by one."""

import orjson
from aiohttp import web

from services.claims.claim.already import already_filed
from services.claims.packs import plan_pack
from services.claims.plan import roster, table
from services.claims.plan.api import PlansApi, told
from services.claims.plan.decide import PLAN, Plan
from services.claims.plan.enrolment import enrolled, trainees_of
from services.claims.plan.refusals import RosterTooLong, RosterUnchanged
from services.claims.plan.table import Trainee
from services.claims.problems import FILE_REFUSED
from shared.events.base import CLAIM_EVENTS
from shared.events.envelope import decode
from shared.events.plans import RosterListed
from shared.http.commanding import Said, answered, by, execute, request_of, require_writable
from shared.http.files import answer_file, read_upload, receive
from shared.http.route import ACTOR, BODY
from shared.service import Service
from shared.store.commands import Decision, Holders, Request
from shared.tables.outcomes import RowOutcome, answer_of, refused_row


class RosterApi:
    def __init__(self, service: Service, plans: PlansApi) -> None:
        self._service = service
        self._plans = plans

    async def listed(self, request: web.Request) -> web.Response:
        """Lines of a request; those that say nothing new are left out of the event."""
        plan_id, body = request.match_info["plan"], request[BODY]
        plan = await self._own(request)
        today = self._service.clock.today()
        trainees = trainees_of(body["entries"], plan_pack(self._service, plan).groups, today)
        command = roster.ListRoster(await self._parts(request, trainees), body["manifest"])

        def run(plan: Plan, _: Holders) -> Decision:
            return roster.list_roster(plan, command)

        try:
            return await execute(
                request, self._service, PLAN, plan_id, run, by(request, plan.jurisdiction),
                _said(plan_id),
            )  # fmt: skip
        except RosterUnchanged:
            asked = request_of(request, self._service, told(plan_id))
            done = await already_filed(self._service, asked, plan_id, {"plan": plan_id})
            return await answered(self._service, done)

    async def file(self, request: web.Request) -> web.Response:
        """A file; every row has its outcome. The same file under the same key is answered alike."""
        plan = await self._own(request)
        upload = await read_upload(request, table.COLUMNS, FILE_REFUSED)
        plan_id = request.match_info["plan"]
        asked = request_of(request, self._service, _said(plan_id), upload.sha256.encode())
        if kept := await receive(self._service, asked, self._service.clock.now()):
            return kept
        today = self._service.clock.today()
        rows = list(
            table.read_trainees(upload, groups=plan_pack(self._service, plan).groups, today=today)
        )
        good = [row for row in rows if isinstance(row, Trainee)]
        if len(good) > roster.MAX_ROSTER:
            raise RosterTooLong(persons=roster.MAX_ROSTER, enrolled=len(good))
        outcomes = [refused_row(row) for row in rows if isinstance(row, list)]
        outcomes += await self._list(request, asked, plan, good)
        said = answer_of(upload, outcomes)
        return await answer_file(self._service, asked, said, CLAIM_EVENTS)

    async def _list(
        self, request: web.Request, asked: Request, plan: Plan, good: list[Trainee]
    ) -> list[RowOutcome]:
        plan_id = request.match_info["plan"]
        command = roster.ListRoster(await self._parts(request, good))
        if not command.parts:
            return []
        try:
            done = await self._service.ledger.execute(
                PLAN, plan_id, lambda plan, _: roster.list_roster(plan, command),
                by(request, plan.jurisdiction), asked,
            )  # fmt: skip
            self._service.committed()
            before = await self._before(plan_id, orjson.loads(done.answer)["revision"])
        except RosterUnchanged:
            before = await self._plans.load(plan_id)
        warnings = {trainee.row: trainee.warnings for trainee in good}
        return [
            RowOutcome(
                row=entry.row,
                outcome=roster.outcome_of(before.roster, entry),
                record=plan_id,
                warnings=warnings[entry.row],
            )
            for part in command.parts
            for entry in part.entries
        ]

    async def _before(self, plan_id: str, revision: int) -> Plan:
        """The plan before this revision: after a crash each row is told the same again."""
        plan = Plan()
        for body in await self._service.store.load(plan_id):
            event = decode(body)
            if isinstance(event.facts, RosterListed) and event.facts.revision == revision:
                break
            plan = PLAN.evolve(plan, event)
        return plan

    async def _own(self, request: web.Request) -> Plan:
        require_writable(self._service)
        plan = await self._plans.load(request.match_info["plan"])
        self._plans.own(request, plan)
        return plan

    async def _parts(
        self, request: web.Request, trainees: list[Trainee]
    ) -> tuple[roster.Part, ...]:
        assert self._service.vault is not None
        return await enrolled(
            self._service.vault, self._service.clock, trainees, actor=request[ACTOR].sub
        )


def _said(plan_id: str) -> Said:
    def said(decision: Decision) -> object:
        listed = [facts for facts in decision.events if isinstance(facts, RosterListed)]
        return {
            "plan": plan_id,
            "event": "RosterListed",
            "revision": listed[0].revision,
            "listed": sum(len(part.entries) for part in listed),
        }

    return said
