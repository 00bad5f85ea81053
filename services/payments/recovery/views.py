"""What readers ask of debts: who owes what, since when, and what is overdue."""

from collections.abc import Sequence
from datetime import date

import asyncpg

from services.payments.recovery.decide import (
    RECOVERIES,
    Recovery,
    age_days,
    overdue_fen,
)
from shared.events.envelope import Event
from shared.events.settlements import RecoveryKeys
from shared.store.store import Connection, Store

MAX_PAGE = 200

_COLUMNS = (
    "recovery, stream_id, jurisdiction, state, payee_kind, payee, plan, claim, cause, amount_fen,"
    " balance_fen, demanded_on, due_on"
)
_PUT = f"""
INSERT INTO recoveries_in_hand ({_COLUMNS})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (recovery) DO UPDATE SET state = excluded.state, balance_fen = excluded.balance_fen
"""  # noqa: S608 - column names of ours
_OWED = """
SELECT coalesce(sum(balance_fen), 0) FROM recoveries_in_hand WHERE payee = $1 AND balance_fen > 0
"""


class RecoveriesInHand:
    """Each debt as its stream says, whether that is a plan's money or a payout."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def project(self, connection: Connection, events: Sequence[Event]) -> None:
        streams = {e.subject for e in events if isinstance(e.facts, RecoveryKeys)}
        for stream_id in sorted(streams):
            found = RECOVERIES.fold(await self._store.load(stream_id))
            rows = [_row(stream_id, found.jurisdiction, debt) for debt in found.each]
            await connection.executemany(_PUT, rows)


def _row(stream_id: str, jurisdiction: str, debt: Recovery) -> tuple[object, ...]:
    keys = debt.keys
    return (
        debt.id, stream_id, jurisdiction, debt.stage.value, keys.payee_kind, keys.payee, keys.plan,
        keys.claim, debt.cause, debt.amount_fen, debt.balance_fen, debt.demanded_on, debt.due_on,
    )  # fmt: skip


async def stream_of(pool: asyncpg.Pool, recovery: str) -> str | None:
    """The stream that holds this debt; None when there is no such debt."""
    found = await pool.fetchval(
        "SELECT stream_id FROM recoveries_in_hand WHERE recovery = $1", recovery
    )
    return None if found is None else str(found)


async def owed_fen(pool: asyncpg.Pool, payee: str | None) -> int:
    """What an enterprise or institution owes in all jurisdictions together."""
    return int(await pool.fetchval(_OWED, payee)) if payee else 0


async def recoveries(
    pool: asyncpg.Pool, jurisdictions: Sequence[str], state: str | None, after: str, limit: int
) -> list[asyncpg.Record]:
    """Debts of these jurisdictions after a recovery id; at most 200."""
    return await pool.fetch(
        f"SELECT {_COLUMNS} FROM recoveries_in_hand"  # noqa: S608 - column names of ours
        " WHERE jurisdiction = ANY($1) AND ($2::text IS NULL OR state = $2)"
        " AND recovery > $3 ORDER BY recovery LIMIT $4",
        list(jurisdictions), state, after, min(limit, MAX_PAGE),
    )  # fmt: skip


def shown(stream_id: str, jurisdiction: str, debt: Recovery, on: date) -> dict[str, object]:
    """One debt for a reader, as old as it is on that day."""
    said = {
        "recovery": debt.id,
        "stream": stream_id,
        "jurisdiction": jurisdiction,
        "state": debt.stage.value,
        "payee_kind": debt.keys.payee_kind,
        "payee": debt.keys.payee,
        "plan": debt.keys.plan,
        "claim": debt.keys.claim,
        "cause": debt.cause,
        "amount_fen": debt.amount_fen,
        "received_fen": debt.received_fen,
        "reduced_fen": debt.reduced_fen,
        "written_off_fen": debt.written_off_fen,
        "balance_fen": debt.balance_fen,
        "demanded_on": debt.demanded_on,
        "due_on": debt.due_on,
        "age_days": age_days(debt, on),
        "overdue_fen": overdue_fen(debt, on),
        "instalments": [
            {"due_on": part.due_on, "amount_fen": part.amount_fen} for part in debt.instalments
        ],
        "proposed_by": debt.proposed_by,
    }
    return {name: value for name, value in said.items() if value is not None}


def listed(rows: Sequence[asyncpg.Record]) -> dict[str, object]:
    """One page; `next`, where there is one, is what to ask after for the following page."""
    found = [
        {"stream" if k == "stream_id" else k: v for k, v in row.items() if v is not None}
        for row in rows
    ]
    return {"recoveries": found, "next": found[-1]["recovery"]} if found else {"recoveries": []}
