"""Handling over HTTP: assign, check identities, record inspections; for one claim or for many."""

from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web

from services.claims import problems
from services.claims.claim.decide import CLAIM, Claim
from services.claims.handling import decide
from services.claims.handling.batch import Batch, Nothing
from services.claims.packs import policies
from shared.events.base import CLAIM_EVENTS
from shared.events.envelope import decode
from shared.http import catalogue as codes
from shared.http.access import Jurisdictions, require_jurisdiction
from shared.http.commanding import answered, by, execute, request_of, require_writable, told
from shared.http.files import answer_file, receive
from shared.http.problems import Problem
from shared.http.route import ACTOR, BODY
from shared.ids import new_event_id
from shared.service import Service
from shared.store.commands import Decision, Holders, UnknownStream, finished

Decide = Callable[[str, Claim], Decision]


class HandlingApi:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._jurisdictions = Jurisdictions.released()

    async def assign(self, request: web.Request) -> web.Response:
        command = decide.AssignClaim(**request[BODY])
        return await self._one(request, lambda _, claim: decide.assign_claim(claim, command))

    async def check_identity(self, request: web.Request) -> web.Response:
        command = _identity(request, request[BODY])
        return await self._one(request, lambda _, claim: decide.check_identity(claim, command))

    async def check_identities(self, request: web.Request) -> web.Response:
        """Each claim has its own outcome: one that is refused stops no other."""
        checks = {said["claim"]: _identity(request, said) for said in request[BODY]["checks"]}
        if len(checks) != len(request[BODY]["checks"]):
            raise Problem(problems.CLAIM_TWICE, pointer="/checks")

        def check(stream_id: str, claim: Claim) -> Decision:
            command, last = checks[stream_id], claim.identity
            if last and (last.outcome, last.hands) == (command.outcome, (command.actor,)):
                raise Nothing
            return decide.check_identity(claim, command)

        return await self._many(request, list(checks), check)

    async def inspect(self, request: web.Request) -> web.Response:
        """A visit to a class is one event; a visit for named claims stands with each of them."""
        body = request[BODY]
        named = [name for name in ("plan", "institution", "claims") if body[name] is not None]
        if len(named) != 1:
            raise Problem(problems.VISIT_WHAT)
        command = self._inspection(request)
        if named != ["claims"]:
            return await self._visit(request, command)
        if len({*body["claims"]}) != len(body["claims"]):
            raise Problem(problems.CLAIM_TWICE, pointer="/claims")

        def inspect(stream_id: str, claim: Claim) -> Decision:
            hands = decide.hands_of(command)
            if claim.inspection and (claim.inspection.outcome, claim.inspection.hands) == (
                command.outcome,
                hands,
            ):
                raise Nothing
            return decide.inspect_claim(claim, command, stream_id)

        return await self._many(request, body["claims"], inspect)

    async def _visit(self, request: web.Request, command: decide.RecordInspection) -> web.Response:
        require_writable(self._service)
        body = request[BODY]
        place = await self._place_of_plan(body["plan"]) if body["plan"] else body["jurisdiction"]
        if place is None or place not in policies(self._service).standing.places:
            raise Problem(problems.JURISDICTION_UNKNOWN, pointer="/jurisdiction")
        self._require_place(request, place)
        stream_id = f"inspection-{new_event_id(self._service.clock)}"
        visited = decide.Visited(body["plan"], body["institution"])
        decision = decide.inspect_class(0, command, visited)
        asked = request_of(request, self._service, told("inspection", stream_id))
        unit = self._service.ledger.unit(
            decide.INSPECTION, stream_id, 0, decision, by(request, place), request=asked
        )
        done = finished(await self._service.store.append(unit), unit)
        if done is None:
            raise Problem(codes.STILL_RUNNING)
        return await answered(self._service, done, 201)

    async def _place_of_plan(self, plan: str) -> str:
        """Raises UnknownStream for a plan that this service does not know."""
        bodies = await self._service.store.load(plan)
        if not bodies or not plan.startswith("plan-"):
            raise UnknownStream(plan)
        return decode(bodies[0]).jurisdiction

    def _inspection(self, request: web.Request) -> decide.RecordInspection:
        body = request[BODY]
        return decide.RecordInspection(
            request[ACTOR].sub, self._service.clock.now(), body["inspected_at"],
            tuple(body["inspectors"] or ()), body["outcome"], body["counted"], body["expected"],
            body["session"], tuple(body["reasons"] or ()), body["note"] or "",
        )  # fmt: skip

    async def _many(self, request: web.Request, claims: Sequence[str], run: Decide) -> web.Response:
        """The same request is answered the same again; after a crash the rest is done."""
        service = self._service
        require_writable(service)
        asked = request_of(request, service, lambda _: {})
        if kept := await receive(service, asked, service.clock.now()):
            return kept

        def guarded(stream_id: str, claim: Claim) -> Decision:
            self._require_place(request, claim.jurisdiction)
            return run(stream_id, claim)

        batch = Batch(service, lambda place: by(request, place), guarded)
        return await answer_file(service, asked, await batch.run(claims), CLAIM_EVENTS)

    async def _one(self, request: web.Request, run: Decide) -> web.Response:
        stream_id = request.match_info["claim"]
        bodies = await self._service.store.load(stream_id)
        if not bodies or not stream_id.startswith("claim-"):
            raise UnknownStream(stream_id)
        place = CLAIM.fold(bodies).jurisdiction

        def guarded(claim: Claim, _: Holders) -> Decision:
            self._require_place(request, claim.jurisdiction)
            return run(stream_id, claim)

        return await execute(
            request, self._service, CLAIM, stream_id, guarded, by(request, place),
            told("claim", stream_id),
        )  # fmt: skip

    def _require_place(self, request: web.Request, place: str) -> None:
        today = self._service.clock.today()
        require_jurisdiction(request[ACTOR], place, self._jurisdictions, today)


def _identity(request: web.Request, said: dict[str, Any]) -> decide.CheckIdentity:
    return decide.CheckIdentity(
        request[ACTOR].sub, said["method"], said["outcome"], said["number_check"],
        said["note"] or "",
    )  # fmt: skip
