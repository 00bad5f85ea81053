"""The envelope: CloudEvents 1.0, bounded, and strict about what no reader could take."""

import json
import re
from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest

from shared.events.base import MAX_EVENT_BYTES, REGISTRY, EventType
from shared.events.catalogue import event_types
from shared.events.claims import ClaimHeld, ClaimSubmitted
from shared.events.days import DayOpened
from shared.events.envelope import (
    Envelope,
    Event,
    EventTooLarge,
    Undecodable,
    UnknownType,
    Unwritable,
    decode,
    encode,
)
from shared.events.plans import RosterListed
from tests.events.builders import example, filled
from tests.events.goldens import FOLDER
from tests.events.times import is_rfc3339

KINDS = [pytest.param(kind, id=kind.key) for kind in event_types()]
REQUIRED = {"id", "source", "specversion", "type"}
CONTEXT = REQUIRED | {"datacontenttype", "dataschema", "subject", "time", "data", "data_base64"}


def golden(key: str) -> dict[str, Any]:
    loaded = json.loads((FOLDER / f"{key}.json").read_bytes())
    assert isinstance(loaded, dict)
    return loaded


def body_of(event: dict[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False).encode()


def event_of(name: str, **changes: object) -> Event:
    return msgspec.structs.replace(example(REGISTRY[f"{name}.v1"]), **changes)


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_is_a_cloud_event(kind: EventType) -> None:
    event = golden(kind.key)

    assert event.keys() >= REQUIRED
    assert event["specversion"] == "1.0"
    assert all(event[name] for name in ("id", "source", "type", "subject"))
    assert event["type"] == kind.key
    assert is_rfc3339(event["time"])
    assert is_rfc3339(event["occurredat"])
    assert event["datacontenttype"] == "application/json"
    for name in event.keys() - CONTEXT:
        assert re.fullmatch("[a-z0-9]{1,20}", name), name
        assert isinstance(event[name], str | int)
    assert -(2**31) <= event["streamversion"] < 2**31


def test_extension_names_are_those_of_the_design() -> None:
    assert set(Envelope.__struct_fields__) - CONTEXT == {
        "streamversion",
        "occurredat",
        "jurisdiction",
        "actor",
        "correlationid",
        "causationid",
    }


def test_an_event_above_256_kib_is_refused() -> None:
    roster = filled(RosterListed)
    assert isinstance(roster, RosterListed)
    fat = msgspec.structs.replace(roster.entries[0], name="A" * 4096)
    facts = msgspec.structs.replace(roster, entries=(fat,) * 100)

    with pytest.raises(EventTooLarge):
        encode(event_of("RosterListed", facts=facts))


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("RosterListed", "entries"),
        ("AttendanceRecorded", "presences"),
        ("ExaminationRecorded", "results"),
        ("StatementImported", "lines"),
    ],
)
def test_a_part_of_500_rows_with_every_field_filled_fits_into_one_event(
    name: str, field: str
) -> None:
    facts = filled(REGISTRY[f"{name}.v1"].facts)
    row = getattr(facts, field)[0]
    full = msgspec.structs.replace(facts, **{field: (row,) * 500})

    assert len(encode(event_of(name, facts=full))) <= MAX_EVENT_BYTES


@pytest.mark.parametrize(
    "when",
    [
        datetime(2026, 3, 2, 9, 30),  # noqa: DTZ001
        datetime(2026, 3, 2, 9, 30, tzinfo=timezone(timedelta(hours=8))),
    ],
)
@pytest.mark.parametrize("field", ["recorded_at", "occurred_at"])
def test_a_time_that_is_not_utc_is_not_written(field: str, when: datetime) -> None:
    with pytest.raises(Unwritable, match="UTC"):
        encode(event_of("DayOpened", **{field: when}))


def test_facts_that_no_reader_could_take_are_not_written() -> None:
    held = filled(ClaimHeld)
    facts = msgspec.structs.replace(held, person="210000199001011234")

    with pytest.raises(Unwritable, match=r"ClaimHeld.v1: .*person") as refused:
        encode(event_of("ClaimHeld", facts=facts))
    assert "210000199001011234" not in str(refused.value)


