"""Steps that tests of papers share: a claim with an office, a paper on it, what is stored."""

import asyncio
import itertools

from shared.events.envelope import Event, decode
from tests.claims.document.files import attach
from tests.claims.filing import Office, claim
from tests.installation import Person, Running

PERSON = itertools.count(70_000)


async def filed(claims: Running, key: str) -> tuple[Office, str, int]:
    """An office, and the path of a new claim of its own person."""
    office, number = Office(claims), next(PERSON)
    return office, f"/claims/{await office.filed(claim(number), key)}", number


async def attached(filer: Person, path: str, content: bytes, key: str) -> str:
    answer = await attach(filer, path, content, key=key)
    assert answer.status == 201, answer.body
    return f"{path}/documents/{answer.body['document']}"


async def files(claims: Running) -> int:
    return int(await claims.service.pool.fetchval("SELECT count(*) FROM document_files"))


async def until_files(claims: Running, count: int) -> None:
    async with asyncio.timeout(5):
        while await files(claims) != count:  # noqa: ASYNC110 - another process would not tell us
            await asyncio.sleep(0.01)


async def newest_reading(claims: Running) -> Event:
    row = await claims.service.pool.fetchrow(
        "SELECT body FROM events WHERE stream_id LIKE 'reading-%' ORDER BY stream_id DESC LIMIT 1"
    )
    assert row is not None
    return decode(row["body"])
