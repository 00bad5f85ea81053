"""The addresses of plans: who may use each, what it takes, answers and refuses."""

from services.claims.plan import problems as p
from services.claims.plan import schemas as s
from services.claims.plan.api import PlansApi
from services.claims.plan.roster_api import RosterApi
from services.claims.plan.sessions_api import SessionsApi
from services.claims.problems import FILE_REFUSED
from shared.http import catalogue as codes
from shared.http.commanding import COMMANDING, READING
from shared.http.fields import Schema
from shared.http.files import CSV, FILE_LIMIT, FileAnswerSchema
from shared.http.identity import Role, requires
from shared.http.problems import Kind
from shared.http.route import Handler, Route
from shared.service import Service

FILERS = requires(Role.INSTITUTION)
CLERK, APPROVER = requires(Role.CLERK), requires(Role.APPROVER)
STAFF = requires(Role.CLERK, Role.APPROVER)
ANYBODY = requires(Role.INSTITUTION, Role.CLERK, Role.APPROVER)
READERS = requires(Role.INSTITUTION, Role.CLERK, Role.APPROVER, Role.INSPECTOR)
LIST_LIMIT = 8 * 1024 * 1024
"""bytes of a list of 10,000 persons as JSON"""

_OWN = (codes.NOT_OWN_RECORD,)
_STATE = (p.PLAN_NOT_IN_THIS_STATE,)
_FOUR_EYES = (p.PLAN_SAME_PERSON_TWICE,)
_SHOWN = (p.STALE_PLAN, p.PLAN_BASE_DIFFERS, p.PLAN_RATE_UNKNOWN, p.SETTLEMENT_TOO_EARLY)
_ROSTER = (p.ROSTER_TOO_LONG,)
_ANSWER = s.PlanAnswer()


def routes(service: Service) -> list[Route]:
    """All routes of plans."""
    plans = PlansApi(service)
    return [
        Route(
            method="POST", path="/plans", handler=plans.submit, roles=FILERS,
            request=s.PlanSchema(), idempotent=True, response=_ANSWER, status=201, also=(200,),
            problems=(*COMMANDING, codes.JURISDICTION_REFUSED, codes.INPUT_REFUSED),
            en="File a plan; 200 when it was filed before", zh="申报班次",
        ),
        *_of_filers(plans),
        *_lists(RosterApi(service, plans), SessionsApi(service, plans)),
        *_of_staff(plans),
        *_reads(plans),
    ]  # fmt: skip


def _of_filers(api: PlansApi) -> list[Route]:
    changed = (*_OWN, p.PLAN_ALREADY_FILED, *_ROSTER, codes.INPUT_REFUSED)
    completed = (*_OWN, p.PLAN_COUNTS_DIFFER)
    return [
        _command(
            "change", api.change, FILERS, s.PlanChangeSchema(), changed, "Change a plan", "变更班次"
        ),
        _command("cancel", api.cancel, ANYBODY, s.CancelSchema(), _OWN, "Cancel", "取消班次"),
        _command(
            "complete", api.complete, FILERS, s.CompleteSchema(), completed, "Complete", "结业"
        ),
    ]


def _lists(rosters: RosterApi, sessions: SessionsApi) -> list[Route]:
    listed = (*_OWN, *_ROSTER, codes.INPUT_REFUSED)
    recorded = (*_OWN, p.SESSION_DIFFERS, p.NOT_ON_ROSTER, codes.INPUT_REFUSED)
    corrected = (*_OWN, p.NOTHING_TO_CORRECT, p.NOT_ON_ROSTER, codes.INPUT_REFUSED)
    refused = (
        *COMMANDING, codes.RESOURCE_UNKNOWN, codes.JURISDICTION_REFUSED, *_STATE, *listed,
        FILE_REFUSED,
    )  # fmt: skip
    return [
        _command(
            "roster", rosters.listed, FILERS, s.RosterSchema(), listed, "List trainees",
            "提交名册", limit=LIST_LIMIT,
        ),
        Route(
            method="POST", path="/plans/{plan}/roster-file", handler=rosters.file, roles=FILERS,
            stream=CSV, body_limit=FILE_LIMIT, idempotent=True, problems=refused,
            response=FileAnswerSchema(), en="List trainees by a file", zh="以文件提交名册",
        ),
        _command(
            "sessions", sessions.record, FILERS, s.SessionSchema(), recorded,
            "Record who was in one session; 200 when it was recorded before", "记录考勤",
            status=201, limit=LIST_LIMIT,
        ),
        _command(
            "sessions/{session}/correct", sessions.correct, FILERS, s.SessionCorrectionSchema(),
            corrected, "Correct a session's list", "补签更正", limit=LIST_LIMIT,
        ),
    ]  # fmt: skip


def _of_staff(api: PlansApi) -> list[Route]:
    accepted = (*_FOUR_EYES, p.ROSTER_MISSING)
    approved = (*accepted, *_SHOWN)
    decided = (p.PLAN_CLAIMS_OPEN, p.NOTHING_TO_DECIDE, codes.NOT_YET_VISIBLE)
    return [
        _command(
            "accept", api.accept, CLERK, s.PlanAcceptSchema(), accepted, "Accept a plan", "受理班次"
        ),
        _command(
            "return", api.return_, STAFF, s.PlanReasonsSchema(), _FOUR_EYES, "Return", "退回补正"
        ),
        _command(
            "approve", api.approve, APPROVER, s.PlanApproveSchema(), approved, "Approve a plan",
            "批准班次",
        ),
        _command(
            "reject", api.reject, APPROVER, s.PlanRejectSchema(), _FOUR_EYES, "Reject", "驳回班次"
        ),
        _command(
            "decide", api.decide, CLERK, s.DecideSchema(), decided,
            "Decide a plan though some who passed never claimed", "结案班次",
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
    *,
    status: int = 200,
    limit: int = 64 * 1024,
) -> Route:
    return Route(
        method="POST", path=f"/plans/{{plan}}/{name}", handler=handler, roles=roles,
        request=takes, response=_ANSWER, idempotent=True, en=en, zh=zh, body_limit=limit,
        status=status, also=(200,) if status != 200 else (),
        problems=(
            *COMMANDING, codes.RESOURCE_UNKNOWN, codes.JURISDICTION_REFUSED, *_STATE, *refusals,
        ),
    )  # fmt: skip


def _reads(api: PlansApi) -> list[Route]:
    seen = (*READING, codes.RESOURCE_UNKNOWN, codes.JURISDICTION_REFUSED, codes.NOT_OWN_RECORD)
    return [
        Route(
            method="GET", path="/plans/{plan}", handler=api.show, roles=READERS,
            reads_own_writes=True, response=s.PlanShown(), problems=seen,
            en="Show a plan, and what it waits for", zh="查看班次",
        ),
        Route(
            method="GET", path="/plans/{plan}/roster", handler=api.trainees, roles=READERS,
            query=s.PageQuery(), reads_own_writes=True, response=s.TraineesListed(),
            problems=seen, en="List the trainees of a plan", zh="班次名册",
        ),
        Route(
            method="GET", path="/plans/{plan}/claims", handler=api.claims, roles=READERS,
            query=s.PageQuery(), reads_own_writes=True, response=s.PlanClaimsListed(),
            problems=seen, en="List the claims of a plan", zh="班次的申请",
        ),
        Route(
            method="GET", path="/plans", handler=api.list, roles=READERS, query=s.PlansQuery(),
            reads_own_writes=True, response=s.PlansListed(), problems=READING,
            en="List plans", zh="班次列表",
        ),
    ]  # fmt: skip
