"""Numbers are opened for asking a register: recorded, of own certificates only, by claims alone."""

import asyncpg
import pytest

from shared.postgres.prepare import Database
from shared.vault.client import Vault
from shared.vault.values import certificate, person
from tests.vault.builders import count, resident
from tests.vault.conftest import Clients

ASKED = {"purpose": "verification", "actor": "system"}


async def test_a_number_is_opened_for_its_reference_and_the_opening_is_recorded(
    vault: Vault, database: Database
) -> None:
    [one, two] = await vault.refer([person(resident(1)), person(resident(2))], actor="a")

    opened = await vault.open_numbers([one], [], **ASKED)

    assert opened.persons == {one: resident(1).number}
    assert set(opened.keys) == {one}
    assert await count(database, "openings", "purpose = 'verification'") == 1
    assert two not in opened.persons


async def test_a_certificate_is_opened_with_its_own_person_only(vault: Vault) -> None:
    own, paper, other = await vault.refer(
        [person(resident(1)), certificate("HLD-7", resident(1)), person(resident(2))], actor="a"
    )

    with_owner = await vault.open_numbers([own], [paper], **ASKED)
    with_other = await vault.open_numbers([other], [paper], **ASKED)

    assert with_owner.certificates == {paper: "HLD-7"}
    assert with_other.certificates == {}


async def test_an_erased_person_is_missing(vault: Vault) -> None:
    [one] = await vault.refer([person(resident(1))], actor="a")
    await vault.erase(resident(1), keep_tombstone=False, actor="operator-1")

    opened = await vault.open_numbers([one], [], **ASKED)

    assert opened.persons == {}
    assert opened.keys == {}


async def test_payments_may_not_open_numbers(clients: Clients) -> None:
    payments = await clients("payments_service")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await payments.open_numbers([], [], **ASKED)


async def test_what_is_opened_does_not_show_in_its_words(vault: Vault) -> None:
    [one] = await vault.refer([person(resident(1))], actor="a")

    opened = await vault.open_numbers([one], [], **ASKED)

    assert resident(1).number not in repr(opened)
