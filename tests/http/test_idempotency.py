"""Two requests are the same only if every part is; positions are read as they are written."""

from hypothesis import assume, given
from hypothesis import strategies as st

from shared.http.idempotency import canonical_request
from shared.http.position import Position, parse_position

_SHORT = st.text(alphabet="ab/", max_size=3)
_REQUEST = st.tuples(
    _SHORT, _SHORT, st.dictionaries(_SHORT, _SHORT, max_size=2), st.binary(max_size=3)
)


@given(_REQUEST, _REQUEST)
def test_two_different_requests_never_give_the_same_bytes(
    one: tuple[str, str, dict[str, str], bytes], other: tuple[str, str, dict[str, str], bytes]
) -> None:
    assume(one != other)

    assert canonical_request(*one) != canonical_request(*other)


def test_parts_cannot_be_shifted_into_each_other() -> None:
    assert canonical_request("POST", "/a", {}, b"bc") != canonical_request("POST", "/ab", {}, b"c")


def test_the_order_of_variables_says_nothing() -> None:
    one = canonical_request("POST", "/a", {"x": "1", "y": "2"}, b"")

    assert one == canonical_request("POST", "/a", {"y": "2", "x": "1"}, b"")


@given(st.integers(0, 9999), st.integers(0, 10**15))
def test_a_position_is_read_as_it_was_written(partition: int, seq: int) -> None:
    position = Position("claim-events.v1", partition, seq)

    assert parse_position(str(position)) == position
