"""Fields load the same by the straight way and by marshmallow's, and know what they describe."""

from typing import Any

import marshmallow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError, validates_schema

from shared.http.fields import Choice, Fen, Schema, StrictInteger, StrictString
from tests.http.sample import GOOD, SubmitClaimSchema

SCHEMA = SubmitClaimSchema()
_STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(alphabet="aZ19１某 .:-\u200b\n", max_size=20),
    st.lists(st.dictionaries(st.sampled_from(["name", "amount_fen", "x"]), st.integers())),
    st.sampled_from(["1.50", "L5", "2026-02-01", "2026-02-01T00:00:00Z", "999999199002150029"]),
)


def _by_marshmallow(data: Any) -> Any:
    try:
        return SCHEMA.into(**marshmallow.Schema.load(SCHEMA, data))
    except ValidationError as refused:
        return str(refused.messages)


def _straight(data: Any) -> Any:
    try:
        return SCHEMA.load(data)
    except ValidationError as refused:
        return str(refused.messages)


@given(st.dictionaries(st.sampled_from([*GOOD, "fee_fen", "extra"]), _STRANGE, max_size=2))
def test_the_straight_way_loads_what_marshmallow_loads_and_refuses_the_rest(
    changes: dict[str, Any],
) -> None:
    data = {**GOOD, **changes}

    assert _straight(data) == _by_marshmallow(data)
    assert _straight({**GOOD, "extra": 1}) == _by_marshmallow({**GOOD, "extra": 1})


@given(st.sets(st.sampled_from(list(GOOD)), max_size=3))
def test_a_missing_field_is_refused_on_both_ways(missing: set[str]) -> None:
    data = {name: value for name, value in GOOD.items() if name not in missing}

    assert _straight(data) == _by_marshmallow(data)


def test_a_schema_with_a_rule_across_fields_keeps_its_rule() -> None:
    class Range(Schema):
        least = StrictInteger()
        most = StrictInteger()

        @validates_schema
        def ordered(self, data: dict[str, int], **_: Any) -> None:
            if data["least"] > data["most"]:
                raise ValidationError("never shown")

    with pytest.raises(ValidationError):
        Range().load({"least": 2, "most": 1})
    assert Range().load({"least": 1, "most": 2}) == {"least": 1, "most": 2}


def test_an_optional_field_that_is_absent_is_none_and_null_is_refused() -> None:
    class One(Schema):
        note = StrictString(10, required=False)

    assert One().load({}) == {"note": None}
    with pytest.raises(ValidationError):
        One().load({"note": None})


def test_a_field_describes_its_bounds() -> None:
    assert Fen(500, zero=True).openapi == {"type": "integer", "minimum": 0, "maximum": 500}
    assert Choice("a", "b").openapi == {"type": "string", "enum": ["a", "b"]}
