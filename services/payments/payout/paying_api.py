"""Paying over HTTP: authorise, correct an account, send again, ask the bank, reverse."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import msgspec
from aiohttp import web

from services.payments import problems
from services.payments.fund.decide import FUND, Fund, require_payable, require_source
from services.payments.notice.heard import notices_of
from services.payments.payout.decide import PAYOUT, Payout
from services.payments.payout.pay import (
    AskBank,
    AuthorisePayout,
    ChangeAccount,
    ReissuePayout,
    ReversePayout,
    ask_bank,
    authorise_payout,
    change_account,
    reissue_payout,
    reverse_payout,
)
from services.payments.payout.paying_schemas import (
    AuthorisePayoutSchema,
    AuthorisePayoutsSchema,
    InquirySchema,
    ManyAnswer,
    PayeeAccountSchema,
    ReverseSchema,
    StepAnswer,
)
from shared.events.base import PAYOUT_EVENTS
from shared.http import catalogue as codes
from shared.http.access import Jurisdictions, require_jurisdiction
from shared.http.commanding import (
    COMMANDING,
    by,
    execute,
    request_of,
    require_writable,
    told,
)
from shared.http.faults import translate
from shared.http.fields import Schema
from shared.http.files import answer_file, receive
from shared.http.identity import Role, requires
from shared.http.problems import Problem
from shared.http.route import ACTOR, BODY, Route
from shared.ids import claim_of, fund_id, new_event_id
from shared.service import Service
from shared.store.commands import (
    Contended,
    Decision,
    Holders,
    IdempotencyKeyReused,
    Refusal,
    Request,
    UnknownStream,
)
from shared.vault import values
from shared.vault.framing import framed
from shared.vault.identity import parse_resident_id
from shared.vault.sealing import seal

OFFICER = requires(Role.FINANCE_OFFICER)
NO_BODY = Schema()


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What became of one payout of many; `code` says why it was refused."""

    payout: str
    outcome: str
    code: str | None = None
    en: str | None = None
    zh: str | None = None


class ManyOutcomes(msgspec.Struct, frozen=True, kw_only=True):
    authorised: int
    refused: int
    outcomes: list[Outcome]


class PayingApi:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._jurisdictions = Jurisdictions.released()

    async def authorise(self, request: web.Request) -> web.Response:
        body = request[BODY]
        payout = await self._load(request.match_info["payout"])
        fund = await self._fund(payout, body["fund"])
        notices = await notices_of(self._service.pool, [payout.keys.claim])
        command = AuthorisePayout(
            request[ACTOR].sub, body["fund"], body["opened_at_us"],
            tuple(notices[payout.keys.claim]),
        )  # fmt: skip
        return await self._run(request, lambda payout: self._authorised(payout, fund, command))

    async def authorise_many(self, request: web.Request) -> web.Response:
        """Each payout has an outcome of its own; the whole answer is kept under its key."""
        body, service = request[BODY], self._service
        require_writable(service)
        asked = request_of(request, service, lambda _: {})
        if kept := await receive(service, asked, service.clock.now()):
            return kept
        command = AuthorisePayout(request[ACTOR].sub, body["fund"], body["opened_at_us"])
        payouts = list(dict.fromkeys(body["payouts"]))
        notices = await notices_of(service.pool, map(claim_of, payouts))
        outcomes = await asyncio.gather(
            *(
                self._one(
                    request, asked, stream_id,
                    replace(command, notices=tuple(notices[claim_of(stream_id)])),
                )
                for stream_id in payouts
            )
        )  # fmt: skip
        service.committed()
        done = sum(outcome.outcome == "authorised" for outcome in outcomes)
        said = ManyOutcomes(authorised=done, refused=len(outcomes) - done, outcomes=list(outcomes))
        return await answer_file(service, asked, said, PAYOUT_EVENTS)

    async def _one(
        self, request: web.Request, asked: Request, stream_id: str, command: AuthorisePayout
    ) -> Outcome:
        """One payout under a key of its own, so that a repeated request goes on where it ended."""
        service = self._service
        key = service.digest(framed(asked.key, stream_id.encode()))
        own = Request(key, asked.digest, lambda _: b"{}")
        try:
            payout = await self._load(stream_id)
            fund = await self._fund(payout, command.fund)

            def decide(payout: Payout, _: Holders) -> Decision:
                self._place(request, payout)
                return self._authorised(payout, fund, command)

            await service.ledger.execute(
                PAYOUT, stream_id, decide, by(request, payout.jurisdiction), own
            )
        except (Refusal, UnknownStream, Problem, Contended, IdempotencyKeyReused) as no:
            problem = no if isinstance(no, Problem) else translate(no)
            assert problem is not None
            en, zh = problem.refusal.sentences()
            return Outcome(
                payout=stream_id, outcome="refused", code=problem.kind.code, en=en, zh=zh
            )
        return Outcome(payout=stream_id, outcome="authorised")

    def _authorised(self, payout: Payout, fund: Fund, command: AuthorisePayout) -> Decision:
        decision = authorise_payout(payout, command)
        require_payable(fund, command.fund, payout.keys.scheme, self._service.clock.today())
        require_source(fund, payout.sources, payout.sources_clause)
        return decision

    async def change_account(self, request: web.Request) -> web.Response:
        """The payee shows the ID card at the counter: only the payee's own account is taken."""
        body, service, actor = request[BODY], self._service, request[ACTOR].sub
        payout = await self._load(request.match_info["payout"])
        self._place(request, payout)
        owner = parse_resident_id(body["id_number"])
        assert service.vault is not None
        person, account = await service.vault.refer_for_sealing(
            [values.person(owner), values.account(body["account"], owner)], actor=actor
        )
        if person.reference != payout.keys.person or person.key is None:
            raise Problem(problems.PAYEE_DIFFERS)
        event_id = new_event_id(service.clock)
        sealed = {
            name: seal(person.key, event_id, name, body[name]) for name in ("name", "account")
        }
        command = ChangeAccount(actor, account.reference, sealed, body["requested_by"])
        return await self._run(
            request, lambda payout: change_account(payout, command), event_id=event_id
        )

    async def reissue(self, request: web.Request) -> web.Response:
        command = ReissuePayout(request[ACTOR].sub)
        return await self._run(request, lambda payout: reissue_payout(payout, command))

    async def inquire(self, request: web.Request) -> web.Response:
        command = AskBank(request[BODY]["inquiry"])
        return await self._run(request, lambda payout: ask_bank(payout, command))

    async def reverse(self, request: web.Request) -> web.Response:
        command = ReversePayout(**request[BODY])
        return await self._run(request, lambda payout: reverse_payout(payout, command))

    async def _run(
        self, request: web.Request, run: Callable[[Payout], Decision], event_id: str | None = None
    ) -> web.Response:
        stream_id = request.match_info["payout"]
        payout = await self._load(stream_id)

        def decide(payout: Payout, _: Holders) -> Decision:
            self._place(request, payout)
            return run(payout)

        return await execute(
            request, self._service, PAYOUT, stream_id, decide,
            by(request, payout.jurisdiction), told("payout", stream_id), event_id=event_id,
        )  # fmt: skip

    async def _fund(self, payout: Payout, code: str) -> Fund:
        """A payout is paid from a fund of its own jurisdiction."""
        return FUND.fold(await self._service.store.load(fund_id(payout.jurisdiction, code)))

    async def _load(self, stream_id: str) -> Payout:
        bodies = await self._service.store.load(stream_id)
        if not bodies or not stream_id.startswith("payout-"):
            raise UnknownStream(stream_id)
        return PAYOUT.fold(bodies)

    def _place(self, request: web.Request, payout: Payout) -> None:
        today = self._service.clock.today()
        require_jurisdiction(request[ACTOR], payout.jurisdiction, self._jurisdictions, today)


