"""Claims that waited for a table: listed, and calculated anew on command, some at a time."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from aiohttp import web

from services.claims.claim import approval
from services.claims.claim.api import ClaimsApi
from services.claims.claim.decide import CLAIM, Claim
from services.claims.claim.views import VIEW
from services.claims.packs import pack_of
from services.claims.reference import views
from services.claims.reference.contents import states_of
from services.claims.reference.schemas import MAX_STEP
from services.claims.sight import until_caught_up, until_visible
from shared.events.base import CLAIM_EVENTS
from shared.events.claims import ClaimProposed
from shared.http.access import Jurisdictions
from shared.http.answers import answer
from shared.http.commanding import by, request_of, require_writable
from shared.http.files import answer_file, receive
from shared.http.route import ACTOR, BODY, QUERY
from shared.policy.formats import formats
from shared.service import Service
from shared.store.commands import Decision, Done, Holders, Refusal, Request
from shared.store.unit import SlotKey
from shared.vault.framing import framed


class Calculated(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What became of one claim."""

    claim: str
    outcome: str
    decision: str | None = None
    code: str | None = None


class Step(msgspec.Struct, frozen=True):
    """What one request did, and how many claims wait still."""

    claims: Sequence[Calculated]
    left: int


class CalculatingApi:
    """Handlers of one process."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._claims = ClaimsApi(service)
        self._jurisdictions = Jurisdictions.released()

    async def lacking(self, request: web.Request) -> web.Response:
        await until_visible(self._service, request, VIEW)
        query = request[QUERY]
        claim, _, register = (query["after"] or "").partition("~")
        rows = await views.lacking(
            self._service.pool, self._seen(request), query["register"], (claim, register),
            query["limit"] or 50,
        )  # fmt: skip
        return answer(views.lacking_shown(rows))

    async def calculate(self, request: web.Request) -> web.Response:
        """The claims that waited longest. The same request is answered the same again."""
        service, body = self._service, request[BODY]
        require_writable(service)
        asked = request_of(request, service, lambda _: {})
        if kept := await receive(service, asked, service.clock.now()):
            return kept
        await until_caught_up(service, VIEW)
        register, seen = body["register"], self._seen(request)
        before = await self._newest(register)
        claims = await views.to_calculate(
            service.pool, seen, register, before, body["limit"] or MAX_STEP
        )
        became = [await self._one(request, asked, claim) for claim in claims]
        await until_caught_up(service, VIEW)
        left = await views.left(service.pool, seen, register, before)
        return await answer_file(service, asked, Step(became, left), CLAIM_EVENTS)

    async def _one(self, request: web.Request, asked: Request, stream_id: str) -> Calculated:
        """A claim that cannot be calculated any more is told, and the others go on."""
        service = self._service
        command = await self._claims.proposing(stream_id)

        def run(claim: Claim, holders: Holders) -> Decision:
            return approval.propose_claim(claim, command, pack_of(service, claim), holders)

        def wanted(claim: Claim) -> Sequence[SlotKey]:
            return approval.slots_wanted(claim, pack_of(service, claim))

        place = CLAIM.fold(await service.store.load(stream_id)).jurisdiction
        own = Request(service.digest(framed(asked.key, stream_id.encode())), asked.digest, _said)
        try:
            done: Done = await service.ledger.execute(
                CLAIM, stream_id, run, by(request, place), own, wanted=wanted
            )
        except Refusal as refused:
            return Calculated(claim=stream_id, outcome="refused", code=refused.code)
        service.committed()
        return Calculated(claim=stream_id, outcome="proposed", decision=done.answer.decode())

    async def _newest(self, register: str) -> datetime:
        """When a table of the register was last put in force; now, for one that has no table."""
        tables = [table.id for table in formats().values() if table.register == register]
        states = await states_of(self._service, tables)
        times = [one.confirmed_at for state in states.values() for one in state.in_force]
        return max(times, default=self._service.clock.now())

    def _seen(self, request: web.Request) -> list[str]:
        today = self._service.clock.today()
        return sorted(self._jurisdictions.seen_by(request[ACTOR].jurisdiction, today))


def _said(decision: Decision) -> bytes:
    [proposed] = decision.events
    assert isinstance(proposed, ClaimProposed)
    return proposed.decision.encode()
