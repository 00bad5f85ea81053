"""Random facts of every type come back from the bytes as they went in."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.events.base import EventType
from shared.events.catalogue import event_types
from shared.events.envelope import EventTooLarge, Undecodable, decode, encode
from tests.events.builders import example
from tests.events.goldens import FOLDER
from tests.events.strategies import facts_of

KINDS = [pytest.param(kind, id=kind.key) for kind in event_types()]
QUICK = settings(deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("kind", KINDS)
@settings(QUICK, max_examples=8)
@given(data=st.data())
def test_random_facts_survive_encoding(kind: EventType, data: st.DataObject) -> None:
    event = msgspec.structs.replace(example(kind), facts=data.draw(facts_of(kind.facts)))
    body = encode(event)

    assert decode(body) == event
    assert encode(decode(body)) == body


@settings(QUICK, max_examples=300)
@given(body=st.binary(max_size=200))
def test_no_bytes_can_do_more_than_be_undecodable(body: bytes) -> None:
    with pytest.raises(Undecodable):
        decode(body)


@settings(QUICK, max_examples=300)
@given(at=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_one_wrong_byte_gives_an_event_or_is_undecodable(at: int, byte: int) -> None:
    body = bytearray((FOLDER / "ClaimSubmitted.v1.json").read_bytes())
    body[at % len(body)] = byte
    try:
        event = decode(bytes(body))
    except Undecodable:
        return
    assert event.facts is not None


def test_the_size_limit_counts_bytes_and_not_characters() -> None:
    kind = next(kind for kind in event_types() if kind.name == "FindingOpened")
    event = example(kind)
    wide = msgspec.structs.replace(event.facts, claims=("班" * 120,) * 1000)

    with pytest.raises(EventTooLarge):
        encode(msgspec.structs.replace(event, facts=wide))
