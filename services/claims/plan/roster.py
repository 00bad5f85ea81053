"""A plan's list of trainees: what a new list changes, in parts that fit into one event. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from services.claims.plan.decide import RUNNING, Plan, expect, keys_of
from services.claims.plan.refusals import RosterTooLong, RosterUnchanged
from shared.events.plans import ROSTER_PART, RosterEntry, RosterListed
from shared.store.commands import Decision

MAX_ROSTER = 10_000
"""rows of one list"""
PART_BYTES = 200_000
"""of the entries of one event, sealed names counted full: far below its 256 KiB"""


@dataclass(frozen=True, slots=True)
class Part:
    """Entries of one event; their names are sealed for its id."""

    event_id: str
    entries: tuple[RosterEntry, ...]


@dataclass(frozen=True, slots=True)
class ListRoster:
    parts: tuple[Part, ...]
    manifest: str | None = None


def list_roster(plan: Plan, command: ListRoster) -> Decision:
    """Only what changes is listed, so that a corrected file may hold the whole list again.

    Raises RosterUnchanged when nothing does, RosterTooLong beyond the plan's places.
    """
    expect(plan, "list the roster", *RUNNING)
    assert plan.content is not None
    changing = [
        Part(part.event_id, kept)
        for part in command.parts
        if (kept := tuple(e for e in part.entries if changes(plan.roster, e)))
    ]
    if not changing:
        raise RosterUnchanged(revision=plan.roster_revision)
    enrolled = _enrolled_after(plan.roster, changing)
    if enrolled > plan.content.persons:
        raise RosterTooLong(persons=plan.content.persons, enrolled=enrolled)
    said = _said(plan, command, len(changing))
    return Decision(
        [RosterListed(**said, part=n, entries=p.entries) for n, p in enumerate(changing, start=1)],
        event_ids=[part.event_id for part in changing],
    )


def _said(plan: Plan, command: ListRoster, parts: int) -> dict[str, Any]:
    content = plan.content
    assert content is not None
    return {
        **keys_of(plan),
        "revision": plan.roster_revision + 1,
        "parts": parts,
        "occupation": content.occupation,
        "level": content.level,
        "starts_on": content.starts_on,
        "ends_on": content.ends_on,
        "manifest": command.manifest,
    }


def changes(roster: Mapping[str, RosterEntry], entry: RosterEntry) -> bool:
    """Whether the entry says something new. A name is sealed and cannot be compared."""
    known = roster.get(entry.person)
    if known is None or entry.change == "left":
        return (known is None) == (entry.change == "enrolled")
    return _plain(known) != _plain(entry)


def outcome_of(
    roster: Mapping[str, RosterEntry], entry: RosterEntry
) -> Literal["submitted", "already"]:
    """What becomes of one row of a list: the answer of a file says it row by row."""
    return "submitted" if changes(roster, entry) else "already"


def parts_of(entries: Sequence[RosterEntry], name_bytes: int) -> list[tuple[RosterEntry, ...]]:
    """Entries in parts of at most 500 persons and PART_BYTES, `name_bytes` a name to be sealed."""
    parts: list[list[RosterEntry]] = []
    size = PART_BYTES
    for entry in entries:
        weight = len(msgspec.json.encode(entry)) + name_bytes
        if not parts or len(parts[-1]) == ROSTER_PART or size + weight > PART_BYTES:
            parts.append([])
            size = 0
        parts[-1].append(entry)
        size += weight
    return [tuple(part) for part in parts]


def _enrolled_after(roster: Mapping[str, RosterEntry], parts: Sequence[Part]) -> int:
    enrolled = set(roster)
    for part in parts:
        for entry in part.entries:
            if entry.change == "enrolled":
                enrolled.add(entry.person)
            else:
                enrolled.discard(entry.person)
    return len(enrolled)


def _plain(entry: RosterEntry) -> RosterEntry:
    return msgspec.structs.replace(entry, row=0, name=None)
