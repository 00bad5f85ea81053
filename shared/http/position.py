"""Positions in the log: given with each answer to a command, waited for by reads."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from shared.http import catalogue as codes
from shared.http.problems import Problem

ANSWER_HEADER = "Ledger-Position"
WAIT_HEADER = "Ledger-Wait-For"
MAX_WAIT_SECONDS = 10.0
MAX_POSITIONS = 256
"""in one header, separated by commas: more would not fit into 8 KiB"""
_FIRST_PAUSE_SECONDS = 0.005
_LONGEST_PAUSE_SECONDS = 0.1
_FORM = re.compile(r"([a-z][a-z0-9.-]{0,80})/(0|[1-9][0-9]{0,4})/(0|[1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class Position:
    """One event's place in the log, written `claim-events.v1/7/1234`."""

    topic: str
    partition: int
    seq: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.seq}"


def parse_position(text: str) -> Position:
    """Raises Problem POSITION_INVALID."""
    found = _FORM.fullmatch(text) if text.isascii() else None
    if found is None:
        raise Problem(codes.POSITION_INVALID)
    return Position(found[1], int(found[2]), int(found[3]))


def parse_positions(text: str) -> list[Position]:
    """One or more, separated by commas. Raises Problem POSITION_INVALID, also beyond 256."""
    parts = text.split(",", MAX_POSITIONS)
    if len(parts) > MAX_POSITIONS:
        raise Problem(codes.POSITION_INVALID)
    return [parse_position(part.strip()) for part in parts]


async def wait_for(
    position: Position,
    current: Callable[[str, int], Awaitable[int]],
    timeout_seconds: float = 5.0,
) -> None:
    """Return when `current(topic, partition)` has reached the position's seq.

    Raises Problem NOT_YET_VISIBLE after `timeout_seconds`, at most 10, with Retry-After.
    """
    limit = min(timeout_seconds, MAX_WAIT_SECONDS)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + limit
    pause = _FIRST_PAUSE_SECONDS
    while await current(position.topic, position.partition) < position.seq:
        if loop.time() + pause > deadline:
            raise Problem(
                codes.NOT_YET_VISIBLE, retry_after_seconds=1, seconds=max(1, round(limit))
            )
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
