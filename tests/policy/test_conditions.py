"""Three-valued conditions: unknown is neither true nor false, and says what is missing."""

from datetime import date
from typing import Any

import msgspec
import pytest

from shared.policy.cases import Fact
from shared.policy.conditions import Condition, Scope, fields_of, holds, unknown_fields
from tests.policy.builders import ON, claim

YES = {"op": "compare", "field": "facts.yes", "by": "eq", "value": True}
NO = {"op": "compare", "field": "facts.no", "by": "eq", "value": True}
OPEN = {"op": "compare", "field": "facts.open", "by": "eq", "value": True}
FACTS = {
    "yes": Fact(value=True, source="case"),
    "no": Fact(value=False, source="case"),
    "months": Fact(value=12, source="case"),
    "open": None,
}


def read(condition: dict[str, Any]) -> Condition:
    return msgspec.convert(condition, Condition)  # type: ignore[no-any-return]


def scope() -> Scope:
    return Scope(claim(), FACTS, ON)


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        ({"op": "all", "of": [YES, YES]}, True),
        ({"op": "all", "of": [YES, NO]}, False),
        ({"op": "all", "of": [YES, OPEN]}, None),
        ({"op": "all", "of": [OPEN, NO]}, False),
        ({"op": "any", "of": [NO, NO]}, False),
        ({"op": "any", "of": [OPEN, YES]}, True),
        ({"op": "any", "of": [OPEN, NO]}, None),
        ({"op": "not", "of": YES}, False),
        ({"op": "not", "of": NO}, True),
        ({"op": "not", "of": OPEN}, None),
        ({"op": "in", "field": "claim.level", "values": ["L4", "L5"]}, True),
        ({"op": "in", "field": "claim.level", "values": ["L3"]}, False),
        ({"op": "in", "field": "facts.open", "values": ["L3"]}, None),
        ({"op": "present", "field": "claim.agreement"}, True),
        ({"op": "present", "field": "claim.programme"}, False),
        ({"op": "compare", "field": "facts.months", "by": "ge", "value": 12}, True),
        ({"op": "compare", "field": "facts.months", "by": "gt", "value": 12}, False),
        ({"op": "compare", "field": "facts.months", "by": "lt", "value": 12}, False),
        ({"op": "compare", "field": "facts.months", "by": "le", "value": 12}, True),
        ({"op": "compare", "field": "facts.months", "by": "ne", "value": 12}, False),
        ({"op": "compare", "field": "on", "by": "ge", "other": "claim.claimed_on"}, True),
        ({"op": "compare", "field": "on", "by": "lt", "day": "2020-06-02"}, False),
        ({"op": "compare", "field": "on", "by": "lt", "other": "facts.open"}, None),
    ],
)
def test_a_condition_is_true_false_or_unknown(condition: dict[str, Any], truth: Any) -> None:
    assert holds(read(condition), scope()) is truth


@pytest.mark.parametrize(
    ("day", "truth"),
    [
        (date(2020, 4, 30), False),
        (date(2020, 5, 1), True),
        (date(2020, 5, 31), True),
        (date(2020, 6, 1), False),
    ],
)
def test_between_includes_its_first_and_last_day(day: date, truth: bool) -> None:
    field = "claim.certificate_issued_on"
    span = {"op": "between", "field": field, "first": "2020-05-01", "last": "2020-05-31"}
    found = holds(read(span), Scope(claim(certificate_issued_on=day), {}, ON))
    assert found is truth


def test_between_on_an_unknown_day_is_unknown() -> None:
    span = {"op": "between", "field": "facts.open", "first": "2020-05-01", "last": "2020-05-31"}
    assert holds(read(span), scope()) is None


def test_only_what_could_still_decide_is_missing() -> None:
    other = OPEN | {"field": "facts.never_asked"}
    beside = {"op": "any", "of": [{"op": "all", "of": [NO, other]}, {"op": "not", "of": OPEN}]}
    assert unknown_fields(read(beside), scope()) == ("facts.open",)


def test_a_condition_lists_the_fields_that_it_reads() -> None:
    later = {"op": "compare", "field": "on", "by": "ge", "other": "claim.claimed_on"}
    assert fields_of(read({"op": "all", "of": [YES, later, {"op": "not", "of": YES}]})) == (
        "facts.yes",
        "on",
        "claim.claimed_on",
    )
