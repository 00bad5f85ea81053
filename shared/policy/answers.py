"""From a register's answer to a fact of the pack: pure; unclear or nothing said stays unknown."""

from collections.abc import Iterable
from datetime import date, timedelta

from shared.events.verifications import Answer, RegisterFact
from shared.policy.cases import ClaimCase, Fact, FactValue
from shared.policy.parts import Ask, FactSpec

_NO_START, _NO_END = date.min, date.max


def fact_from(spec: FactSpec, claim: ClaimCase, answer: Answer, reference: str) -> Fact | None:
    """The fact as the register answered it, for this claim; None while it is unknown.

    `reference` is the id of the answer's event. What a register has not found or refutes is false;
    what it confirms is true if its facts cover every day that the pack asks about (INT-15).
    """
    if spec.ask is None or spec.as_of is None or answer.outcome == "unclear":
        return None
    first = _day(claim, spec.as_of)
    last = _day(claim, spec.ask.until) if spec.ask.until else first
    if first is None or last is None:
        return None
    said = [fact for fact in answer.facts if _speaks(fact, spec.ask, claim)]
    said = said if answer.outcome == "confirmed" else []
    value = _value(spec.ask, said, first, last)
    if value is None:
        return None
    return Fact(value=value, source=answer.register, reference=reference, valid_at=first)


def _value(ask: Ask, said: list[RegisterFact], first: date, last: date) -> FactValue | None:
    """What the pack reads of the answer; None where the register knows of no such entry."""
    if ask.read == "holds":
        return _covers(said, first, last)
    if ask.read == "count":
        return sum(_within(fact, ask, first, last) for fact in said)
    newest = max(said, key=lambda fact: fact.valid_from or _NO_START, default=None)
    value: FactValue | None = None if newest is None else getattr(newest, ask.read)
    return value


def _within(fact: RegisterFact, ask: Ask, first: date, last: date) -> bool:
    """Up to the day of `as_of`; or inside the days from there to `until`."""
    start = fact.valid_from or _NO_START
    return first <= start <= last if ask.until else start <= first


def _day(claim: ClaimCase, field: str) -> date | None:
    day: date | None = getattr(claim, field)
    return day


def _speaks(fact: RegisterFact, ask: Ask, claim: ClaimCase) -> bool:
    named = {"occupation": fact.code == claim.occupation, "level": fact.level == claim.level}
    return fact.holds and fact.attribute == ask.attribute and all(named[m] for m in ask.match)


def _covers(facts: Iterable[RegisterFact], first: date, last: date) -> bool:
    """Whether the facts' days, put together without a gap, hold every day from first to last."""
    day = first
    spans = sorted((f.valid_from or _NO_START, f.valid_to or _NO_END) for f in facts)
    for start, end in spans:
        if start <= day <= end:
            if end >= last:
                return True
            day = end + timedelta(days=1)
    return False
