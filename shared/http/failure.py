"""From a failed request to the end of the process, through the TaskGroup that holds its parts."""

import asyncio


class ProcessFailed(Exception):
    """A part met what it did not expect; the process ends, and a supervisor starts it again."""


class Failure:
    """Give it to create_app as `on_fatal`, and its `watch()` to the TaskGroup."""

    def __init__(self) -> None:
        self._happened = asyncio.Event()
        self._kind = ""

    def __call__(self, error: Exception) -> None:
        self._kind = type(error).__name__
        self._happened.set()

    async def watch(self) -> None:
        """Raises ProcessFailed once something failed; names the kind, never the message."""
        await self._happened.wait()
        raise ProcessFailed(self._kind)
