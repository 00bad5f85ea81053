"""What the ledger does for every claim: its features, and the systems that they serve."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.policy.duties import Scope
from shared.policy.parts import Clause, Part, Words

FEATURES = Path(__file__).with_name("features.yaml")
SYSTEMS = Path(__file__).with_name("systems.yaml")

Number = Annotated[str, Meta(pattern=r"^S[0-9]{2}$")]
Route = Annotated[str, Meta(pattern=r"^(claims|payments|audit) (GET|POST) /")]
Node = Annotated[str, Meta(pattern=r"^tests/.+\.py::test_[a-z0-9_]+$")]


class Feature(Part, frozen=True, kw_only=True):
    """One part of the ledger that a pack's duty or a system may name.

    It works at `routes` (service, method, path), in `commands` of `claims-ledger`, in `files`.
    """

    text: Words
    routes: tuple[Route, ...] = ()
    commands: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    tests: Annotated[tuple[Node, ...], Meta(min_length=1)]
    cases: tuple[str, ...] = ()
    """cases in tests/policy/cases that show it"""
    systems: tuple[Number, ...] = ()
    """the systems of the documents that it serves"""


class System(Part, frozen=True, kw_only=True):
    """One system that a document names or demands, in our own words.

    `interface`: `stands` says what the ledger keeps or exchanges, and in which `places`.
    """

    id: Number
    name: Words
    clauses: tuple[Clause, ...] = ()
    parts: tuple[str, ...] = ()
    """parts of a document where no single rule has a number"""
    scope: Scope
    stands: Words | None = None
    places: tuple[str, ...] = ()
    """routes as `claims POST /rosters`, files, and tables of reference data as `table:NAME`"""


@cache
def features() -> Mapping[str, Feature]:
    """All of features.yaml by id; a mistake in it ends the import of whoever asks."""
    return msgspec.yaml.decode(FEATURES.read_bytes(), type=dict[str, Feature])


@cache
def systems() -> tuple[System, ...]:
    """All of systems.yaml, in its order."""
    return msgspec.yaml.decode(SYSTEMS.read_bytes(), type=tuple[System, ...])


def serving(number: str) -> dict[str, Feature]:
    """The features that serve a system."""
    return {id_: one for id_, one in features().items() if number in one.systems}
