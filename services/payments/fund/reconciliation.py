"""What moved in a fund, day by day, told from the journal's pairs of lines."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

import asyncpg

from services.payments.fund.views import accounts_of, balances
from shared.books import (
    AVAILABLE,
    PAYABLE,
    SOURCE,
    SPENT,
    TRANSIT,
)

MAX_DAYS = 400
USUAL_DAYS = 31
ADVANCE, RECOVERY = "advance", "recovery"

_KINDS: Mapping[tuple[str, str], str] = {
    (SOURCE, AVAILABLE): "allocated_fen",
    (AVAILABLE, PAYABLE): "authorised_fen",
    (PAYABLE, AVAILABLE): "cancelled_fen",
    (PAYABLE, TRANSIT): "instructed_fen",
    (TRANSIT, SPENT): "paid_fen",
    (TRANSIT, ADVANCE): "advanced_fen",
    (TRANSIT, PAYABLE): "returned_fen",
    (TRANSIT, AVAILABLE): "returned_fen",
    (SPENT, AVAILABLE): "reversed_fen",
    (RECOVERY, AVAILABLE): "recovered_fen",
}
COLUMNS = tuple(dict.fromkeys(_KINDS.values()))

# An event's id holds its time in its first 48 bits; a day is a calendar day in Asia/Shanghai.
_MOVES = """
WITH mine AS (
    SELECT DISTINCT event_id, line / 2 AS move FROM journal_lines WHERE account = ANY($1)
)
SELECT ((to_timestamp(('x' || left(replace(s.event_id::text, '-', ''), 12))::bit(48)::bigint
         / 1000.0) AT TIME ZONE 'Asia/Shanghai'))::date AS day,
       s.account AS source, t.account AS target, sum(t.amount_fen)::bigint AS amount_fen
  FROM mine m
  JOIN journal_lines s ON s.event_id = m.event_id AND s.line = m.move * 2
  JOIN journal_lines t ON t.event_id = m.event_id AND t.line = m.move * 2 + 1
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_SUM = "SELECT coalesce(sum(amount_fen), 0)::bigint FROM journal_lines"


class Moved(NamedTuple):
    """All moves of one day from one account to another, in fen; accounts by their short names."""

    day: date
    source: str
    target: str
    amount_fen: int


async def reconcile(
    pool: asyncpg.Pool, jurisdiction: str, fund: str, since: date | None, until: date | None
) -> dict[str, object]:
    """The days of a fund from `since` to `until`, both included, with what was left at their ends.

    `balanced`: all lines of the journal sum to zero, and the accounts hold what their lines say.
    """
    accounts = accounts_of(jurisdiction, fund)
    rows = await pool.fetch(_MOVES, list(accounts))
    moves = [Moved(r[0], _short(r[1], accounts), _short(r[2], accounts), r[3]) for r in rows]
    held = await balances(pool, [(jurisdiction, fund)])
    total = int(await pool.fetchval(_SUM))
    sums = _sums(moves)
    same = all(held.get(name, 0) == sums.get(short, 0) for name, short in accounts.items())
    return {
        "fund": fund,
        "jurisdiction": jurisdiction,
        "days": _chosen(days_of(moves), since, until),
        "balances": {s.replace("-", "_"): held.get(n, 0) for n, s in accounts.items()},
        "sum_fen": total,
        "balanced": total == 0 and same,
    }


def days_of(moves: Iterable[Moved]) -> list[dict[str, object]]:
    """One row a day that has moves: sums by kind, and what was free at its end."""
    free = 0
    days: dict[date, dict[str, int]] = {}
    for day, source, target, fen in moves:
        row = days.setdefault(day, dict.fromkeys(COLUMNS, 0))
        free += fen * ((target == AVAILABLE) - (source == AVAILABLE))
        row["available_fen"] = free
        if kind := _KINDS.get((source, target)):
            row[kind] += fen
    return [{"day": day, **row} for day, row in days.items()]


def _chosen(
    days: list[dict[str, object]], since: date | None, until: date | None
) -> list[dict[str, object]]:
    if since is None and until is None:
        return days[-USUAL_DAYS:]
    first, last = since or date.min, until or date.max
    return [day for day in days if first <= _day(day) <= last][:MAX_DAYS]


def _day(row: Mapping[str, object]) -> date:
    day = row["day"]
    assert isinstance(day, date)
    return day


def _sums(moves: Iterable[Moved]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for _, source, target, fen in moves:
        sums[source] = sums.get(source, 0) - fen
        sums[target] = sums.get(target, 0) + fen
    return sums


def _short(account: str, own: Mapping[str, str]) -> str:
    """A fund's own account by its short name; others by what they are: advance, recovery."""
    return own.get(account) or account.partition("/")[0]
