"""The addresses of a plan's money."""

from services.payments import problems as payments
from services.payments.advance import problems, schemas
from services.payments.advance.api import AdvancesApi
from shared.http import catalogue as codes
from shared.http.commanding import COMMANDING, READING
from shared.http.identity import Role, requires
from shared.http.route import Route
from shared.service import Service

OFFICER = requires(Role.FINANCE_OFFICER)
ASKERS = requires(Role.INSTITUTION, Role.FINANCE_OFFICER)
ANYONE = requires(Role.INSTITUTION, Role.CLAIMANT, Role.FINANCE_OFFICER)
READERS = requires(
    Role.INSTITUTION, Role.FINANCE_OFFICER, Role.FINANCE_APPROVER, Role.APPROVER, Role.AUDITOR
)
LISTERS = requires(Role.FINANCE_OFFICER, Role.FINANCE_APPROVER, Role.APPROVER, Role.AUDITOR)


_PLACE = (codes.RESOURCE_UNKNOWN, codes.JURISDICTION_REFUSED, codes.NOT_OWN_RECORD)
_REFUSED = (*COMMANDING, *_PLACE)
_ADVANCE = (*_REFUSED, problems.ADVANCE_UNKNOWN, problems.ADVANCE_NOT_IN_THIS_STATE)
_SETTLEMENT = (*_REFUSED, problems.SETTLEMENT_NOT_IN_THIS_STATE)
_FUNDED = (
    payments.PAYMENT_SAME_PERSON_TWICE, payments.FUND_UNKNOWN, payments.FUND_FROZEN,
    payments.FUND_EXHAUSTED, payments.FUND_SOURCE, payments.FUND_PURPOSE, payments.NOT_EARMARKED,
    problems.PLAN_FUND_DIFFERS,
)  # fmt: skip
_NUMBERED = "/plans/{plan}/advances/{number}"


def routes(service: Service) -> list[Route]:
    """All routes of advances and settlements."""
    api = AdvancesApi(service)
    return [*_advances(api), *_settlements(api), *_reads(api)]


def _advances(api: AdvancesApi) -> list[Route]:
    return [
        Route(
            method="POST", path="/plans/{plan}/advances", handler=api.request, roles=ANYONE,
            request=schemas.RequestAdvanceSchema(), idempotent=True, status=201,
            response=schemas.AdvanceAnswer(),
            problems=(*_REFUSED, problems.ADVANCE_RATIO, problems.ADVANCES_TOO_MANY),
            en="Ask for an advance", zh="申请预支",
        ),
        Route(
            method="POST", path=f"{_NUMBERED}/authorise", handler=api.authorise, roles=OFFICER,
            request=schemas.AuthoriseAdvanceSchema(), idempotent=True,
            response=schemas.PlanAnswer(),
            problems=(*_ADVANCE, *_FUNDED, problems.RECOVERY_OPEN, problems.ADVANCE_RATIO),
            en="Authorise an advance", zh="授权预支",
        ),
        Route(
            method="POST", path=f"{_NUMBERED}/cancel", handler=api.cancel, roles=ASKERS,
            request=schemas.CancelAdvanceSchema(), idempotent=True, response=schemas.PlanAnswer(),
            problems=_ADVANCE, en="Call off an advance", zh="撤销预支",
        ),
        Route(
            method="POST", path=f"{_NUMBERED}/return", handler=api.give_back, roles=OFFICER,
            request=schemas.ReturnAdvanceSchema(), idempotent=True, response=schemas.PlanAnswer(),
            problems=(*_ADVANCE, problems.SETTLEMENT_NOT_IN_THIS_STATE),
            en="Record that an advance came back", zh="登记预支退回",
        ),
    ]  # fmt: skip


def _settlements(api: AdvancesApi) -> list[Route]:
    return [
        Route(
            method="POST", path="/plans/{plan}/account", handler=api.account, roles=ASKERS,
            request=schemas.PlanAccountSchema(), idempotent=True, response=schemas.PlanAnswer(),
            problems=(
                *_SETTLEMENT, payments.ACCOUNT_UNCHANGED, payments.PAYMENT_SAME_PERSON_TWICE,
            ),
            en="Name the payee's account", zh="登记收款账户",
        ),
        Route(
            method="POST", path="/plans/{plan}/settlement/authorise", handler=api.settle,
            roles=OFFICER, request=schemas.AuthoriseAdvanceSchema(), idempotent=True,
            response=schemas.PlanAnswer(), problems=(*_SETTLEMENT, *_FUNDED, *payments.NOTICED),
            en="Authorise a plan's settlement", zh="授权清算",
        ),
        Route(
            method="POST", path="/plans/{plan}/settlement/extend", handler=api.extend,
            roles=requires(Role.APPROVER, Role.FINANCE_APPROVER),
            request=schemas.ExtendSettlementSchema(), idempotent=True,
            response=schemas.PlanAnswer(), problems=(*_SETTLEMENT, problems.EXTENSION_NOT_LATER),
            en="Give more time to settle a plan", zh="延长清算期限",
        ),
    ]  # fmt: skip


def _reads(api: AdvancesApi) -> list[Route]:
    return [
        Route(
            method="GET", path="/plans/{plan}", handler=api.show, roles=READERS,
            reads_own_writes=True, response=schemas.PlanShown(), problems=(*READING, *_PLACE),
            en="Show a plan's money", zh="查看计划资金",
        ),
        Route(
            method="GET", path="/plans", handler=api.list, roles=LISTERS,
            query=schemas.PlansQuery(), reads_own_writes=True, response=schemas.PlansListed(),
            problems=READING, en="List plans' money", zh="计划资金列表",
        ),
    ]  # fmt: skip
