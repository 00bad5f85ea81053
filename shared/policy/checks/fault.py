"""A mistake in a pack: where it stands, its code, and the names that its sentence needs."""

from collections.abc import Iterable, Iterator

import msgspec

from shared.policy.mistakes import Told, told


class Fault(msgspec.Struct, frozen=True):
    """A mistake at a path of the pack, with a stable code of mistakes.yaml."""

    path: str
    code: str
    names: tuple[tuple[str, str], ...] = ()

    @property
    def told(self) -> Told:
        """What is wrong, in Chinese and English."""
        return told(self.code, dict(self.names))


def fault(path: str, code: str, /, **names: object) -> Fault:
    return Fault(path, code, tuple((key, str(value)) for key, value in names.items()))


def twice(path: str, names: Iterable[str], code: str = "DUPLICATE_ID") -> Iterator[Fault]:
    """Each name of a list that stood in it before."""
    seen: set[str] = set()
    for i, one in enumerate(names):
        if one in seen:
            yield fault(f"{path}[{i}]", code, name=one)
        seen.add(one)
