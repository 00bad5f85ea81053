"""Also an event of an unknown type belongs to a stream; only that stream parks."""

import pytest

from shared.events.subject import subject_of


def test_the_stream_of_an_unknown_type_is_known() -> None:
    assert subject_of(b'{"type":"Never.v9","subject":"claim-1","data":{"ratio":0.5}}') == "claim-1"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"subject":7}', b'{"subject":"\xff"}', b'{"a":' + b"[" * 100_000]
)
def test_bytes_without_a_subject_belong_to_no_stream(body: bytes) -> None:
    assert subject_of(body) is None
