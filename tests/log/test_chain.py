"""The chain's formula, fixed for ever by vectors that were computed without this code."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.log.chain import GENESIS, link

EVENT = bytes.fromhex("0192f3a04b7c7000800000000000abcd")


def by_the_book(previous: bytes, seq: int, event_id: bytes, body: bytes) -> bytes:
    parts = [previous]
    for field in (seq.to_bytes(8, "big"), event_id, body):
        parts += [len(field).to_bytes(4, "big"), field]
    return hashlib.sha256(b"".join(parts)).digest()


def test_the_chain_begins_with_32_zero_bytes() -> None:
    assert bytes.fromhex("00" * 32) == GENESIS


@pytest.mark.parametrize(
    ("seq", "body", "expected"),
    [
        (1, b"", "017212afabd68627d152ac2e40247638e0dcb03af009a1a77311b07b35d54f55"),
        (1, b'{"a":1}', "a67e7141342a4d3f023d7143312b5a6c3d760d5e25cb8606842cd308d3326d71"),
        (
            2**63 - 1,
            b"\x00\xff",
            "a2f97353a13057415c3b000492d94f6ba4eee06b669e7b71a4d830233c3e0300",
        ),
    ],
)
def test_a_link_is_what_it_was_at_release(seq: int, body: bytes, expected: str) -> None:
    assert link(GENESIS, seq, EVENT, body).hex() == expected


@given(
    st.binary(min_size=32, max_size=32),
    st.integers(0, 2**64 - 1),
    st.binary(min_size=16, max_size=16),
    st.binary(max_size=2000),
)
def test_a_link_hashes_each_field_behind_its_length(
    previous: bytes, seq: int, event_id: bytes, body: bytes
) -> None:
    assert link(previous, seq, event_id, body) == by_the_book(previous, seq, event_id, body)


@pytest.mark.parametrize(("previous", "event_id"), [(b"\0" * 31, EVENT), (GENESIS, EVENT[:15])])
def test_a_short_field_is_refused_not_padded(previous: bytes, event_id: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes of chain"):
        link(previous, 1, event_id, b"")
