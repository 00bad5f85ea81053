"""Plans over HTTP: file one, take it through its steps, look at it."""

from collections.abc import Callable, Sequence

from aiohttp import web

from services.claims.claim.already import already_filed, status_of
from services.claims.claim.views import VIEW
from services.claims.packs import plan_pack, policies
from services.claims.plan import approval, decide, earned, views
from services.claims.plan.decide import PLAN, Plan, Stage
from services.claims.plan.filing import content_of, plan_refusals, refused
from services.claims.plan.tariff import Terms, terms_of
from services.claims.sight import until_caught_up, until_visible
from shared.events.plans import PlanSubmitted
from shared.http import catalogue as codes
from shared.http.access import (
    Jurisdictions,
    Owned,
    require_jurisdiction,
    require_own,
    require_sight,
)
from shared.http.answers import answer
from shared.http.commanding import Said, answered, by, execute, request_of, require_writable
from shared.http.identity import PARTIES, Actor
from shared.http.problems import Problem
from shared.http.route import ACTOR, BODY, QUERY
from shared.ids import new_event_id
from shared.policy.occupations import occupations
from shared.policy.pack import Pack
from shared.service import Service
from shared.store.commands import (
    Decision,
    Holders,
    Refusal,
    UnknownStream,
    finished,
    taken_by,
)
from shared.store.unit import SlotKey

Decide = Callable[[Plan, Holders], Decision]
Wanted = Callable[[Plan], Sequence[SlotKey]]
_TOLD = ("plan_version", "roster_revision", "base_fen", "max_ratio_bp", "revision", "claims")


