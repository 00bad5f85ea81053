"""The addresses of lists of approvals: who may use each, what it takes, answers and refuses."""

from services.claims import problems as p
from services.claims.approvals import schemas as s
from services.claims.approvals.api import ApprovalsApi
from shared.http import catalogue as codes
from shared.http.commanding import COMMANDING, READING
from shared.http.files import CSV, FILE_LIMIT
from shared.http.identity import Role, requires
from shared.http.route import Route
from shared.service import Service

READERS = requires(Role.APPROVER, Role.CLERK)
_SEEN = (*READING, codes.RESOURCE_UNKNOWN, codes.JURISDICTION_REFUSED)


def routes(service: Service) -> list[Route]:
    """All routes of lists of approvals."""
    api = ApprovalsApi(service)
    return [
        Route(
            method="POST", path="/claims/approvals", handler=api.ask,
            roles=requires(Role.APPROVER), stream=CSV, body_limit=FILE_LIMIT, idempotent=True,
            response=s.ApprovalsAnswer(), status=202,
            problems=(*COMMANDING, p.APPROVALS_REFUSED, p.APPROVALS_WAITING, p.CLAIM_TWICE),
            en="Approve up to 100,000 claims, each as it was shown", zh="批量批准申请",
        ),
        Route(
            method="GET", path="/claims/approvable", handler=api.approvable, roles=READERS,
            query=s.ApprovableQuery(), reads_own_writes=True, response_type="text/csv",
            problems=(*READING, codes.JURISDICTION_REFUSED),
            en="The claims that may be approved, as the list that approves them",
            zh="可批准的申请名单",
        ),
        Route(
            method="GET", path="/claims/approvals/{approvals}", handler=api.show, roles=READERS,
            response=s.ApprovalsShown(), problems=_SEEN,
            en="How far a list of approvals is", zh="批量审批进度",
        ),
        Route(
            method="GET", path="/claims/approvals/{approvals}/outcomes", handler=api.outcomes,
            roles=READERS, query=s.OutcomesQuery(), response=s.OutcomesShown(), problems=_SEEN,
            en="What became of each claim of the list", zh="批量审批结果",
        ),
    ]  # fmt: skip
