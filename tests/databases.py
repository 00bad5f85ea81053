"""Fresh databases for tests: migrated once into a template, then copied in some 30 ms."""

import asyncio
import hashlib
import secrets
from pathlib import Path

import asyncpg

from shared.events.partition import DEFAULT_PARTITIONS
from shared.postgres import prepare
from shared.postgres.prepare import (
    Admin,
    Database,
    admin_of,
    alone,
    create_roles,
    grant_connect,
    migration_folders,
    prepare_database,
)
from shared.postgres.server import Server


class Databases:
    """`await databases("claims", partitions=24)`; the name of a template tells its migrations."""

    def __init__(self, server: Server) -> None:
        self._admin: Admin = admin_of(server)
        self._made: list[str] = []
        self._templates: set[str] = set()
        self._lock = asyncio.Lock()

    async def __call__(self, kind: str, partitions: int = DEFAULT_PARTITIONS) -> Database:
        name = f"test_{kind}_{secrets.token_hex(6)}"
        async with self._lock, self._admin.connect() as connection, alone(connection):
            template = await self._template(connection, kind, partitions)
            await connection.execute(
                f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER ledger_owner'
            )
            await grant_connect(connection, kind, name)
        self._made.append(name)
        return Database(kind, name, self._admin.dsn, self._admin.passwords)

    async def close(self) -> None:
        """Drop what was made, also under connections that a failed test left open."""
        async with self._admin.connect() as connection:
            for name in self._made:
                await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def _template(self, connection: asyncpg.Connection, kind: str, partitions: int) -> str:
        name = f"template_{kind}_{partitions}_{migrations_digest(kind)}"
        if name in self._templates:
            return name
        await create_roles(connection, self._admin.passwords)
        if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name) is None:
            # Under a name of its own until it is whole: a failed migration leaves no template.
            partial = f"partial_{kind}_{secrets.token_hex(6)}"
            try:
                await prepare_database(connection, self._admin, kind, partial, partitions)
                await connection.execute(f'ALTER DATABASE "{partial}" RENAME TO "{name}"')
            finally:
                await connection.execute(f'DROP DATABASE IF EXISTS "{partial}" WITH (FORCE)')
        self._templates.add(name)
        return name


def migrations_digest(kind: str) -> str:
    """Another migration or preparation, another template: a shared server never serves a stale one,
    nor one that a saboteur made.
    """
    digest = hashlib.sha256(Path(prepare.__file__).read_bytes())
    for folder in migration_folders(kind):
        for file in sorted(folder.glob("*.sql")):
            digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
