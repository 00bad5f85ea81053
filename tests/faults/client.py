"""A client that never gives up: each request again with its key until it is answered for good."""

import asyncio
import time
from collections.abc import Callable
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
ENTERPRISES = ("52210000MJ0000001X", "52210000MJ0000002X")
"""each has a person who files its plans, named like it"""
COME_BACK = frozenset({"CONTENDED", "STILL_RUNNING"})
"""409 that mean: the same request again"""
JSON, CSV = "application/json", "text/csv"
CLAIMS, PAYMENTS = "claims", "payments"
NOT_HEARD = frozenset({"RESOURCE_UNKNOWN"})
NOT_NOTICED = frozenset({"RESOURCE_UNKNOWN", "NOTICE_MISSING", "NOTICE_RUNNING"})
NOT_JUDGED = frozenset({"AUDIT_BEHIND"})


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
    service: str = CLAIMS
    waits_for: frozenset[str] = frozenset()
    """refusals that mean: the other service has not come so far yet"""


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


def found(_: Answer) -> bool:
    return True


@dataclass(slots=True)
class Client:
    """Speaks for all persons; keeps every request that was answered 2xx. `url` is claims'."""

    url: str
    tokens: dict[str, str]
    session: aiohttp.ClientSession
    payments: str = ""
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
            self._at(ask.service) + ask.path, data=BytesIO(ask.body), headers=headers,
            timeout=timeout,
        ) as got:  # fmt: skip
            return Answer(got.status, await got.read(), got.headers.get("Ledger-Position"))

    async def ask(self, ask: Ask) -> Answer:
        """Until 2xx or a final 4xx. Raises NotAnswered after three minutes."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        seen = ""
        while time.monotonic() < deadline:
            try:
                answer = await self.once(ask)
            except (aiohttp.ClientError, OSError, TimeoutError) as failed:
                seen = type(failed).__name__
            else:
                if answer.status < 300:
                    self.answered.append((ask, answer))
                    return answer
                if answer.status < 500 and answer.told["code"] not in COME_BACK | ask.waits_for:
                    self.refused.append((ask, answer))
                    return answer
                seen = _seen(answer)
            self.retries += 1
            await asyncio.sleep(PAUSE_SECONDS)
        raise NotAnswered(f"{ask.path}: {seen}")

    async def look(
        self, service: str, path: str, actor: str, wanted: Callable[[Answer], bool] = found
    ) -> Answer:
        """Look until it is there and as wanted. Raises NotAnswered after three minutes."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        seen = ""
        while time.monotonic() < deadline:
            try:
                answer = await self._see(service, path, actor)
            except (aiohttp.ClientError, OSError, TimeoutError):
                pass
            else:
                if answer.status == 200 and wanted(answer):
                    return answer
                seen = _seen(answer)
            await asyncio.sleep(PAUSE_SECONDS)
        raise NotAnswered(f"{path}: {seen}")

    async def _see(self, service: str, path: str, actor: str) -> Answer:
        headers = {"Authorization": f"Bearer {self.tokens[actor]}"}
        timeout = aiohttp.ClientTimeout(ATTEMPT_SECONDS)
        url = self._at(service) + path
        async with self.session.get(url, headers=headers, timeout=timeout) as got:
            return Answer(got.status, await got.read(), got.headers.get("Ledger-Position"))

    def _at(self, service: str) -> str:
        return self.payments if service == PAYMENTS else self.url


def tokens_of(local: Local) -> dict[str, str]:
    """Each step has its own person, since nobody may do two of one payment."""
    return {
        "filer": local.token("filer-1", Role.CLAIMANT),
        "clerk": local.token("clerk-1", Role.CLERK),
        "checker": local.token("clerk-2", Role.CLERK),
        "inspector": local.token("inspector-1", Role.INSPECTOR),
        "approver": local.token("approver-1", Role.APPROVER),
        "officer": local.token("officer-1", Role.FINANCE_OFFICER),
        "teller": local.token("officer-2", Role.FINANCE_OFFICER),
        "releaser": local.token("releaser-1", Role.FINANCE_APPROVER),
        **{
            org: local.token(f"planner-{n}", Role.INSTITUTION, org)
            for n, org in enumerate(ENTERPRISES)
        },
    }


def _seen(answer: Answer) -> str:
    return f"{answer.status} {answer.body[:500].decode(errors='replace')}"
