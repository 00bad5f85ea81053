"""How hard a register may be pressed: calls a second, pauses between tries, a circuit breaker."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from shared.registers.port import RegisterSilent, Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """All finite; seconds unless the name says otherwise."""

    tries: int = 3
    connect_seconds: float = 2.0
    answer_seconds: float = 10.0
    """for one try, from its start to the last byte"""
    first_pause_seconds: float = 0.2
    longest_pause_seconds: float = 2.0
    calls_a_second: float = 5.0
    failures_to_open: int = 3
    """calls that failed one after the other before the circuit opens"""
    open_seconds: float = 5.0
    longest_open_seconds: float = 60.0


def pause_seconds(limits: Limits, failed: int, chance: float) -> float:
    """Pause after the n-th failed try: doubled each time, full jitter, so that clients spread."""
    top = limits.first_pause_seconds * (1 << (failed - 1))
    return min(top, limits.longest_pause_seconds) * chance


class Pace:
    """At most so many calls a second, evenly; who comes too early waits."""

    def __init__(self, calls_a_second: float) -> None:
        self._gap = 1 / calls_a_second
        self._next = 0.0

    async def wait(self) -> None:
        now = time.monotonic()
        start = max(now, self._next)
        self._next = start + self._gap
        if start > now:
            await asyncio.sleep(start - now)


class Breaker:
    """Open after failures: the register is left alone for a time, then one call tries it."""

    def __init__(self, limits: Limits, now: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._now = now
        self._failed = 0
        self._open_until = 0.0
        self._trying = False

    def check(self) -> None:
        """Raises RegisterSilent while the circuit is open; afterwards one caller passes."""
        if self._failed < self._limits.failures_to_open:
            return
        if self._trying or self._now() < self._open_until:
            raise RegisterSilent(Why.DOWN, "circuit open")
        self._trying = True

    def succeeded(self) -> None:
        self._failed, self._trying = 0, False

    def failed(self) -> None:
        self._failed += 1
        self._trying = False
        beyond = self._failed - self._limits.failures_to_open
        if beyond >= 0:
            closed = self._limits.open_seconds * (1 << min(beyond, 10))
            self._open_until = self._now() + min(closed, self._limits.longest_open_seconds)


def chance() -> float:
    """Between a half and one: jitter needs no secrecy."""
    return random.uniform(0.5, 1.0)  # noqa: S311
