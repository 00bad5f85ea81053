"""From what is said of a plan to its event: what is known here, teachers as references."""

from collections.abc import Container, Sequence
from typing import Any

import msgspec

from services.claims import problems
from shared.events.places import Place
from shared.events.plans import PlanSubmitted
from shared.http import catalogue as codes
from shared.http.problems import FieldRefusal, Kind, Problem, Refusal
from shared.policy.pack import Pack
from shared.vault import values
from shared.vault.client import Vault
from shared.vault.identity import parse_resident_id

_OWN = ("jurisdiction", "place", "instructors", "reason")


def refused(found: Sequence[tuple[str, Kind]]) -> None:
    """Raises Problem INPUT_REFUSED with the pointers and reasons, if there are any."""
    if found:
        errors = tuple(FieldRefusal(pointer, Refusal(kind)) for pointer, kind in found[:50])
        raise Problem(codes.INPUT_REFUSED, errors=errors, count=len(found))


def plan_refusals(
    said: dict[str, Any], pack: Pack | None, occupations: Container[str]
) -> list[tuple[str, Kind]]:
    """What no policy here covers, or no catalogue knows, by JSON pointer."""
    if pack is None:
        return [("/jurisdiction", problems.JURISDICTION_UNKNOWN)]
    found: list[tuple[str, Kind]] = []
    if said["kind"] not in pack.kinds:
        found.append(("/kind", problems.KIND_UNKNOWN))
    if said["occupation"] not in occupations:
        found.append(("/occupation", problems.OCCUPATION_UNKNOWN))
    if said["ends_on"] < said["starts_on"]:
        found.append(("/ends_on", problems.DATE_ORDER))
    return found


async def content_of(
    vault: Vault, said: dict[str, Any], *, plan_id: str, organisation: str, actor: str
) -> PlanSubmitted:
    """The plan as it is filed; its teachers are references."""
    facts = {name: value for name, value in said.items() if name not in _OWN and value is not None}
    return PlanSubmitted(
        **facts,
        plan=plan_id,
        organisation=organisation,
        place=place_of(said["place"]),
        instructors=await persons(vault, said["instructors"] or (), actor),
    )


def place_of(said: dict[str, Any] | None) -> Place | None:
    return msgspec.convert(said, Place) if said else None


async def persons(vault: Vault, numbers: Sequence[str], actor: str) -> tuple[str, ...]:
    if not numbers:
        return ()
    met = [values.person(parse_resident_id(number)) for number in numbers]
    return await vault.refer(met, actor=actor)
