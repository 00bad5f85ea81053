"""What stands in the ledger of the claims service, event by event."""

from typing import Any

import msgspec
import orjson

from tests.claims.verification.conftest import Bureau
from tests.claims.verification.steps import until


class Seen(msgspec.Struct):
    """One event: its type without the version, its actor and its data."""

    name: str
    actor: str
    data: dict[str, Any]


async def events_of(bureau: Bureau, stream: str) -> list[Seen]:
    """The stream's events in order."""
    return [_seen(body) for body in await bureau.claims.service.store.load(stream)]


async def facts_named(bureau: Bureau, name: str) -> list[dict[str, Any]]:
    """The data of all events of this type, in the order of their time."""
    rows = await bureau.claims.service.pool.fetch("SELECT body FROM events")
    found = [orjson.loads(row["body"]) for row in rows]
    found = [one for one in found if one["type"] == f"{name}.v1"]
    return [one["data"] for one in sorted(found, key=lambda one: (one["time"], one["id"]))]


async def stream_of(bureau: Bureau, claim: str, register: str) -> str:
    """The verification that the claim needs of the register, once it was requested."""
    pool = bureau.claims.service.pool
    found: list[Any] = []

    async def there() -> bool:
        found[:] = await pool.fetch(
            "SELECT stream_id FROM verification_claims JOIN verifications USING (stream_id)"
            " WHERE claim = $1 AND register = $2", claim, register,
        )  # fmt: skip
        return bool(found)

    await until(there, f"{claim} is asked about at {register}")
    return str(found[0]["stream_id"])


async def kept_of(bureau: Bureau, stream: str) -> tuple[str | None, bytes]:
    """Person and content of the one raw answer that is kept for the verification."""
    [row] = await bureau.claims.service.pool.fetch(
        "SELECT person, content FROM register_answers WHERE stream_id = $1", stream
    )
    return row["person"], row["content"]


def _seen(body: bytes) -> Seen:
    said = orjson.loads(body)
    return Seen(said["type"].removesuffix(".v1"), said["actor"], said["data"])
