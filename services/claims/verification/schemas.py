"""What requests about verifications may say, and what they are answered."""

from typing import Any, get_args

from services.claims.claim.schemas import CITY, FactsShown, NothingSchema
from services.claims.verification.decide import Stage
from shared.events.verifications import FACTS_PER_ANSWER, RegisterFact
from shared.http.fields import (
    AwareTime,
    CalendarDate,
    Choice,
    Fen,
    Identifier,
    Items,
    Nested,
    QueryInteger,
    Schema,
    StrictBoolean,
    StrictString,
)
from shared.registers.port import Outcome, Why

__all__ = ["NothingSchema"]

MAX_FACTS = FACTS_PER_ANSWER
"""that one person writes down by hand"""


class FactSchema(Schema):
    """One thing that the paper says; see RegisterFact in docs/events."""

    attribute = Identifier(39, pattern=r"[a-z][a-z0-9_]{1,38}")
    holds = StrictBoolean(required=False)
    valid_from = CalendarDate(required=False)
    valid_to = CalendarDate(required=False)
    posted_on = CalendarDate(required=False)
    employer = Identifier(64, required=False)
    code = Identifier(64, required=False)
    level = Identifier(64, required=False)
    amount_fen = Fen(zero=True, required=False)


class PaperSchema(Schema):
    """A register's answer on paper, as an inspector read it."""

    outcome = Choice(*get_args(Outcome))
    facts = Items(Nested(FactSchema()), MAX_FACTS, required=False)
    valid_at = AwareTime(zh="登记簿所示状态的时间", en="the state of the register that it shows")
    document = StrictString(200, zh="文书编号，不得含个人信息", en="the paper's number")


class PaperCorrectedSchema(PaperSchema):
    """As above, and why the answer that stood was wrong."""

    reason = StrictString(200, zh="不得含个人信息", en="no personal data")


class PageQuery(Schema):
    after = StrictString(120, pattern=r"[a-z0-9-]+~[a-z0-9-]*", required=False)
    limit = QueryInteger(1, 200, required=False)


class VerificationAnswer(Schema):
    """What became of a command."""

    verification = Identifier(120)
    event = Identifier(64)


class AnswerShown(Schema):
    event_id = Identifier(36)
    outcome = Choice(*get_args(Outcome))
    facts = Items(Nested(FactsShown()), 300)
    valid_at = AwareTime()
    received_at = AwareTime()
    source = Identifier(64)


class VerificationShown(Schema):
    """One question, who waits for it, and the answer that stands."""

    verification = Identifier(120)
    register = Identifier(64)
    question = Identifier(64)
    person = Identifier(32, required=False)
    organisation = Identifier(64, required=False)
    certificate = Identifier(32, required=False)
    household = Identifier(32, required=False)
    as_of = CalendarDate()
    until = CalendarDate(required=False)
    stage = Choice(*[stage.value for stage in Stage])
    channel = Choice("http", "by_hand")
    claims = Items(Identifier(120), 100_000)
    answer = Nested(AnswerShown(), required=False)
    answered_by = Identifier(64, required=False)


class WaitingListed(Schema):
    """`register` is absent while the claim's questions have not been made out yet."""

    claim = Identifier(120)
    jurisdiction = Identifier(6, pattern=CITY)
    register = Identifier(64, required=False)
    question = Identifier(64, required=False)
    verification = Identifier(120, required=False)
    since = AwareTime()
    why = Choice(*[why.value for why in Why])


class ClaimsWaiting(Schema):
    """One page, a row for each answer that a claim lacks."""

    claims = Items(Nested(WaitingListed()), 200)
    next = StrictString(120, required=False)


class CorrectedListed(Schema):
    claim = Identifier(120)
    jurisdiction = Identifier(6, pattern=CITY)
    stage = Choice("approved", "rejected")
    register = Identifier(64)
    verification = Identifier(120)
    answer = Identifier(36, en="event id of the answer that was wrong", zh="原答复的事件编号")
    correction = Identifier(36, en="event id of its correction", zh="更正的事件编号")
    corrected_at = AwareTime()


class ClaimsCorrected(Schema):
    """Decided claims whose answer was corrected later: a person looks, nothing else happens."""

    claims = Items(Nested(CorrectedListed()), 200)
    next = StrictString(120, required=False)


class RawAnswer(Schema):
    """The register's own words, as they came."""

    verification = Identifier(120)
    answer = Identifier(36)
    raw = StrictString(65_536)


def facts_of(said: dict[str, Any]) -> tuple[RegisterFact, ...]:
    """The facts of a loaded PaperSchema; what is not said holds."""
    return tuple(
        RegisterFact(**{name: value for name, value in fact.items() if value is not None})
        for fact in said["facts"] or ()
    )
