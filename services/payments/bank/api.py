"""Batches over HTTP: released by a second person, given to the bank as a file, answered by it."""

from uuid import uuid4

from aiohttp import web

from services.payments import problems
from services.payments.bank.answers import COLUMNS, Answering, Sent
from services.payments.bank.batch import BATCH, MAX_LINES, Batch, ask_override
from services.payments.bank.file import PaymentLine, digest, render
from services.payments.bank.hearing import watermarks
from services.payments.bank.kinds import kind_of
from services.payments.bank.payees import open_payees, read_by
from services.payments.bank.release import Releasing
from services.payments.bank.schemas import (
    BatchAnswer,
    BatchShown,
    OverrideSchema,
    ReleaseSchema,
)
from shared.events.base import PAYOUT_EVENTS
from shared.events.batches import BatchReleased
from shared.http import catalogue as codes
from shared.http.access import Jurisdictions, require_jurisdiction
from shared.http.answers import answer
from shared.http.commanding import (
    COMMANDING,
    READING,
    answered,
    by,
    request_of,
    require_writable,
    told,
)
from shared.http.files import (
    CSV,
    FILE_LIMIT,
    FileAnswerSchema,
    answer_file,
    read_upload,
    receive,
)
from shared.http.identity import Role, requires
from shared.http.position import ANSWER_HEADER
from shared.http.problems import Problem
from shared.http.route import ACTOR, BODY, Route
from shared.http.starting import start
from shared.service import Service
from shared.store.commands import MAX_TRIES, By, Contended, Decision, UnknownStream, finished
from shared.store.store import Asked
from shared.tables.outcomes import answer_of

APPROVER = requires(Role.FINANCE_APPROVER)
OFFICERS = requires(Role.FINANCE_OFFICER, Role.FINANCE_APPROVER)
READERS = requires(Role.FINANCE_OFFICER, Role.FINANCE_APPROVER, Role.AUDITOR)


class BatchesApi:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._jurisdictions = Jurisdictions.released()

    async def release(self, request: web.Request) -> web.Response:
        """All orders or none; the same key gives the same batch."""
        body, service = request[BODY], self._service
        require_writable(service)
        ids = body["payables"]
        if len(set(ids)) != len(ids):
            raise Problem(problems.BATCH_DOUBLE, pointer="/payables")
        batch_id = body["override"] or f"batch-{uuid4()}"
        place = await self._jurisdiction(request, ids)

        def said(decision: Decision) -> object:
            facts = decision.events[-1]
            assert isinstance(facts, BatchReleased)
            return {
                "batch": batch_id, "event": "BatchReleased", "lines": facts.lines,
                "amount_fen": facts.amount_fen, "bank_file_sha256": facts.bank_file_sha256,
            }  # fmt: skip

        done = await Releasing(service, by(request, place)).release(
            request_of(request, service, said), batch_id, ids, body["override"] is not None
        )
        return await answered(service, done, status=201)

    async def override(self, request: web.Request) -> web.Response:
        """The first of two persons; the batch that the other one releases has this id."""
        body, service = request[BODY], self._service
        self._place(request, body["jurisdiction"])
        marks = await watermarks(service.pool)
        batch_id = f"batch-{uuid4()}"
        actor, now = request[ACTOR].sub, service.clock.now()
        return await start(
            request, service, BATCH, batch_id,
            lambda batch: ask_override(batch, actor, body["reason"], marks, now),
            by(request, body["jurisdiction"]), told("batch", batch_id),
        )  # fmt: skip

    async def show(self, request: web.Request) -> web.Response:
        batch_id, batch, _ = await self._load(request)
        said: dict[str, object] = {
            "batch": batch_id,
            "state": batch.stage.value,
            "jurisdiction": batch.jurisdiction,
            "asked_by": batch.asked_by or None,
            "released_by": batch.released_by or None,
        }
        if batch.facts:
            said |= {
                name: getattr(batch.facts, name)
                for name in ("fund", "orders", "amount_fen", "lines", "bank_file_sha256")
            }
            said["overridden_by"] = list(batch.facts.overridden_by)
        return answer({name: value for name, value in said.items() if value is not None})

    async def file(self, request: web.Request) -> web.Response:
        """Made anew each time from what is sealed in the orders, with the same digest."""
        service, actor = self._service, request[ACTOR].sub
        require_writable(service)
        batch_id, batch, _ = await self._load(request)
        facts = _released(batch)
        sent = sorted((await self._sent(batch_id, facts)).values(), key=lambda s: s.line.line)
        assert service.vault is not None
        payees, persons = await open_payees(service.vault, [s.line.seals for s in sent], actor)
        lines = []
        for one, payee in zip(sent, payees, strict=True):
            if payee is None:
                raise Problem(problems.PAYEE_ERASED)
            lines.append(
                PaymentLine(
                    one.line.line, one.line.instruction,
                    one.line.payee or payee.fields.get("name", ""),
                    payee.fields.get("account", ""), one.line.amount_fen,
                )
            )  # fmt: skip
        content = render(lines)
        if digest(content) != facts.bank_file_sha256:
            raise AssertionError(f"{batch_id}: the file is not the one that was released")
        read = read_by(persons, actor, batch_id)
        position = await self._note(batch_id, Decision(read), by(request, batch.jurisdiction))
        return web.Response(
            body=content, content_type="text/csv", charset="utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="{batch_id}.csv"',
                "Cache-Control": "no-store",
                **({ANSWER_HEADER: position} if position else {}),
            },
        )  # fmt: skip

    async def answers(self, request: web.Request) -> web.Response:
        service = self._service
        require_writable(service)
        batch_id, batch, _ = await self._load(request)
        facts = _released(batch)
        upload = await read_upload(request, COLUMNS, problems.ANSWERS_REFUSED)
        asked = request_of(request, service, lambda _: {}, upload.sha256.encode())
        if kept := await receive(service, asked, service.clock.now()):
            return kept
        orders = await self._sent(batch_id, facts)
        recording = Answering(service, by(request, batch.jurisdiction), orders)
        outcomes = await recording.record(upload)
        service.committed()
        return await answer_file(service, asked, answer_of(upload, outcomes), PAYOUT_EVENTS)

    async def _sent(self, batch_id: str, facts: BatchReleased) -> dict[str, Sent]:
        """The orders of a batch by their instruction."""
        known = await self._service.store.read(Asked(facts.orders))
        found: dict[str, Sent] = {}
        for stream_id in facts.orders:
            kind = kind_of(stream_id)
            assert kind is not None
            for event in kind.aggregate.events(known.bodies[stream_id]):
                if line := kind.line(event, batch_id):
                    found[line.instruction] = Sent(kind, stream_id, line)
        return found

    async def _note(self, batch_id: str, decision: Decision, acting: By) -> str | None:
        """Who read whose data, as an event of the batch; nothing where nobody's was read."""
        service = self._service
        for _ in range(MAX_TRIES if decision.events else 0):
            bodies = await service.store.load(batch_id)
            last = BATCH.events(bodies)[-1].recorded_at
            unit = service.ledger.unit(
                BATCH, batch_id, len(bodies), decision, acting, not_before=last
            )
            if done := finished(await service.store.append(unit), unit):
                service.committed()
                return str(done.position)
        if decision.events:
            raise Contended(batch_id)
        return None

    async def _load(self, request: web.Request) -> tuple[str, Batch, int]:
        batch_id = request.match_info["batch"]
        bodies = await self._service.store.load(batch_id)
        if not bodies or not batch_id.startswith("batch-"):
            raise UnknownStream(batch_id)
        batch = BATCH.fold(bodies)
        self._place(request, batch.jurisdiction)
        return batch_id, batch, len(bodies)

    async def _jurisdiction(self, request: web.Request, ids: list[str]) -> str:
        """That of the first order as it stands now, whoever spoke first in its stream."""
        known = await self._service.store.read(Asked((ids[0],)))
        bodies, kind = known.bodies.get(ids[0], ()), kind_of(ids[0])
        if not bodies or kind is None:
            raise UnknownStream(ids[0])
        jurisdiction: str = kind.aggregate.fold(bodies).jurisdiction
        self._place(request, jurisdiction)
        return jurisdiction

    def _place(self, request: web.Request, jurisdiction: str) -> None:
        today = self._service.clock.today()
        require_jurisdiction(request[ACTOR], jurisdiction, self._jurisdictions, today)


