"""The events of one person's file: those that name the person, then what these lead to."""

from dataclasses import dataclass

from services.audit.asof import Seal
from services.audit.person.file import links_of
from services.audit.trace.follow import MAX_EVENTS, Entry, Find


@dataclass(frozen=True, slots=True)
class Gathered:
    """`whole` is False when there were more than MAX_EVENTS."""

    entries: tuple[Entry, ...]
    whole: bool


async def gather(person: str, find: Find, seal: Seal | None) -> Gathered:
    """Two looks by name; with a seal only events of that prefix. Raises LogUnavailable."""
    near = await find([person], False)
    links = links_of(person, _sealed(near, seal))
    far = await find(sorted(links), True) if links else []
    found = {(entry.at, entry.seq): entry for entry in _sealed([*near, *far], seal)}
    ordered = tuple(found[place] for place in sorted(found))
    return Gathered(ordered, len(near) <= MAX_EVENTS and len(far) <= MAX_EVENTS)


def _sealed(entries: list[Entry], seal: Seal | None) -> list[Entry]:
    return [entry for entry in entries if seal is None or seal.holds(entry.at, entry.seq)]
