"""Old versions stay readable for ever: pure functions v1 → v2 on the raw data, applied at read."""

from collections.abc import Callable

import msgspec

Upcaster = Callable[[dict[str, object]], dict[str, object]]

_UPCASTERS: dict[str, tuple[str, Upcaster]] = {}


def upcaster(old: str, new: str) -> Callable[[Upcaster], Upcaster]:
    """Register how data of type `old` (`Name.v1`) becomes data of type `new` (`Name.v2`)."""

    def register(function: Upcaster) -> Upcaster:
        _UPCASTERS[old] = (new, function)
        return function

    return register


def upcast(key: str, data: msgspec.Raw) -> tuple[str, msgspec.Raw]:
    """The newest type key that the data can be brought to, and the data in that form."""
    if key not in _UPCASTERS:
        return key, data
    facts = msgspec.json.decode(data)
    while key in _UPCASTERS:
        key, function = _UPCASTERS[key]
        facts = function(facts)
    return key, msgspec.Raw(msgspec.json.encode(facts))