class PlansApi:
    """Handlers of one process; everything that they need is in the service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._jurisdictions = Jurisdictions.released()
        self._occupations = occupations()

    async def submit(self, request: web.Request) -> web.Response:
        require_writable(self._service)
        plan_id = f"plan-{new_event_id(self._service.clock)}"
        content = await self._content(request, plan_id)
        place = request[BODY]["jurisdiction"]
        asked = request_of(request, self._service, told(plan_id))
        decision = decide.submit_plan(Plan(), content, place)
        unit = self._service.ledger.unit(
            PLAN, plan_id, 0, decision, by(request, place), request=asked
        )
        outcome = await self._service.store.append(unit)
        if slots := taken_by(outcome):
            there = slots[0].stream_id
            done = await already_filed(self._service, asked, there, {"plan": there})
        elif (finish := finished(outcome, unit)) is not None:
            done = finish
        else:
            raise Problem(codes.STILL_RUNNING)
        return await answered(self._service, done, status_of(done))

    async def change(self, request: web.Request) -> web.Response:
        plan_id, body = request.match_info["plan"], request[BODY]
        plan = await self.load(plan_id)
        self.own(request, plan)
        if plan.jurisdiction != body["jurisdiction"]:
            raise Problem(codes.JURISDICTION_REFUSED)
        content = await self._content(request, plan_id)
        command = decide.ChangePlan(content, body["reason"])
        return await self.run(
            request,
            lambda plan, holders: decide.change_plan(plan, command, holders),
            lambda plan: decide.identity_wanted(plan, content),
        )

    async def accept(self, request: web.Request) -> web.Response:
        body = request[BODY]
        command = decide.AcceptPlan(request[ACTOR].sub, body["office"], body["opened_at_us"])
        return await self.run(request, lambda plan, _: decide.accept_plan(plan, command))

    async def return_(self, request: web.Request) -> web.Response:
        body = request[BODY]
        command = decide.ReturnPlan(request[ACTOR].sub, tuple(body["reasons"]), body["note"] or "")
        return await self.run(request, lambda plan, _: decide.return_plan(plan, command))

    async def approve(self, request: web.Request) -> web.Response:
        body = request[BODY]
        command = approval.ApprovePlan(
            request[ACTOR].sub, body["plan_version"], body["roster_revision"], body["base_fen"],
            body["fund"], body["settlement_due_on"],
        )  # fmt: skip
        await policies(self._service).now()

        def run(plan: Plan, _: Holders) -> Decision:
            return approval.approve_plan(plan, command, plan_pack(self._service, plan))

        return await self.run(request, run)

    async def reject(self, request: web.Request) -> web.Response:
        body = request[BODY]
        command = approval.RejectPlan(
            request[ACTOR].sub, tuple(body["reasons"]), tuple(body["citations"] or ()),
            body["note"] or "",
        )  # fmt: skip
        return await self.run(request, lambda plan, _: approval.reject_plan(plan, command))

    async def cancel(self, request: web.Request) -> web.Response:
        party = request[ACTOR].roles <= PARTIES
        command = decide.CancelPlan(request[BODY]["reason"], "filer" if party else "bureau")
        return await self.run(request, lambda plan, _: decide.cancel_plan(plan, command))

    async def complete(self, request: web.Request) -> web.Response:
        command = decide.CompletePlan(**request[BODY])
        return await self.run(request, lambda plan, _: decide.complete_plan(plan, command))

    async def decide(self, request: web.Request) -> web.Response:
        """The clerk says that nobody else is waited for; the claims are those of this moment."""
        self._place(request, await self.load(request.match_info["plan"]))
        await until_caught_up(self._service, VIEW)
        claims = await views.claims_of(self._service.pool, request.match_info["plan"])
        return await self.run(request, lambda plan, _: earned.decide_plan(plan, claims))

    async def show(self, request: web.Request) -> web.Response:
        plan_id = request.match_info["plan"]
        plan = await self.sighted(request)
        claims = await views.claims_of(self._service.pool, plan_id)
        return answer(
            views.shown(plan_id, plan, claims, _terms(plan, plan_pack(self._service, plan)))
        )

    async def trainees(self, request: web.Request) -> web.Response:
        await self.sighted(request)
        query, plan_id = request[QUERY], request.match_info["plan"]
        rows = await views.trainees(
            self._service.pool, plan_id, query["after"] or "", query["limit"] or 50
        )
        return answer(views.page("trainees", "person", rows))

    async def claims(self, request: web.Request) -> web.Response:
        await self.sighted(request)
        query, plan_id = request[QUERY], request.match_info["plan"]
        rows = await views.claims_page(
            self._service.pool, plan_id, query["after"] or "", query["limit"] or 50
        )
        return answer(views.page("claims", "claim", rows))

    async def list(self, request: web.Request) -> web.Response:
        await until_visible(self._service, request, VIEW)
        actor, query, pool = request[ACTOR], request[QUERY], self._service.pool
        stage, after, limit = query["stage"], query["after"] or "", query["limit"] or 50
        if actor.roles <= PARTIES:
            rows = await views.own_plans(pool, _org(actor), stage, after, limit)
        else:
            seen = self._jurisdictions.seen_by(actor.jurisdiction, self._service.clock.today())
            rows = await views.worklist(pool, sorted(seen), stage, after, limit)
        return answer(views.page("plans", "plan", rows))

    async def run(
        self, request: web.Request, run: Decide, wanted: Wanted | None = None
    ) -> web.Response:
        """One command on the plan of the path, by somebody whose plan, or whose place, it is."""
        plan_id = request.match_info["plan"]
        plan = await self.load(plan_id)

        def guarded(plan: Plan, holders: Holders) -> Decision:
            self.own(request, plan)
            return run(plan, holders)

        return await execute(
            request, self._service, PLAN, plan_id, guarded, by(request, plan.jurisdiction),
            told(plan_id), wanted=wanted,
        )  # fmt: skip

    async def sighted(self, request: web.Request) -> Plan:
        """The plan of the path. Raises Problem 403 for who may not see it, UnknownStream."""
        await until_visible(self._service, request, VIEW)
        plan = await self.load(request.match_info["plan"])
        today = self._service.clock.today()
        require_sight(request[ACTOR], views.owned(plan), self._jurisdictions, today)
        return plan

    async def load(self, plan_id: str) -> Plan:
        bodies = await self._service.store.load(plan_id)
        if not bodies or not plan_id.startswith("plan-"):
            raise UnknownStream(plan_id)
        return PLAN.fold(bodies)

    def own(self, request: web.Request, plan: Plan) -> None:
        """Parties act on their own plans, the bureau on those of its place. Raises Problem 403."""
        if request[ACTOR].roles <= PARTIES:
            require_own(request[ACTOR], _own(views.owned(plan)))
        else:
            self._place(request, plan)

    def _place(self, request: web.Request, plan: Plan) -> None:
        today = self._service.clock.today()
        require_jurisdiction(request[ACTOR], plan.jurisdiction, self._jurisdictions, today)

    async def _content(self, request: web.Request, plan_id: str) -> PlanSubmitted:
        assert self._service.vault is not None
        actor, body = request[ACTOR], request[BODY]
        today = self._service.clock.today()
        require_jurisdiction(actor, body["jurisdiction"], self._jurisdictions, today)
        pack = policies(self._service).standing.newest(body["jurisdiction"])
        refused(plan_refusals(body, pack, self._occupations))
        return await content_of(
            self._service.vault, body, plan_id=plan_id, organisation=_org(actor), actor=actor.sub
        )


def told(plan_id: str) -> Said:
    """The usual answer: the plan, the event that came of it, and the numbers that explain it."""

    def said(decision: Decision) -> object:
        facts = decision.events[-1]
        found = {name: getattr(facts, name, None) for name in _TOLD}
        explained = {name: value for name, value in found.items() if value is not None}
        return {"plan": plan_id, "event": type(facts).__name__, **explained}

    return said


def _terms(plan: Plan, pack: Pack) -> Terms | None:
    """What an approval would pin, where there is something to approve."""
    if plan.stage not in (Stage.SUBMITTED, Stage.ACCEPTED):
        return None
    try:
        return terms_of(plan, pack)
    except Refusal:
        return None


def _own(record: Owned) -> Owned:
    """A plan belongs to organisations, not to the person who typed it."""
    return Owned(record.jurisdiction, frozenset(), record.orgs)


def _org(actor: Actor) -> str:
    """Raises Problem for a token that does not name the organisation."""
    if not actor.org:
        raise Problem(codes.TOKEN_CLAIMS_WRONG)
    return actor.org
