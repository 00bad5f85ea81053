"""The worked examples come out of the ledger as the document's reader says, over real HTTP."""

import pytest

from shared.http.identity import Role
from tests.claims.conftest import claims
from tests.examples.steps import World
from tests.examples.table import EXAMPLES
from tests.installation import Running

__all__ = ["claims"]


@pytest.fixture
def world(claims: Running) -> World:
    return World(
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
