"""How an old version stays readable: a pure function on its data, applied at read."""

from collections.abc import Iterator

import msgspec
import pytest

from shared.events.base import BY_CLASS, CLAIM_EVENTS, REGISTRY, Facts, Fen, event
from shared.events.envelope import Undecodable, decode, encode
from shared.events.upcast import UPCASTERS, CannotUpcast, upcast, upcaster
from tests.events.builders import example

OLD = (
    b'{"specversion":"1.0","id":"0198c0de-0000-7000-8000-000000000001","source":"/claims/999999",'
    b'"type":"FeeNoted.v1","subject":"claim-1","time":"2026-03-02T01:30:00Z",'
    b'"datacontenttype":"application/json","streamversion":1,"occurredat":"2026-03-02T01:30:00Z",'
    b'"jurisdiction":"999999","actor":"clerk-1","correlationid":"c","data":{"fee_yuan":%s}}'
)


class FeeNoted(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """Version 2: the fee in fen, and whether it was given back."""

    fee_fen: Fen
    given_back: bool


def fen_of_yuan(data: dict[str, object]) -> dict[str, object]:
    yuan = data.pop("fee_yuan")
    if not isinstance(yuan, int):
        raise TypeError("fee_yuan")
    return data | {"fee_fen": yuan * 100, "given_back": False}


@pytest.fixture
def second_version() -> Iterator[None]:
    """Release FeeNoted.v2 for the length of one test."""
    event(CLAIM_EVENTS, version=2)(FeeNoted)
    upcaster("FeeNoted.v1", "FeeNoted.v2")(fen_of_yuan)
    yield
    del UPCASTERS["FeeNoted.v1"], REGISTRY["FeeNoted.v2"], BY_CLASS[FeeNoted]


@pytest.mark.usefixtures("second_version")
def test_an_event_of_the_first_version_is_read_as_the_second() -> None:
    read = decode(OLD % b"800")

    assert read.facts == FeeNoted(fee_fen=80_000, given_back=False)
    assert read.subject == "claim-1"


@pytest.mark.usefixtures("second_version")
def test_a_new_event_is_written_in_the_second_version_and_read_without_change() -> None:
    noted = msgspec.structs.replace(
        example(REGISTRY["DayOpened.v1"]), facts=FeeNoted(fee_fen=1, given_back=True)
    )
    body = encode(noted)

    assert b'"type":"FeeNoted.v2"' in body
    assert decode(body) == noted


@pytest.mark.usefixtures("second_version")
@pytest.mark.parametrize("value", [b'"800"', b"null", b"1.5", b"-1"])
def test_old_data_that_cannot_be_upcast_is_undecodable(value: bytes) -> None:
    with pytest.raises(Undecodable, match="FeeNoted"):
        decode(OLD % value)


@pytest.mark.usefixtures("second_version")
def test_old_data_without_the_field_or_that_is_no_object_is_undecodable() -> None:
    for data in (b'{"data":1}', b'{"other":1}', b"[]", b"5"):
        with pytest.raises(CannotUpcast):
            upcast("FeeNoted.v1", msgspec.Raw(data))


@pytest.mark.usefixtures("second_version")
@pytest.mark.parametrize(
    ("old", "new"),
    [("FeeNoted.v1", "FeeNoted.v3"), ("FeeNoted.v2", "FeeNoted.v1"), ("A.v1", "A.v1")],
)
def test_a_version_has_one_way_forward_and_never_one_back(old: str, new: str) -> None:
    with pytest.raises(ValueError, match="already"):
        upcaster(old, new)(fen_of_yuan)


@pytest.mark.usefixtures("second_version")
def test_versions_are_upcast_one_after_the_other() -> None:
    upcaster("FeeNoted.v0", "FeeNoted.v1")(lambda data: {"fee_yuan": data["fee"]})
    try:
        key, data = upcast("FeeNoted.v0", msgspec.Raw(b'{"fee":3}'))
    finally:
        del UPCASTERS["FeeNoted.v0"]

    assert key == "FeeNoted.v2"
    assert msgspec.json.decode(data) == {"fee_fen": 300, "given_back": False}
