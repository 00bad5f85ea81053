"""Waiting for what another process does: looked at again and again, never for ever."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable

EVERY_SECONDS = 0.05


class NeverCame(Exception):
    """What was waited for did not happen in time."""


async def until(
    happened: Callable[[], bool | Awaitable[bool]], seconds: float, what: str = ""
) -> None:
    """Return when it has happened. Raises NeverCame with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        said = happened()
        if await said if inspect.isawaitable(said) else said:
            return
        await asyncio.sleep(EVERY_SECONDS)
    raise NeverCame(what)
