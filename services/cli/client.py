"""One person at one service: requests with a token, answers decoded, refusals as they were said."""

from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp
import msgspec

from services.cli.exits import Exit, Stop
from shared.http.position import ANSWER_HEADER, WAIT_HEADER, parse_positions

REQUEST_SECONDS = 120.0
CONNECTIONS = 32
T = TypeVar("T")


class Problem(msgspec.Struct, frozen=True):
    """What a service says when it refuses (RFC 9457)."""

    code: str = ""
    detail: str = ""
    detail_zh: str = ""
    status: int = 0
    errors: tuple[dict[str, Any], ...] = ()


class Refused(Stop):
    """The service said no; `problem` is its code."""

    def __init__(self, code: Exit, en: str, zh: str, problem: str) -> None:
        super().__init__(code, en, zh)
        self.problem = problem


@dataclass(slots=True)
class Positions:
    """The newest events that one service's answers named, by partition: reads wait for them."""

    seqs: dict[tuple[str, int], int] = field(default_factory=dict)

    def heard(self, text: str) -> None:
        for at in parse_positions(text):
            place = (at.topic, at.partition)
            self.seqs[place] = max(at.seq, self.seqs.get(place, 0))

    def __str__(self) -> str:
        return ",".join(f"{topic}/{n}/{seq}" for (topic, n), seq in self.seqs.items())


def session() -> aiohttp.ClientSession:
    """For all requests of one command; at most CONNECTIONS at once."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=CONNECTIONS),
        timeout=aiohttp.ClientTimeout(total=REQUEST_SECONDS),
    )


@dataclass(frozen=True, slots=True)
class Client:
    """One person with a token; every command carries its Idempotency-Key."""

    session: aiohttp.ClientSession
    url: str
    token: str
    positions: Positions = field(default_factory=Positions)

    async def get(self, path: str, kind: type[T], *, own_writes: bool = False) -> T:
        """With `own_writes` it shows what was commanded before. Raises Stop when the service
        refuses or does not answer.
        """
        wait = own_writes and self.positions.seqs
        headers = {WAIT_HEADER: str(self.positions)} if wait else None
        return await self._ask("GET", path, kind, headers)

    async def download(self, path: str) -> bytes:
        """A file as it is. Raises Stop."""
        return await self._bytes("GET", path)

    async def post(self, path: str, key: str, body: object, kind: type[T]) -> T:
        """A command as JSON. Raises Stop."""
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
        return await self._ask("POST", path, kind, headers, msgspec.json.encode(body))

    async def upload(self, path: str, key: str, table: bytes, kind: type[T]) -> T:
        """A file of rows. Raises Stop."""
        headers = {"Idempotency-Key": key, "Content-Type": "text/csv"}
        return await self._ask("POST", path, kind, headers, table)

    async def _ask(
        self,
        method: str,
        path: str,
        kind: type[T],
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
    ) -> T:
        return msgspec.json.decode(await self._bytes(method, path, headers, body), type=kind)

    async def _bytes(
        self,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
    ) -> bytes:
        said = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        try:
            async with self.session.request(
                method, self.url + path, headers=said, data=body
            ) as answer:
                content, status = await answer.read(), answer.status
                position = answer.headers.get(ANSWER_HEADER)
        except (aiohttp.ClientError, TimeoutError) as failed:
            raise Stop(
                Exit.UNREACHABLE,
                f"{self.url} does not answer ({type(failed).__name__}): is the service running?",
                f"{self.url} 没有响应（{type(failed).__name__}）：请确认服务正在运行。",
            ) from failed
        if status >= 400:
            raise refused(method, path, status, content)
        if position is not None:
            self.positions.heard(position)
        return content


def refused(method: str, path: str, status: int, content: bytes) -> Refused:
    """The service's own sentences."""
    try:
        problem = msgspec.json.decode(content, type=Problem)
    except msgspec.DecodeError:
        problem = Problem(code=f"HTTP {status}")
    said = problem.detail or "; ".join(str(e.get("detail", "")) for e in problem.errors)
    said_zh = problem.detail_zh or "；".join(str(e.get("detail_zh", "")) for e in problem.errors)
    code = Exit.UNREACHABLE if status in (429, 503) else Exit.DIFFERENT
    return Refused(
        code,
        f"{method} {path} was refused ({problem.code or status}): {said}",
        f"请求被拒绝（{problem.code or status}）：{said_zh}",
        problem.code,
    )
