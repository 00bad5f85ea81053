"""The addresses of verifications: who may use each, what it takes, answers and refuses."""

from services.claims import problems as p
from services.claims.verification import schemas as s
from services.claims.verification.api import VerificationsApi
from shared.http import catalogue as codes
from shared.http.commanding import COMMANDING, READING
from shared.http.fields import Schema
from shared.http.identity import Role, requires
from shared.http.problems import Kind
from shared.http.route import Handler, Route
from shared.service import Service

READERS = requires(Role.CLERK, Role.INSPECTOR, Role.APPROVER)
ASKERS = requires(Role.CLERK, Role.INSPECTOR)
INSPECTOR = requires(Role.INSPECTOR)

_OWN = (codes.RESOURCE_UNKNOWN, codes.JURISDICTION_REFUSED)


def routes(service: Service) -> list[Route]:
    """All routes of verifications."""
    api = VerificationsApi(service)
    four_eyes = (p.SAME_PERSON_TWICE,)
    return [
        _list("/claims/waiting", api.waiting, s.ClaimsWaiting(),
              "Claims that wait for a register, and why", "等待登记部门答复的申请及原因"),
        _list("/claims/corrected", api.corrected, s.ClaimsCorrected(),
              "Decided claims whose register answer was corrected later",
              "决定作出后登记部门更正了答复的申请"),
        Route(
            method="GET", path="/verifications/{verification}", handler=api.show, roles=READERS,
            reads_own_writes=True, response=s.VerificationShown(), problems=(*READING, *_OWN),
            en="Show a verification", zh="查看核验",
        ),
        _command("ask", api.ask, ASKERS, None, (), "Ask the register again", "重新查询登记部门"),
        _command("answer", api.answer, INSPECTOR, s.PaperSchema(), four_eyes,
                 "Record an answer from paper", "人工登记书面答复"),
        _command("correct", api.correct, INSPECTOR, s.PaperCorrectedSchema(), four_eyes,
                 "Correct an answer from paper", "人工更正答复"),
        Route(
            method="POST", path="/verifications/{verification}/read", handler=api.read,
            roles=INSPECTOR, request=s.NothingSchema(), response=s.RawAnswer(), idempotent=True,
            problems=(*COMMANDING, *_OWN),
            en="Read the register's own words; the reading is recorded",
            zh="查看登记部门的原始答复（查看将被记录）",
        ),
    ]  # fmt: skip


def _list(path: str, handler: Handler, response: Schema, en: str, zh: str) -> Route:
    return Route(
        method="GET", path=path, handler=handler, roles=READERS, query=s.PageQuery(),
        reads_own_writes=True, response=response, problems=READING, en=en, zh=zh,
    )  # fmt: skip


def _command(
    name: str,
    handler: Handler,
    roles: frozenset[Role],
    takes: Schema | None,
    refusals: tuple[Kind, ...],
    en: str,
    zh: str,
) -> Route:
    return Route(
        method="POST", path=f"/verifications/{{verification}}/{name}", handler=handler,
        roles=roles, request=takes or s.NothingSchema(), response=s.VerificationAnswer(),
        idempotent=True, en=en, zh=zh,
        problems=(*COMMANDING, *_OWN, p.NOT_IN_THIS_STATE, *refusals),
    )  # fmt: skip