def routes(service: Service) -> list[Route]:
    """The routes by which a payout is paid."""
    api = PayingApi(service)
    place = (codes.RESOURCE_UNKNOWN, codes.JURISDICTION_REFUSED)
    refused = (
        *COMMANDING, *place, problems.PAYOUT_NOT_IN_THIS_STATE, problems.HELD_BY_FINDING,
        problems.HELD_BY_OFFICER, problems.PAYMENT_SAME_PERSON_TWICE,
    )  # fmt: skip
    funds = (
        problems.FUND_UNKNOWN, problems.FUND_FROZEN, problems.FUND_PURPOSE,
        problems.FUND_EXHAUSTED, problems.FUND_SOURCE, problems.NOT_EARMARKED,
    )  # fmt: skip
    usual: Mapping[str, Any] = {
        "method": "POST", "roles": OFFICER, "idempotent": True, "response": StepAnswer(),
    }  # fmt: skip
    return [
        Route(
            **usual, path="/payouts/{payout}/authorise", handler=api.authorise,
            request=AuthorisePayoutSchema(), problems=(*refused, *problems.NOTICED, *funds),
            en="Authorise a payout from a fund", zh="授权拨付",
        ),
        Route(
            **{**usual, "response": ManyAnswer()}, path="/payouts/authorise",
            handler=api.authorise_many, request=AuthorisePayoutsSchema(), problems=COMMANDING,
            en="Authorise up to 1,000 payouts, an outcome each", zh="批量授权拨付",
        ),
        Route(
            **usual, path="/payouts/{payout}/account", handler=api.change_account,
            request=PayeeAccountSchema(),
            problems=(*refused, problems.PAYEE_DIFFERS, problems.ACCOUNT_UNCHANGED),
            en="Correct the account of a returned payout", zh="更正退回款项的收款账户",
        ),
        Route(
            **usual, path="/payouts/{payout}/reissue", handler=api.reissue, request=NO_BODY,
            problems=(*refused, problems.ACCOUNT_UNCHANGED, problems.ORDERS_EXHAUSTED),
            en="Send a returned payout again", zh="重新拨付退回款项",
        ),
        Route(
            **usual, path="/payouts/{payout}/inquiry", handler=api.inquire,
            request=InquirySchema(), problems=refused,
            en="Ask the bank about an order", zh="向银行查询",
        ),
        Route(
            **usual, path="/payouts/{payout}/reverse", handler=api.reverse,
            request=ReverseSchema(), problems=refused,
            en="Record that a paid sum was booked back", zh="登记冲正退款",
        ),
    ]  # fmt: skip
