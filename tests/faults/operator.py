"""The person on duty: looks at what is parked, and lets run on what real kills have parked."""

import asyncio
import contextlib
from collections.abc import Mapping

import asyncpg

from shared.delivery import ENDED
from shared.faults import TRANSIENT
from shared.pending import Parked, list_parked, release
from shared.store.pool import open_pool

LOOK_SECONDS = 1.0


class ParkedForGood(Exception):
    """A stream stands still, and no kill is the reason."""


class Operator:
    """A stream whose process was killed three times at one record is released, a few times a run.

    What ends the process by itself parks again after each release, and soon is one too many.
    """

    def __init__(self, dsns: Mapping[str, str], most: int) -> None:
        self.released: list[str] = []
        self._dsns = dsns
        self._most = most

    async def run(self) -> None:
        """For ever. Raises ParkedForGood."""
        while True:
            for name, dsn in self._dsns.items():
                with contextlib.suppress(*TRANSIENT):  # the database is down just then
                    async with await open_pool(dsn, 1) as pool:
                        await self.look(name, pool)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self, name: str, pool: asyncpg.Pool) -> None:
        """Release what may be released. Raises ParkedForGood with everything that is parked."""
        parked = await list_parked(pool)
        if any(one.cause != ENDED for one in parked):
            raise ParkedForGood(f"{name}: {said(parked)}")
        for one in parked:
            if len(self.released) >= self._most:
                raise ParkedForGood(f"{name}: {said(parked)} after {self.released}")
            if await release(pool, one.stream_id):
                self.released.append(f"{name} {said([one])}")


def said(parked: list[Parked]) -> str:
    """Each parked stream by its name, its place, and why."""
    return "; ".join(
        f"{p.reader}: {p.stream_id} at {p.topic}/{p.partition}/{p.seq}: {p.cause} ({p.detail})"
        f" with {p.behind} behind"
        for p in parked
    )
