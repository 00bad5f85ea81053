"""Old versions stay readable for ever: pure functions v1 → v2 on the raw data, applied at read."""

from collections.abc import Callable

import msgspec

Upcaster = Callable[[dict[str, object]], dict[str, object]]

UPCASTERS: dict[str, tuple[str, Upcaster]] = {}


class CannotUpcast(ValueError):
    """Old data cannot be brought to the new version; the stream parks until somebody looks."""


def upcaster(old: str, new: str) -> Callable[[Upcaster], Upcaster]:
    """Register how data of type `old` (`Name.v1`) becomes data of type `new` (`Name.v2`).

    Raises ValueError for a second way out of `old` and for a way that leads back to it.
    """

    def register(function: Upcaster) -> Upcaster:
        if old in UPCASTERS or old in _path(new):
            raise ValueError(
                f"{old} has a way to a newer version already, or {new} leads back to it"
            )
        UPCASTERS[old] = (new, function)
        return function

    return register


def upcast(key: str, data: msgspec.Raw) -> tuple[str, msgspec.Raw]:
    """The newest type key that the data can be brought to, and the data in that form.

    Raises CannotUpcast when the data is no object or lacks what an upcaster needs.
    """
    if key not in UPCASTERS:
        return key, data
    facts = msgspec.json.decode(data)
    if not isinstance(facts, dict):
        raise CannotUpcast(f"{key}: data is no object")
    while key in UPCASTERS:
        newer, function = UPCASTERS[key]
        try:
            facts = function(facts)
        except (LookupError, TypeError, ValueError) as refused:
            raise CannotUpcast(f"{key} to {newer}: {type(refused).__name__}") from refused
        key = newer
    return key, msgspec.Raw(msgspec.json.encode(facts))


def _path(key: str) -> list[str]:
    """Every key that data of type `key` passes on its way to the newest version, `key` included."""
    path = [key]
    while path[-1] in UPCASTERS:
        path.append(UPCASTERS[path[-1]][0])
    return path
