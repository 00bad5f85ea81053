"""The issuer's public keys: a JWKS from a file or an address, read again for an unknown key id."""

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

MAX_JWKS_BYTES = 256 * 1024
MAX_KEYS = 64
REFRESH_SECONDS = 30.0  # forged key ids must not make us flood the issuer
EMPTY_REFRESH_SECONDS = 1.0  # at start the set may not be there yet
FETCH_SECONDS = 5.0

log = structlog.get_logger()


class KeysUnreadable(Exception):
    """The JWKS could not be read now; the old keys stay."""


class Keys:
    """P-256 keys by key id. Other kinds of key in the set are ignored."""

    def __init__(
        self,
        source: str,
        now: Callable[[], float] = time.monotonic,
        refresh_seconds: float = REFRESH_SECONDS,
    ) -> None:
        self._source = source
        self._now = now
        self._refresh_seconds = refresh_seconds
        self._keys: Mapping[str, ECKey] = {}
        self._read_at = -float("inf")
        self._reading = asyncio.Lock()

    async def find(self, key_id: object) -> ECKey | None:
        """The key, after reading the set again if it is unknown and the last reading is old."""
        if not isinstance(key_id, str) or len(key_id) > 200:
            return None
        if key_id in self._keys:
            return self._keys[key_id]
        async with self._reading:
            pause = self._refresh_seconds if self._keys else EMPTY_REFRESH_SECONDS
            if key_id not in self._keys and self._now() - self._read_at >= pause:
                await self._refresh()
        return self._keys.get(key_id)

    async def ready(self) -> str | None:
        """A reason why no token can be checked, or None; for /readyz."""
        if self._keys:
            return None
        await self.find("")
        return None if self._keys else "no signing keys"

    async def _refresh(self) -> None:
        self._read_at = self._now()
        try:
            self._keys = _parse(await self._read())
        except KeysUnreadable as refused:
            log.warning("signing_keys_unreadable", reason=str(refused))

    async def _read(self) -> bytes:
        if "://" in self._source:
            return await _fetch(self._source)
        try:
            return await asyncio.to_thread(_read_file, Path(self._source))
        except OSError as refused:
            raise KeysUnreadable(type(refused).__name__) from refused


def _read_file(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_JWKS_BYTES + 1)


async def _fetch(address: str) -> bytes:
    timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(address, allow_redirects=False) as answer,
        ):
            if answer.status != 200:
                raise KeysUnreadable(f"status {answer.status}")
            return await answer.content.read(MAX_JWKS_BYTES + 1)
    except (aiohttp.ClientError, TimeoutError) as refused:
        raise KeysUnreadable(type(refused).__name__) from refused


def _parse(body: bytes) -> Mapping[str, ECKey]:
    if len(body) > MAX_JWKS_BYTES:
        raise KeysUnreadable("too large")
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as refused:
        raise KeysUnreadable("not JSON") from refused
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        raise KeysUnreadable("not a key set")
    return {key_id: key for key_id, key in map(_key, listed) if key is not None}


def _key(listed: Any) -> tuple[str, ECKey | None]:
    if not isinstance(listed, dict) or not isinstance(listed.get("kid"), str):
        return "", None
    if listed.get("kty") != "EC" or listed.get("crv") != "P-256":
        return "", None
    if listed.get("use", "sig") != "sig" or listed.get("alg", "ES256") != "ES256":
        return "", None
    public = {name: str(listed.get(name)) for name in ("kty", "crv", "x", "y")}
    try:
        return str(listed["kid"]), ECKey.import_key({**public})
    except (JoseError, ValueError, TypeError):
        return "", None
