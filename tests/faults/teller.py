"""Whoever tells a story: each request has a key of its own, and a refusal ends the story."""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from tests.faults.client import CLAIMS, JSON, Answer, Ask, Client


class Unlawful(Exception):
    """A request that is right was refused, or was answered otherwise than the rules say."""


class Teller:
    """Persons and keys of one run; all stories draw from them."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.persons: Iterator[int] = itertools.count()
        self._keys: Iterator[int] = itertools.count()

    async def say(
        self,
        path: str,
        body: Mapping[str, Any],
        actor: str,
        service: str = CLAIMS,
        waits_for: frozenset[str] = frozenset(),
    ) -> dict[str, Any]:
        """What the command is answered with 2xx. Raises Unlawful, NotAnswered."""
        key = f"key-{next(self._keys)}"
        ask = Ask(path, orjson.dumps(body), key, actor, JSON, service, waits_for)
        return (await self._asked(ask)).told

    async def upload(
        self, path: str, table: bytes, actor: str, kind: str, service: str = CLAIMS
    ) -> Answer:
        """The answer to a file. Raises Unlawful, NotAnswered."""
        return await self._asked(Ask(path, table, f"key-{next(self._keys)}", actor, kind, service))

    async def _asked(self, ask: Ask) -> Answer:
        answer = await self.client.ask(ask)
        if answer.status >= 300:
            codes = [answer.told["code"], *(e["code"] for e in answer.told.get("errors", ()))]
            raise Unlawful(f"{ask.path}: {answer.status} {codes}")
        return answer
