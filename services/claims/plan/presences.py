"""From a class list as it is sent to presences: persons, devices and addresses as references."""

from collections.abc import Sequence
from typing import Any

from services.claims.plan.filing import refused
from services.claims.plan.problems import PERSON_OR_NUMBER, PERSON_TWICE
from services.claims.problems import DATE_ORDER
from shared.events.attendance import Presence
from shared.http.problems import Kind
from shared.vault import values
from shared.vault.client import Vault
from shared.vault.identity import parse_resident_id

PAGE = 3_000
"""presences that the vault is asked for at once, three values each at most"""
_PLAIN = (
    "status", "started_at", "ended_at", "credited_minutes", "login_minutes", "face",
    "face_score_bp", "credit_hundredths",
)  # fmt: skip


async def presences_of(
    vault: Vault, said: Sequence[dict[str, Any]], *, actor: str
) -> tuple[Presence, ...]:
    """The list with references. Raises Problem with a pointer for each fault."""
    refused([fault for n, each in enumerate(said) for fault in _faults(n, each)])
    presences: list[Presence] = []
    for at in range(0, len(said), PAGE):
        page = said[at : at + PAGE]
        asked = [_values(each) for each in page]
        wanted = [value for each in asked for value in each.values()]
        referred = iter(await vault.refer(wanted, actor=actor) if wanted else ())
        for each, named in zip(page, asked, strict=True):
            presences.append(_presence(each, {name: next(referred) for name in named}))
    refused([(f"/presences/{n}", PERSON_TWICE) for n in _twice(presences)])
    return tuple(presences)


def _faults(n: int, said: dict[str, Any]) -> list[tuple[str, Kind]]:
    found: list[tuple[str, Kind]] = []
    if (said["person"] is None) == (said["id_number"] is None):
        found.append((f"/presences/{n}/person", PERSON_OR_NUMBER))
    came, went = said["started_at"], said["ended_at"]
    if came and went and went < came:
        found.append((f"/presences/{n}/ended_at", DATE_ORDER))
    return found


def _values(said: dict[str, Any]) -> dict[str, values.Value]:
    found: dict[str, values.Value] = {}
    if said["id_number"]:
        found["person"] = values.person(parse_resident_id(said["id_number"]))
    if said["device"]:
        found["device"] = values.other(values.Kind.DEVICE, said["device"])
    if said["ip"]:
        found["ip"] = values.other(values.Kind.IP, said["ip"])
    return found


def _presence(said: dict[str, Any], referred: dict[str, str]) -> Presence:
    plain = {name: said[name] for name in _PLAIN if said[name] is not None}
    return Presence(**plain, **{"person": said["person"], **referred})


def _twice(presences: Sequence[Presence]) -> list[int]:
    met: set[str] = set()
    twice = []
    for n, presence in enumerate(presences):
        if presence.person in met:
            twice.append(n)
        met.add(presence.person)
    return twice
