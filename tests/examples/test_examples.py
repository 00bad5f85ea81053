"""The worked examples come out of the ledger as the document's reader says, over real HTTP."""

import pytest

from shared.http.identity import Role
from tests.examples.steps import World
from tests.examples.table import EXAMPLES
from tests.three import Three


@pytest.fixture
def world(ledger: Three) -> World:
    claims = ledger.claims
    return World(
        ledger=ledger,
        filer=claims.person("filer-1", Role.INSTITUTION, org="52999999000000115P"),
        employee=claims.person("employee-1", Role.CLAIMANT),
        clerk=claims.person("clerk-1", Role.CLERK),
        checker=claims.person("clerk-9", Role.CLERK),
        inspector=claims.person("inspector-1", Role.INSPECTOR),
        approver=claims.person("approver-1", Role.APPROVER),
    )


@pytest.mark.parametrize("example", EXAMPLES)
async def test_a_worked_example_comes_out_as_written(example: str, world: World) -> None:
    for step in EXAMPLES[example]:
        await step.run(world)


def test_every_example_that_concerns_the_city_of_the_pack_is_in_the_table() -> None:
    assert " ".join(EXAMPLES) == (
        "E01 E02 E03 E04 E05 E07 E08 E11 E12 E13 E14 E16 E17 E19 E20 E22 E23"
        " E24 E25 E28 E29 E31 E32 E91 E94 E95"
    )