def _released(batch: Batch) -> BatchReleased:
    if batch.facts is None:
        raise Problem(problems.BATCH_NOT_RELEASED)
    return batch.facts


def routes(service: Service) -> list[Route]:
    """All routes of batches."""
    api = BatchesApi(service)
    place = (codes.RESOURCE_UNKNOWN, codes.JURISDICTION_REFUSED)
    lawful = (
        problems.BATCH_REFUSED, problems.BATCH_MIXED, problems.AUDIT_BEHIND,
        problems.OVERRIDE_UNUSABLE, problems.AUDIT_NOT_SILENT, problems.FUND_UNKNOWN,
        problems.FUND_FROZEN, problems.BATCH_DOUBLE, problems.PAYMENT_SAME_PERSON_TWICE,
    )  # fmt: skip
    sent = (*place, problems.BATCH_NOT_RELEASED)
    return [
        Route(
            method="POST", path="/batches", handler=api.release, roles=APPROVER,
            request=ReleaseSchema(), idempotent=True, status=201, response=BatchAnswer(),
            problems=(*COMMANDING, *place, *lawful),
            en=f"Release up to {MAX_LINES} authorised orders", zh="放行一批已授权的拨付",
        ),
        Route(
            method="POST", path="/batches/override", handler=api.override, roles=OFFICERS,
            request=OverrideSchema(), idempotent=True, status=201, response=BatchAnswer(),
            problems=(*COMMANDING, codes.JURISDICTION_REFUSED, problems.AUDIT_NOT_SILENT),
            en="Ask to release a batch without audit", zh="申请越过审计放行",
        ),
        Route(
            method="GET", path="/batches/{batch}", handler=api.show, roles=READERS,
            response=BatchShown(), problems=(*READING, *place),
            en="Show a batch", zh="查看批次",
        ),
        Route(
            method="GET", path="/batches/{batch}/file", handler=api.file, roles=OFFICERS,
            response_type="text/csv", problems=(*COMMANDING, *sent, problems.PAYEE_ERASED),
            en="The file for the bank", zh="下载银行代发文件",
        ),
        Route(
            method="POST", path="/batches/{batch}/answers", handler=api.answers, roles=OFFICERS,
            stream=CSV, body_limit=FILE_LIMIT, idempotent=True, response=FileAnswerSchema(),
            problems=(*COMMANDING, *sent, problems.ANSWERS_REFUSED),
            en="Record the bank's answers", zh="导入银行回执",
        ),
    ]  # fmt: skip
