"""What a prepared server lets in, and that preparing again changes nothing."""

import asyncpg

from shared.postgres.prepare import KINDS, prepare
from shared.postgres.server import Server


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
    await prepare(own_postgres)
    before = await _snapshot(own_postgres)

    dsns = await prepare(own_postgres)

    assert await _snapshot(own_postgres) == before
    connection = await asyncpg.connect(dsns["claims"].service_dsn())
    assert await connection.fetchval("SELECT current_user") == "claims_service"
    await connection.close()
