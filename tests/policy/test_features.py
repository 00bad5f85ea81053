"""Nothing is claimed that is not there: features, systems, and all that they name."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer.main

from services.cli.main import app
from shared.policy.features import Feature, features, serving, systems
from shared.policy.formats import formats
from shared.policy.load import shipped
from tests.policy.systems import TABLE, case_files, names_in

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = [f"S{number:02}" for number in range(1, 67)]
EVERY = pytest.mark.parametrize(
    "feature", features().values(), ids=[name.replace("_", "-") for name in features()]
)


@cache
def routes() -> frozenset[str]:
    """Every route as `service METHOD /path`, out of the interfaces that are checked in."""
    return frozenset(
        f"{service} {method.upper()} {path}"
        for service in ("claims", "payments", "audit")
        for path, methods in json.loads((ROOT / f"docs/api/{service}.json").read_bytes())[
            "paths"
        ].items()
        for method in methods
    )


@cache
def commands() -> frozenset[str]:
    return frozenset(_named(typer.main.get_command(app), ""))


def _named(command: object, before: str) -> Iterator[str]:
    for name, found in getattr(command, "commands", {}).items():
        yield f"{before}{name}"
        yield from _named(found, f"{before}{name} ")


@EVERY
def test_a_feature_works_where_it_says_and_is_shown_by_tests_that_are_there(
    feature: Feature,
) -> None:
    assert feature.routes or feature.commands or feature.files
    assert set(feature.routes) <= routes()
    assert set(feature.commands) <= commands()
    assert [file for file in feature.files if not (ROOT / file).is_file()] == []
    for node in feature.tests:
        file, _, name = node.partition("::")
        assert name in names_in(file), node
    assert set(feature.cases) <= case_files().keys()


def test_every_feature_serves_a_pack_or_a_system_and_no_pack_names_another() -> None:
    named = {duty.feature for pack in shipped() for duty in pack.content.duties}
    assert named <= features().keys()
    assert {name for name, one in features().items() if not one.systems} <= named
    assert {number for one in features().values() for number in one.systems} <= {*NUMBERS}


def test_all_66_systems_are_told_and_each_in_scope_has_a_feature_that_serves_it() -> None:
    assert [one.id for one in systems()] == NUMBERS
    for one in systems():
        assert bool(serving(one.id)) == (one.scope == "in"), one.id
        assert (one.stands is not None) == (one.scope == "interface"), one.id
        assert one.clauses or one.parts, one.id


def test_the_clauses_of_the_systems_stand_in_the_packs() -> None:
    known = {rule.id for pack in shipped() for rule in pack.content.rules}
    assert [(one.id, c) for one in systems() for c in one.clauses if c not in known] == []


def test_what_an_interface_names_is_there() -> None:
    for place in (place for one in systems() for place in one.places):
        if place.startswith(TABLE):
            assert place.removeprefix(TABLE) in formats(), place
        else:
            assert place in routes() or (ROOT / place).is_file(), place
