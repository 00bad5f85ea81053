"""What requests about notices may say."""

from services.claims.claim.schemas import CITY, REASON
from services.claims.notice.decide import MAX_CLAIMS, MAX_OBJECTIONS, Stage
from shared.http.fields import (
    CalendarDate,
    Choice,
    Fen,
    Identifier,
    Items,
    Nested,
    QueryInteger,
    Schema,
    StrictInteger,
    StrictString,
)

CHANNELS = ("counter", "hotline", "online", "letter")


class NoticeSchema(Schema):
    """The claims to be shown, all of one city."""

    jurisdiction = Identifier(6, pattern=CITY, zh="行政区划代码", en="GB/T 2260 code")
    claims = Items(Identifier(120), MAX_CLAIMS, min=1)


class ObjectionSchema(Schema):
    claim = Identifier(120)
    channel = Choice(*CHANNELS)
    ground = StrictString(300, zh="不得含个人信息", en="no personal data")


class ObjectionAnswerSchema(Schema):
    outcome = Choice("upheld", "dismissed")
    reasons = Items(Identifier(64, pattern=REASON), 16, required=False)
    note = StrictString(200, min=0, required=False, zh="不得含个人信息", en="no personal data")


class NoticesQuery(Schema):
    open = Choice("yes", "no", required=False)
    after = Identifier(120, required=False)
    limit = QueryInteger(1, 200, required=False)


class NoticeAnswer(Schema):
    """What became of a command on a notice."""

    notice = Identifier(120)
    event = Identifier(64)
    closes_on = CalendarDate(required=False)
    objection = Identifier(64, required=False)


class ObjectionShown(Schema):
    objection = Identifier(64)
    claim = Identifier(120)
    outcome = Choice("open", "upheld", "dismissed")


class NoticeShown(Schema):
    """One notice: its days, the claims that it lists, the objections."""

    notice = Identifier(120)
    stage = Choice(*[stage.value for stage in Stage])
    jurisdiction = Identifier(6, pattern=CITY)
    version = StrictInteger(1)
    published_on = CalendarDate()
    closes_on = CalendarDate()
    closed_on = CalendarDate(required=False)
    amount_fen = Fen(zero=True)
    claims = Items(Identifier(120), MAX_CLAIMS)
    objections = Items(Nested(ObjectionShown()), MAX_OBJECTIONS)


class NoticeListed(Schema):
    notice = Identifier(120)
    jurisdiction = Identifier(6, pattern=CITY)
    published_on = CalendarDate()
    closes_on = CalendarDate()
    closed_on = CalendarDate(required=False)
    claims = StrictInteger(1, en="how many are listed", zh="公示申请数")
    amount_fen = Fen(zero=True)
    objections = StrictInteger(0)


class NoticesListed(Schema):
    """One page of notices; `next` is what to ask after for the following one."""

    notices = Items(Nested(NoticeListed()), 200)
    next = Identifier(120, required=False)


class PageLine(Schema):
    """One claim as the public sees it."""

    row = StrictInteger(1)
    claim = Identifier(120)
    name = StrictString(60, zh="姓名（已脱敏）", en="name, masked")
    kind = Identifier(64)
    occupation = Identifier(64)
    level = Identifier(8)
    institution = StrictString(64, min=0)
    amount_fen = Fen(zero=True)


class PageShown(Schema):
    """The list that is put up: names masked; `sha256` stands in the event if nobody was erased."""

    notice = Identifier(120)
    sha256 = Identifier(64)
    lines = Items(Nested(PageLine()), MAX_CLAIMS)
