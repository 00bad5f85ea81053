"""What requests about reference data may say, and what they are answered."""

from services.claims.claim.schemas import CITY, NothingSchema
from shared.http.fields import (
    AwareTime,
    CalendarDate,
    Choice,
    Identifier,
    Items,
    Nested,
    QueryInteger,
    Schema,
    StrictInteger,
    StrictString,
)
from shared.http.files import RowErrorSchema
from shared.policy.formats import formats
from shared.tables.problems import MAX_ROWS

__all__ = ["NothingSchema"]

MAX_ERRORS = 1_000
MAX_IMPORTS = 1_000
MAX_PAGE = 200
MAX_STEP = 100
"""claims calculated anew by one request"""
EVENT_ID = r"[0-9a-f-]{36}"


class ImportQuery(Schema):
    """For whom a file counts, from which day, and what becomes of earlier imports."""

    jurisdiction = Identifier(6, pattern=CITY)
    valid_from = CalendarDate(
        required=False, zh="本次导入的生效日期，替换时必填", en="first day; needed to replace"
    )
    valid_to = CalendarDate(required=False)
    mode = Choice(
        "replace", "add", required=False, zh="替换（默认）或补充", en="replace unless said"
    )


class ImportAnswer(Schema):
    """What became of a file. Refused: nothing of it was taken; `errors` has the first thousand."""

    table = Identifier(40)
    outcome = Choice("proposed", "already", "refused")
    proposal = Identifier(36, required=False)
    sha256 = Identifier(64)
    encoding = Identifier(32)
    rows = StrictInteger()
    wrong = StrictInteger(en="errors found", zh="错误数")
    errors = Items(Nested(RowErrorSchema()), MAX_ERRORS)


class DeclineSchema(Schema):
    reason = StrictString(500, zh="不得含个人信息", en="no personal data")


class StepAnswer(Schema):
    """What became of a command."""

    table = Identifier(40)
    event = Identifier(64)


class ImportShown(Schema):
    """One import, waiting for a second person or in force."""

    stage = Choice("proposed", "in_force")
    proposal = Identifier(36, required=False)
    reference = Identifier(
        36, required=False, en="event id that facts cite", zh="事实引用的事件编号"
    )
    jurisdiction = Identifier(6, pattern=CITY)
    valid_from = CalendarDate()
    valid_to = CalendarDate(required=False)
    mode = Choice("replace", "add")
    rows = StrictInteger()
    sha256 = Identifier(64)
    rows_sha256 = Identifier(64)
    proposed_by = Identifier(64)
    confirmed_by = Identifier(64, required=False)
    received_at = AwareTime()
    in_force_at = AwareTime(required=False)


class TableShown(Schema):
    """One table: how far its stream has come, and its imports in their order."""

    table = Identifier(40)
    register = Identifier(32)
    version = StrictInteger()
    imports = Items(Nested(ImportShown()), MAX_IMPORTS)


class ReferencesShown(Schema):
    tables = Items(Nested(TableShown()), 100)


class RowsQuery(Schema):
    on = CalendarDate()
    after = QueryInteger(0, MAX_ROWS, required=False)
    limit = QueryInteger(1, MAX_PAGE, required=False)


class CellShown(Schema):
    column = Identifier(40)
    said = StrictString(1000)


class RowShown(Schema):
    """A row that counts on the day, and the first and last day on which it does."""

    area = Identifier(6, pattern=CITY)
    cells = Items(Nested(CellShown()), 64)
    first = CalendarDate(required=False)
    last = CalendarDate(required=False)
    reference = Identifier(36)


class RowsShown(Schema):
    """One page; `next`, where there is one, is what to ask after for the following page."""

    table = Identifier(40)
    on = CalendarDate()
    rows = Items(Nested(RowShown()), MAX_PAGE)
    next = StrictInteger(required=False)


class LackingQuery(Schema):
    register = Identifier(32, required=False)
    after = StrictString(120, pattern=r"[A-Za-z0-9-]+~[A-Z_]+", required=False)
    limit = QueryInteger(1, MAX_PAGE, required=False)


class LackingListed(Schema):
    claim = Identifier(120)
    jurisdiction = Identifier(6, pattern=CITY)
    register = Identifier(64)
    facts = Items(Identifier(64), 64)
    since = AwareTime(en="the newest proposal", zh="最近一次计算的时间")


class ClaimsLacking(Schema):
    """Claims whose newest proposal lacks something that a table or a register must say."""

    claims = Items(Nested(LackingListed()), MAX_PAGE)
    next = StrictString(160, required=False)


class CalculateSchema(Schema):
    register = Identifier(32)
    limit = StrictInteger(1, MAX_STEP, required=False)


class CalculatedShown(Schema):
    claim = Identifier(120)
    outcome = Choice("proposed", "refused")
    decision = Identifier(16, required=False)
    code = Identifier(64, required=False)


class CalculatedAnswer(Schema):
    """Each claim with what was proposed; `left`: how many wait still, for the next request."""

    claims = Items(Nested(CalculatedShown()), MAX_STEP)
    left = StrictInteger()


TABLES = tuple(formats())
