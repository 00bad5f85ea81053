"""What a prepared server lets in, and that preparing again changes nothing."""

from pathlib import Path

import asyncpg
import pytest

from shared.postgres.prepare import (
    KINDS,
    ROLE_LIMITS,
    Dsns,
    PrepareFailed,
    admin_of,
    migrate,
    prepare,
    prepare_database,
)
from shared.postgres.server import Server
from tests.databases import Databases


async def _snapshot(server: Server) -> list[tuple[object, ...]]:
    """Databases with their rights, applied migrations and head rows."""
    connection = await asyncpg.connect(server.dsn())
    rows = await connection.fetch(
        "SELECT datname::text, datacl::text FROM pg_database ORDER BY datname"
    )
    await connection.close()
    found: list[tuple[object, ...]] = [tuple(row) for row in rows]
    for kind in KINDS:
        connection = await asyncpg.connect(server.dsn(database=kind))
        for table, order in (("schema_migrations", "version"), ("heads", "topic, partition_no")):
            if await connection.fetchval("SELECT to_regclass($1)", table) is not None:
                rows = await connection.fetch(f"SELECT * FROM {table} ORDER BY {order}")
                found += [(kind, table, *row) for row in rows]
        await connection.close()
    return found


async def test_preparing_twice_changes_nothing(own_postgres: Server) -> None:
    first = await prepare(own_postgres)
    connection = await asyncpg.connect(first["claims"].owner_dsn)
    await connection.execute("UPDATE heads SET seq = 41 WHERE partition_no = 7")
    await connection.close()
    before = await _snapshot(own_postgres)

    dsns = await prepare(own_postgres)

    assert await _snapshot(own_postgres) == before
    connection = await asyncpg.connect(dsns["claims"].service_dsn())
    assert await connection.fetchval("SELECT current_user") == "claims_service"
    await connection.close()


async def _prepared_by_address(server: Server, passwords_dir: Path, partitions: int) -> Dsns:
    address = f"postgresql://postgres@{server.host}:{server.port}/postgres?sslmode=disable"
    return await prepare(
        address, databases=["payments"], partitions=partitions, passwords_dir=passwords_dir
    )


async def test_a_server_of_others_is_prepared_by_its_address_and_a_folder_of_passwords(
    own_postgres: Server, tmp_path: Path
) -> None:
    (tmp_path / "postgres").write_text(own_postgres.passwords["postgres"] + "\n")

    dsns = await _prepared_by_address(own_postgres, tmp_path, 3)

    connection = await asyncpg.connect(dsns["payments"].service_dsn())
    assert await connection.fetchval("SELECT current_user") == "payments_service"
    await connection.close()


async def test_the_number_of_partitions_never_changes(own_postgres: Server, tmp_path: Path) -> None:
    (tmp_path / "postgres").write_text(own_postgres.passwords["postgres"])
    await _prepared_by_address(own_postgres, tmp_path, 3)
    with pytest.raises(PrepareFailed, match=r"payout-events\.v1 has 3 partitions, not 4"):
        await _prepared_by_address(own_postgres, tmp_path, 4)


async def test_an_address_without_folder_of_passwords_is_refused() -> None:
    with pytest.raises(PrepareFailed, match="folder of the roles' passwords"):
        await prepare("postgresql://postgres@127.0.0.1/postgres")


async def test_a_name_that_is_no_name_never_reaches_sql(own_postgres: Server) -> None:
    admin = admin_of(own_postgres)
    async with admin.connect() as connection:
        with pytest.raises(PrepareFailed, match="not a name"):
            await prepare_database(connection, admin, "claims", 'x"; DROP ROLE y; --', 3)


async def test_a_migration_that_fails_is_named(databases: Databases, tmp_path: Path) -> None:
    database = await databases("vault")
    (tmp_path / "0900_wrong.sql").write_text("-- migrate:up\nCREATE NONSENSE;\n-- migrate:down\n")
    with pytest.raises(PrepareFailed, match="0900_wrong"):
        await migrate(database.owner_dsn, [tmp_path])


@pytest.mark.parametrize("kind", ["claims", "payments", "audit"])
async def test_each_topic_of_a_service_has_a_head_for_each_partition(
    databases: Databases, kind: str
) -> None:
    database = await databases(kind, partitions=5)
    connection = await asyncpg.connect(database.owner_dsn)
    rows = await connection.fetch("SELECT topic, partition_no, seq FROM heads ORDER BY 1, 2")
    await connection.close()
    expected = [(topic, n, 0) for topic in sorted(KINDS[kind].topics) for n in range(5)]
    assert [tuple(row) for row in rows] == expected


@pytest.mark.parametrize("kind", KINDS)
async def test_a_service_role_owns_nothing_and_creates_nothing(
    databases: Databases, kind: str
) -> None:
    database = await databases(kind)
    connection = await asyncpg.connect(database.service_dsn())
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TABLE public.mine (n int)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TEMP TABLE mine (n int)")
        owned = "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"
        assert await connection.fetchval(owned) == 0
    finally:
        await connection.close()


async def test_a_writer_that_hangs_is_cut_off(databases: Databases) -> None:
    database = await databases("claims")
    connection = await asyncpg.connect(database.service_dsn())
    limits = [await connection.fetchval(f"SHOW {name}") for name in ROLE_LIMITS]
    await connection.close()
    assert limits == ["10s", "10s", "1min"]
