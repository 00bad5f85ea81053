"""What requests about funds say, and what they are answered."""

from shared.http.fields import (
    CalendarDate,
    Fen,
    Identifier,
    Items,
    Nested,
    QueryInteger,
    Schema,
    StrictBoolean,
    StrictInteger,
    StrictString,
)

LEAST = -(10**15)
_LINE = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[0-9]{1,3}"


class OpenSchema(Schema):
    """`purposes` are kinds of subsidy, as claims name them; an empty list: all."""

    jurisdiction = Identifier(6, pattern="[0-9]{6}")
    fund = Identifier(40, pattern=r"[A-Za-z0-9][A-Za-z0-9._-]*", zh="专账代码", en="code")
    source = Identifier(64, zh="资金来源", en="source of the money, as the policy names it")
    year = StrictInteger(2000, 2100)
    purposes = Items(Identifier(64), 50)
    bank = Identifier(64)
    account = Identifier(32, pattern=r"[0-9-]{8,32}", zh="专账账号", en="number of the account")
    opened_on = CalendarDate()
    clause = Identifier(64, required=False)
    special_account = StrictBoolean(
        required=False, zh="是否专账：用途和额度以政策为准",
        en="the special account: purposes and cap are the policy's",
    )  # fmt: skip


class AllocateSchema(Schema):
    amount_fen = Fen()
    document = Identifier(64, zh="预算文号", en="number of the budget document")
    document_sha256 = Identifier(64, pattern="[0-9a-f]{64}", required=False)
    allocated_on = CalendarDate()
    approved_by = Identifier(64, zh="审批人", en="who signed the document; not the actor")
    bank_reference = Identifier(64, required=False)


class RaiseCapSchema(Schema):
    raised_fen = Fen(zh="提高的额度（分）", en="by how much, fen")
    document = Identifier(64, zh="批准文号", en="number of the document")
    document_sha256 = Identifier(64, pattern="[0-9a-f]{64}", required=False)
    raised_on = CalendarDate()
    approved_by = Identifier(64, zh="审批人", en="who signed the document; not the actor")


class FreezeSchema(Schema):
    """`until` is the first day on which money may leave again; `frozen_on` itself ends a freeze."""

    reason = StrictString(200, zh="不得含个人信息", en="no personal data")
    frozen_on = CalendarDate()
    until = CalendarDate(required=False)
    ordered_by = Identifier(64, zh="决定人", en="who ordered it; not the actor")


class PageQuery(Schema):
    after = Identifier(120, required=False)
    limit = QueryInteger(1, 200, required=False)


class JournalQuery(Schema):
    after = Identifier(120, pattern=_LINE, required=False)
    limit = QueryInteger(1, 200, required=False)


class DaysQuery(Schema):
    """Calendar days in Asia/Shanghai, both included; without them: the last 31 days with moves."""

    from_day = CalendarDate(required=False)
    to_day = CalendarDate(required=False)


class FundAnswer(Schema):
    fund = Identifier(120)
    event = Identifier(64)
    amount_fen = Fen(required=False)


class BalancesSchema(Schema):
    """In fen. `source` is below 0 by what the budget gave."""

    source = StrictInteger(LEAST)
    available = StrictInteger()
    payable = StrictInteger()
    transit = StrictInteger()
    spent = StrictInteger(LEAST)
    written_off = StrictInteger()


class FundShown(Schema):
    fund = Identifier(120)
    code = Identifier(64)
    jurisdiction = Identifier(6)
    source = Identifier(64)
    year = StrictInteger()
    purposes = Items(Identifier(64), 50)
    frozen = StrictBoolean()
    frozen_until = CalendarDate(required=False)
    special_account = StrictBoolean()
    cap_fen = Fen(zero=True, required=False)
    given_fen = Fen(zero=True)
    balances = Nested(BalancesSchema())


class FundsListed(Schema):
    """One page of funds; `next` is what to ask after for the following one."""

    funds = Items(Nested(FundShown()), 200)
    next = Identifier(120, required=False)


class SourceShown(Schema):
    """All funds of one place that hold money of one source, in fen."""

    jurisdiction = Identifier(6)
    source = Identifier(64)
    funds = StrictInteger()
    balances = Nested(BalancesSchema())


class SourcesListed(Schema):
    sources = Items(Nested(SourceShown()), 1_000)


class JournalLine(Schema):
    event = Identifier(36)
    line = StrictInteger()
    account = Identifier(20)
    amount_fen = StrictInteger(LEAST)


class JournalPage(Schema):
    """Lines of the fund's accounts, oldest first; `next` is what to ask after."""

    lines = Items(Nested(JournalLine()), 200)
    next = Identifier(120, required=False)


class DayShown(Schema):
    """What moved on one day, in fen; `available` is what was free at its end."""

    day = CalendarDate()
    allocated_fen = Fen(zero=True)
    authorised_fen = Fen(zero=True)
    cancelled_fen = Fen(zero=True)
    instructed_fen = Fen(zero=True)
    paid_fen = Fen(zero=True)
    advanced_fen = Fen(zero=True)
    returned_fen = Fen(zero=True)
    reversed_fen = Fen(zero=True)
    recovered_fen = Fen(zero=True)
    available_fen = Fen(zero=True)


class ReconciliationShown(Schema):
    """`sum_fen` is the sum of all lines of the journal's moves here: always 0."""

    fund = Identifier(64)
    jurisdiction = Identifier(6)
    days = Items(Nested(DayShown()), 400)
    balances = Nested(BalancesSchema())
    sum_fen = StrictInteger(LEAST)
    balanced = StrictBoolean()
