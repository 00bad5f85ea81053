"""Every PostgreSQL setting that the embedded log depends on, and what its errors mean."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import asyncpg

from shared.log.port import LogRefused, LogUnavailable

# Milliseconds where no unit stands. Nothing here is session state that a later SET would change,
# so the pool's own reset, one more round trip at each release, is left out.
SESSION: Mapping[str, str] = MappingProxyType(
    {
        "application_name": "claims-ledger-log",
        "synchronous_commit": "on",  # an acknowledged record survives a power loss
        "statement_timeout": "10000",
        "lock_timeout": "5000",
        "idle_in_transaction_session_timeout": "5000",
        "tcp_user_timeout": "10000",
        "jit": "off",
    }
)
CONNECT_SECONDS = 10.0
COMMAND_SECONDS = 15.0  # above statement_timeout: the server is to speak first


async def connect(dsn: str, max_connections: int) -> asyncpg.Pool:
    """An open pool that has reached the server. Raises LogUnavailable or LogRefused."""
    pool = asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=max_connections,
        timeout=CONNECT_SECONDS,
        command_timeout=COMMAND_SECONDS,
        server_settings=dict(SESSION),
        reset=_keep,
    )
    reached = False
    try:
        with postgres_errors("connect"):
            await pool
            await pool.fetchval("SELECT 1")
        reached = True
    finally:
        if not reached:
            pool.terminate()
    return pool


async def _keep(_connection: Any) -> None:
    """No reset: see SESSION."""


REFUSALS = (
    asyncpg.InsufficientPrivilegeError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.NoDataFoundError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedFunctionError,
)


@contextmanager
def postgres_errors(doing: str) -> Iterator[None]:
    """Say an error of the client or server in the port's words; `doing` names the work."""
    try:
        yield
    except REFUSALS as error:
        # The message only: a constraint's detail would show the row.
        raise LogRefused(f"{doing}: {error.args[0]}") from error
    except (
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        asyncpg.InternalClientError,
        OSError,
    ) as error:
        raise LogUnavailable(f"{doing}: {type(error).__name__}") from error
