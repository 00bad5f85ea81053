"""What a register answers becomes a fact of the pack's type: months counted, sums and days read."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from shared.events.verifications import Answer, RegisterFact
from shared.policy.answers import fact_from
from shared.policy.cases import FactValue
from shared.policy.parts import Ask, FactSpec, Words
from tests.policy.builders import GOOD

MONTHS = tuple(
    RegisterFact(attribute="insured_month", valid_from=date(2020, month, 1))
    for month in range(1, 8)
)
DIED = RegisterFact(attribute="death", valid_from=date(2020, 2, 1))
WAGE = (
    RegisterFact(attribute="wage", valid_from=date(2019, 1, 1), amount_fen=150_000),
    RegisterFact(attribute="wage", valid_from=date(2020, 1, 1), amount_fen=191_000),
)


def answered(*facts: RegisterFact) -> Answer:
    at = datetime(2020, 7, 1, tzinfo=UTC)
    return Answer(
        verification="verification-1",
        register="SI_EMPLOY",
        question="asked",
        as_of=GOOD.claimed_on,
        outcome="confirmed" if facts else "not_found",
        facts=facts,
        valid_at=at,
        received_at=at,
        source="test",
        answer_commitment="0" * 64,
    )


def spec_of(type_: Any, ask: Ask, as_of: Any = "claimed_on") -> FactSpec:
    question = Words(zh="问", en="asked")
    return FactSpec(
        id="asked", type=type_, register="SI_EMPLOY", as_of=as_of, question=question, ask=ask
    )


@pytest.mark.parametrize(
    ("type_", "attribute", "read", "facts", "expected"),
    [
        ("integer", "insured_month", "count", MONTHS, 6),  # the seventh is after the claim
        ("integer", "insured_month", "count", (), 0),
        ("integer", "wage", "amount_fen", WAGE, 191_000),
        ("date", "death", "valid_from", (DIED,), date(2020, 2, 1)),
        ("date", "death", "valid_from", (), None),
    ],
)
def test_an_answer_is_read_as_the_pack_asks(
    type_: str, attribute: str, read: str, facts: tuple[RegisterFact, ...], expected: FactValue
) -> None:
    ask = msgspec.convert({"about": "person", "attribute": attribute, "read": read}, Ask)
    found = fact_from(spec_of(type_, ask), GOOD, answered(*facts), "answer-1")
    assert (None if found is None else found.value) == expected


def test_only_the_months_of_the_training_count_where_the_question_has_an_end() -> None:
    ask = msgspec.convert(
        {"about": "person", "attribute": "insured_month", "read": "count", "until": "claimed_on"},
        Ask,
    )
    found = fact_from(spec_of("integer", ask, "training_from"), GOOD, answered(*MONTHS), "answer-1")
    assert found is not None
    assert found.value == 3  # April, May, June: the training began on 2 March
