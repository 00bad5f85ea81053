"""A policy's versions over HTTP: propose, compare, publish, take back, refuse, look at."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web

from services.claims.claim.views import VIEW
from services.claims.packs import keep, policies
from services.claims.policy import decide, problems, views
from services.claims.policy.decide import POLICY, Known, Policy, Proposal
from services.claims.policy.refusals import NoSuchProposal
from services.claims.policy.running import Comparison, Progress, pack_of
from services.claims.sight import until_visible
from shared.http import catalogue as codes
from shared.http.access import Jurisdictions, require_jurisdiction
from shared.http.answers import answer
from shared.http.commanding import answered, by, execute, request_of, require_writable
from shared.http.problems import FieldRefusal, Kind, Problem, Refusal
from shared.http.route import ACTOR, BODY, QUERY
from shared.policy.carried import TooLargeToCarry, digest_of, packed
from shared.policy.document import PackRefused
from shared.policy.load import parse_pack
from shared.policy.pack import Pack
from shared.policy.standing import Standing
from shared.service import Service
from shared.store.commands import Decision, Holders, UnknownStream, finished

Decide = Callable[[Policy], Decision]
MAX_MISTAKES = 50


class PoliciesApi:
    """Handlers of one process. Every step is recorded; only a publication changes what judges."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._jurisdictions = Jurisdictions.released()

    async def propose(self, request: web.Request) -> web.Response:
        service, body = self._service, request[BODY]
        content = body["pack"].encode()
        pack = await asyncio.to_thread(_read, content)
        policy_id = request.match_info["policy"]
        if pack.policy_id != policy_id:
            raise Problem(problems.OTHER_POLICY, pointer="/pack")
        city = pack.content.jurisdiction.code
        self._require_place(request, city)
        standing = await policies(service).now()
        command = decide.ProposeVersion(
            request[ACTOR].sub, pack, digest_of(content), _packed(content),
            body["effective_from"], service.clock.today(), bool(body["retroactive"]),
            body["reason"] or "", _released(standing, policy_id), standing.taken_by(pack),
        )  # fmt: skip
        async with service.pool.acquire() as connection:
            await keep(connection, pack, content)
        return await self._begin(
            request, city, lambda policy: decide.propose_version(policy, command)
        )

    async def compare(self, request: web.Request) -> web.Response:
        """Some pages of claims; the request that judges the last one records the result."""
        require_writable(self._service)
        policy_id, policy = await self._seen(request)
        proposal = _proposal(request, policy)
        again = bool(request[BODY]["again"])
        new = await pack_of(proposal)
        progress = await Comparison(self._service, proposal, new).turn(again=again)
        result = progress.result
        if result is None:
            return answer(_progress(policy_id, proposal, progress))
        known = policy.proposal.compared if policy.proposal else None
        if known is not None and known.run == result.run:
            return answer(_progress(policy_id, proposal, progress))
        said = _progress(policy_id, proposal, progress)
        return await self._run(
            request, lambda policy: decide.record_comparison(policy, result), lambda _: said
        )

    async def publish(self, request: web.Request) -> web.Response:
        """In force in this process with the answer, in others a moment later."""
        body = request[BODY]
        _, policy = await self._seen(request)
        command = decide.PublishVersion(
            request[ACTOR].sub, _version(request), body["content_sha256"],
            body["summary_sha256"], await pack_of(_proposal(request, policy)),
            self._service.clock.today(),
        )  # fmt: skip
        done = await self._run(request, lambda policy: decide.publish_version(policy, command))
        await policies(self._service).now()
        return done

    async def withdraw(self, request: web.Request) -> web.Response:
        command = self._ending(request)
        return await self._run(request, lambda policy: decide.withdraw_proposal(policy, command))

    async def refuse(self, request: web.Request) -> web.Response:
        command = self._ending(request)
        return await self._run(request, lambda policy: decide.refuse_proposal(policy, command))

    async def show(self, request: web.Request) -> web.Response:
        policy_id = request.match_info["policy"]
        standing = await policies(self._service).now()
        versions = standing.versions.get(policy_id, ())
        policy = await self._load(policy_id)
        if policy is None and not versions:
            raise UnknownStream(policy_id)
        city = versions[-1].pack.content.jurisdiction.code if versions else ""
        self._require_place(request, policy.jurisdiction if policy else city)
        return answer(views.shown(policy_id, policy or Policy(), versions))

    async def list(self, request: web.Request) -> web.Response:
        """What is in force, and what waits for a second officer."""
        await until_visible(self._service, request, VIEW)
        standing = await policies(self._service).now()
        today = self._service.clock.today()
        seen = self._jurisdictions.seen_by(request[ACTOR].jurisdiction, today)
        found = await views.stages(self._service.pool, sorted(seen))
        newest = [own[-1].pack for own in standing.versions.values()]
        return answer({"policies": views.listed(newest, found, seen)})

    async def comparison(self, request: web.Request) -> web.Response:
        """How far the newest run is."""
        policy_id, policy = await self._seen(request)
        proposal = _proposal(request, policy)
        run = await self._newest_run(proposal)
        compared = proposal.compared if proposal.compared else None
        result = compared if compared and compared.run == run.run else None
        return answer(_progress(policy_id, proposal, Progress(run, result)))

    async def lines(self, request: web.Request) -> web.Response:
        """The claims that differ, as far as they have been judged."""
        _, policy = await self._seen(request)
        run = await self._newest_run(_proposal(request, policy))
        query = request[QUERY]
        found = await views.lines(
            self._service.pool, run.run, query["after"] or "", query["limit"] or 50
        )
        more = {"next": found[-1]["claim"]} if found else {}
        return answer({"run": run.run, "claims": found, **more})

    async def _newest_run(self, proposal: Proposal) -> views.Run:
        run = await views.newest_run(self._service.pool, proposal.event_id)
        if run is None:
            raise UnknownStream(proposal.event_id)
        return run

    async def _load(self, policy_id: str) -> Policy | None:
        bodies = await self._service.store.load(decide.stream_of(policy_id))
        return POLICY.fold(bodies) if bodies else None

    async def _seen(self, request: web.Request) -> tuple[str, Policy]:
        """The policy of the address. Raises UnknownStream, Problem."""
        policy_id = request.match_info["policy"]
        policy = await self._load(policy_id)
        if policy is None:
            raise UnknownStream(policy_id)
        self._require_place(request, policy.jurisdiction)
        return policy_id, policy

    async def _begin(self, request: web.Request, city: str, run: Decide) -> web.Response:
        """The first command of a policy makes its stream; of two at once the other comes after."""
        service, policy_id = self._service, request.match_info["policy"]
        stream_id = decide.stream_of(policy_id)
        if not await service.store.load(stream_id):
            require_writable(service)
            asked = request_of(request, service, _told(policy_id))
            decision = run(Policy())
            unit = service.ledger.unit(
                POLICY, stream_id, 0, decision, by(request, city), request=asked
            )
            done = finished(await service.store.append(unit), unit)
            if done is not None:
                return await answered(service, done)
        return await self._execute(request, city, run, _told(policy_id))

    async def _run(
        self,
        request: web.Request,
        run: Decide,
        said: Callable[[Decision], object] | None = None,
    ) -> web.Response:
        policy_id, policy = await self._seen(request)
        return await self._execute(request, policy.jurisdiction, run, said or _told(policy_id))

    async def _execute(
        self,
        request: web.Request,
        city: str,
        run: Decide,
        said: Callable[[Decision], object],
    ) -> web.Response:
        def decided(policy: Policy, _: Holders) -> Decision:
            return run(policy)

        stream_id = decide.stream_of(request.match_info["policy"])
        return await execute(
            request, self._service, POLICY, stream_id, decided, by(request, city), said
        )

    def _ending(self, request: web.Request) -> decide.EndProposal:
        return decide.EndProposal(request[ACTOR].sub, _version(request), request[BODY]["reason"])

    def _require_place(self, request: web.Request, city: str) -> None:
        today = self._service.clock.today()
        require_jurisdiction(request[ACTOR], city, self._jurisdictions, today)


