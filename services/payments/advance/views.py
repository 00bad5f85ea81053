"""What readers ask of plans' money: what was advanced, what is settled, whose term has run out."""

from collections.abc import Sequence
from datetime import date

import asyncpg

from services.payments.advance.asking import TERM
from services.payments.advance.decide import PENDING, PLAN_MONEY, Advance, PlanMoney
from shared.events.days import DayOpened
from shared.events.envelope import Event
from shared.store.store import Connection, Store

MAX_PAGE = 200

_COLUMNS = (
    "stream_id, jurisdiction, state, plan, payee_kind, payee, organisation, base_fen,"
    " max_ratio_bp, live_fen, advanced_fen, receivable_fen, settled_fen, demanded_fen, due_on,"
    " version, changed_at"
)
_PUT = f"""
INSERT INTO plan_money ({_COLUMNS})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
ON CONFLICT (stream_id) DO UPDATE SET state = excluded.state, payee_kind = excluded.payee_kind,
    payee = excluded.payee, organisation = excluded.organisation, base_fen = excluded.base_fen,
    max_ratio_bp = excluded.max_ratio_bp, live_fen = excluded.live_fen,
    advanced_fen = excluded.advanced_fen, receivable_fen = excluded.receivable_fen,
    settled_fen = excluded.settled_fen, demanded_fen = excluded.demanded_fen,
    due_on = excluded.due_on, version = excluded.version, changed_at = excluded.changed_at
 WHERE plan_money.version < excluded.version
"""  # noqa: S608 - column names of ours
_PEND = "INSERT INTO advances_pending (stream_id, advance_no, ends_on) VALUES ($1, $2, $3)"
_DAY = """
INSERT INTO day_now (day, event_id) VALUES ($1, $2)
ON CONFLICT (one) DO UPDATE SET day = excluded.day, event_id = excluded.event_id
 WHERE day_now.day < excluded.day
"""
_OVERDUE = """
SELECT count(*) FROM plan_money WHERE payee = $1 AND receivable_fen > 0 AND due_on < $2
"""


class PlanMoneyInHand:
    """Each plan's money as its whole stream says."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def project(self, connection: Connection, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event.facts, DayOpened):
                await connection.execute(_DAY, event.facts.day, event.id)
        newest = {e.subject: e for e in events if e.subject.startswith("advance-")}
        for stream_id, event in newest.items():
            money = PLAN_MONEY.fold(await self._store.load(stream_id))
            await connection.execute("DELETE FROM advances_pending WHERE stream_id = $1", stream_id)
            await connection.executemany(_PEND, [
                (stream_id, each.number, each.since + TERM)
                for each in money.advances if each.stage in PENDING
            ])  # fmt: skip
            if money.base is not None:
                await connection.execute(_PUT, *_row(stream_id, money, event))


def _row(stream_id: str, money: PlanMoney, newest: Event) -> tuple[object, ...]:
    base = money.base
    assert base is not None
    return (
        stream_id, money.jurisdiction, money.stage, base.plan, base.payee_kind, base.payee,
        base.organisation, base.base_fen, base.max_ratio_bp, money.live_fen, money.advanced_fen,
        money.receivable_fen, money.settled_fen, money.demanded_fen,
        money.due_on or base.settlement_due_on, money.version, newest.recorded_at,
    )  # fmt: skip


async def plans(
    pool: asyncpg.Pool, jurisdictions: Sequence[str], state: str | None, after: str, limit: int
) -> list[asyncpg.Record]:
    """Plans' money of these jurisdictions after a stream id; at most 200."""
    return await pool.fetch(
        f"SELECT {_COLUMNS} FROM plan_money"  # noqa: S608 - column names of ours
        " WHERE jurisdiction = ANY($1) AND ($2::text IS NULL OR state = $2)"
        " AND stream_id > $3 ORDER BY stream_id LIMIT $4",
        list(jurisdictions), state, after, min(limit, MAX_PAGE),
    )  # fmt: skip


async def overdue_plans(pool: asyncpg.Pool, payee: str | None, on: date) -> int:
    """Plans of the payee that should have been settled before that day and hold its advances."""
    return int(await pool.fetchval(_OVERDUE, payee, on)) if payee else 0


def shown(stream_id: str, money: PlanMoney) -> dict[str, object]:
    """A plan's money for a reader; what is not known is left out."""
    base, settlement, decided = money.base, money.settlement, money.decided
    said = {
        "advance": stream_id,
        "state": money.stage,
        "version": money.version,
        "jurisdiction": money.jurisdiction,
        "plan": base.plan if base else None,
        "payee_kind": base.payee_kind if base else None,
        "payee": base.payee if base else None,
        "base_fen": base.base_fen if base else None,
        "max_ratio_bp": base.max_ratio_bp if base else None,
        "live_fen": money.live_fen,
        "advanced_fen": money.advanced_fen,
        "settled_fen": money.settled_fen,
        "demanded_fen": money.demanded_fen,
        "receivable_fen": money.receivable_fen,
        "due_on": money.due_on,
        "earned_fen": decided.earned_fen if decided else None,
        "revision": decided.revision if decided else None,
        "settlement_fen": settlement.due.settlement_fen if settlement else None,
        "settlement_state": settlement.stage.value if settlement else None,
        "fund": money.fund,
        "has_account": money.account is not None,
        "advances": [_shown(each) for each in money.advances],
        "recoveries": [debt.id for debt in money.recoveries],
    }
    return {name: value for name, value in said.items() if value is not None}


def _shown(advance: Advance) -> dict[str, object]:
    return {
        "advance_no": advance.number,
        "advance_fen": advance.fen,
        "state": advance.stage.value,
        "since": advance.since,
    }


def listed(rows: Sequence[asyncpg.Record]) -> dict[str, object]:
    """One page; `next`, where there is one, is what to ask after for the following page."""
    found = [
        {"advance" if k == "stream_id" else k: v for k, v in row.items() if v is not None}
        for row in rows
    ]
    return {"plans": found, "next": found[-1]["advance"]} if found else {"plans": []}
