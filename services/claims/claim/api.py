"""Claims over HTTP: file one, take it through its steps, look at it."""

from collections.abc import Callable

import msgspec
from aiohttp import web

from services.claims import problems
from services.claims.claim import decide, schemas, views
from services.claims.claim.decide import CLAIM, Claim
from services.claims.claim.filing import Filed, file_claims
from services.claims.packs import packs
from shared.http import catalogue as codes
from shared.http.access import (
    Jurisdictions,
    Owned,
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
from shared.http.fields import Schema
from shared.http.identity import PARTIES, Role, requires
from shared.http.problems import FieldRefusal, Kind, Problem, Refusal
from shared.http.route import ACTOR, BODY, QUERY, Handler, Route
from shared.ids import new_event_id
from shared.policy.occupations import occupations
from shared.policy.pack import Pack
from shared.service import Service
from shared.store.commands import Decision, Holders, UnknownStream, finished, taken_by
from shared.tables.roster import RosterRow

STAFF = requires(Role.CLERK, Role.APPROVER)
FILERS = requires(Role.CLAIMANT, Role.INSTITUTION, Role.CLERK)
READERS = requires(Role.CLAIMANT, Role.INSTITUTION, Role.CLERK, Role.APPROVER, Role.INSPECTOR)
Decide = Callable[[Claim, Holders], Decision]


class ClaimsApi:
    """Handlers of one process; everything that they need is in the service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._jurisdictions = Jurisdictions.released()
        self._occupations = occupations()

    async def submit(self, request: web.Request) -> web.Response:
        require_writable(self._service)
        row = schemas.row_of(request[BODY], self._service.clock.today())
        self.check_row(request, row)
        filed = await self._file(request, row)
        stream_id = f"claim-{new_event_id(self._service.clock)}"
        asked = request_of(request, self._service, told("claim", stream_id))
        decision = decide.submit_claim(Claim(), filed.content, row.jurisdiction)
        unit = self._service.ledger.unit(
            CLAIM, stream_id, 0, decision, by(request, row.jurisdiction),
            event_id=filed.event_id, request=asked,
        )  # fmt: skip
        outcome = await self._service.store.append(unit)
        if slots := taken_by(outcome):
            return answer({"claim": slots[0].stream_id, "outcome": "already"})
        done = finished(outcome, unit)
        if done is None:
            raise Problem(codes.STILL_RUNNING)
        return await answered(self._service, done, 201)

    def check_row(self, request: web.Request, row: RosterRow) -> None:
        """What only this installation knows: its cities, packs and catalogue. Raises Problem."""
        require_jurisdiction(
            request[ACTOR], row.jurisdiction, self._jurisdictions, self._service.clock.today()
        )
        refused = row_refusals(row, self._occupations)
        if refused:
            errors = tuple(FieldRefusal(pointer, Refusal(kind)) for pointer, kind in refused)
            raise Problem(codes.INPUT_REFUSED, errors=errors, count=len(errors))

    async def _file(self, request: web.Request, row: RosterRow) -> Filed:
        assert self._service.vault is not None
        [filed] = await file_claims(
            self._service.vault, self._service.clock, [row],
            actor=request[ACTOR].sub, organisation=organisation_of(request),
        )  # fmt: skip
        return filed

    async def correct(self, request: web.Request) -> web.Response:
        row = schemas.row_of(request[BODY], self._service.clock.today())
        self.check_row(request, row)
        filed = await self._file(request, row)
        command = decide.CorrectClaim(filed.content, request[BODY]["reason"])

        def run(claim: Claim, _: Holders) -> Decision:
            self._own(request, claim)
            if claim.jurisdiction != row.jurisdiction:
                raise Problem(codes.JURISDICTION_REFUSED)
            return decide.correct_claim(claim, command)

        return await self._run(request, run, event_id=filed.event_id)

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
        command = decide.ReturnClaim(
            request[ACTOR].sub, tuple(request[BODY]["reasons"]), request[BODY]["note"] or ""
        )
        return await self._staff(request, lambda claim, _: decide.return_claim(claim, command))

    async def hold(self, request: web.Request) -> web.Response:
        body = request[BODY]
        command = decide.HoldClaim(
            request[ACTOR].sub, tuple(body["reasons"] or ()), body["note"] or ""
        )
        return await self._staff(request, lambda claim, _: decide.hold_claim(claim, command))

    async def revoke(self, request: web.Request) -> web.Response:
        body = request[BODY]
        command = decide.RevokeApproval(
            request[ACTOR].sub, tuple(body["reasons"]), body["note"] or ""
        )
        return await self._staff(request, lambda claim, _: decide.revoke_approval(claim, command))

    async def propose(self, request: web.Request) -> web.Response:
        stream_id = request.match_info["claim"]
        claim = await self._load(stream_id)
        others: tuple[str, ...] = ()
        if claim.content is not None and claim.content.certificate:
            others = await views.others_with(
                self._service.pool, claim.content.certificate, claim.content.person
            )
        command = decide.ProposeClaim(stream_id, self._service.clock.today(), others)
        return await self._staff(
            request,
            lambda claim, holders: decide.propose_claim(claim, command, pack_of(claim), holders),
            slots=True,
        )

    async def approve(self, request: web.Request) -> web.Response:
        body = request[BODY]
        command = decide.ApproveClaim(
            request[ACTOR].sub,
            request.match_info["claim"],
            body["proposal_version"],
            body["amount_fen"],
            body["opened_at_us"],
        )
        return await self._staff(
            request,
            lambda claim, holders: decide.approve_claim(claim, command, pack_of(claim), holders),
            slots=True,
        )

    async def reject(self, request: web.Request) -> web.Response:
        command = decide.RejectClaim(request[ACTOR].sub, request[BODY]["proposal_version"])
        return await self._staff(request, lambda claim, _: decide.reject_claim(claim, command))

    async def show(self, request: web.Request) -> web.Response:
        await self._wait(request)
        stream_id = request.match_info["claim"]
        claim = await self._load(stream_id)
        self._sight(request, claim)
        return answer(shown(stream_id, claim))

    async def list(self, request: web.Request) -> web.Response:
        await self._wait(request)
        actor, query = request[ACTOR], request[QUERY]
        after, limit = query["after"] or "", query["limit"] or 50
        if actor.roles <= PARTIES:
            rows = await views.own_claims(self._service.pool, actor.org, actor.sub, after, limit)
        else:
            seen = self._jurisdictions.seen_by(actor.jurisdiction, self._service.clock.today())
            rows = await views.worklist(
                self._service.pool, sorted(seen), query["stage"], after, limit
            )
        claims = [
            {"claim": row["stream_id"], **{k: v for k, v in row.items() if k != "stream_id"}}
            for row in rows
        ]
        return answer({"claims": claims, "next": claims[-1]["claim"] if claims else None})

    async def _wait(self, request: web.Request) -> None:
        [projector] = self._service.projectors
        await wait_until_visible(request, projector.seen)

    async def _load(self, stream_id: str) -> Claim:
        bodies = await self._service.store.load(stream_id)
        if not bodies or not stream_id.startswith("claim-"):
            raise UnknownStream(stream_id)
        return CLAIM.fold(bodies)

    async def _staff(
        self, request: web.Request, run: Decide, *, slots: bool = False
    ) -> web.Response:
        def guarded(claim: Claim, holders: Holders) -> Decision:
            self._place(request, claim)
            return run(claim, holders)

        return await self._run(request, guarded, slots=slots)

    async def _run(
        self,
        request: web.Request,
        run: Decide,
        *,
        slots: bool = False,
        event_id: str | None = None,
    ) -> web.Response:
        stream_id = request.match_info["claim"]
        claim = await self._load(stream_id)
        return await execute(
            request, self._service, CLAIM, stream_id, run, by(request, claim.jurisdiction),
            told("claim", stream_id), event_id=event_id,
            wanted=(lambda claim: decide.slots_wanted(claim, pack_of(claim))) if slots else None,
        )  # fmt: skip

    def _place(self, request: web.Request, claim: Claim) -> None:
        require_jurisdiction(
            request[ACTOR], claim.jurisdiction, self._jurisdictions, self._service.clock.today()
        )

    def _own(self, request: web.Request, claim: Claim) -> None:
        if request[ACTOR].roles <= PARTIES:
            require_own(request[ACTOR], owned(claim))
        else:
            self._place(request, claim)

    def _sight(self, request: web.Request, claim: Claim) -> None:
        today = self._service.clock.today()
        require_sight(request[ACTOR], owned(claim), self._jurisdictions, today)


def row_refusals(row: RosterRow, known_occupations: object) -> list[tuple[str, Kind]]:
    """What a well-formed row says that no policy or catalogue here knows, by JSON pointer."""
    pack = packs().get(row.jurisdiction)
    if pack is None:
        return [("/jurisdiction", problems.JURISDICTION_UNKNOWN)]
    found: list[tuple[str, Kind]] = []
    if row.kind not in pack.kinds:
        found.append(("/kind", problems.KIND_UNKNOWN))
    if row.group not in pack.groups:
        found.append(("/group", problems.GROUP_UNKNOWN))
    if row.occupation not in known_occupations:  # type: ignore[operator]
        found.append(("/occupation", problems.OCCUPATION_UNKNOWN))
    if row.personal.certificate_number is None and row.plan is None:
        found.append(("/certificate/number", problems.CERTIFICATE_OR_PLAN))
    if row.training_to < row.training_from:
        found.append(("/training/ends_on", problems.DATE_ORDER))
    return found


def pack_of(claim: Claim) -> Pack:
    return packs()[claim.jurisdiction]


def organisation_of(request: web.Request) -> str | None:
    """The institution that files; persons and clerks file for the person alone."""
    actor = request[ACTOR]
    return actor.org or None if Role.INSTITUTION in actor.roles else None


def owned(claim: Claim) -> Owned:
    facts = claim.content or claim.imported
    organisation = facts.organisation if facts else None
    return Owned(
        claim.jurisdiction,
        frozenset(claim.filed_by),
        frozenset({organisation} if organisation else ()),
    )


def shown(stream_id: str, claim: Claim) -> dict[str, object]:
    """The claim for a reader: references and codes, nothing sealed."""
    facts = claim.content or claim.imported
    said = _plain(facts) if facts else {}
    said.pop("sealed", None)
    result: dict[str, object] = {
        "claim": stream_id,
        "stage": claim.stage.value,
        "version": claim.version,
        "jurisdiction": claim.jurisdiction,
        "filed_by": list(claim.filed_by),
        "accepted_by": claim.accepted_by,
        "content": said,
    }
    if claim.proposal is not None:
        result["proposal"] = {**_plain(claim.proposal), "proposal_version": claim.proposal_version}
    if claim.approval is not None:
        result["approval"] = _plain(claim.approval)
    return result


def _plain(facts: object) -> dict[str, object]:
    return dict(msgspec.to_builtins(facts))


def routes(service: Service) -> list[Route]:
    api = ClaimsApi(service)

    def command(
        name: str, handler: Handler, roles: frozenset[Role], takes: Schema, en: str, zh: str
    ) -> Route:
        return Route(
            method="POST", path=f"/claims/{{claim}}/{name}", handler=handler, roles=roles,
            request=takes, idempotent=True, en=en, zh=zh,
        )  # fmt: skip

    filers, clerk, approver = FILERS, requires(Role.CLERK), requires(Role.APPROVER)
    s = schemas
    return [
        Route(
            method="POST", path="/claims", handler=api.submit, roles=FILERS, status=201,
            request=schemas.ClaimSchema(), idempotent=True, en="File a claim", zh="提交申请",
        ),
        command("correct", api.correct, filers, s.CorrectionSchema(), "Correct a claim", "更正"),
        command("withdraw", api.withdraw, filers, s.WithdrawSchema(), "Withdraw a claim", "撤回"),
        command("accept", api.accept, clerk, s.AcceptSchema(), "Accept a claim", "受理申请"),
        command("return", api.return_, clerk, s.ReasonsSchema(), "Return a claim", "退回补正"),
        command("propose", api.propose, STAFF, s.NothingSchema(), "Calculate", "按政策计算建议"),
        command("approve", api.approve, approver, s.ApproveSchema(), "Approve a claim", "批准"),
        command("reject", api.reject, approver, s.RejectSchema(), "Reject a claim", "驳回"),
        command("hold", api.hold, STAFF, s.HoldSchema(), "Hold a claim", "暂缓"),
        command("revoke", api.revoke, approver, s.ReasonsSchema(), "Revoke an approval", "撤销"),
        Route(
            method="GET", path="/claims/{claim}", handler=api.show, roles=READERS,
            reads_own_writes=True, en="Show a claim", zh="查看申请",
        ),
        Route(
            method="GET", path="/claims", handler=api.list, roles=READERS,
            query=schemas.WorklistQuery(), reads_own_writes=True,
            en="List claims", zh="申请列表",
        ),
    ]  # fmt: skip
