"""The addresses of policies: who may use each, what it takes, answers and refuses."""

from services.claims import problems as claims_problems
from services.claims.policy import problems as p
from services.claims.policy import schemas as s
from services.claims.policy.api import PoliciesApi
from shared.http import catalogue as codes
from shared.http.commanding import COMMANDING, READING
from shared.http.fields import Schema
from shared.http.identity import Role, requires
from shared.http.problems import Kind
from shared.http.route import Handler, Route
from shared.policy.document import MAX_BYTES
from shared.service import Service

OFFICERS = requires(Role.APPROVER)
STAFF = requires(Role.CLERK, Role.APPROVER)
READERS = requires(Role.CLERK, Role.APPROVER, Role.INSPECTOR, Role.FINANCE_OFFICER, Role.AUDITOR)
BODY_LIMIT = 4 * MAX_BYTES
"""a file of MAX_BYTES as a JSON string"""
ONE = "/policies/{policy}"
PROPOSAL = f"{ONE}/proposals/{{version}}"
_KNOWN = (codes.RESOURCE_UNKNOWN, codes.JURISDICTION_REFUSED)
_OPEN = (*_KNOWN, p.NO_SUCH_PROPOSAL)
_FOUR_EYES = claims_problems.SAME_PERSON_TWICE


def routes(service: Service) -> list[Route]:
    """All routes of policies."""
    api = PoliciesApi(service)
    return [
        Route(
            method="POST", path=f"{ONE}/proposals", handler=api.propose, roles=OFFICERS,
            request=s.ProposalSchema(), response=s.PolicyAnswer(), idempotent=True,
            body_limit=BODY_LIMIT, en="Propose a version of a policy", zh="提出政策新版本",
            problems=(
                *COMMANDING, codes.JURISDICTION_REFUSED, p.PACK_REFUSED, p.PACK_TOO_LARGE,
                p.OTHER_POLICY, p.PROPOSAL_OPEN, p.VERSION_PUBLISHED, p.VERSION_NOT_NEXT,
                p.RETROACTIVE_UNSAID, p.PLACE_TAKEN, p.OTHER_CITY,
            ),
        ),
        Route(
            method="POST", path=f"{PROPOSAL}/comparison", handler=api.compare, roles=STAFF,
            request=s.ComparisonSchema(), response=s.ComparisonAnswer(), idempotent=True,
            en="Judge the recorded claims under it; again until done",
            zh="按新旧版本比较已有申请（可多次调用直至完成）", problems=(*COMMANDING, *_OPEN),
        ),
        _command(
            "publish", api.publish, s.PublishSchema(),
            (p.NOT_COMPARED, p.RETROACTIVE_UNSAID, _FOUR_EYES), "Put it in force", "发布",
        ),
        _command(
            "withdraw", api.withdraw, s.EndSchema(), (p.NOT_OWN_PROPOSAL,), "Take it back", "撤回"
        ),
        _command("refuse", api.refuse, s.EndSchema(), (_FOUR_EYES,), "Refuse it", "否决"),
        *_reads(api),
    ]  # fmt: skip


def _command(
    name: str, handler: Handler, takes: Schema, refusals: tuple[Kind, ...], en: str, zh: str
) -> Route:
    return Route(
        method="POST", path=f"{PROPOSAL}/{name}", handler=handler, roles=OFFICERS,
        request=takes, response=s.PolicyAnswer(), idempotent=True, en=en, zh=zh,
        problems=(*COMMANDING, *_OPEN, *refusals),
    )  # fmt: skip


def _reads(api: PoliciesApi) -> list[Route]:
    return [
        Route(
            method="GET", path="/policies", handler=api.list, roles=READERS,
            response=s.PoliciesListed(), reads_own_writes=True, problems=READING,
            en="List policies", zh="政策列表",
        ),
        Route(
            method="GET", path=ONE, handler=api.show, roles=READERS, response=s.PolicyShown(),
            problems=(*READING, *_KNOWN), en="A policy's versions and what is proposed",
            zh="政策的版本与提案",
        ),
        Route(
            method="GET", path=f"{PROPOSAL}/comparison", handler=api.comparison, roles=READERS,
            response=s.ComparisonAnswer(), problems=(*READING, *_OPEN),
            en="How far the comparison is, and its result", zh="比较的进度与结果",
        ),
        Route(
            method="GET", path=f"{PROPOSAL}/comparison/claims", handler=api.lines, roles=READERS,
            query=s.LinesQuery(), response=s.LinesShown(), problems=(*READING, *_OPEN),
            en="The claims that would be decided otherwise", zh="决定会有变化的申请",
        ),
    ]  # fmt: skip
