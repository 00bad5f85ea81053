"""Claims over HTTP: file one, take it through its steps, look at it."""

from collections.abc import Callable, Sequence

from aiohttp import web

from services.claims.claim import approval, decide, exceptions, left, schemas, views
from services.claims.claim.already import already_filed, status_of
from services.claims.claim.decide import CLAIM, Claim
from services.claims.claim.filing import Filed, file_claims, organisation_of, row_refusals
from services.claims.claim.judgement import case_of
from services.claims.claim.planned import NO_PLAN, PlanOfClaim
from services.claims.claim.refiling import require_refilable
from services.claims.document.asked import asked_shown
from services.claims.handling import demands
from services.claims.handling.demands import NOTHING_AROUND, Around
from services.claims.handling.refusals import DemandsNotMet
from services.claims.handling.views import around, waiting_shown
from services.claims.packs import pack_of, policies
from services.claims.plan.views import plan_of
from services.claims.problems import DEMANDS_NOT_MET, SUPERSEDED_ALREADY
from services.claims.sight import until_caught_up
from services.claims.verification.loading import verified_for
from services.claims.verification.working import registers_asked
from shared.events.base import CLAIM_EVENTS
from shared.http import catalogue as codes
from shared.http.access import (
    Jurisdictions,
    require_jurisdiction,
    require_own,
    require_sight,
)
from shared.http.answers import answer, wait_until_visible
from shared.http.commanding import (
    answered,
    by,
    execute,
    request_of,
    require_writable,
    told,
)
from shared.http.identity import PARTIES, Role
from shared.http.position import Position, wait_for
from shared.http.problems import CATALOGUE, FieldRefusal, Problem, Refusal
from shared.http.route import ACTOR, BODY, QUERY
from shared.ids import new_event_id
from shared.policy.conditions import Scope
from shared.policy.judge import stated_facts
from shared.policy.occupations import occupations
from shared.policy.pack import Pack
from shared.policy.papers import PapersAsked, papers_asked, papers_wanted
from shared.service import Service
from shared.store.commands import Decision, Holders, UnknownStream, finished, taken_by
from shared.store.unit import SlotKey
from shared.tables.roster import RosterRow

Decide = Callable[[Claim, Holders], Decision]
Wanted = Callable[[Claim], Sequence[SlotKey]]


