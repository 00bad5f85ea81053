"""Reports and quotas over HTTP: computed as of a seal, filed as an event, and computed again."""

import asyncio
from typing import Any

import msgspec
import orjson
from aiohttp import web

from services.audit import problems
from services.audit.asof import seal_from
from services.audit.reports import schemas
from services.audit.reports.building import Builder, Listed
from services.audit.reports.filing import FILED, Filed, file_report, stream_of
from services.audit.reports.forms import forms_for
from services.audit.reports.places import listed_forms, listed_targets
from services.audit.reports.quotas import progress_of
from services.audit.reports.report import Report
from services.audit.reports.written import (
    CSV_TYPE,
    MAX_SHEET_ROWS,
    XLSX_TYPE,
    WorkbookTooLarge,
    csv_report,
    sha256_of,
    xlsx_report,
)
from shared.http import catalogue as codes
from shared.http.access import require_jurisdiction
from shared.http.answers import answer, answer_bytes
from shared.http.commanding import COMMANDING, by
from shared.http.identity import Role, requires
from shared.http.problems import Problem
from shared.http.route import ACTOR, BODY, QUERY, Route
from shared.http.starting import start
from shared.service import Service
from shared.store.commands import Decision, UnknownStream

READERS = requires(
    Role.APPROVER, Role.AUDITOR, Role.AUDIT_APPROVER, Role.FINANCE_OFFICER, Role.FINANCE_APPROVER
)
OFFICERS = requires(Role.APPROVER, Role.AUDITOR, Role.AUDIT_APPROVER, Role.FINANCE_OFFICER)


class ReportsApi:
    def __init__(self, service: Service, listed: Listed = listed_forms) -> None:
        self._service = service
        self._builder = Builder(service, listed)

    async def forms(self, request: web.Request) -> web.Response:
        """Those that the pack of the place lists."""
        place = request[QUERY]["place"]
        self._place(request, place)
        found = forms_for(self._builder.listed_in(place))
        return answer({"place": place, "forms": msgspec.to_builtins(found)})

    async def show(self, request: web.Request) -> web.Response:
        query = request[QUERY]
        report = await self._report(request, query)
        match query["format"]:
            case "csv":
                body = await asyncio.to_thread(csv_report, report)
                return web.Response(body=body, content_type=CSV_TYPE)
            case "xlsx":
                return await _workbook(report)
            case _:
                digest = await asyncio.to_thread(sha256_of, report)
                return answer({**msgspec.to_builtins(report), "sha256": digest})

    async def file(self, request: web.Request) -> web.Response:
        """The event names the prefix and the hash: whoever has the log can compute it again."""
        body = request[BODY]
        place = body["place"]
        form = self._builder.form(request, request.match_info["form"], place)
        period = self._builder.period(body["period"], form)
        seal = await self._builder.seal(body["as_of"])
        report = await self._builder.report(form, place, period, seal)
        stream_id = stream_of(form.id, place, period.name)
        filed = await asyncio.to_thread(file_report, report, seal)

        def said(_: Decision) -> object:
            return {"report": stream_id, "sha256": filed.sha256, "seal": report.seal}

        return await start(
            request,
            self._service,
            FILED,
            stream_id,
            lambda _: Decision([filed]),
            by(request, place),
            said,
        )

    async def filed(self, request: web.Request) -> web.Response:
        """What was filed last, computed again now: `equal` says whether every byte is the same.

        Whether a pack still asks for the form does not matter: it was filed.
        """
        stream_id = request.match_info["report"]
        bodies = await self._service.store.load(stream_id)
        filed = FILED.fold(bodies) if stream_id.startswith("report-") else Filed()
        if filed.newest is None:
            raise UnknownStream(stream_id)
        facts = filed.newest
        form = self._builder.readable(request, facts.form, facts.place)
        seal = seal_from(facts.as_of, facts.sealed_at)
        period = self._builder.period(facts.period, form)
        report = await self._builder.report(form, facts.place, period, seal)
        again = await asyncio.to_thread(sha256_of, report)
        said = {
            "report": stream_id, "version": filed.version, "filed_by": filed.filed_by,
            "filed_at": filed.filed_at, **msgspec.to_builtins(facts),
            "computed_sha256": again, "equal": again == facts.sha256,
        }  # fmt: skip
        return answer_bytes(orjson.dumps(said))

    async def quotas(self, request: web.Request) -> web.Response:
        query = request[QUERY]
        place = query["place"]
        self._place(request, place)
        period = self._builder.period(query["period"]) if query["period"] else None
        seal = await self._builder.seal(query["as_of"])
        where = self._builder.where(place, period)
        done = await self._builder.replayed(seal)
        progress = progress_of(done, where.places, period, where.sees, listed_targets())
        said = {"place": place, "seal": seal.digest, "sealed_at": seal.at.isoformat()}
        return answer({**said, "quotas": msgspec.to_builtins(progress)})

    async def _report(self, request: web.Request, query: dict[str, Any]) -> Report:
        form = self._builder.form(request, request.match_info["form"], query["place"])
        period = self._builder.period(query["period"], form)
        seal = await self._builder.seal(query["as_of"])
        return await self._builder.report(form, query["place"], period, seal)

    def _place(self, request: web.Request, place: str) -> None:
        today = self._service.clock.today()
        require_jurisdiction(request[ACTOR], place, self._builder.jurisdictions, today)


async def _workbook(report: Report) -> web.Response:
    """Raises Problem WORKBOOK_TOO_LARGE."""
    try:
        body = await asyncio.to_thread(xlsx_report, report)
    except WorkbookTooLarge:
        raise Problem(problems.WORKBOOK_TOO_LARGE, rows=MAX_SHEET_ROWS) from None
    return web.Response(body=body, content_type=XLSX_TYPE)


def routes(service: Service, listed: Listed = listed_forms) -> list[Route]:
    """`listed`: which forms each city's pack lists."""
    api = ReportsApi(service, listed)
    place = (codes.RESOURCE_UNKNOWN, codes.JURISDICTION_REFUSED)
    counted = (*place, problems.NOTHING_SEALED, problems.NO_ARCHIVE, problems.ARCHIVE_BEHIND)
    built = (*counted, problems.REPORT_NOT_LISTED, problems.PERIOD_REFUSED)
    shown = (*built, problems.WORKBOOK_TOO_LARGE)
    return [
        Route(
            method="GET", path="/report-forms", handler=api.forms, roles=READERS,
            query=schemas.PlaceQuery(), problems=place,
            en="Forms of reports that the city's policy asks for", zh="本市政策要求的报表",
        ),
        Route(
            method="GET", path="/reports/{form}", handler=api.show, roles=READERS,
            query=schemas.ReportQuery(), problems=shown,
            en="A report as of a sealed point of the log", zh="按封存位置生成报表",
        ),
        Route(
            method="POST", path="/reports/{form}/file", handler=api.file, roles=OFFICERS,
            request=schemas.FileSchema(), idempotent=True, status=201,
            problems=(*COMMANDING, *built),
            en="File a report", zh="报送报表",
        ),
        Route(
            method="GET", path="/filed-reports/{report}", handler=api.filed, roles=READERS,
            problems=built,
            en="A filed report, computed again and compared", zh="已报送报表：重算并比对",
        ),
        Route(
            method="GET", path="/quotas", handler=api.quotas, roles=READERS,
            query=schemas.QuotasQuery(), problems=(*counted, problems.PERIOD_REFUSED),
            en="Quotas and how far they are reached", zh="任务分配与完成进度",
        ),
    ]  # fmt: skip
