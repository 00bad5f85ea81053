"""Persons at work over HTTP: they file rosters and take claims through their steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from time import perf_counter
from typing import Any

import aiohttp

from services.cli.local import Local
from shared.http.identity import Role
from tests.bench.people import request_body, roster_file

OFFICE = "211402-01"
SECONDS = 300.0
VISITED_AT = "2020-03-20T09:30:00+08:00"
_CONFIRMED = b'{"method":"in_person","outcome":"confirmed"}'


@dataclass(frozen=True, slots=True)
class Approved:
    """One claim, and when the approver had the 2xx, in seconds of `perf_counter`."""

    claim: str
    at: float


class Client:
    """Speaks to one claims service with the tokens of five persons: four eyes."""

    def __init__(self, session: aiohttp.ClientSession, url: str, local: Local) -> None:
        self._session = session
        self._url = url
        self._tokens = {
            "filer": local.token("clerk-files", Role.CLERK),
            "clerk": local.token("clerk-accepts", Role.CLERK),
            "checker": local.token("clerk-checks", Role.CLERK),
            "inspector": local.token("inspector", Role.INSPECTOR),
            "approver": local.token("approver", Role.APPROVER),
        }
        self._keys = count()

    async def file(self, first: int, rows: int) -> float:
        """Post a roster of new persons; the seconds until every row was committed."""
        content = roster_file(first, rows)
        began = perf_counter()
        told = await self._post("/rosters", content, "filer", "text/csv")
        if told["counts"] != {"submitted": rows}:
            raise AssertionError(f"{rows} rows became {told['counts']}")
        return perf_counter() - began

    async def approve(self, person: int) -> Approved:
        """One claim's whole way to its approval."""
        claim = (await self._post("/claims", request_body(person), "filer"))["claim"]
        await self._post(f"/claims/{claim}/accept", f'{{"office":"{OFFICE}"}}'.encode(), "clerk")
        proposed = await self._post(f"/claims/{claim}/propose", b"{}", "clerk")
        await self._post(f"/claims/{claim}/identity-check", _CONFIRMED, "checker")
        visit = f'{{"claims":["{claim}"],"inspected_at":"{VISITED_AT}","outcome":"in_order"}}'
        await self._post("/inspections", visit.encode(), "inspector")
        shown = f'{{"proposal_version":3,"amount_fen":{proposed["amount_fen"]}}}'
        await self._post(f"/claims/{claim}/approve", shown.encode(), "approver")
        return Approved(claim, perf_counter())

    async def _post(
        self, path: str, body: bytes, who: str, kind: str = "application/json"
    ) -> Mapping[str, Any]:
        headers = {
            "Authorization": f"Bearer {self._tokens[who]}",
            "Idempotency-Key": f"bench-client-{next(self._keys)}",
            "Content-Type": kind,
        }
        async with self._session.post(self._url + path, data=body, headers=headers) as answer:
            told: Mapping[str, Any] = await answer.json()
            if answer.status not in (200, 201):
                raise AssertionError(f"{path}: {answer.status} {told}")
            return told


def session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=SECONDS), connector=aiohttp.TCPConnector(limit=256)
    )
