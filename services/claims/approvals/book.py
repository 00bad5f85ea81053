"""The lists that were asked for, in the database: taken in, worked off page by page, looked at."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import asyncpg

from services.claims.approvals.listed import Approvable, Listed
from shared.store.store import Connection

MAX_OPEN = 20
"""lists that wait at once"""
COPIED = 5_000
"""lines in one COPY"""


class Asked(NamedTuple):
    """One list: who asked for it, and the event that says so."""

    approvals: str
    actor: str
    jurisdiction: str
    org: str | None
    correlation_id: str
    event_id: str
    claims: int
    asked_at: datetime
    ended_at: datetime | None = None


class Waiting(NamedTuple):
    """One claim of a list without an outcome."""

    n: int
    claim: str
    shown_sha256: str


class Outcome(NamedTuple):
    """What became of one claim: approved, rejected, held; or refused, with code and sentences."""

    n: int
    outcome: str
    code: str | None = None
    en: str | None = None
    zh: str | None = None


class DoneElsewhere(Exception):
    """Another process has given one of these claims its outcome: nothing of the page may stay."""


async def open_lists(pool: asyncpg.Pool) -> list[Asked]:
    """Those with claims that wait, the oldest first; at most MAX_OPEN."""
    return [Asked(*row) for row in await pool.fetch(_OPEN, MAX_OPEN)]


async def take_in(connection: Connection, asked: Asked, listed: Sequence[Listed]) -> None:
    """The list, inside the caller's transaction."""
    for first in range(0, len(listed), COPIED):
        page = listed[first : first + COPIED]
        await connection.copy_records_to_table(
            "approvals_of",
            records=[(asked.approvals, first + n, *line) for n, line in enumerate(page, start=1)],
            columns=["approvals", "n", "claim", "shown_sha256"],
        )
    await connection.execute(_ASKED, *asked)


async def find(pool: asyncpg.Pool, approvals: str) -> Asked | None:
    row = await pool.fetchrow(_FIND, approvals)
    return Asked(*row) if row else None


async def waiting(pool: asyncpg.Pool, approvals: str, limit: int) -> list[Waiting]:
    """The next claims without an outcome, in the order of the list."""
    return [Waiting(*row) for row in await pool.fetch(_WAITING, approvals, limit)]


async def settle(connection: Connection, approvals: str, outcomes: Sequence[Outcome]) -> None:
    """Write outcomes in the transaction of their events. Raises DoneElsewhere."""
    columns: list[list[object]] = [list(column) for column in zip(*outcomes, strict=True)]
    hit = await connection.fetch(_SETTLE, approvals, *columns)
    if len(hit) != len(outcomes):
        raise DoneElsewhere(approvals)


async def counts(connection: "Connection | asyncpg.Pool", approvals: str) -> Mapping[str, int]:
    """How many claims have each outcome; those that wait are left out."""
    return {row["outcome"]: row["k"] for row in await connection.fetch(_COUNTS, approvals)}


async def end(connection: Connection, approvals: str, at: datetime) -> None:
    """Of two processes that end it the first one's time stays."""
    await connection.execute(_END, approvals, at)


async def approvable(
    pool: asyncpg.Pool, places: Sequence[str], kind: str | None, limit: int
) -> list[Approvable]:
    """Claims that the policy proposes to approve, with the hash of what is shown of each."""
    return [Approvable(*row) for row in await pool.fetch(_APPROVABLE, list(places), kind, limit)]


async def outcomes_page(
    pool: asyncpg.Pool, approvals: str, outcome: str | None, after: int, limit: int
) -> list[asyncpg.Record]:
    """Outcomes after a line of the list, in its order."""
    return await pool.fetch(_PAGE, approvals, after, outcome, limit)


_COLUMNS = (
    "approvals, actor, jurisdiction, org, correlation_id, event_id, claims, asked_at, ended_at"
)
_ASKED = f"INSERT INTO approvals_asked ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"  # noqa: S608
_OPEN = f"""
SELECT {_COLUMNS} FROM approvals_asked WHERE ended_at IS NULL ORDER BY asked_at, approvals LIMIT $1
"""  # noqa: S608 - column names of ours
_FIND = f"SELECT {_COLUMNS} FROM approvals_asked WHERE approvals = $1"  # noqa: S608
_WAITING = """
SELECT n, claim, shown_sha256 FROM approvals_of
 WHERE approvals = $1 AND outcome IS NULL ORDER BY n LIMIT $2
"""
_SETTLE = """
UPDATE approvals_of o SET outcome = s.outcome, code = s.code, en = s.en, zh = s.zh
  FROM unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[])
    AS s(n, outcome, code, en, zh)
 WHERE o.approvals = $1 AND o.n = s.n AND o.outcome IS NULL
RETURNING 1
"""
_APPROVABLE = """
SELECT stream_id, shown_sha256, kind, occupation, level, amount_fen FROM claims_in_hand
 WHERE jurisdiction = ANY($1) AND stage = 'proposed' AND shown_sha256 IS NOT NULL
   AND ($2::text IS NULL OR kind = $2)
 ORDER BY stream_id LIMIT $3
"""
_COUNTS = """
SELECT outcome, count(*) AS k FROM approvals_of
 WHERE approvals = $1 AND outcome IS NOT NULL GROUP BY outcome
"""
_END = """
UPDATE approvals_asked SET ended_at = $2 WHERE approvals = $1 AND ended_at IS NULL
"""
_PAGE = """
SELECT n, claim, outcome, code, en, zh FROM approvals_of
 WHERE approvals = $1 AND n > $2 AND outcome IS NOT NULL AND ($3::text IS NULL OR outcome = $3)
 ORDER BY n LIMIT $4
"""
