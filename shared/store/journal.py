"""Double entry and the advance's guard row: posted in the transaction of the events that say so.

What an event books is a pure function of that event, so that the journal can be computed again from
the log at any time. A move takes from one account and gives to another: all lines sum to zero.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import asyncpg

from shared.events.envelope import Event

UNGUARDED = ("/source", "/spent")
"""accounts that may stand below zero: what the budget gave, and what old decisions had spent"""


class Move(NamedTuple):
    """Money from one account to another, in fen, above 0."""

    source: str
    target: str
    amount_fen: int


class Room(NamedTuple):
    """What an event does to a plan's guard row: a new base, or `by_fen` more (or less) advanced.

    CHECK (advanced_fen * 10000 <= base_fen * max_ratio_bp), pending advances included (HLD-10-4).
    """

    plan: str
    by_fen: int = 0
    base_fen: int | None = None
    max_ratio_bp: int | None = None


@dataclass(frozen=True, slots=True)
class Booking:
    """What one event does to accounts and guard rows."""

    moves: Sequence[Move] = ()
    rooms: Sequence[Room] = ()


NOTHING = Booking()
Books = Callable[[Event], Booking]


def no_books(_: Event) -> Booking:
    """A service without money."""
    return NOTHING


class Line(NamedTuple):
    """One line of the journal; below 0 it takes from the account."""

    event_id: str
    line: int
    account: str
    amount_fen: int


def lines_of(event_id: str, moves: Iterable[Move]) -> list[Line]:
    """Two lines a move; a move of nothing has none. Raises ValueError for one below zero."""
    lines: list[Line] = []
    for source, target, amount_fen in moves:
        if amount_fen < 0:
            raise ValueError(f"a move of {amount_fen} fen from {source}")
        if amount_fen:
            lines.append(Line(event_id, len(lines), source, -amount_fen))
            lines.append(Line(event_id, len(lines), target, amount_fen))
    return lines


async def post(
    connection: "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]",  # noqa: E501
    lines: Sequence[Line],
    rooms: Sequence[Room],
) -> None:
    """Post inside the caller's transaction. Raises CheckViolationError: nothing of it may stay."""
    if lines:
        accounts = sorted({line.account for line in lines})
        guarded = [not account.endswith(UNGUARDED) for account in accounts]
        await connection.execute(_OPEN, accounts, guarded)
        await connection.execute(_POST, *map(list, zip(*lines, strict=True)))
    for room in netted(rooms):
        if room.base_fen is not None:
            await connection.execute(_BASE, room.plan, room.base_fen, room.max_ratio_bp)
        if room.by_fen:
            await connection.execute(_RAISE, room.plan, room.by_fen)


def netted(rooms: Iterable[Room]) -> list[Room]:
    """What one commit does to each plan, in order: a request refused in it takes nothing."""
    sums: list[Room] = []
    for room in rooms:
        last = sums[-1] if sums else None
        if last and room.base_fen is None and last.base_fen is None and last.plan == room.plan:
            sums[-1] = last._replace(by_fen=last.by_fen + room.by_fen)
        else:
            sums.append(room)
    return sums


_OPEN = """
INSERT INTO balances (account, guarded, balance_fen)
SELECT account, guarded, 0 FROM unnest($1::text[], $2::bool[]) AS a(account, guarded)
 WHERE NOT EXISTS (SELECT FROM balances b WHERE b.account = a.account)
ON CONFLICT DO NOTHING
"""
_POST = """
WITH l AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::bigint[])
        AS l(event_id, line, account, amount_fen)
), sums AS MATERIALIZED (
    SELECT account, sum(amount_fen)::bigint AS amount_fen FROM l GROUP BY account
), locked AS MATERIALIZED (
    SELECT b.account FROM balances b JOIN sums USING (account) ORDER BY b.account FOR UPDATE OF b
), moved AS (
    UPDATE balances b SET balance_fen = b.balance_fen + sums.amount_fen
      FROM sums JOIN locked USING (account) WHERE b.account = sums.account RETURNING 1
)
INSERT INTO journal_lines (event_id, line, account, amount_fen)
SELECT event_id, line, account, amount_fen FROM l WHERE (SELECT count(*) FROM moved) >= 0
"""
# A smaller base of a changed plan never undoes what was advanced under the one before: the room is
# rounded up, or the last fen of it would break the check, and the inbox would stop at the approval.
_BASE = """
INSERT INTO advance_rooms AS r (plan, base_fen, max_ratio_bp, advanced_fen)
VALUES ($1, $2, $3, 0)
ON CONFLICT (plan) DO UPDATE SET max_ratio_bp = excluded.max_ratio_bp, base_fen = greatest(
    excluded.base_fen,
    div(r.advanced_fen * 10000 + excluded.max_ratio_bp - 1, excluded.max_ratio_bp)::bigint)
"""
_RAISE = "UPDATE advance_rooms SET advanced_fen = advanced_fen + $2 WHERE plan = $1"
