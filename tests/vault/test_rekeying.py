"""A leaked index key is replaced: every reference stays, the old key is refused."""

import asyncio

import asyncpg
import pytest

from shared.clock import SimulatedClock
from shared.postgres.prepare import Database
from shared.vault.ciphers import VaultBroken
from shared.vault.client import Vault, VaultKeysRefused
from shared.vault.erasing import Erased
from shared.vault.keys import Keys, new_keys, with_new_index, without_previous
from shared.vault.rekey import Rekeyed, RekeyRefused, begin, rekey
from shared.vault.sealing import open_sealed, seal
from shared.vault.values import Value, account, certificate, person
from tests.vault.builders import EVENT, count, resident
from tests.vault.conftest import Clients


def roster(rows: int) -> list[Value]:
    return [
        value
        for n in range(rows)
        for value in (
            person(resident(n)),
            certificate(f"C{n}", resident(n)),
            account(f"6222{n}"),
        )
    ]


async def owner_of(database: Database) -> asyncpg.Connection:
    return await asyncpg.connect(database.owner_dsn)


async def test_all_references_and_sealed_fields_outlive_the_index_key(
    clients: Clients, database: Database, keys: Keys
) -> None:
    vault = await clients()
    before = await vault.refer(roster(50), actor="a")
    (met,) = await vault.refer_for_sealing([person(resident(0))], actor="a")
    assert met.key is not None
    sealed = seal(met.key, EVENT, "name", "张三")
    new = with_new_index(keys)
    owner = await owner_of(database)
    assert await rekey(owner, new, batch=7) == Rekeyed(persons=50, belongings=100)
    assert await rekey(owner, new, batch=7) == Rekeyed(persons=0, belongings=0)
    await owner.close()

    with pytest.raises(VaultKeysRefused):
        await vault.refer([person(resident(99))], actor="a")
    after = await clients(held=without_previous(new))
    assert await after.refer(roster(50), actor="a") == before
    (key,) = await after.open_keys([met.reference], purpose="check", actor="a")
    assert key is not None
    assert open_sealed(key, EVENT, "name", sealed) == "张三"
    assert await count(database, "persons") == 50


async def test_the_old_key_is_refused_from_the_first_moment(
    clients: Clients, database: Database, keys: Keys
) -> None:
    running = await clients()
    await running.refer([person(resident(1))], actor="a")
    owner = await owner_of(database)
    await begin(owner, with_new_index(keys))
    await owner.close()

    with pytest.raises(VaultKeysRefused):
        await running.refer([person(resident(2))], actor="a")
    with pytest.raises(VaultKeysRefused):
        await running.erase(resident(1), keep_tombstone=False, actor="a")
    with pytest.raises(VaultKeysRefused):
        await clients()


async def test_while_rows_are_moving_the_previous_key_is_needed(
    clients: Clients, database: Database, keys: Keys
) -> None:
    await clients()
    new = with_new_index(keys)
    owner = await owner_of(database)
    await begin(owner, new)
    await owner.close()

    with pytest.raises(VaultKeysRefused):
        await clients(held=without_previous(new))


async def test_services_meet_and_erase_while_rows_are_moving(
    clients: Clients, database: Database, keys: Keys
) -> None:
    vault = await clients()
    before = await vault.refer(roster(300), actor="a")
    new = with_new_index(keys)
    owner = await owner_of(database)
    await begin(owner, new)
    others = [await clients(held=new) for _ in range(3)]
    moving = asyncio.create_task(rekey(owner, new, batch=20))
    got = await asyncio.gather(*[other.refer(roster(300), actor="a") for other in others])
    moved = await moving
    await owner.close()

    assert all(references == before for references in got)
    assert moved.persons + moved.belongings <= 900
    assert await count(database, "persons") == 300
    assert await count(database, "persons", "index_key_no <> 2") == 0
    assert await count(database, "belongings", "index_key_no <> 2") == 0


async def test_who_has_not_moved_yet_can_be_erased(
    clients: Clients, database: Database, keys: Keys
) -> None:
    vault = await clients()
    await vault.refer([person(resident(1)), certificate("C", resident(1))], actor="a")
    new = with_new_index(keys)
    owner = await owner_of(database)
    await begin(owner, new)
    await owner.close()
    moving = await clients(held=new)

    erased = await moving.erase(resident(1), keep_tombstone=True, actor="a")
    assert erased == Erased(persons=1, belongings=1, tombstones=2)


async def test_a_rekeying_that_was_stopped_goes_on_where_it_was(
    clients: Clients, database: Database, keys: Keys
) -> None:
    vault = await clients()
    before = await vault.refer(roster(60), actor="a")
    new = with_new_index(keys)
    owner = await owner_of(database)
    await owner.execute(
        "CREATE FUNCTION pg_temp.stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF (SELECT count(*) FROM vault.persons WHERE index_key_no = 2) >= 20 THEN "
        "RAISE EXCEPTION 'stopped'; END IF; RETURN NEW; END $$"
    )
    await owner.execute(
        "CREATE TRIGGER stop BEFORE UPDATE ON vault.persons EXECUTE FUNCTION pg_temp.stop()"
    )
    with pytest.raises(asyncpg.RaiseError, match="stopped"):
        await rekey(owner, new, batch=10)
    await owner.execute("DROP TRIGGER stop ON vault.persons")

    assert await count(database, "persons", "index_key_no = 2") == 20
    assert await rekey(owner, new, batch=10) == Rekeyed(persons=40, belongings=120)
    await owner.close()
    assert await (await clients(held=new)).refer(roster(60), actor="a") == before


async def test_keys_that_do_not_follow_those_of_the_vault_are_refused(
    clients: Clients, database: Database, keys: Keys
) -> None:
    await clients()
    owner = await owner_of(database)
    try:
        with pytest.raises(RekeyRefused, match="previous_index_key"):
            await rekey(owner, new_keys())
        with pytest.raises(RekeyRefused, match="do not follow"):
            await rekey(owner, with_new_index(new_keys()))
    finally:
        await owner.close()


async def test_a_swapped_row_stops_the_rekeying(
    vault: Vault, database: Database, keys: Keys, clock: SimulatedClock
) -> None:
    await vault.refer([person(resident(1)), person(resident(2))], actor="a")
    owner = await owner_of(database)
    await owner.execute(
        "UPDATE vault.persons p SET sealed_number = o.sealed_number "
        "FROM vault.persons o WHERE o.hmac <> p.hmac"
    )
    try:
        with pytest.raises(VaultBroken, match="row of another"):
            await rekey(owner, with_new_index(keys))
    finally:
        await owner.close()