def test_a_reference_with_a_newline_at_its_end_is_not_written() -> None:
    facts = filled(ClaimHeld)

    with pytest.raises(Unwritable):
        encode(event_of("ClaimHeld", facts=msgspec.structs.replace(facts, person="0" * 32 + "\n")))
    with pytest.raises(Unwritable):
        encode(event_of("ClaimHeld", facts=msgspec.structs.replace(facts, reasons=("LATE\n",))))


def test_an_event_without_cause_has_no_causation_attribute() -> None:
    body = encode(event_of("DayOpened", causation_id=None))

    assert "causationid" not in json.loads(body)
    assert decode(body).causation_id is None


@pytest.mark.parametrize("kind", KINDS)
def test_fields_of_a_newer_program_are_ignored(kind: EventType) -> None:
    event = golden(kind.key)
    known = decode(body_of(event))
    event["data"]["hereafter"] = {"ratio": 0.5, "list": [1, None]}
    event["traceparent"] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    assert decode(body_of(event)) == known


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_without_a_required_fact_is_refused(kind: EventType) -> None:
    required = [field.name for field in msgspec.structs.fields(kind.facts) if field.required]
    for name in required:
        event = golden(kind.key)
        del event["data"][name]
        with pytest.raises(Undecodable, match=name):
            decode(body_of(event))


@pytest.mark.parametrize("name", sorted(set(Envelope.__struct_fields__) - {"causationid"}))
def test_an_event_without_an_attribute_of_the_envelope_is_refused(name: str) -> None:
    event = golden("DayOpened.v1")
    del event[name]
    lenient = name in {"specversion", "datacontenttype"}  # one value only: it cannot be another

    if lenient:
        assert isinstance(decode(body_of(event)).facts, DayOpened)
        return
    with pytest.raises(Undecodable, match=name):
        decode(body_of(event))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("claimed_fen", 12.5),
        ("claimed_fen", -1),
        ("claimed_fen", "100"),
        ("claimed_fen", True),
        ("claimed_fen", 10**13 + 1),
        ("claimed_on", "2026-02-30"),
        ("level", "L6"),
        ("person", "999999198001010011"),
        ("documents", [{"kind": "photo"}]),
        ("document_commitments", ["0" * 64] * 51),
        ("kind", None),
    ],
)
def test_a_fact_outside_its_bounds_is_refused(field: str, value: object) -> None:
    event = golden("ClaimSubmitted.v1")
    event["data"][field] = value

    with pytest.raises(Undecodable) as refused:
        decode(body_of(event))
    assert str(value) not in str(refused.value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"{",
        b"\xff\xfe",
        b'{"specversion":"0.3"}',
        (FOLDER / "DayOpened.v1.json").read_bytes().replace(b"clerk-1", b"clerk-\xff"),
        (FOLDER / "DayOpened.v1.json").read_bytes()[:-1],
        (FOLDER / "DayOpened.v1.json").read_bytes() + b"x",
        (FOLDER / "DayOpened.v1.json").read_bytes().replace(b"01:30:00Z", b"01:30:00"),
        b'{"deep":' + b"[" * 100_000,
    ],
)
def test_bytes_that_are_no_event_are_undecodable(body: bytes) -> None:
    with pytest.raises(Undecodable):
        decode(body)


@pytest.mark.parametrize("key", ["ClaimSubmitted.v2", "ClaimUpdated.v1", "ClaimSubmitted", "x"])
def test_a_type_or_version_that_is_not_known_is_named(key: str) -> None:
    with pytest.raises(UnknownType, match=key):
        decode(body_of(golden("ClaimSubmitted.v1") | {"type": key}))


def test_what_is_decoded_is_what_was_said() -> None:
    said = event_of("ClaimSubmitted")
    read = decode(encode(said))

    assert read == said
    assert isinstance(read.facts, ClaimSubmitted)
    assert read.facts.sealed["name"].person == said.facts.sealed["name"].person  # type: ignore[attr-defined]
