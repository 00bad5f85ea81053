"""Which failures pass by themselves: database and network. Everything else ends the process."""

import asyncpg

from shared.log.port import LogUnavailable

TRANSIENT: tuple[type[BaseException], ...] = (
    LogUnavailable,
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)
"""The outcome of what was under way is then unknown; whoever asked asks again with the same key."""
