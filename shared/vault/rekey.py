"""After a leak of the index key: every HMAC anew, no reference and no event changes.

An operator's work under the owner's role, since it opens every number: no service may do it.
Once begin() has run, the vault refuses the old key file, and services start again with the new one,
which holds the old index key as `previous_index_key`. They may write meanwhile, since a row that is
met moves at once. When rekey() has ended, `previous_index_key` can leave the file.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from shared.vault.ciphers import Ciphers, VaultBroken
from shared.vault.keys import Keys, fingerprints
from shared.vault.values import Kind

BATCH = 1000
ATTEMPTS = 5

# Moved rows keep their place in the order of another key; the filter passes them over.
NEXT_PERSONS = (
    "SELECT hmac, sealed_number, 1::smallint FROM vault.persons "
    "WHERE hmac > $1 AND index_key_no <> $2 ORDER BY hmac LIMIT $3"
)
NEXT_BELONGINGS = (
    "SELECT hmac, sealed_value, kind FROM vault.belongings "
    "WHERE hmac > $1 AND index_key_no <> $2 ORDER BY hmac LIMIT $3"
)
MOVE_PERSONS = (
    "UPDATE vault.persons p SET hmac = a.new, index_key_no = $3 "
    "FROM unnest($1::bytea[], $2::bytea[]) AS a (old, new) WHERE p.hmac = a.old"
)
MOVE_BELONGINGS = (
    "UPDATE vault.belongings b SET hmac = a.new, index_key_no = $3 "
    "FROM unnest($1::bytea[], $2::bytea[]) AS a (old, new) WHERE b.hmac = a.old"
)


class RekeyRefused(Exception):
    """The keys do not fit the vault, or differ in more than the index key."""


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """Rows that this run moved; rows that services met meanwhile moved by themselves."""

    persons: int
    belongings: int


async def begin(owner: asyncpg.Connection, new: Keys) -> None:
    """From here on the old index key is refused. Runs again without harm. Raises RekeyRefused."""
    prints = fingerprints(new)
    if prints.previous_index is None:
        raise RekeyRefused("the new keys must hold the old index key as previous_index_key")
    changed = await owner.fetchval(
        "UPDATE vault.state SET previous_index_key = index_key, index_key = $1, "
        "index_key_no = index_key_no + 1 WHERE index_key = $2 AND previous_index_key IS NULL "
        "AND (tombstone_key, idempotency_key, kek, kek_fingerprint) = ($3, $4, $5, $6) "
        "RETURNING index_key_no",
        prints.index,
        prints.previous_index,
        prints.tombstone,
        prints.idempotency,
        new.kek_id,
        prints.kek,
    )
    begun = await owner.fetchval("SELECT index_key = $1 FROM vault.state", prints.index)
    if changed is None and not begun:
        raise RekeyRefused("these keys do not follow the keys of this vault")


async def rekey(owner: asyncpg.Connection, new: Keys, batch: int = BATCH) -> Rekeyed:
    """Move every row to the new index key, `batch` rows a transaction; after a stop, run it again.

    Raises RekeyRefused, and VaultBroken for a row whose sealed value does not fit its HMAC.
    """
    await begin(owner, new)
    number = await owner.fetchval("SELECT index_key_no FROM vault.state")
    ciphers = Ciphers(new)
    persons = await _move_all(owner, ciphers, NEXT_PERSONS, MOVE_PERSONS, number, batch)
    others = await _move_all(owner, ciphers, NEXT_BELONGINGS, MOVE_BELONGINGS, number, batch)
    await owner.execute(
        "UPDATE vault.state SET previous_index_key = NULL WHERE index_key_no = $1", number
    )
    return Rekeyed(persons, others)


async def _move_all(
    owner: asyncpg.Connection, ciphers: Ciphers, following: str, move: str, number: int, batch: int
) -> int:
    moved, last = 0, b""
    while rows := await owner.fetch(following, last, number, batch):
        old = [row[0] for row in rows]
        moved += await _move(owner, move, old, _renewed(ciphers, rows), number)
        last = old[-1]
    return moved


async def _move(
    owner: asyncpg.Connection, move: str, old: Sequence[bytes], new: Sequence[bytes], number: int
) -> int:
    """Services that meet the same rows may be the victims of a deadlock, or we are: again."""
    for _ in range(ATTEMPTS - 1):
        try:
            return int((await owner.execute(move, old, new, number)).split()[-1])
        except asyncpg.DeadlockDetectedError:
            continue
    return int((await owner.execute(move, old, new, number)).split()[-1])


def _renewed(ciphers: Ciphers, rows: Sequence[asyncpg.Record]) -> list[bytes]:
    renewed = []
    for hmac, sealed, number in rows:
        kind = Kind(number)
        text = ciphers.open_value(sealed, kind)
        if ciphers.previous(kind, text) != hmac:
            raise VaultBroken(f"a sealed {kind.name.lower()} stands in the row of another")
        renewed.append(ciphers.index(kind, text))
    return renewed
