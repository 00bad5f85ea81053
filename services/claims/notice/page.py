"""The list that the public sees: names masked, no number of anybody. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import orjson

STAR = "*"


@dataclass(frozen=True, slots=True)
class Line:
    """One claim as it is shown; `amount_fen` in fen, `name` masked already."""

    claim: str
    name: str
    kind: str
    occupation: str
    level: str
    institution: str
    amount_fen: int


def masked(name: str) -> str:
    """The first character; a star for each other one. A name of one character is all star."""
    if len(name) < 2:
        return STAR
    return name[0] + STAR * (len(name) - 1)


def page_of(lines: Sequence[Line]) -> bytes:
    """The page's bytes: lines in the order of claim ids, each numbered."""
    ordered = sorted(lines, key=lambda line: line.claim)
    return orjson.dumps([{"row": n, **_plain(line)} for n, line in enumerate(ordered, start=1)])


def page_sha256(page: bytes) -> str:
    return sha256(page).hexdigest()


def _plain(line: Line) -> dict[str, str | int]:
    return {
        "claim": line.claim,
        "name": line.name,
        "kind": line.kind,
        "occupation": line.occupation,
        "level": line.level,
        "institution": line.institution,
        "amount_fen": line.amount_fen,
    }