def _read(content: bytes) -> Pack:
    """Raises Problem with each mistake: line, column, code and what is wrong."""
    try:
        return parse_pack(content.decode())
    except PackRefused as refused:
        listed = tuple(
            FieldRefusal(
                "/pack",
                Refusal(
                    Kind(one.code, 422, "{line}:{column}: {what}", "第{line}行第{column}列：{zh}"),
                    {"line": one.line, "column": one.column, "what": one.what, "zh": one.zh},
                ),
            )
            for one in refused.errors[:MAX_MISTAKES]
        )
        count = len(refused.errors)
        raise Problem(problems.PACK_REFUSED, errors=listed, count=count) from None


def _packed(content: bytes) -> str:
    try:
        return packed(content)
    except TooLargeToCarry:
        raise Problem(problems.PACK_TOO_LARGE, pointer="/pack") from None


def _released(standing: Standing, policy_id: str) -> Known | None:
    own = [one for one in standing.versions.get(policy_id, ()) if not one.published]
    if not own:
        return None
    return Known(own[-1].number, own[-1].pack.content_sha256, own[-1].effective_from)


def _version(request: web.Request) -> int:
    """Raises Problem for what is no number."""
    text = request.match_info["version"]
    if not (text.isascii() and text.isdecimal() and len(text) <= 6):
        raise Problem(codes.RESOURCE_UNKNOWN)
    return int(text)


def _proposal(request: web.Request, policy: Policy) -> Proposal:
    """The open proposal of the address. Raises NoSuchProposal."""
    version = _version(request)
    if policy.proposal is None or policy.proposal.facts.version != version:
        raise NoSuchProposal(version=version)
    return policy.proposal


def _told(policy_id: str) -> Callable[[Decision], object]:
    def said(decision: Decision) -> object:
        facts: Any = decision.events[-1]
        return {
            "policy": policy_id,
            "event": type(facts).__name__,
            "version": facts.version,
            "content_sha256": facts.content_sha256,
        }

    return said


def _progress(policy_id: str, proposal: Proposal, progress: Progress) -> dict[str, object]:
    run = progress.run
    said: dict[str, object] = {
        "policy": policy_id,
        "version": proposal.facts.version,
        "run": run.run,
        "total": run.total,
        "judged": run.judged,
        "done": progress.result is not None,
    }
    if progress.result is not None:
        said["summary"] = views.summary(progress.result)
    return said
