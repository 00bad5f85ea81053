"""The addresses of claims: who may use each, what it takes, answers and refuses."""

from services.claims import problems as p
from services.claims.claim import schemas as s
from services.claims.claim.api import ClaimsApi
from shared.http import catalogue as codes
from shared.http.commanding import COMMANDING, READING
from shared.http.fields import Schema
from shared.http.identity import Role, requires
from shared.http.problems import Kind
from shared.http.route import Handler, Route
from shared.service import Service

FILERS = requires(Role.CLAIMANT, Role.INSTITUTION, Role.CLERK)
STAFF = requires(Role.CLERK, Role.APPROVER)
CLERK, APPROVER = requires(Role.CLERK), requires(Role.APPROVER)
READERS = requires(Role.CLAIMANT, Role.INSTITUTION, Role.CLERK, Role.APPROVER, Role.INSPECTOR)

_REFILED = (p.SUPERSEDES_ANOTHERS, p.SUPERSEDED_STANDS, p.SUPERSEDED_ALREADY)
_OWN = (codes.NOT_OWN_RECORD,)
_FOUR_EYES = (p.SAME_PERSON_TWICE,)
_AROUND = (codes.NOT_YET_VISIBLE, p.REFERENCE_MISSING)
_SHOWN = (*_FOUR_EYES, p.STALE_PROPOSAL, p.NOT_WHAT_WAS_PROPOSED)
_GRANTED = (*_SHOWN, *_AROUND, p.DEMANDS_NOT_MET)
_EXCEPTIONS = (*_FOUR_EYES, p.EXCEPTION_NOT_POSSIBLE, p.EXCEPTION_NOT_NEEDED)
_SECOND = (*_FOUR_EYES, p.EXCEPTION_UNKNOWN)
_ANSWER = s.CommandAnswer()


def routes(service: Service) -> list[Route]:
    """All routes of claims."""
    api = ClaimsApi(service)
    return [
        Route(
            method="POST", path="/claims", handler=api.submit, roles=FILERS,
            request=s.ClaimSchema(), idempotent=True, response=_ANSWER, status=201, also=(200,),
            problems=(*COMMANDING, codes.JURISDICTION_REFUSED, *_REFILED),
            en="File a claim; 200 when it was filed before", zh="提交申请",
        ),
        *_of_filers(api),
        *_of_staff(api),
        *_of_exceptions(api),
        *_reads(api),
    ]  # fmt: skip


def _of_filers(api: ClaimsApi) -> list[Route]:
    filed = (*_OWN, p.ALREADY_FILED)
    return [
        _command("correct", api.correct, FILERS, s.CorrectionSchema(), filed, "Correct", "更正"),
        _command("withdraw", api.withdraw, FILERS, s.WithdrawSchema(), _OWN, "Withdraw", "撤回"),
    ]


def _of_staff(api: ClaimsApi) -> list[Route]:
    return [
        _command("accept", api.accept, CLERK, s.AcceptSchema(), _FOUR_EYES, "Accept", "受理"),
        _command("return", api.return_, CLERK, s.ReasonsSchema(), _FOUR_EYES, "Return", "退回补正"),
        _command(
            "propose", api.propose, STAFF, s.NothingSchema(), _AROUND, "Calculate", "按政策计算"
        ),
        _command("approve", api.approve, APPROVER, s.ApproveSchema(), _GRANTED, "Approve", "批准"),
        _command("reject", api.reject, APPROVER, s.RejectSchema(), _SHOWN, "Reject", "驳回"),
        _command("hold", api.hold, STAFF, s.HoldSchema(), _FOUR_EYES, "Hold", "暂缓"),
        _command("revoke", api.revoke, APPROVER, s.ReasonsSchema(), _FOUR_EYES, "Revoke", "撤销"),
    ]


def _of_exceptions(api: ClaimsApi) -> list[Route]:
    """原则上 (INT-14): one officer asks, another approver decides."""
    takes = s.ExceptionSchema()
    return [
        _command(
            "propose-exception", api.propose_exception, STAFF, takes, _EXCEPTIONS,
            "Ask for an exception from a limit in principle", "提出原则性限制的例外",
        ),
        _command(
            "approve-exception", api.approve_exception, APPROVER, takes, _SECOND,
            "Approve the exception", "批准例外",
        ),
        _command(
            "refuse-exception", api.refuse_exception, APPROVER, takes, _SECOND,
            "Refuse the exception", "不同意例外",
        ),
    ]  # fmt: skip


def _command(
    name: str,
    handler: Handler,
    roles: frozenset[Role],
    takes: Schema,
    refusals: tuple[Kind, ...],
    en: str,
    zh: str,
) -> Route:
    return Route(
        method="POST", path=f"/claims/{{claim}}/{name}", handler=handler, roles=roles,
        request=takes, response=_ANSWER, idempotent=True, en=en, zh=zh,
        problems=(
            *COMMANDING, codes.RESOURCE_UNKNOWN, codes.JURISDICTION_REFUSED, p.NOT_IN_THIS_STATE,
            *refusals,
        ),
    )  # fmt: skip


def _reads(api: ClaimsApi) -> list[Route]:
    seen = (codes.RESOURCE_UNKNOWN, codes.JURISDICTION_REFUSED, codes.NOT_OWN_RECORD)
    return [
        Route(
            method="GET", path="/claims/{claim}", handler=api.show, roles=READERS,
            reads_own_writes=True, response=s.ClaimShown(), problems=(*READING, *seen),
            en="Show a claim", zh="查看申请",
        ),
        Route(
            method="GET", path="/claims", handler=api.list, roles=READERS,
            query=s.WorklistQuery(), reads_own_writes=True, response=s.ClaimsListed(),
            problems=READING, en="List claims", zh="申请列表",
        ),
        Route(
            method="GET", path="/claims/to-review", handler=api.to_review, roles=STAFF,
            query=s.ReviewQuery(), reads_own_writes=True, response=s.ClaimsToReview(),
            problems=READING, en="Open claims whose institution has left or is barred",
            zh="机构退出或禁入后待复查的申请",
        ),
    ]  # fmt: skip
