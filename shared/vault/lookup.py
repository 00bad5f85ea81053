"""Who a number belongs to, asked without meeting anybody: nothing is written by looking."""

import asyncpg
import msgspec

from shared.vault.ciphers import Ciphers
from shared.vault.keys import Fingerprints
from shared.vault.values import Kind

_FIND = "SELECT reference FROM vault.find_person($1,$2,$3)"
_BURIED = "SELECT reference FROM vault.buried($1)"


class Found(msgspec.Struct, frozen=True):
    """A person who was met once; `erased` when only a tombstone still knows the reference."""

    reference: str
    erased: bool


async def find(
    pool: asyncpg.Pool, ciphers: Ciphers, prints: Fingerprints, number: str
) -> Found | None:
    """None for a number that was never met, or was erased without a tombstone."""
    hmac, previous = ciphers.index(Kind.PERSON, number), ciphers.previous(Kind.PERSON, number)
    known = await pool.fetchval(_FIND, prints.index, hmac, previous)
    if known is not None:
        return Found(known.hex(), False)
    buried = await pool.fetchval(_BURIED, [ciphers.tombstone(Kind.PERSON, number)])
    return None if buried is None else Found(buried.hex(), True)
