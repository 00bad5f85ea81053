"""The addresses of handling: who may use each, what it takes, answers and refuses."""

from services.claims import problems as p
from services.claims.claim.schemas import CommandAnswer
from services.claims.handling import schemas as s
from services.claims.handling.api import HandlingApi
from shared.http import catalogue as codes
from shared.http.commanding import COMMANDING
from shared.http.fields import Schema
from shared.http.identity import Role, requires
from shared.http.problems import Kind
from shared.http.route import Handler, Route
from shared.service import Service

CHECKERS = requires(Role.CLERK, Role.INSPECTOR)
CLERK, INSPECTOR = requires(Role.CLERK), requires(Role.INSPECTOR)
BATCH_LIMIT = 256 * 1024
"""bytes: 500 claims with a note each"""

_STATE = (codes.RESOURCE_UNKNOWN, codes.JURISDICTION_REFUSED, p.NOT_IN_THIS_STATE)
_FOUR_EYES = (p.SAME_PERSON_TWICE,)


def routes(service: Service) -> list[Route]:
    """All routes of handling."""
    api = HandlingApi(service)
    return [
        _of_claim("assign", api.assign, CLERK, s.AssignSchema(), "Give to a reviewer", "分派"),
        _of_claim(
            "identity-check", api.check_identity, CHECKERS, s.IdentitySchema(),
            "Check the person", "身份认定",
        ),
        _of_many(
            "/identity-checks", api.check_identities, CHECKERS, s.IdentitiesSchema(), (),
            "Check the persons of up to 500 claims", "批量身份认定",
        ),
        _of_many(
            "/inspections", api.inspect, INSPECTOR, s.InspectionSchema(),
            (p.VISIT_WHAT, p.INSPECTION_IN_FUTURE, p.JURISDICTION_UNKNOWN, *_STATE),
            "Record a visit to a class, or for up to 500 claims", "现场检查",
        ),
    ]  # fmt: skip


def _of_claim(
    name: str, handler: Handler, roles: frozenset[Role], takes: Schema, en: str, zh: str
) -> Route:
    return Route(
        method="POST", path=f"/claims/{{claim}}/{name}", handler=handler, roles=roles,
        request=takes, response=CommandAnswer(), idempotent=True, en=en, zh=zh,
        problems=(*COMMANDING, *_STATE, *_FOUR_EYES),
    )  # fmt: skip


def _of_many(
    path: str,
    handler: Handler,
    roles: frozenset[Role],
    takes: Schema,
    refusals: tuple[Kind, ...],
    en: str,
    zh: str,
) -> Route:
    return Route(
        method="POST", path=path, handler=handler, roles=roles, request=takes,
        response=s.OutcomesSchema(), idempotent=True, body_limit=BATCH_LIMIT, also=(201,),
        en=en, zh=zh, problems=(*COMMANDING, p.CLAIM_TWICE, *refusals),
    )  # fmt: skip
