"""Bytes that were written once stay readable for ever, and mean the same."""

import json
from datetime import date
from pathlib import Path

import pytest

from shared.events.base import REGISTRY
from shared.events.catalogue import event_types
from shared.events.claims import ClaimApproved
from shared.events.envelope import decode, encode
from tests.events.goldens import FOLDER, digest_of, sums

FILES = sorted(FOLDER.glob("*.json"))
GOLDEN = [pytest.param(path, id=path.stem) for path in FILES]
CURRENT = [
    pytest.param(FOLDER / f"{kind.key}.json", id=kind.key)
    for kind in event_types()
    if (FOLDER / f"{kind.key}.json").exists()
]


def test_every_released_type_has_a_golden_file() -> None:
    missing = {f"{key}.json" for key in REGISTRY} - {path.name for path in FILES}

    assert missing == set(), "run `python -m tests.events.goldens` for a new type"


def test_no_golden_file_was_changed_added_or_removed_in_silence() -> None:
    assert {path.name: digest_of(path) for path in FILES} == sums()


@pytest.mark.parametrize("path", GOLDEN)
def test_a_golden_file_of_any_version_decodes_to_a_type_of_today(path: Path) -> None:
    event = decode(path.read_bytes())

    assert type(event.facts).__name__ == path.name.split(".")[0]


@pytest.mark.parametrize("path", CURRENT)
def test_a_golden_file_of_the_current_version_is_encoded_to_the_same_bytes(path: Path) -> None:
    """Every value came through: one that was lost, renamed or read otherwise changes the bytes."""
    body = path.read_bytes()

    assert encode(decode(body)) == body


@pytest.mark.parametrize("path", CURRENT)
def test_every_fact_in_a_golden_file_is_a_field_of_its_type(path: Path) -> None:
    data = json.loads(path.read_bytes())["data"]
    facts = decode(path.read_bytes()).facts

    assert data.keys() <= set(type(facts).__struct_fields__)


def test_an_approval_of_the_first_release_still_says_the_same() -> None:
    event = decode((FOLDER / "ClaimApproved.v1.json").read_bytes())

    assert isinstance(event.facts, ClaimApproved)
    assert event.facts.amount_fen == 883_816
    assert event.facts.citations[1].clause == "ClaimApproved.citations[1].clause"
    assert event.facts.certificate_issued_on == date(2026, 7, 7)
    assert event.recorded_at.isoformat() == "2026-03-08T04:35:15.000250+00:00"
