"""The addresses of reference data: who may use each, what it takes, answers and refuses."""

from services.claims import problems as p
from services.claims.reference import schemas as s
from services.claims.reference.api import ReferencesApi
from services.claims.reference.calculating import CalculatingApi
from shared.http import catalogue as codes
from shared.http.commanding import COMMANDING, READING
from shared.http.fields import Schema
from shared.http.files import CSV, XLSX
from shared.http.identity import Role, requires
from shared.http.route import Handler, Route
from shared.service import Service
from shared.tables.reference import MAX_FILE_BYTES

BRINGERS = requires(Role.CLERK, Role.OPERATOR)
CONFIRMERS = requires(Role.APPROVER)
STAFF = requires(Role.CLERK, Role.APPROVER)
READERS = requires(
    Role.CLERK, Role.APPROVER, Role.INSPECTOR, Role.FINANCE_OFFICER, Role.AUDITOR, Role.OPERATOR
)
_KNOWN = (codes.RESOURCE_UNKNOWN, codes.JURISDICTION_REFUSED)
_LOST = (*_KNOWN, p.REFERENCE_MISSING)


def routes(service: Service) -> list[Route]:
    """All routes of reference data."""
    api = ReferencesApi(service)
    return [
        Route(
            method="POST", path="/references/{table}", handler=api.bring, roles=BRINGERS,
            query=s.ImportQuery(), stream=(*CSV, XLSX), body_limit=MAX_FILE_BYTES, idempotent=True,
            response=s.ImportAnswer(), en="Bring a file of reference data", zh="导入参考数据文件",
            problems=(
                *COMMANDING, *_LOST, p.FILE_REFUSED, p.IMPORT_DAY_NEEDED, p.TOO_MANY_INSTITUTIONS,
            ),
        ),
        _step("confirm", api.confirm, s.NothingSchema(), "Put an import in force", "复核生效"),
        _step("decline", api.decline, s.DeclineSchema(), "Decline an import", "不予生效"),
        *_reads(api),
        *_waiting(CalculatingApi(service)),
    ]  # fmt: skip


def _step(name: str, handler: Handler, takes: Schema, en: str, zh: str) -> Route:
    return Route(
        method="POST", path=f"/references/{{table}}/{{proposal}}/{name}", handler=handler,
        roles=CONFIRMERS, request=takes, response=s.StepAnswer(), idempotent=True, en=en, zh=zh,
        problems=(
            *COMMANDING, *_LOST, p.SAME_PERSON_TWICE, p.IMPORT_UNKNOWN, p.IMPORT_OVERLAPS,
            p.TOO_MANY_INSTITUTIONS,
        ),
    )  # fmt: skip


def _reads(api: ReferencesApi) -> list[Route]:
    return [
        Route(
            method="GET", path="/references", handler=api.list, roles=READERS,
            response=s.ReferencesShown(), problems=READING,
            en="What is loaded, for which days, by whom", zh="已导入的参考数据",
        ),
        Route(
            method="GET", path="/references/{table}", handler=api.rows, roles=READERS,
            query=s.RowsQuery(), response=s.RowsShown(), problems=(*READING, *_LOST),
            en="The rows that count on a day", zh="某日有效的记录",
        ),
        Route(
            method="GET", path="/references/{table}/files/{digest}", handler=api.file,
            roles=READERS, response_type="application/octet-stream",
            problems=(*READING, *_KNOWN), en="A file as it came", zh="下载导入的原文件",
        ),
    ]  # fmt: skip


def _waiting(api: CalculatingApi) -> list[Route]:
    return [
        Route(
            method="GET", path="/references/waiting", handler=api.lacking, roles=STAFF,
            query=s.LackingQuery(), reads_own_writes=True, response=s.ClaimsLacking(),
            problems=READING, en="Claims that lack what a table or a register must say",
            zh="缺少参考数据或登记部门答复的申请",
        ),
        Route(
            method="POST", path="/references/waiting/propose", handler=api.calculate, roles=STAFF,
            request=s.CalculateSchema(), response=s.CalculatedAnswer(), idempotent=True,
            problems=(*COMMANDING, codes.NOT_YET_VISIBLE, p.REFERENCE_MISSING),
            en="Calculate anew, some at a time, what waited for a table",
            zh="参考数据到位后分批重新计算",
        ),
    ]  # fmt: skip
