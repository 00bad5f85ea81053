"""What requests about a plan's money say, and what they are answered."""

from services.payments.advance.decide import Stage
from shared.http.fields import (
    AwareTime,
    BasisPoints,
    CalendarDate,
    Choice,
    Fen,
    Identifier,
    Items,
    Nested,
    QueryInteger,
    ResidentNumber,
    Schema,
    StrictBoolean,
    StrictInteger,
    StrictString,
)

STATES = (
    "new", "open", "closed", "deferred", "settled", "settlement scheduled",
    "settlement authorised", "settlement instructed", "settlement unknown", "settlement returned",
)  # fmt: skip
KINDS = ("individual", "enterprise", "institution")


class RequestAdvanceSchema(Schema):
    advance_fen = Fen()
    purpose = StrictString(200, min=0, required=False, zh="不得含个人信息", en="no personal data")


class AuthoriseAdvanceSchema(Schema):
    """`opened_at_us`: when the officer opened the page, microseconds since 1970."""

    fund = Identifier(40, zh="专账代码", en="code of the fund that pays")
    opened_at_us = StrictInteger(0, required=False)


class CancelAdvanceSchema(Schema):
    note = StrictString(200, min=0, required=False, zh="不得含个人信息", en="no personal data")


class ReturnAdvanceSchema(Schema):
    returned_on = CalendarDate()
    bank_reference = Identifier(64)
    reason = Identifier(64, required=False)


class PlanAccountSchema(Schema):
    """The payee's account and the person who handles it there (经办人), whose key seals it."""

    holder = StrictString(120, zh="户名", en="name of the account")
    account = Identifier(32, pattern=r"[0-9-]{8,32}", zh="账号", en="number of the account")
    handler = ResidentNumber(zh="经办人身份证号", en="resident ID number of the handler")


class ExtendSettlementSchema(Schema):
    due_on = CalendarDate()
    reason = StrictString(200, zh="不得含个人信息", en="no personal data")
    clause = Identifier(64, required=False)


class PlansQuery(Schema):
    state = Choice(*STATES, required=False)
    after = Identifier(120, required=False)
    limit = QueryInteger(1, 200, required=False)


class AdvanceAnswer(Schema):
    """`reason` and `clause` where the advance was refused; the refusal is recorded too."""

    advance = Identifier(120)
    advance_no = StrictInteger(1)
    event = Identifier(64)
    reason = Identifier(64, required=False)
    clause = Identifier(64, required=False)


class PlanAnswer(Schema):
    advance = Identifier(120)
    event = Identifier(64)


class AdvanceShown(Schema):
    advance_no = StrictInteger(1)
    advance_fen = Fen()
    state = Choice(*[stage.value for stage in Stage])
    since = CalendarDate()


class PlanShown(Schema):
    """All money of one plan, in fen; `receivable_fen` is neither earned nor demanded back."""

    advance = Identifier(120)
    state = Choice(*STATES)
    version = StrictInteger(1)
    jurisdiction = Identifier(6)
    plan = Identifier(120, required=False)
    payee_kind = Choice(*KINDS, required=False)
    payee = Identifier(64, required=False)
    base_fen = Fen(zero=True, required=False)
    max_ratio_bp = BasisPoints(required=False)
    live_fen = Fen(zero=True)
    advanced_fen = Fen(zero=True)
    settled_fen = Fen(zero=True)
    demanded_fen = Fen(zero=True)
    receivable_fen = Fen(zero=True)
    due_on = CalendarDate(required=False)
    earned_fen = Fen(zero=True, required=False)
    revision = StrictInteger(0, required=False)
    settlement_fen = Fen(zero=True, required=False)
    settlement_state = Choice(*[stage.value for stage in Stage], required=False)
    fund = Identifier(64, required=False)
    has_account = StrictBoolean()
    advances = Items(Nested(AdvanceShown()), 10_000)
    recoveries = Items(Identifier(120), 1_000)


class PlanListed(Schema):
    advance = Identifier(120)
    jurisdiction = Identifier(6)
    state = Choice(*STATES)
    plan = Identifier(120)
    payee_kind = Choice(*KINDS)
    payee = Identifier(64, required=False)
    organisation = Identifier(64, required=False)
    base_fen = Fen(zero=True)
    max_ratio_bp = BasisPoints()
    live_fen = Fen(zero=True)
    advanced_fen = Fen(zero=True)
    receivable_fen = Fen(zero=True)
    settled_fen = Fen(zero=True)
    demanded_fen = Fen(zero=True)
    due_on = CalendarDate()
    version = StrictInteger(1)
    changed_at = AwareTime()


class PlansListed(Schema):
    """One page of plans' money; `next` is what to ask after for the following one."""

    plans = Items(Nested(PlanListed()), 200)
    next = Identifier(120, required=False)
