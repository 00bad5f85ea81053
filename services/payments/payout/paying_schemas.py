"""What requests about paying say, and what they are answered."""

from shared.http.fields import (
    CalendarDate,
    Choice,
    Identifier,
    Items,
    Nested,
    ResidentNumber,
    Schema,
    StrictInteger,
    StrictString,
)

MAX_PAYOUTS = 1_000


class AuthorisePayoutSchema(Schema):
    """`opened_at_us`: when the officer opened the page, microseconds since 1970."""

    fund = Identifier(40, zh="专账代码", en="code of the fund that pays")
    opened_at_us = StrictInteger(required=False)


class AuthorisePayoutsSchema(Schema):
    """Payouts of one fund; what is listed twice is authorised once."""

    fund = Identifier(40, zh="专账代码", en="code of the fund that pays")
    payouts = Items(Identifier(60), MAX_PAYOUTS, min=1)
    opened_at_us = StrictInteger(required=False)


class PayeeAccountSchema(Schema):
    """The payee's own words at the counter; nothing of it is kept in the clear."""

    id_number = ResidentNumber(zh="身份证号码", en="resident ID number, 18 digits")
    name = StrictString(120, zh="户名", en="name of the account holder")
    account = Identifier(40, pattern=r"[0-9A-Za-z-]{6,40}", zh="银行账号", en="bank account number")
    requested_by = Choice("person", "institution", "clerk", "bank")


class InquirySchema(Schema):
    inquiry = Identifier(64, zh="查询编号", en="number of the question to the bank")


class ReverseSchema(Schema):
    reason = StrictString(200, zh="不得含个人信息", en="no personal data")
    reversed_on = CalendarDate()
    bank_reference = Identifier(64, zh="银行流水号", en="the bank's reference")


class StepAnswer(Schema):
    payout = Identifier(120)
    event = Identifier(64)
    amount_fen = StrictInteger(0, required=False)


class ManyOutcomeSchema(Schema):
    payout = Identifier(120)
    outcome = Choice("authorised", "refused")
    code = Identifier(64, required=False)
    en = StrictString(1000, required=False)
    zh = StrictString(1000, required=False)


class ManyAnswer(Schema):
    """One outcome for each payout, in the order of the request."""

    authorised = StrictInteger()
    refused = StrictInteger()
    outcomes = Items(Nested(ManyOutcomeSchema()), MAX_PAYOUTS)
