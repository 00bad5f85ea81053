"""A client that never gives up: each request again with its key until it is answered for good."""

import asyncio
import time
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import aiohttp
import orjson

from services.cli.local import Local
from shared.http.identity import Role
from shared.store.position import Position

ATTEMPT_SECONDS = 15.0
PATIENCE_SECONDS = 180.0
PAUSE_SECONDS = 0.1
COME_BACK = frozenset({"CONTENDED", "STILL_RUNNING"})
"""409 that mean: the same request again"""
JSON, CSV = "application/json", "text/csv"


class NotAnswered(Exception):
    """No final answer came in time."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One command, as it is sent again and again."""

    path: str
    body: bytes
    key: str
    actor: str
    content_type: str = JSON


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    position: str | None

    @property
    def told(self) -> dict[str, Any]:
        said: dict[str, Any] = orjson.loads(self.body)
        return said

    @property
    def at(self) -> Position:
        assert self.position is not None
        return Position.parse(self.position)


@dataclass(slots=True)
class Client:
    """Speaks for the persons of a claim; keeps every request that was answered 2xx."""

    url: str
    tokens: dict[str, str]
    session: aiohttp.ClientSession
    answered: list[tuple[Ask, Answer]] = field(default_factory=list)
    refused: list[tuple[Ask, Answer]] = field(default_factory=list)
    retries: int = 0

    async def once(self, ask: Ask) -> Answer:
        """One attempt. Raises aiohttp's, operating system's and time-out errors."""
        headers = {
            "Authorization": f"Bearer {self.tokens[ask.actor]}",
            "Idempotency-Key": ask.key,
            "Content-Type": ask.content_type,
        }
        timeout = aiohttp.ClientTimeout(ATTEMPT_SECONDS)
        async with self.session.post(
            self.url + ask.path, data=BytesIO(ask.body), headers=headers, timeout=timeout
        ) as got:
            return Answer(got.status, await got.read(), got.headers.get("Ledger-Position"))

    async def ask(self, ask: Ask) -> Answer:
        """Until 2xx or a final 4xx. Raises NotAnswered after three minutes."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = await self.once(ask)
            except (aiohttp.ClientError, OSError, TimeoutError):
                pass
            else:
                if answer.status < 300:
                    self.answered.append((ask, answer))
                    return answer
                if answer.status < 500 and answer.told["code"] not in COME_BACK:
                    self.refused.append((ask, answer))
                    return answer
            self.retries += 1
            await asyncio.sleep(PAUSE_SECONDS)
        raise NotAnswered(ask.path)


def tokens_of(local: Local) -> dict[str, str]:
    """Five persons, since nobody may do two steps of one claim."""
    return {
        "filer": local.token("filer-1", Role.CLAIMANT),
        "clerk": local.token("clerk-1", Role.CLERK),
        "checker": local.token("clerk-2", Role.CLERK),
        "inspector": local.token("inspector-1", Role.INSPECTOR),
        "approver": local.token("approver-1", Role.APPROVER),
    }
