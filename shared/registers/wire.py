"""The JSON that goes to a register and comes back: the agreement between the bureaus, strict."""

from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.events.base import Code, Fen, Jurisdiction
from shared.events.verifications import FACTS_PER_ANSWER, Attribute, RegisterFact
from shared.registers.port import MAX_QUESTIONS, Outcome, Question

MAX_BODY_BYTES = 8 * 1024 * 1024
MAX_RAW_BYTES = 64 * 1024
"""of one answer"""

Id = Annotated[str, Meta(min_length=1, max_length=120)]


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field that we do not know may change the sense: the answer is refused whole."""


class Asking(Strict, frozen=True, kw_only=True, omit_defaults=True):
    """`POST …/ask`."""

    questions: Annotated[tuple[Question, ...], Meta(min_length=1, max_length=MAX_QUESTIONS)]


class FactSaid(Strict, frozen=True, kw_only=True, omit_defaults=True):
    """As RegisterFact, without our references, which a register cannot know."""

    attribute: Attribute
    holds: bool = True
    valid_from: date | None = None
    valid_to: date | None = None
    posted_on: date | None = None
    first_issued_on: date | None = None
    employer: Code | None = None
    code: Code | None = None
    level: Code | None = None
    county: Jurisdiction | None = None
    amount_fen: Fen | None = None
    age_years: Annotated[int, Meta(ge=0, le=130)] | None = None


class AnswerSaid(Strict, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to one question."""

    id: Id
    outcome: Outcome
    facts: Annotated[tuple[FactSaid, ...], Meta(max_length=FACTS_PER_ANSWER)] = ()
    valid_at: Annotated[datetime, Meta(tz=True)]


class Answering(Strict, frozen=True, kw_only=True):
    """What `…/ask` answers; each answer stays raw, since its bytes are the evidence."""

    answers: Annotated[tuple[msgspec.Raw, ...], Meta(max_length=MAX_QUESTIONS)]


class CorrectionsAsked(Strict, frozen=True, kw_only=True):
    """`POST …/corrections`: what changed after this number."""

    after: Annotated[int, Meta(ge=0)]


class CorrectionsSaid(Strict, frozen=True, kw_only=True):
    """Ids of questions that were asked before and would be answered otherwise now."""

    ids: Annotated[tuple[Id, ...], Meta(max_length=1000)]
    next: Annotated[int, Meta(ge=0)]


ANSWERING = msgspec.json.Decoder(Answering)
ANSWER = msgspec.json.Decoder(AnswerSaid)
CORRECTIONS = msgspec.json.Decoder(CorrectionsSaid)


def fact_of(said: FactSaid) -> RegisterFact:
    """What the register said, as it stands in the event."""
    return RegisterFact(**{name: getattr(said, name) for name in said.__struct_fields__})
