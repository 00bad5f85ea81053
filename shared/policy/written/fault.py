"""One mistake or notice of a case, before its sentence and its place in the file are known."""

from collections.abc import Mapping

import msgspec

from shared.policy.document import PackError
from shared.policy.mistakes import Told
from shared.policy.written.words import mistake_told, notice_told


class Fault(msgspec.Struct, frozen=True):
    """Where in the case, which code, and what the sentence names."""

    path: str
    code: str
    names: Mapping[str, object] = {}
    hints: tuple[Told, ...] = ()


def mistake_of(place: tuple[int, int], fault: Fault) -> PackError:
    """A mistake with its sentences: the case is not judged."""
    words = mistake_told(fault.code, fault.hints, fault.names)
    return PackError(*place, fault.path, fault.code, words.en, words.zh)


def notice_of(place: tuple[int, int], fault: Fault) -> PackError:
    """A notice with its sentences: the case is judged all the same."""
    words = notice_told(fault.code, fault.hints, fault.names)
    return PackError(*place, fault.path, fault.code, words.en, words.zh)