class ClaimsApi:
    """Handlers of one process; everything that they need is in the service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._jurisdictions = Jurisdictions.released()
        self._occupations = occupations()

    async def submit(self, request: web.Request) -> web.Response:
        require_writable(self._service)
        row = schemas.row_of(request[BODY], self._service.clock.today())
        self._check_row(request, row)
        filed = await self._file(request, row)
        await require_refilable(self._service, filed.content)
        stream_id = f"claim-{new_event_id(self._service.clock)}"
        asked = request_of(request, self._service, told("claim", stream_id))
        decision = decide.submit_claim(CLAIM.initial, filed.content, row.jurisdiction)
        unit = self._service.ledger.unit(
            CLAIM, stream_id, 0, decision, by(request, row.jurisdiction),
            event_id=filed.event_id, request=asked,
        )  # fmt: skip
        outcome = await self._service.store.append(unit)
        if slots := taken_by(outcome):
            identity = next((slot for slot in slots if slot.kind == decide.IDENTITY), None)
            if identity is None:
                raise Problem(SUPERSEDED_ALREADY, pointer="/supersedes", by=slots[0].stream_id)
            done = await already_filed(self._service, asked, identity.stream_id)
        elif (finish := finished(outcome, unit)) is not None:
            done = finish
        else:
            raise Problem(codes.STILL_RUNNING)
        return await answered(self._service, done, status_of(done))

    async def correct(self, request: web.Request) -> web.Response:
        row = schemas.row_of(request[BODY], self._service.clock.today())
        self._check_row(request, row)
        filed = await self._file(request, row)
        command = decide.CorrectClaim(filed.content, request[BODY]["reason"])

        def run(claim: Claim, holders: Holders) -> Decision:
            self._own(request, claim)
            if claim.jurisdiction != row.jurisdiction:
                raise Problem(codes.JURISDICTION_REFUSED)
            return decide.correct_claim(claim, command, holders)

        return await self._run(
            request, run, lambda claim: decide.identity_wanted(claim, filed.content),
            event_id=filed.event_id,
        )  # fmt: skip

    async def withdraw(self, request: web.Request) -> web.Response:
        command = decide.WithdrawClaim(request[BODY]["reason"])

        def run(claim: Claim, _: Holders) -> Decision:
            self._own(request, claim)
            return decide.withdraw_claim(claim, command)

        return await self._run(request, run)

    async def accept(self, request: web.Request) -> web.Response:
        body = request[BODY]
        command = decide.AcceptClaim(request[ACTOR].sub, body["office"], body["opened_at_us"])
        return await self._staff(request, lambda claim, _: decide.accept_claim(claim, command))

    async def return_(self, request: web.Request) -> web.Response:
        body = request[BODY]
        command = decide.ReturnClaim(
            request[ACTOR].sub, tuple(body["reasons"]), body["note"] or ""
        )  # fmt: skip
        return await self._staff(request, lambda claim, _: decide.return_claim(claim, command))

    async def hold(self, request: web.Request) -> web.Response:
        body = request[BODY]
        command = decide.HoldClaim(
            request[ACTOR].sub, tuple(body["reasons"] or ()), body["note"] or ""
        )
        return await self._staff(request, lambda claim, _: decide.hold_claim(claim, command))

    async def propose(self, request: web.Request) -> web.Response:
        stream_id = request.match_info["claim"]
        command = await self.proposing(stream_id)

        def run(claim: Claim, holders: Holders) -> Decision:
            return approval.propose_claim(claim, command, self._pack(claim), holders)

        return await self._staff(request, run, self._slots)

    async def approve(self, request: web.Request) -> web.Response:
        body, stream_id = request[BODY], request.match_info["claim"]
        await policies(self._service).now()
        seen = await self._load(stream_id)
        command = approval.ApproveClaim(
            request[ACTOR].sub, stream_id, body["proposal_version"], body["amount_fen"],
            body["shown_sha256"], body["opened_at_us"], await self._others(stream_id),
            around=await self._around(seen, stream_id),
            verified=await verified_for(self._service, seen),
            plan=await self._plan(stream_id),
        )  # fmt: skip

        def run(claim: Claim, holders: Holders) -> Decision:
            try:
                return approval.approve_claim(claim, command, self._pack(claim), holders)
            except DemandsNotMet as waiting:
                errors = open_steps(waiting)
                raise Problem(DEMANDS_NOT_MET, errors=errors, count=len(errors)) from None

        return await self._staff(request, run, self._slots)

    async def reject(self, request: web.Request) -> web.Response:
        stream_id = request.match_info["claim"]
        around = await self._around(await self._load(stream_id), stream_id)
        command = approval.RejectClaim(
            request[ACTOR].sub, request[BODY]["proposal_version"], around
        )
        return await self._staff(request, lambda claim, _: approval.reject_claim(claim, command))

    async def revoke(self, request: web.Request) -> web.Response:
        body = request[BODY]
        command = approval.RevokeApproval(
            request[ACTOR].sub, tuple(body["reasons"]), body["note"] or ""
        )
        return await self._staff(request, lambda claim, _: approval.revoke_approval(claim, command))

    async def propose_exception(self, request: web.Request) -> web.Response:
        command = exceptions.ProposeException(request[ACTOR].sub, **request[BODY])

        def run(claim: Claim, _: Holders) -> Decision:
            return exceptions.propose_exception(claim, command, self._pack(claim))

        return await self._staff(request, run)

    async def approve_exception(self, request: web.Request) -> web.Response:
        command = exceptions.ApproveException(request[ACTOR].sub, **request[BODY])
        return await self._staff(
            request, lambda claim, _: exceptions.approve_exception(claim, command)
        )

    async def refuse_exception(self, request: web.Request) -> web.Response:
        command = exceptions.RefuseException(request[ACTOR].sub, **request[BODY])
        return await self._staff(
            request, lambda claim, _: exceptions.refuse_exception(claim, command)
        )

    async def show(self, request: web.Request) -> web.Response:
        await self._wait(request)
        stream_id = request.match_info["claim"]
        claim = await self._load(stream_id)
        today = self._service.clock.today()
        require_sight(request[ACTOR], views.owned(claim), self._jurisdictions, today)
        pack = await self._judged_by(claim)
        waiting = demands.waits_for(claim, pack, await self._around(claim, stream_id))
        shown = views.shown(stream_id, claim)
        shown["papers"] = asked_shown(await self._papers(claim), claim.papers)
        shown |= await left.left_shown(self._service.pool, claim)
        return answer(shown | {"waits_for": waiting_shown(waiting)})

    async def list(self, request: web.Request) -> web.Response:
        await self._wait(request)
        actor, query, pool = request[ACTOR], request[QUERY], self._service.pool
        which = query["stage"], query["institution"]
        after, limit = query["after"] or "", query["limit"] or 50
        if actor.roles <= PARTIES:
            organisation = organisation_of(actor)
            filed_by = actor.sub if Role.CLAIMANT in actor.roles else None
            rows = await views.own_claims(pool, organisation, filed_by, *which, after, limit)
        else:
            seen = self._jurisdictions.seen_by(actor.jurisdiction, self._service.clock.today())
            rows = await views.worklist(pool, sorted(seen), *which, after, limit)
        return answer(views.listed(rows))

    async def to_review(self, request: web.Request) -> web.Response:
        await self._wait(request)
        query = request[QUERY]
        place, today = request[ACTOR].jurisdiction, self._service.clock.today()
        rows = await left.to_review(
            self._service.pool, sorted(self._jurisdictions.seen_by(place, today)),
            query["institution"], query["after"] or "", query["limit"] or 50,
        )  # fmt: skip
        return answer(left.review_listed(rows))

    async def _wait(self, request: web.Request) -> None:
        [projector] = self._service.projectors
        await wait_until_visible(request, projector.seen)

    def _check_row(self, request: web.Request, row: RosterRow) -> None:
        """What only this installation knows: its cities, packs and catalogue. Raises Problem."""
        today = self._service.clock.today()
        require_jurisdiction(request[ACTOR], row.jurisdiction, self._jurisdictions, today)
        pack = policies(self._service).standing.judging(row.jurisdiction, row)
        refused = row_refusals(row, pack, self._occupations)
        if refused:
            errors = tuple(FieldRefusal(pointer, Refusal(kind)) for pointer, kind in refused)
            raise Problem(codes.INPUT_REFUSED, errors=errors, count=len(errors))

    async def _file(self, request: web.Request, row: RosterRow) -> Filed:
        assert self._service.vault is not None
        actor = request[ACTOR]
        [filed] = await file_claims(
            self._service.vault, self._service.clock, [row],
            actor=actor.sub, organisation=organisation_of(actor),
        )  # fmt: skip
        return filed

    async def _others(self, stream_id: str) -> tuple[str, ...]:
        """Claims of other persons for the same certificate, those just committed included.

        Raises Problem NOT_YET_VISIBLE when the read table does not come up within five seconds.
        """
        content = (await self._load(stream_id)).content
        if content is None or content.certificate is None:
            return ()
        [projector] = self._service.projectors
        for at, seq in (await self._service.store.heads()).items():
            if at.topic == CLAIM_EVENTS:
                await wait_for(Position(at.topic, at.partition, seq), projector.seen)
        return await views.others_with(self._service.pool, content.certificate, content.person)

    async def proposing(self, stream_id: str) -> approval.ProposeClaim:
        """What the policy calculates with: all that is said around the claim now."""
        await policies(self._service).now()
        return approval.ProposeClaim(
            stream_id, self._service.clock.today(), await self._others(stream_id),
            await verified_for(self._service, await self._load(stream_id)),
            await self._plan(stream_id),
        )  # fmt: skip

    async def _around(self, claim: Claim, stream_id: str) -> Around:
        """What inspections and notices say of the claim."""
        if claim.content is None:
            return NOTHING_AROUND
        places = self._pack(claim).jurisdictions
        return await around(self._service.pool, stream_id, claim.content, places)

    async def _papers(self, claim: Claim) -> PapersAsked:
        """What the claimant must bring (HLD-15-4). Nobody need bring anything for an old one."""
        pack = self._pack(claim)
        kind = pack.kinds.get(claim.content.kind) if claim.content else None
        if claim.content is None or kind is None or not kind.papers:
            return PapersAsked()
        case = case_of(claim.content, claim.jurisdiction)
        verified = await verified_for(self._service, claim)
        facts = verified.facts if verified else stated_facts(pack, case)
        scope = Scope(case, facts, self._service.clock.today())
        connected = registers_asked(self._service.settings) or frozenset()
        return papers_asked(papers_wanted(pack, scope), connected)

    async def _plan(self, stream_id: str) -> PlanOfClaim:
        """The plan that the claim names, as it stands now. Raises Problem NOT_YET_VISIBLE."""
        content = (await self._load(stream_id)).content
        if content is None or content.plan is None:
            return NO_PLAN
        await until_caught_up(self._service, views.VIEW)
        return await plan_of(self._service.pool, content.plan, content.person)

    def _pack(self, claim: Claim) -> Pack:
        return pack_of(self._service, claim)

    async def _judged_by(self, claim: Claim) -> Pack:
        """An approved claim keeps the version of its approval."""
        kept = claim.approval.policy if claim.approval else None
        used = await policies(self._service).used(kept) if kept else None
        return used or self._pack(claim)

    def _slots(self, claim: Claim) -> Sequence[SlotKey]:
        return approval.slots_wanted(claim, self._pack(claim)) if claim.content else ()

    async def _load(self, stream_id: str) -> Claim:
        bodies = await self._service.store.load(stream_id)
        if not bodies or not stream_id.startswith("claim-"):
            raise UnknownStream(stream_id)
        return CLAIM.fold(bodies)

    async def _staff(
        self, request: web.Request, run: Decide, wanted: Wanted | None = None
    ) -> web.Response:
        def guarded(claim: Claim, holders: Holders) -> Decision:
            self._place(request, claim)
            return run(claim, holders)

        return await self._run(request, guarded, wanted)

    async def _run(
        self,
        request: web.Request,
        run: Decide,
        wanted: Wanted | None = None,
        *,
        event_id: str | None = None,
    ) -> web.Response:
        stream_id = request.match_info["claim"]
        claim = await self._load(stream_id)
        return await execute(
            request, self._service, CLAIM, stream_id, run, by(request, claim.jurisdiction),
            told("claim", stream_id), event_id=event_id, wanted=wanted,
        )  # fmt: skip

    def _place(self, request: web.Request, claim: Claim) -> None:
        today = self._service.clock.today()
        require_jurisdiction(request[ACTOR], claim.jurisdiction, self._jurisdictions, today)

    def _own(self, request: web.Request, claim: Claim) -> None:
        if request[ACTOR].roles <= PARTIES:
            require_own(request[ACTOR], views.owned(claim))
        else:
            self._place(request, claim)


def open_steps(waiting: DemandsNotMet) -> tuple[FieldRefusal, ...]:
    """Each step that is missing, with its clause, in both languages."""
    return tuple(
        FieldRefusal("", Refusal(CATALOGUE[code], {"clause": clause}))
        for code, clause in waiting.steps
    )
