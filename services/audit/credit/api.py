"""Credit records over HTTP: who may take them, for which place, as of which day; each reading is
an event first.
"""

from dataclasses import asdict

import orjson
from aiohttp import web

from services.audit import problems
from services.audit.credit.records import MAX_RECORDS, clause_for, csv_records, records
from services.audit.finding.sight import Sight
from services.audit.reports.cells import CONTENT_TYPE
from shared.http import catalogue as codes
from shared.http.access import Jurisdictions, require_jurisdiction
from shared.http.answers import answer_bytes, wait_until_visible
from shared.http.commanding import COMMANDING, by, require_writable
from shared.http.fields import CalendarDate, Choice, Identifier, QueryInteger, Schema
from shared.http.identity import Role, requires
from shared.http.position import ANSWER_HEADER
from shared.http.problems import Problem
from shared.http.route import ACTOR, QUERY, Route
from shared.reading import AUDIT_READINGS, record_reading
from shared.service import Service

AUDITORS = requires(Role.AUDITOR, Role.AUDIT_APPROVER)
PURPOSE = "credit_record"
FIELDS = ("persons", "claims", "rule", "clauses", "amount")


class CreditQuery(Schema):
    place = Identifier(6, pattern=r"[0-9]{6}", zh="地区代码", en="jurisdiction")
    as_of = CalendarDate(zh="截至该日救济期已满", en="the days for an appeal were over by then")
    format = Choice("json", "csv", required=False)
    after = Identifier(120, required=False, zh="上一页最后的疑点", en="last finding of the page")
    limit = QueryInteger(1, MAX_RECORDS, required=False)


class CreditApi:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._jurisdictions = Jurisdictions.released()

    async def show(self, request: web.Request) -> web.Response:
        """The reading is committed before anything is shown; an empty page shows nothing."""
        require_writable(self._service)
        query, today = request[QUERY], self._service.clock.today()
        place = query["place"]
        require_jurisdiction(request[ACTOR], place, self._jurisdictions, today)
        if query["as_of"] > today:
            raise Problem(problems.DAY_IN_FUTURE, pointer="/as_of")
        clause = clause_for(place)
        if clause is None:
            raise Problem(problems.CREDIT_RECORD_NOT_ASKED, place=place)
        await wait_until_visible(request, Sight(self._service).current)
        found = await records(
            self._service.pool, self._jurisdictions.seen_by(place, today), query["as_of"],
            query["after"] or "", query["limit"] or MAX_RECORDS,
        )  # fmt: skip
        headers = {}
        if found:
            position = await record_reading(
                self._service.ledger, AUDIT_READINGS, by(request, place),
                persons=[person for one in found for person in one.persons], purpose=PURPOSE,
                fields=FIELDS, subject=f"credit-records-{place}",
            )  # fmt: skip
            self._service.committed()
            headers[ANSWER_HEADER] = str(position)
        if query["format"] == "csv":
            return web.Response(body=csv_records(found), content_type=CONTENT_TYPE, headers=headers)
        said = {"place": place, "as_of": query["as_of"], "clause": clause}
        next_ = found[-1].finding if found else None
        body = orjson.dumps({**said, "records": [asdict(one) for one in found], "next": next_})
        return answer_bytes(body, headers=headers)


def routes(service: Service) -> list[Route]:
    return [
        Route(
            method="GET", path="/findings/credit-records", handler=CreditApi(service).show,
            roles=AUDITORS, query=CreditQuery(), reads_own_writes=True,
            problems=(
                *COMMANDING, codes.JURISDICTION_REFUSED, problems.DAY_IN_FUTURE,
                problems.CREDIT_RECORD_NOT_ASKED,
            ),
            en="Confirmed findings after the time for an appeal, for the credit system",
            zh="救济期满的已确认疑点，移交征信系统",
        )
    ]  # fmt: skip
