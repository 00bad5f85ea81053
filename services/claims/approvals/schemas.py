"""What the lists of approvals answer with."""

from shared.http.fields import (
    AwareTime,
    Choice,
    Identifier,
    Items,
    Nested,
    QueryInteger,
    Schema,
    StrictInteger,
    StrictString,
)
from shared.tables.problems import MAX_ROWS

OUTCOMES = ("approved", "rejected", "held", "refused")
MAX_PAGE = 1_000


class ApprovalsAnswer(Schema):
    """The list is taken in: it is worked off in the background."""

    approvals = Identifier(120)
    claims = StrictInteger(1, en="claims of the list", zh="名单中的申请数")


class ApprovalsCounts(Schema):
    approved = StrictInteger(0)
    rejected = StrictInteger(0)
    held = StrictInteger(0)
    refused = StrictInteger(0)


class ApprovalsShown(Schema):
    """How far a list is; each claim has its outcome once `done` equals `claims`."""

    approvals = Identifier(120)
    asked_by = Identifier(64)
    asked_at = AwareTime()
    ended_at = AwareTime(required=False)
    claims = StrictInteger(1)
    done = StrictInteger(0)
    counts = Nested(ApprovalsCounts())


class ApprovableQuery(Schema):
    """Which claims: of one place (all that the reader sees otherwise), of one kind."""

    jurisdiction = Identifier(6, pattern=r"[0-9]{6}", required=False)
    kind = Identifier(64, required=False)
    limit = QueryInteger(1, MAX_ROWS, required=False)


class OutcomesQuery(Schema):
    outcome = Choice(*OUTCOMES, required=False)
    after = QueryInteger(0, 100_000, required=False)
    limit = QueryInteger(1, MAX_PAGE, required=False)


class OutcomeShown(Schema):
    """What became of one claim; `code` says why it was not approved."""

    n = StrictInteger(1, en="line of the list", zh="名单序号")
    claim = Identifier(120)
    outcome = Choice(*OUTCOMES)
    code = Identifier(64, required=False)
    en = StrictString(4000, required=False)
    zh = StrictString(4000, required=False)


class OutcomesShown(Schema):
    """One page of outcomes; `next`, where there is one, is what to ask after."""

    outcomes = Items(Nested(OutcomeShown()), MAX_PAGE)
    next = StrictInteger(1, required=False)
