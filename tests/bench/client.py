"""Persons at work over HTTP: they file rosters and take claims through their steps."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from time import perf_counter
from typing import Any

import aiohttp
import orjson

from services.cli.local import Local
from shared.http.identity import Role
from tests.bench.people import request_body, roster_file

OFFICE = "211402-01"
SECONDS = 300.0
PAUSE_SECONDS = 0.05
VISITED_AT = "2020-03-20T09:30:00+08:00"
AT_ONCE = 500
"""claims of one identity check or visit"""
PROPOSED = 5
"""version of a proposal: filed, checked, inspected, accepted, proposed"""
CSV = "text/csv"


@dataclass(frozen=True, slots=True)
class Approved:
    """One claim, and when the approver had the 2xx, in seconds of `perf_counter`."""

    claim: str
    at: float


class Client:
    """Speaks to claims at `url`, and to payments, with tokens of different persons: four eyes."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, local: Local, payments: str = ""
    ) -> None:
        self._session = session
        self._urls = {"claims": url, "payments": payments}
        self._tokens = {
            "filer": local.token("clerk-files", Role.CLERK),
            "clerk": local.token("clerk-accepts", Role.CLERK),
            "checker": local.token("clerk-checks", Role.CLERK),
            "inspector": local.token("inspector", Role.INSPECTOR),
            "approver": local.token("approver", Role.APPROVER),
            "officer": local.token("officer", Role.FINANCE_OFFICER),
            "releaser": local.token("releaser", Role.FINANCE_APPROVER),
        }
        self._keys = count()

    async def file(self, first: int, rows: int) -> float:
        """Post a roster of new persons; the seconds until every row was committed."""
        return (await self._file(first, rows))[0]

    async def inspected(self, first: int, rows: int) -> list[str]:
        """A roster of new persons, everybody identified and every class visited."""
        _, told = await self._file(first, rows)
        claims = [str(outcome["record"]) for outcome in told["outcomes"]]
        await self.look_at(claims)
        return claims

    async def one(self, person: int, account: str | None = None) -> str:
        """File one claim; its id."""
        told = await self.post("/claims", request_body(person, account), "filer")
        return str(told["claim"])

    async def look_at(self, claims: Sequence[str]) -> None:
        """Persons are identified and classes visited, 500 claims in one request."""
        for n in range(0, len(claims), AT_ONCE):
            page = claims[n : n + AT_ONCE]
            checks = [{"claim": c, "method": "in_person", "outcome": "confirmed"} for c in page]
            visit = {"claims": page, "inspected_at": VISITED_AT, "outcome": "in_order"}
            for path, body, who in (
                ("/identity-checks", {"checks": checks}, "checker"),
                ("/inspections", visit, "inspector"),
            ):
                told = await self.post(path, orjson.dumps(body), who)
                if told["counts"] != {"recorded": len(page)}:
                    raise AssertionError(f"{path}: {told['counts']}")

    async def approve(self, claim: str) -> Approved:
        """The rest of an inspected claim's way to its approval."""
        await self.post(f"/claims/{claim}/accept", f'{{"office":"{OFFICE}"}}'.encode(), "clerk")
        proposed = await self.post(f"/claims/{claim}/propose", b"{}", "clerk")
        shown = {name: proposed[name] for name in ("amount_fen", "shown_sha256")}
        body = orjson.dumps({**shown, "proposal_version": PROPOSED})
        await self.post(f"/claims/{claim}/approve", body, "approver")
        return Approved(claim, perf_counter())

    async def show(self, claims: Sequence[str]) -> None:
        """The public notice before the money; it closes by itself."""
        body = orjson.dumps({"jurisdiction": "211402", "claims": claims})
        await self.post("/notices", body, "clerk")

    async def _file(self, first: int, rows: int) -> tuple[float, Mapping[str, Any]]:
        content = roster_file(first, rows)
        began = perf_counter()
        told = await self.post("/rosters", content, "filer", CSV)
        if told["counts"] != {"submitted": rows}:
            raise AssertionError(f"{rows} rows became {told['counts']}")
        return perf_counter() - began, told

    async def post(
        self,
        path: str,
        body: bytes,
        who: str,
        kind: str = "application/json",
        service: str = "claims",
        comes: str = "",
    ) -> Mapping[str, Any]:
        """What the command is answered; while it is refused with the code `comes`, once more."""
        headers = {
            "Authorization": f"Bearer {self._tokens[who]}",
            "Idempotency-Key": f"bench-client-{next(self._keys)}",
            "Content-Type": kind,
        }
        url = self._urls[service] + path
        while True:
            async with self._session.post(url, data=body, headers=headers) as answer:
                told: Mapping[str, Any] = await answer.json()
            if answer.status in (200, 201, 202):
                return told
            if not comes or told["code"] != comes:
                raise AssertionError(f"{path}: {answer.status} {told}")
            await asyncio.sleep(PAUSE_SECONDS)

    async def download(self, path: str, who: str, service: str = "payments") -> bytes:
        """A file of payments, or what claims shows."""
        headers = {"Authorization": f"Bearer {self._tokens[who]}"}
        url = self._urls[service] + path
        async with self._session.get(url, headers=headers) as answer:
            content = await answer.read()
            if answer.status != 200:
                raise AssertionError(f"{path}: {answer.status} {content!r}")
            return content


def session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=SECONDS), connector=aiohttp.TCPConnector(limit=256)
    )
