"""Every fact that a detector needs is carried by some event from the first release on."""

import pytest

from shared.events.contracts.fields import detectors, exists, fields_page, unknown_fields

IDS = {"A": 15, "B": 12, "C": 6, "D": 11, "E": 6, "F": 7, "G": 5}


def test_every_detector_has_its_row() -> None:
    wanted = ["HOUSE"] + [
        f"{letter}{number}" for letter, last in IDS.items() for number in range(1, last + 1)
    ]

    assert [detector.id for detector in detectors()] == wanted


def test_every_fact_of_every_detector_is_carried_by_a_field_that_exists() -> None:
    assert unknown_fields() == []
    for detector in detectors():
        assert detector.facts
        assert all(detector.facts.values()), detector.id


@pytest.mark.parametrize(
    "name",
    [
        "ClaimSubmitted.colour",
        "Nothing.person",
        "RosterListed.entries.colour",
        "envelope.colour",
        "header.colour",
        "RosterListed.revision.person",
    ],
)
def test_a_field_that_does_not_exist_is_noticed(name: str) -> None:
    assert not exists(name)


def test_the_page_shows_every_detector_and_links_its_events() -> None:
    page = fields_page()

    for detector in detectors():
        assert f"## {detector.id} {detector.title}" in page
    assert "[`AttendanceRecorded.presences.face`](AttendanceRecorded.v1.schema.json)" in page
