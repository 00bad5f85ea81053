"""Rights in the vault: functions for claims and payments, tables for nobody, audit outside."""

import asyncpg
import pytest

from shared.postgres.prepare import Database
from shared.vault.client import Vault
from shared.vault.values import person
from tests.vault.builders import resident, superuser

TABLES = ["state", "persons", "belongings", "co_owners", "tombstones", "openings"]
SERVICES = ["claims_service", "payments_service"]


async def test_audit_may_not_even_connect(database: Database) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(database.service_dsn("audit_service"))


async def test_audit_could_not_call_a_function_if_it_were_inside(database: Database) -> None:
    async with superuser(database).connect(database.name) as connection:
        found = await connection.fetch(
            "SELECT p.oid::regprocedure::text AS name, "
            "has_function_privilege('audit_service', p.oid, 'EXECUTE') AS may "
            "FROM pg_proc p WHERE p.pronamespace = 'vault'::regnamespace"
        )
        assert len(found) >= 10
        assert [row["name"] for row in found if row["may"]] == []
        assert not await connection.fetchval(
            "SELECT has_schema_privilege('audit_service', 'vault', 'USAGE')"
        )


@pytest.mark.parametrize("role", SERVICES)
@pytest.mark.parametrize("table", TABLES)
async def test_a_service_can_neither_read_nor_change_a_table(
    database: Database, role: str, table: str
) -> None:
    connection = await asyncpg.connect(database.service_dsn(role))
    try:
        for statement in (
            f"SELECT * FROM vault.{table}",
            f"DELETE FROM vault.{table}",
            f"TRUNCATE vault.{table}",
            f"INSERT INTO vault.{table} DEFAULT VALUES",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()


async def test_every_table_of_the_vault_is_in_this_test(database: Database) -> None:
    async with superuser(database).connect(database.name) as connection:
        found = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname='vault'")

    assert sorted(row["tablename"] for row in found) == sorted(TABLES)


async def test_every_function_of_a_definer_pins_its_search_path(database: Database) -> None:
    async with superuser(database).connect(database.name) as connection:
        loose = await connection.fetch(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'vault'::regnamespace "
            "AND NOT coalesce('search_path=vault, pg_temp' = ANY (proconfig), false)"
        )
        owners = await connection.fetch(
            "SELECT DISTINCT proowner::regrole::text FROM pg_proc "
            "WHERE pronamespace = 'vault'::regnamespace"
        )

    assert [row["proname"] for row in loose] == []
    assert [row[0] for row in owners] == ["ledger_owner"]


async def test_a_table_of_the_callers_own_does_not_deceive_a_function(
    vault: Vault, database: Database
) -> None:
    (reference,) = await vault.refer([person(resident(1))], actor="a")
    async with superuser(database).connect(database.name) as connection:
        await connection.execute(f'GRANT TEMPORARY ON DATABASE "{database.name}" TO claims_service')
    connection = await asyncpg.connect(database.service_dsn("claims_service"))
    try:
        await connection.execute("CREATE TEMP TABLE openings (LIKE pg_class)")
        await connection.fetch(
            "SELECT * FROM vault.open_keys(now(), $1, 'check', 'a')", [bytes.fromhex(reference)]
        )
    finally:
        await connection.close()
    async with superuser(database).connect(database.name) as connection:
        assert await connection.fetchval("SELECT count(*) FROM vault.openings") == 1


async def test_payments_may_not_list_or_take_what_an_erasure_needs(database: Database) -> None:
    connection = await asyncpg.connect(database.service_dsn("payments_service"))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("SELECT * FROM vault.erasable($1,$1,$1)", bytes(32))
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("SELECT vault.hand_over($1)", [bytes(16)])
    finally:
        await connection.close()
