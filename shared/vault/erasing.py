"""A person out of the vault, in one transaction of two round trips."""

from datetime import datetime

import asyncpg
import msgspec

from shared.vault.ciphers import Ciphers
from shared.vault.keys import Fingerprints
from shared.vault.values import Kind

ERASABLE = "SELECT * FROM vault.erasable($1,$2,$3)"
ERASE = "SELECT * FROM vault.erase($1,$2,$3,$4,$5,$6,$7,$8,$9)"


class Erased(msgspec.Struct, frozen=True):
    """Counts of rows; `tombstones` were kept, or removed where none was to be kept."""

    persons: int
    belongings: int
    tombstones: int


async def erase(
    pool: asyncpg.Pool,
    ciphers: Ciphers,
    prints: Fingerprints,
    now: datetime,
    number: str,
    keep_tombstone: bool,
    actor: str,
) -> Erased:
    """Raises asyncpg.PostgresError: a deadlock with somebody who meets the same values ends in one
    of the two being asked to try again.
    """
    hmac, previous = ciphers.index(Kind.PERSON, number), ciphers.previous(Kind.PERSON, number)
    buried = ciphers.tombstone(Kind.PERSON, number)
    async with pool.acquire() as connection, connection.transaction():
        # Only we can compute tombstones, the keys are not in the database. It keeps the person
        # locked in between, so that no certificate comes that has none.
        kept = (
            await connection.fetch(ERASABLE, prints.index, hmac, previous) if keep_tombstone else []
        )
        names = [row["reference"] for row in kept]
        stones = [_tombstone(ciphers, Kind(row["kind"]), row["sealed_value"]) for row in kept]
        row = await connection.fetchrow(
            ERASE, now, prints.index, hmac, previous, buried, keep_tombstone, actor, names, stones
        )
    assert row is not None
    return Erased(row["persons"], row["belongings"], row["tombstones"])


def _tombstone(ciphers: Ciphers, kind: Kind, sealed: bytes) -> bytes:
    return ciphers.tombstone(kind, ciphers.open_value(sealed, kind))
