"""Looking a person up by number: found, buried, unknown; and nothing is written by it."""

from shared.postgres.prepare import Database
from shared.vault.client import Vault
from shared.vault.lookup import Found
from shared.vault.values import person
from tests.vault.builders import count, resident


async def test_a_person_who_was_met_is_found_and_nobody_is_met_by_looking(
    vault: Vault, database: Database
) -> None:
    [met] = await vault.refer([person(resident(1))], actor="clerk-1")

    assert await vault.find(resident(1)) == Found(met, False)
    assert await vault.find(resident(2)) is None
    assert await count(database, "persons") == 1


async def test_an_erased_person_is_found_by_the_tombstone_and_does_not_come_back(
    vault: Vault, database: Database
) -> None:
    [met] = await vault.refer([person(resident(1))], actor="clerk-1")
    await vault.erase(resident(1), keep_tombstone=True, actor="operator-1")

    assert await vault.find(resident(1)) == Found(met, True)
    assert await count(database, "persons") == 0
