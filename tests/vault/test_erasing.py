"""Erasing: what was sealed is unreadable, the number finds nothing, the no-repeat rule may stay."""

import asyncio

import asyncpg
import pytest

from shared.postgres.prepare import Database
from shared.vault.client import Vault
from shared.vault.erasing import Erased
from shared.vault.sealing import SealBroken, open_sealed, seal
from shared.vault.values import account, certificate, person, phone
from tests.vault.builders import EVENT, count, resident
from tests.vault.conftest import Clients

ONE = resident(1)
ALL = [person(ONE), certificate("C1", ONE), account("6222001", ONE), phone("13800000001", ONE)]


async def test_nothing_of_an_erased_person_is_found_by_number_again(
    vault: Vault, database: Database
) -> None:
    before = await vault.refer(ALL, actor="a")
    erased = await vault.erase(ONE, keep_tombstone=False, actor="officer-1")

    assert erased == Erased(persons=1, belongings=3, tombstones=0)
    assert await count(database, "persons") == 0
    assert await count(database, "belongings") == 0
    assert await count(database, "tombstones") == 0
    assert await count(database, "openings", "purpose='erase' AND actor='officer-1'") == 1
    assert not set(await vault.refer(ALL, actor="a")) & set(before)


async def test_an_erased_persons_ciphertext_no_longer_opens(clients: Clients) -> None:
    claims, payments = await clients(), await clients("payments_service")
    (met,) = await claims.refer_for_sealing([person(ONE)], actor="a")
    assert met.key is not None
    sealed = seal(met.key, EVENT, "name", "张三")
    await claims.erase(ONE, keep_tombstone=True, actor="a")

    assert await payments.open_keys([met.reference], purpose="bank-file", actor="o") == (None,)
    (again,) = await claims.refer_for_sealing([person(ONE)], actor="a")
    assert again.key is not None
    assert again.reference == met.reference
    assert again.key.secret != met.key.secret
    with pytest.raises(SealBroken):
        open_sealed(again.key, EVENT, "name", sealed)


async def test_a_tombstone_gives_the_same_references_where_nothing_may_repeat(
    vault: Vault,
) -> None:
    before = await vault.refer(ALL, actor="a")
    erased = await vault.erase(ONE, keep_tombstone=True, actor="a")
    after = await vault.refer(ALL, actor="a")

    assert erased == Erased(persons=1, belongings=3, tombstones=2)
    assert after[:2] == before[:2]
    assert not set(after[2:]) & set(before[2:])


async def test_a_person_behind_a_tombstone_can_come_and_go_again(
    clients: Clients, database: Database
) -> None:
    vault = await clients()
    (first,) = await vault.refer([person(ONE)], actor="a")
    for _ in range(2):
        await vault.erase(ONE, keep_tombstone=True, actor="a")
        assert await vault.refer([person(ONE)], actor="a") == (first,)
        assert await (await clients()).refer([person(ONE)], actor="a") == (first,)

    assert await count(database, "tombstones") == 1


async def test_a_tombstone_goes_when_the_rule_ends(vault: Vault, database: Database) -> None:
    before = await vault.refer(ALL, actor="a")
    await vault.erase(ONE, keep_tombstone=True, actor="a")
    erased = await vault.erase(ONE, keep_tombstone=False, actor="a")

    assert erased == Erased(persons=0, belongings=0, tombstones=2)
    assert await count(database, "tombstones") == 0
    assert not set(await vault.refer(ALL, actor="a")) & set(before)


async def test_an_unknown_person_erases_nothing(vault: Vault, database: Database) -> None:
    await vault.refer([person(resident(2))], actor="a")

    assert await vault.erase(ONE, keep_tombstone=True, actor="a") == Erased(0, 0, 0)
    assert await count(database, "persons") == 1


async def test_a_certificate_of_two_persons_stays_with_the_other_one(
    vault: Vault, database: Database
) -> None:
    two, three = resident(2), resident(3)
    (shared,) = await vault.refer([certificate("C", ONE)], actor="a")
    for owner in (two, three):
        assert await vault.refer([certificate("C", owner)], actor="a") == (shared,)

    assert (await vault.erase(ONE, keep_tombstone=False, actor="a")).belongings == 0
    assert await vault.refer([certificate("C", two)], actor="a") == (shared,)
    assert (await vault.erase(two, keep_tombstone=False, actor="a")).belongings == 0
    assert (await vault.erase(three, keep_tombstone=False, actor="a")).belongings == 1
    assert await count(database, "belongings") == 0
    assert await count(database, "co_owners") == 0
    assert await vault.refer([certificate("C", two)], actor="a") != (shared,)


async def test_a_certificate_met_without_a_person_goes_with_who_is_named_later(
    vault: Vault,
) -> None:
    await vault.refer([certificate("C")], actor="a")
    await vault.refer([certificate("C", ONE)], actor="a")

    assert (await vault.erase(ONE, keep_tombstone=False, actor="a")).belongings == 1


async def test_an_erasure_elsewhere_is_seen_with_the_next_answer(clients: Clients) -> None:
    here, there = await clients(), await clients()
    (before,) = await here.refer([person(ONE)], actor="a")
    await there.erase(ONE, keep_tombstone=False, actor="a")
    await here.refer([person(resident(2))], actor="a")

    assert await here.refer([person(ONE)], actor="a") != (before,)


async def test_an_erasure_elsewhere_is_seen_within_a_second_without_other_traffic(
    clients: Clients,
) -> None:
    here, there = await clients(), await clients()
    (before,) = await here.refer([person(ONE)], actor="a")
    await there.erase(ONE, keep_tombstone=False, actor="a")
    await asyncio.sleep(1.05)

    assert await here.refer([person(ONE)], actor="a") != (before,)


async def test_only_claims_may_erase(clients: Clients, database: Database) -> None:
    payments = await clients("payments_service")
    await payments.refer([person(ONE)], actor="a")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await payments.erase(ONE, keep_tombstone=False, actor="a")
    assert await count(database, "persons") == 1
