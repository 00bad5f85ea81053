"""Where the persons of the story make their requests, and how they wait for each other."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import aiohttp

from services.cli.client import Client, Positions, Refused
from services.cli.exits import Exit, Stop
from services.cli.installation import Installation
from services.cli.people import Person

SECONDS, POLL_SECONDS = 40.0, 0.1
NOT_YET = frozenset(
    {"RESOURCE_UNKNOWN", "NOT_YET_VISIBLE", "AUDIT_BEHIND", "NOTICE_MISSING", "NOTICE_RUNNING"}
)
"""refusals that pass by themselves: another service has not heard, or audit has not judged"""

T = TypeVar("T")
Step = Callable[[str, int], Callable[[], None]]
"""names a step and its size; what it gives is called once for each unit done"""


def _positions() -> dict[str, Positions]:
    return defaultdict(Positions)


@dataclass(frozen=True, slots=True)
class Desk:
    """`registers` is the address of the simulated registers."""

    session: aiohttp.ClientSession
    installation: Installation
    step: Step
    registers: str = ""
    positions: dict[str, Positions] = field(default_factory=_positions)

    def at(self, service: str, who: Person) -> Client:
        return Client(
            self.session,
            self.installation.services[service],
            self.installation.tokens[who.sub],
            self.positions[service],
        )


async def until(what: str, look: Callable[[], Awaitable[T | None]]) -> T:
    """The first thing that `look` finds. Raises Stop after SECONDS, with the last refusal."""
    said = what
    try:
        async with asyncio.timeout(SECONDS):
            while True:
                try:
                    if (found := await look()) is not None:
                        return found
                except Refused as refused:
                    if refused.problem not in NOT_YET:
                        raise
                    said = f"{what} ({refused.en})"
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise Stop(
            Exit.DIFFERENT,
            f"After {SECONDS:.0f} s still waiting: {said}; look at the services' log files.",
            f"等待 {SECONDS:.0f} 秒后仍未完成（{said}）：请查看各服务的日志文件。",
        ) from None
