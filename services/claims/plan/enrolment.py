"""From lines of a roster to parts of RosterListed: references from the vault, names sealed."""

import asyncio
from collections.abc import Container, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from services.claims import problems
from services.claims.plan.filing import refused
from services.claims.plan.problems import PERSON_TWICE
from services.claims.plan.roster import Part, parts_of
from services.claims.plan.table import Trainee
from shared.clock import Clock
from shared.events.plans import RosterEntry
from shared.http.problems import Kind
from shared.ids import new_event_id
from shared.tables.personal import Personal
from shared.vault import values
from shared.vault.client import Referred, Vault
from shared.vault.identity import parse_resident_id
from shared.vault.sealing import PersonKey, seal

PAGE = 1_000
"""rows that the vault is asked for at once"""
NAME_BYTES = 320
"""of a sealed name of 60 characters, with its field"""


def trainees_of(
    said: Sequence[dict[str, Any]], groups: Container[str], today: date
) -> list[Trainee]:
    """Entries of a request as lines of a roster. Raises Problem with a pointer for each fault."""
    found: list[tuple[str, Kind]] = []
    met: set[str] = set()
    for n, entry in enumerate(said):
        if entry["group"] not in groups:
            found.append((f"/entries/{n}/group", problems.GROUP_UNKNOWN))
        if entry["id_number"] in met:
            found.append((f"/entries/{n}/id_number", PERSON_TWICE))
        met.add(entry["id_number"])
    refused(found)
    return [_trainee(n, entry, today) for n, entry in enumerate(said, start=1)]


def _trainee(row: int, said: dict[str, Any], today: date) -> Trainee:
    return Trainee(
        row=row,
        personal=Personal(
            id_number=said["id_number"],
            name=said["name"],
            phone=said["phone"],
            account=said["account"],
        ),
        group=said["group"],
        enrolled_on=said["enrolled_on"] or today,
        change=said["change"] or "enrolled",
        employer=said["employer"],
    )


async def enrolled(
    vault: Vault, clock: Clock, trainees: Sequence[Trainee], *, actor: str
) -> tuple[Part, ...]:
    """The lines as parts of one list, each name sealed for the event that carries it."""
    entries: list[RosterEntry] = []
    keys: dict[str, PersonKey] = {}
    names: dict[str, str] = {}
    for at in range(0, len(trainees), PAGE):
        page = trainees[at : at + PAGE]
        asked = [_values(trainee.personal) for trainee in page]
        referred = iter(await vault.refer_for_sealing([v for a in asked for v in a], actor=actor))
        for trainee, each in zip(page, asked, strict=True):
            person, *others = [next(referred) for _ in each]
            assert person.key is not None
            entries.append(_entry(trainee, person, others))
            keys[person.reference], names[person.reference] = person.key, trainee.personal.name
    parts = []
    for part in parts_of(entries, NAME_BYTES):
        event_id = new_event_id(clock)
        parts.append(Part(event_id, tuple(_sealed(e, event_id, keys, names) for e in part)))
        await asyncio.sleep(0)  # ten thousand names are sealed in turns
    return tuple(parts)


def _values(personal: Personal) -> list[values.Value]:
    owner = parse_resident_id(personal.id_number)
    said = [values.person(owner)]
    if personal.account:
        said.append(values.account(personal.account, owner))
    if personal.phone:
        said.append(values.phone(personal.phone, owner))
    return said


def _entry(trainee: Trainee, person: Referred, others: Sequence[Referred]) -> RosterEntry:
    rest = iter(others)
    return RosterEntry(
        row=trainee.row,
        person=person.reference,
        change=trainee.change,
        enrolled_on=trainee.enrolled_on,
        group=trainee.group,
        employer=trainee.employer,
        account=next(rest).reference if trainee.personal.account else None,
        phone=next(rest).reference if trainee.personal.phone else None,
    )


def _sealed(
    entry: RosterEntry,
    event_id: str,
    keys: Mapping[str, PersonKey],
    names: Mapping[str, str],
) -> RosterEntry:
    field = f"entries/{entry.row}/name"
    sealed = seal(keys[entry.person], event_id, field, names[entry.person])
    return msgspec.structs.replace(entry, name=sealed.ciphertext)
