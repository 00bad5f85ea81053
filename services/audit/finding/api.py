"""Findings over HTTP: look at them, propose how they end, decide as a second person."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from aiohttp import web

from services.audit import watermark
from services.audit.finding import decide, schemas, views
from services.audit.finding.decide import FINDING, Finding
from services.audit.finding.sight import Sight
from services.audit.replay.typed import vector_of
from shared.http import catalogue as codes
from shared.http.access import Jurisdictions, require_jurisdiction
from shared.http.answers import answer, wait_until_visible
from shared.http.commanding import by, execute, told
from shared.http.identity import Role, requires
from shared.http.problems import Problem
from shared.http.route import ACTOR, BODY, QUERY, Route
from shared.log.port import TopicPartition
from shared.service import Service
from shared.store.commands import Decision, Holders, UnknownStream

AUDITORS = requires(Role.AUDITOR, Role.AUDIT_APPROVER)
WATERMARK_READERS = requires(
    Role.AUDITOR, Role.AUDIT_APPROVER, Role.OPERATOR, Role.FINANCE_OFFICER, Role.FINANCE_APPROVER
)
Decide = Callable[[Finding], Decision]


class FindingsApi:
    """Handlers of one process; everything that they need is in the service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._jurisdictions = Jurisdictions.released()

    async def list(self, request: web.Request) -> web.Response:
        await self._wait(request)
        query = request[QUERY]
        asked = views.Asked(
            sorted(self._seen(request)),
            query["rule"],
            query["state"],
            query["tier"],
            query["after"] or "",
            query["limit"] or 50,
        )
        rows = [dict(row) for row in await views.page(self._service.pool, asked)]
        return answer({"findings": rows, "next": rows[-1]["finding"] if rows else None})

    async def show(self, request: web.Request) -> web.Response:
        await self._wait(request)
        stream_id = request.match_info["finding"]
        finding = await self._load(stream_id)
        places = await views.places_of(self._service.pool, stream_id)
        if not (places | {finding.jurisdiction}) & self._seen(request):
            raise Problem(codes.JURISDICTION_REFUSED)
        return answer(shown(stream_id, finding))

    async def propose(self, request: web.Request) -> web.Response:
        body = request[BODY]
        command = decide.ProposeOutcome(
            request[ACTOR].sub,
            body["outcome"],
            body["reason"],
            bool(body["honest_error"]),
            body["evidence_sha256"],
        )
        return await self._run(request, lambda finding: decide.propose_outcome(finding, command))

    async def decide(self, request: web.Request) -> web.Response:
        body = request[BODY]
        command = decide.DecideOutcome(request[ACTOR].sub, body["outcome"], body["reason"])
        return await self._run(request, lambda finding: decide.decide_outcome(finding, command))

    async def _run(self, request: web.Request, run: Decide) -> web.Response:
        """Who acts must see every place of the finding: its jurisdiction is above all of them."""
        stream_id = request.match_info["finding"]
        loaded = await self._load(stream_id)

        def guarded(finding: Finding, _: Holders) -> Decision:
            today = self._service.clock.today()
            require_jurisdiction(request[ACTOR], finding.jurisdiction, self._jurisdictions, today)
            return run(finding)

        return await execute(
            request, self._service, FINDING, stream_id, guarded, by(request, loaded.jurisdiction),
            told("finding", stream_id),
        )  # fmt: skip

    async def watermark(self, request: web.Request) -> web.Response:
        service = self._service
        seen = await watermark.snapshot(service.pool, service.store.partition_of(watermark.STREAM))
        return answer(
            {
                "judged": _numbers(seen.judged),
                "findings": seen.findings,
                "parked": seen.parked,
                "archived": await _archived(service.settings.archive_dir),
            }
        )

    async def _wait(self, request: web.Request) -> None:
        await wait_until_visible(request, Sight(self._service).current)

    def _seen(self, request: web.Request) -> frozenset[str]:
        today = self._service.clock.today()
        return self._jurisdictions.seen_by(request[ACTOR].jurisdiction, today)

    async def _load(self, stream_id: str) -> Finding:
        if not stream_id.startswith("finding-"):
            raise UnknownStream(stream_id)
        bodies = await self._service.store.load(stream_id)
        if not bodies:
            raise UnknownStream(stream_id)
        return FINDING.fold(bodies)


async def _archived(folder: Path | None) -> list[dict[str, object]] | None:
    """None where this process knows no archive."""
    if folder is None:
        return None
    return _numbers(await asyncio.to_thread(vector_of, folder))


def _numbers(vector: Mapping[TopicPartition, int]) -> list[dict[str, object]]:
    return [
        {"topic": at.topic, "partition": at.partition, "seq": seq}
        for at, seq in sorted(vector.items())
    ]


def shown(stream_id: str, finding: Finding) -> dict[str, object]:
    """The finding for a reader: references, codes and words of ours; nothing personal is in it."""
    result: dict[str, object] = {
        "finding": stream_id,
        "stage": finding.stage.value,
        "version": finding.version,
        "jurisdiction": finding.jurisdiction,
        "content": msgspec.to_builtins(finding.opened),
        "dismissed_evidence": sorted(finding.dismissed),
    }
    if finding.proposal is not None:
        proposal = msgspec.to_builtins(finding.proposal)
        result["proposal"] = {**proposal, "proposed_by": finding.proposed_by}
    return result


def routes(service: Service) -> list[Route]:
    api = FindingsApi(service)
    return [
        Route(
            method="GET", path="/findings", handler=api.list, roles=AUDITORS,
            query=schemas.FindingsQuery(), reads_own_writes=True,
            en="Findings of one's jurisdiction", zh="本辖区的审计疑点",
        ),
        Route(
            method="GET", path="/findings/{finding}", handler=api.show, roles=AUDITORS,
            reads_own_writes=True,
            en="One finding with clause and evidence", zh="疑点详情（条款与证据）",
        ),
        Route(
            method="POST", path="/findings/{finding}/propose", handler=api.propose,
            roles=AUDITORS, request=schemas.ProposeSchema(), idempotent=True,
            en="Propose how a finding ends", zh="提出处理意见",
        ),
        Route(
            method="POST", path="/findings/{finding}/decide", handler=api.decide,
            roles=requires(Role.AUDIT_APPROVER), request=schemas.DecideSchema(), idempotent=True,
            en="Confirm or dismiss as a second person", zh="由第二人确认或排除",
        ),
        Route(
            method="GET", path="/watermark", handler=api.watermark, roles=WATERMARK_READERS,
            en="How far audit has judged and archived", zh="审计已判定与已归档的位置",
        ),
    ]  # fmt: skip
