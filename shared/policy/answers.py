"""From a register's answer to a fact of the pack: pure; unclear or nothing said stays unknown."""

from collections.abc import Iterable
from datetime import date, timedelta

from shared.events.verifications import Answer, RegisterFact
from shared.policy.cases import ClaimCase, Fact
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
    value = answer.outcome == "confirmed" and _covers(
        (fact for fact in answer.facts if _speaks(fact, spec.ask, claim)), first, last
    )
    return Fact(value=value, source=answer.register, reference=reference, valid_at=first)


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
