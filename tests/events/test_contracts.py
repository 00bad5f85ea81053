"""The published contracts: valid, true of the golden files, and the same as the classes."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker

from shared.events.base import TOPICS, EventType
from shared.events.catalogue import event_types
from shared.events.contracts.__main__ import differing, main, write
from shared.events.contracts.schema import event_schema
from tests.events.goldens import FOLDER
from tests.events.times import is_rfc3339

DOCS = Path(__file__).parents[2] / "docs" / "events"
ASYNCAPI_SCHEMA = Path(__file__).parent / "asyncapi-3.0.0.schema.json"
KINDS = [pytest.param(kind, id=kind.key) for kind in event_types()]
Json = dict[str, Any]
FORMATS = FormatChecker(("date", "uuid"))
FORMATS.checks("date-time")(lambda value: not isinstance(value, str) or is_rfc3339(value))


@cache
def published(name: str) -> Json:
    loaded = yaml.safe_load((DOCS / name).read_text())
    assert isinstance(loaded, dict)
    return loaded


def validator(kind: EventType) -> Draft202012Validator:
    return Draft202012Validator(event_schema(kind), format_checker=FORMATS)


def test_the_contracts_in_docs_are_those_of_the_classes() -> None:
    assert differing(DOCS) == [], "run `python -m shared.events.contracts docs/events`"


def test_a_contract_that_was_edited_removed_or_left_over_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    assert main([str(tmp_path), "--check"]) == 0
    (tmp_path / "ClaimSubmitted.v1.schema.json").write_text("{}")
    (tmp_path / "fields.md").unlink()
    (tmp_path / "Gone.v1.schema.json").write_text("{}")

    assert differing(tmp_path) == [
        "ClaimSubmitted.v1.schema.json",
        "Gone.v1.schema.json",
        "fields.md",
    ]
    assert main([str(tmp_path), "--check"]) == 1
    assert main([str(tmp_path)]) == 0
    assert main([str(tmp_path), "--check"]) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_valid_and_its_golden_file_fits(kind: EventType) -> None:
    Draft202012Validator.check_schema(event_schema(kind))
    event = json.loads((FOLDER / f"{kind.key}.json").read_bytes())

    assert [error.message for error in validator(kind).iter_errors(event)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_refuses_what_the_program_refuses(kind: EventType) -> None:
    event = json.loads((FOLDER / f"{kind.key}.json").read_bytes())
    required = event_schema(kind)["$defs"][kind.name]["required"]

    assert not validator(kind).is_valid(event | {"type": "Other.v1"})
    assert not validator(kind).is_valid(event | {"time": "2026-03-02 01:30"})
    assert not validator(kind).is_valid(event | {"id": "7"})
    for name in required:
        data = {key: value for key, value in event["data"].items() if key != name}
        assert not validator(kind).is_valid(event | {"data": data}), name


@pytest.mark.parametrize("kind", KINDS)
def test_no_schema_knows_a_number_that_is_not_whole(kind: EventType) -> None:
    assert "number" not in types_in(event_schema(kind))


def types_in(schema: object) -> set[str]:
    match schema:
        case dict():
            own = schema.get("type")
            return ({own} if isinstance(own, str) else set()).union(
                *(types_in(part) for part in schema.values())
            )
        case list():
            return set().union(*(types_in(part) for part in schema))
    return set()


def asyncapi_errors(document: Json) -> list[str]:
    schema = json.loads(ASYNCAPI_SCHEMA.read_text())
    return [error.json_path for error in Draft7Validator(schema).iter_errors(document)]


def test_the_asyncapi_document_is_valid_asyncapi_3() -> None:
    assert asyncapi_errors(published("asyncapi.yaml")) == []


def test_an_asyncapi_document_with_an_unknown_action_is_not_valid() -> None:
    document = yaml.safe_load((DOCS / "asyncapi.yaml").read_text())
    document["operations"]["claims.send.claim-events"]["action"] = "shout"

    assert asyncapi_errors(document) != []


def test_every_topic_is_a_channel_and_every_type_stands_in_its_topics() -> None:
    channels = published("asyncapi.yaml")["channels"]

    assert {channel["address"] for channel in channels.values()} == set(TOPICS)
    for channel in channels.values():
        assert set(channel["messages"]) == {
            kind.key for kind in event_types() if channel["address"] in kind.topics
        }


def test_every_message_points_to_its_schema_and_names_the_record_headers() -> None:
    components = published("asyncapi.yaml")["components"]

    for key, message in components["messages"].items():
        schema = message["payload"]["schema"]["$ref"]
        assert published(schema.removeprefix("./"))["title"] == key
    headers = components["messageTraits"]["record"]["headers"]
    assert headers["required"] == ["seq", "event-id", "chain"]


def test_every_reference_inside_the_asyncapi_document_leads_somewhere() -> None:
    document = published("asyncapi.yaml")

    for pointer in inner_references(document):
        place: Any = document
        for step in pointer.removeprefix("#/").split("/"):
            place = place[step]
        assert place


def inner_references(part: object) -> list[str]:
    match part:
        case {"$ref": str(pointer)}:
            return [pointer] if pointer.startswith("#") else []
        case dict():
            return [found for value in part.values() for found in inner_references(value)]
        case list():
            return [found for value in part for found in inner_references(value)]
    return []


def test_each_service_writes_its_own_topics_and_audit_reads_all() -> None:
    operations = published("asyncapi.yaml")["operations"]
    senders = [key for key, operation in operations.items() if operation["action"] == "send"]

    assert sorted(key.split(".", 2)[2] for key in senders) == sorted(
        topic.removesuffix(".v1") for topic in TOPICS
    )
    assert len([key for key in operations if key.startswith("audit.receive.")]) == len(TOPICS)


def test_the_index_names_every_type_with_what_it_means() -> None:
    page = (DOCS / "README.md").read_text()

    for kind in event_types():
        assert f"[{kind.key}]({kind.key}.schema.json) | " in page
