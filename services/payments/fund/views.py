"""What readers ask of funds: which there are, what is in them, and what moved when."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

import asyncpg

from services.payments.fund.decide import FUND, SPECIAL, Fund
from shared.books import ACCOUNTS, fund_account
from shared.events.envelope import Event
from shared.events.funds import FundKeys
from shared.store.store import Connection, Store

VIEW = "funds_open"
MAX_PAGE = 200
MAX_SOURCES = 1_000
START = UUID(int=0)

_PUT = """
INSERT INTO funds_open (stream_id, jurisdiction, fund, source, year, purposes, frozen_from,
                        frozen_until, version, special, cap_fen, given_fen)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (stream_id) DO UPDATE SET frozen_from = excluded.frozen_from,
    frozen_until = excluded.frozen_until, version = excluded.version, cap_fen = excluded.cap_fen,
    given_fen = excluded.given_fen
 WHERE funds_open.version < excluded.version
"""
_LIST = """
SELECT stream_id, jurisdiction, fund, source, year, purposes, frozen_from, frozen_until, special,
       cap_fen, given_fen
  FROM funds_open WHERE jurisdiction = ANY($1) AND stream_id > $2 ORDER BY stream_id LIMIT $3
"""
_SPECIAL = "SELECT stream_id FROM reservations WHERE (kind, key) = ($1, $2)"
_SOURCES = """
SELECT jurisdiction, source, array_agg(fund ORDER BY fund) AS funds
  FROM funds_open WHERE jurisdiction = ANY($1) GROUP BY 1, 2 ORDER BY 1, 2 LIMIT $2
"""
_BALANCES = "SELECT account, balance_fen FROM balances WHERE account = ANY($1)"
_LINES = """
SELECT event_id, line, account, amount_fen FROM journal_lines
 WHERE account = ANY($1) AND (event_id, line) > ($2, $3) ORDER BY event_id, line LIMIT $4
"""


class FundsOpen:
    """Each fund as its stream says: they have few events."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def project(self, connection: Connection, events: Sequence[Event]) -> None:
        streams = sorted({e.subject for e in events if isinstance(e.facts, FundKeys)})
        for stream_id in streams:
            fund = FUND.fold(await self._store.load(stream_id))
            await connection.execute(
                _PUT, stream_id, fund.jurisdiction, fund.code, fund.source, fund.year,
                list(fund.purposes), fund.frozen_from, fund.frozen_until, fund.version,
                fund.special, fund.cap_fen, fund.given_fen,
            )  # fmt: skip


def accounts_of(jurisdiction: str, fund: str) -> dict[str, str]:
    """The accounts of a fund: full name → short name."""
    return {fund_account(jurisdiction, fund, name): name for name in ACCOUNTS}


async def balances(pool: asyncpg.Pool, funds: Iterable[tuple[str, str]]) -> Mapping[str, int]:
    """What is in each account of these funds, in fen; an account that nothing moved is left out."""
    names = [name for fund in funds for name in accounts_of(*fund)]
    rows = await pool.fetch(_BALANCES, names)
    return {row["account"]: row["balance_fen"] for row in rows}


async def funds(
    pool: asyncpg.Pool, jurisdictions: Sequence[str], after: str, limit: int
) -> list[asyncpg.Record]:
    """Funds of these jurisdictions after a stream id; at most 200."""
    return await pool.fetch(_LIST, list(jurisdictions), after, min(limit, MAX_PAGE))


async def journal(
    pool: asyncpg.Pool, jurisdiction: str, fund: str, after: tuple[UUID, int], limit: int
) -> list[asyncpg.Record]:
    """Lines of the fund's accounts after (event id, line), oldest first; at most 200."""
    names = list(accounts_of(jurisdiction, fund))
    return await pool.fetch(_LINES, names, *after, min(limit, MAX_PAGE))


def shown(stream_id: str, fund: Fund, held: Mapping[str, int], on: date) -> dict[str, object]:
    """The fund for a reader, each account in fen; the source is below 0 by what the budget gave."""
    accounts = accounts_of(fund.jurisdiction, fund.code)
    said = {
        "fund": stream_id,
        "code": fund.code,
        "jurisdiction": fund.jurisdiction,
        "source": fund.source,
        "year": fund.year,
        "purposes": list(fund.purposes),
        "frozen": fund.frozen(on),
        "frozen_until": fund.frozen_until,
        "special_account": fund.special,
        "cap_fen": fund.cap_fen,
        "given_fen": fund.given_fen,
        "balances": {short.replace("-", "_"): held.get(n, 0) for n, short in accounts.items()},
    }
    return {name: value for name, value in said.items() if value is not None}


def listed(rows: Sequence[asyncpg.Record], held: Mapping[str, int], on: date) -> dict[str, object]:
    """One page of funds; `next`, where there is one, is what to ask after."""
    found = [shown(row["stream_id"], _fund(row), held, on) for row in rows]
    return {"funds": found, "next": rows[-1]["stream_id"]} if rows else {"funds": []}


async def special_account(pool: asyncpg.Pool, jurisdiction: str) -> str | None:
    """The fund that is the special account of a place, if it has one."""
    found: str | None = await pool.fetchval(_SPECIAL, SPECIAL, jurisdiction)
    return found


async def by_source(pool: asyncpg.Pool, jurisdictions: Sequence[str]) -> dict[str, object]:
    """The sum of all funds of each source in each place, by account, fen (HLD-11-1, ZB-3.2-1)."""
    rows = await pool.fetch(_SOURCES, list(jurisdictions), MAX_SOURCES)
    pairs = [(row["jurisdiction"], fund) for row in rows for fund in row["funds"]]
    held = await balances(pool, pairs)
    found = []
    for row in rows:
        sums = dict.fromkeys(ACCOUNTS, 0)
        for fund in row["funds"]:
            for name, short in accounts_of(row["jurisdiction"], fund).items():
                sums[short] += held.get(name, 0)
        found.append(
            {
                "jurisdiction": row["jurisdiction"],
                "source": row["source"],
                "funds": len(row["funds"]),
                "balances": {short.replace("-", "_"): fen for short, fen in sums.items()},
            }
        )
    return {"sources": found}


def paged(rows: Sequence[asyncpg.Record], accounts: Mapping[str, str]) -> dict[str, object]:
    """One page of the journal; two lines of one event sum to zero, some in other accounts."""
    lines = [
        {
            "event": str(row["event_id"]),
            "line": row["line"],
            "account": accounts[row["account"]],
            "amount_fen": row["amount_fen"],
        }
        for row in rows
    ]
    if not lines:
        return {"lines": []}
    return {"lines": lines, "next": f"{lines[-1]['event']}.{lines[-1]['line']}"}


def parse_after(text: str | None) -> tuple[UUID, int]:
    """`<event id>.<line>` of the last line that was seen; without it, before the first."""
    if text is None:
        return START, -1
    event, _, line = text.partition(".")
    return UUID(event), int(line)


def _fund(row: asyncpg.Record) -> Fund:
    return Fund(
        jurisdiction=row["jurisdiction"],
        code=row["fund"],
        source=row["source"],
        year=row["year"],
        purposes=tuple(row["purposes"]),
        frozen_from=row["frozen_from"],
        frozen_until=row["frozen_until"],
        special=row["special"],
        cap_fen=row["cap_fen"],
        given_fen=row["given_fen"],
    )
