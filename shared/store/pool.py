"""The connection pool: finite time-outs, and no extra round trip when a connection is returned."""

from collections.abc import Callable, Coroutine
from typing import Any

import asyncpg

SETTINGS = {
    "application_name": "claims-ledger",
    "lock_timeout": "2s",
    "statement_timeout": "5s",
    "idle_in_transaction_session_timeout": "5s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "15000",
}
"""A dead or stuck writer holds a head row for seconds, never for ever."""

_COMMAND_SECONDS = 10.0
_CONNECT_SECONDS = 5.0


async def _keep(_: Any) -> None:
    """No reset: nothing here uses SET, LISTEN, session locks or temporary tables."""


async def open_pool(
    dsn: str, size: int, check: Callable[[Any], Coroutine[Any, Any, None]] | None = None
) -> asyncpg.Pool:
    """A pool of `size` connections at most; raises OS or asyncpg errors when nobody answers.

    `check` is run on every new connection before anybody may use it.
    """
    return await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=size,
        reset=_keep,
        init=check,
        server_settings=SETTINGS,
        command_timeout=_COMMAND_SECONDS,
        timeout=_CONNECT_SECONDS,
    )
