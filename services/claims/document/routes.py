"""The addresses of papers: who may use each, what it takes, answers and refuses."""

from typing import Any

from services.claims import problems as claim_problems
from services.claims.document import problems as p
from services.claims.document import schemas as s
from services.claims.document.api import DocumentsApi
from services.claims.document.media import MEDIA_TYPES
from services.claims.document.record import OF_CLAIM, OF_PLAN
from services.claims.plan import problems as plan_problems
from shared.events.documents import MAX_DOCUMENT_BYTES
from shared.http import catalogue as codes
from shared.http.commanding import COMMANDING
from shared.http.identity import Role, requires
from shared.http.problems import Kind
from shared.http.route import Route
from shared.service import Service

CLAIM_FILERS = requires(Role.CLAIMANT, Role.INSTITUTION, Role.CLERK)
PLAN_FILERS = requires(Role.INSTITUTION, Role.CLERK)
STAFF = (Role.APPROVER, Role.AUDITOR)
CLAIM_STATE = (claim_problems.NOT_IN_THIS_STATE, claim_problems.SAME_PERSON_TWICE)
PLAN_STATE = (plan_problems.PLAN_NOT_IN_THIS_STATE, plan_problems.PLAN_SAME_PERSON_TWICE)
_SEEN = (codes.RESOURCE_UNKNOWN, codes.JURISDICTION_REFUSED, codes.NOT_OWN_RECORD)


def routes(service: Service) -> list[Route]:
    """All routes of papers."""
    of_claim = DocumentsApi(service, OF_CLAIM)
    of_plan = DocumentsApi(service, OF_PLAN)
    return [
        *_routes("/claims/{claim}/documents", of_claim, CLAIM_FILERS, CLAIM_STATE),
        *_routes("/plans/{plan}/documents", of_plan, PLAN_FILERS, PLAN_STATE),
    ]


def _routes(
    path: str, api: DocumentsApi[Any], filers: frozenset[Role], state: tuple[Kind, ...]
) -> list[Route]:
    return [
        Route(
            method="POST", path=path, handler=api.attach, roles=filers, query=s.AttachQuery(),
            stream=MEDIA_TYPES, body_limit=MAX_DOCUMENT_BYTES, idempotent=True,
            response=s.DocumentAnswer(), status=201,
            problems=(
                *COMMANDING, *_SEEN, *state, p.DOCUMENT_EMPTY, p.DOCUMENT_NOT_OF_TYPE,
                p.DOCUMENT_ATTACHED_ALREADY, p.TOO_MANY_DOCUMENTS, p.PERSON_ERASED,
            ),
            en="Attach a document: the body is the file", zh="提交材料：请求体即文件内容",
        ),
        Route(
            method="POST", path=f"{path}/{{document}}/withdraw", handler=api.withdraw,
            roles=filers, request=s.WithdrawDocumentSchema(), idempotent=True,
            response=s.DocumentAnswer(),
            problems=(*COMMANDING, *_SEEN, *state, p.DOCUMENT_UNKNOWN),
            en="Withdraw a document; the file stays", zh="撤回材料（文件保留）",
        ),
        Route(
            method="GET", path=f"{path}/{{document}}", handler=api.read,
            roles=filers | frozenset(STAFF), response_type="application/octet-stream",
            problems=(
                *COMMANDING, *_SEEN, p.DOCUMENT_ERASED, p.DOCUMENT_LOST, p.DOCUMENT_BROKEN,
            ),
            en="Read a document; the reading is recorded", zh="查看材料（查看将被记录）",
        ),
    ]  # fmt: skip
