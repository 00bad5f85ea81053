"""Files and rows of reference data by their hash, and the tables that they make."""

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import asyncpg

from services.claims.problems import REFERENCE_MISSING
from services.claims.reference.decide import REFERENCE, Reference, layers_of, stream_of
from shared.http.problems import Problem
from shared.policy.layers import Layer, TableRow
from shared.policy.lookup import Tables, tables_of, together
from shared.service import Service
from shared.store.store import Asked
from shared.tables.reference import rows_of

KEPT_TABLES = 32
"""in the memory of a process; a table is made again from its imports when it is not there"""

_KEEP = """
INSERT INTO reference_contents (sha256, content, kept_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""
_FIND = "SELECT sha256, content FROM reference_contents WHERE sha256 = ANY($1)"


_MADE: "OrderedDict[tuple[str, ...], Tables]" = OrderedDict()
"""by the imports that made them: event ids never mean anything else"""


async def keep(pool: asyncpg.Pool, contents: Mapping[str, bytes], now: datetime) -> None:
    """Before the event that names them; of a refused import a content stays that nothing names."""
    await pool.executemany(_KEEP, [(sha, content, now) for sha, content in contents.items()])


async def content_of(pool: asyncpg.Pool, sha256: str) -> bytes | None:
    """A file as it came, or the kept rows."""
    return (await contents_of(pool, [sha256])).get(sha256)


async def contents_of(pool: asyncpg.Pool, hashes: Collection[str]) -> Mapping[str, bytes]:
    rows = await pool.fetch(_FIND, list(hashes)) if hashes else []
    return {row["sha256"]: row["content"] for row in rows}


async def rows_by_hash(
    pool: asyncpg.Pool, hashes: Collection[str]
) -> Mapping[str, tuple[TableRow, ...]]:
    """Raises Problem REFERENCE_MISSING (503) when one is not there: whoever has the file brings it
    again. A table is never taken for empty because its rows are lost.
    """
    found = await contents_of(pool, hashes)
    if missing := sorted({*hashes} - found.keys()):
        raise Problem(REFERENCE_MISSING, sha256=missing[0])
    return {sha: await asyncio.to_thread(rows_of, content) for sha, content in found.items()}


async def states_of(service: Service, tables: Iterable[str]) -> Mapping[str, Reference]:
    """Each table as its events have it now."""
    streams = {stream_of(table): table for table in tables}
    bodies = (await service.store.read(Asked(tuple(streams)))).bodies if streams else {}
    return {table: REFERENCE.fold(bodies.get(s, ())) for s, table in streams.items()}


async def tables_in_force(service: Service, tables: Iterable[str]) -> Tables:
    """What can be looked up now: by what stands in the streams, never by the clock."""
    states = await states_of(service, tables)
    return together([await _made(service, state) for state in states.values()])


async def layers_in_force(service: Service, state: Reference) -> Sequence[Layer]:
    """The imports of one table with their rows."""
    hashes = {one.facts.rows_sha256 for one in state.in_force if one.facts.rows_sha256}
    return layers_of(state, await rows_by_hash(service.pool, hashes))


async def _made(service: Service, state: Reference) -> Tables:
    key = tuple(one.reference for one in state.in_force)
    made = _MADE.get(key)
    if made is None:
        layers = await layers_in_force(service, state)
        made = await asyncio.to_thread(tables_of, layers)
        _MADE[key] = made
        if len(_MADE) > KEPT_TABLES:
            _MADE.popitem(last=False)
    else:
        _MADE.move_to_end(key)
    return made
