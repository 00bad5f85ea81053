"""The addresses of public notices: who may use each, what it takes, answers and refuses."""

from services.claims import problems as p
from services.claims.claim.schemas import NothingSchema
from services.claims.notice import schemas as s
from services.claims.notice.api import NoticesApi
from shared.http import catalogue as codes
from shared.http.commanding import COMMANDING, READING
from shared.http.fields import Schema
from shared.http.identity import Role, requires
from shared.http.problems import Kind
from shared.http.route import Handler, Route
from shared.service import Service

STAFF = requires(Role.CLERK, Role.APPROVER)
READERS = requires(Role.CLERK, Role.APPROVER, Role.INSPECTOR, Role.FINANCE_OFFICER)
BODY_LIMIT = 64 * 1024
_KNOWN = (codes.RESOURCE_UNKNOWN, codes.JURISDICTION_REFUSED)


def routes(service: Service) -> list[Route]:
    """All routes of notices."""
    api = NoticesApi(service)
    return [
        Route(
            method="POST", path="/notices", handler=api.publish, roles=STAFF,
            request=s.NoticeSchema(), response=s.NoticeAnswer(), status=201, idempotent=True,
            body_limit=BODY_LIMIT, en="Publish a notice", zh="发布公示",
            problems=(
                *COMMANDING, codes.JURISDICTION_REFUSED, p.CLAIM_TWICE, p.JURISDICTION_UNKNOWN,
                p.NOTICE_REFUSED, p.NOTICED_ALREADY,
            ),
        ),
        _command(
            "/objections", api.object, s.ObjectionSchema(), (p.NOT_LISTED,),
            "Take down an objection", "登记异议",
        ),
        _command(
            "/objections/{objection}/answer", api.answer, s.ObjectionAnswerSchema(),
            (p.OBJECTION_UNKNOWN, p.OBJECTION_ANSWERED, p.SAME_PERSON_TWICE),
            "Answer an objection", "答复异议",
        ),
        _command(
            "/close", api.close, NothingSchema(), (p.NOTICE_NOT_OVER,),
            "Close a notice whose day has come", "结束公示",
        ),
        *_reads(api),
    ]  # fmt: skip


def _command(
    name: str, handler: Handler, takes: Schema, refusals: tuple[Kind, ...], en: str, zh: str
) -> Route:
    return Route(
        method="POST", path=f"/notices/{{notice}}{name}", handler=handler, roles=STAFF,
        request=takes, response=s.NoticeAnswer(), idempotent=True, en=en, zh=zh,
        problems=(*COMMANDING, *_KNOWN, p.NOT_IN_THIS_STATE, *refusals),
    )  # fmt: skip


def _reads(api: NoticesApi) -> list[Route]:
    return [
        Route(
            method="GET", path="/notices/{notice}", handler=api.show, roles=READERS,
            reads_own_writes=True, response=s.NoticeShown(), problems=(*READING, *_KNOWN),
            en="Show a notice", zh="查看公示",
        ),
        Route(
            method="GET", path="/notices/{notice}/page", handler=api.page, roles=READERS,
            response=s.PageShown(), problems=(*READING, *_KNOWN, codes.NOT_READY),
            en="The list with masked names, as it is put up", zh="公示名单（姓名脱敏）",
        ),
        Route(
            method="GET", path="/notices", handler=api.list, roles=READERS,
            query=s.NoticesQuery(), reads_own_writes=True, response=s.NoticesListed(),
            problems=READING, en="List notices", zh="公示列表",
        ),
    ]  # fmt: skip
