"""One person at one service: requests with a token, answers decoded, refusals as they were said."""

from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
import msgspec

from services.cli.exits import Exit, Stop

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


def session() -> aiohttp.ClientSession:
    """For all requests of one command; at most CONNECTIONS at once."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=CONNECTIONS),
        timeout=aiohttp.ClientTimeout(total=REQUEST_SECONDS),
    )


@dataclass(frozen=True, slots=True)
class Client:
    """`who` holds the token; every command carries its Idempotency-Key."""

    session: aiohttp.ClientSession
    url: str
    token: str

    async def get(self, path: str, kind: type[T]) -> T:
        """Raises Stop when the service refuses or does not answer."""
        return await self._ask("GET", path, kind)

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
        said = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        try:
            async with self.session.request(
                method, self.url + path, headers=said, data=body
            ) as answer:
                content = await answer.read()
                status = answer.status
        except (aiohttp.ClientError, TimeoutError) as failed:
            raise Stop(
                Exit.UNREACHABLE,
                f"{self.url} does not answer ({type(failed).__name__}): is the service running?",
                f"{self.url} 没有响应（{type(failed).__name__}）：请确认服务正在运行。",
            ) from failed
        if status >= 400:
            raise refused(method, path, status, content)
        return msgspec.json.decode(content, type=kind)


def refused(method: str, path: str, status: int, content: bytes) -> Stop:
    """The service's own sentences."""
    try:
        problem = msgspec.json.decode(content, type=Problem)
    except msgspec.DecodeError:
        problem = Problem(code=f"HTTP {status}")
    said = problem.detail or "; ".join(str(e.get("detail", "")) for e in problem.errors)
    said_zh = problem.detail_zh or "；".join(str(e.get("detail_zh", "")) for e in problem.errors)
    code = Exit.UNREACHABLE if status in (429, 503) else Exit.DIFFERENT
    return Stop(
        code,
        f"{method} {path} was refused ({problem.code or status}): {said}",
        f"请求被拒绝（{problem.code or status}）：{said_zh}",
    )
