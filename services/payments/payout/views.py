"""What readers ask of payouts: which there are, and which may not leave."""

from collections.abc import Sequence
from datetime import date

import asyncpg

from services.payments.notice.waiting import Shown, waits
from services.payments.payout.decide import PAYOUT, WAITING, Payout, state_of
from shared.clock import SHANGHAI
from shared.events.envelope import Event
from shared.events.payouts import PayoutKeys
from shared.ids import time_of_uuid7
from shared.store.store import Connection, Store

VIEW = "payouts_in_hand"
MAX_PAGE = 200

_COLUMNS = (
    "stream_id, jurisdiction, state, claim, person, amount_fen, findings, held_by, version,"
    " changed_at"
)
_AGES = "fund, approved_on, paid_on"
_PUT = f"""
INSERT INTO payouts_in_hand ({_COLUMNS}, {_AGES})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (stream_id) DO UPDATE SET state = excluded.state, claim = excluded.claim,
    person = excluded.person, amount_fen = excluded.amount_fen, findings = excluded.findings,
    held_by = excluded.held_by, version = excluded.version, changed_at = excluded.changed_at,
    fund = excluded.fund, approved_on = excluded.approved_on, paid_on = excluded.paid_on
 WHERE payouts_in_hand.version < excluded.version
"""  # noqa: S608 - column names of ours


_STREAMS = """
SELECT e.stream_id, e.body
  FROM unnest($1::smallint[], $2::text[]) AS s(partition_no, stream_id)
  JOIN events e USING (partition_no, stream_id) ORDER BY e.stream_id, e.version
"""


class PayoutsInHand:
    """Each payout as its whole stream says: a hold cannot be told from one event alone."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def project(self, connection: Connection, events: Sequence[Event]) -> None:
        streams = {e.subject: e for e in events if _of_payout(e)}
        if not streams:
            return
        found = await connection.fetch(
            _STREAMS, [self._store.partition_of(stream) for stream in streams], list(streams)
        )
        bodies: dict[str, list[bytes]] = {stream: [] for stream in streams}
        for row in found:
            bodies[row["stream_id"]].append(row["body"])
        rows = []
        for stream_id, newest in streams.items():
            payout = PAYOUT.fold(bodies[stream_id])
            rows.append(
                (
                    stream_id, payout.jurisdiction, state_of(payout), payout.keys.claim,
                    payout.keys.person, payout.amount_fen, list(payout.findings),
                    payout.officer, payout.version, newest.recorded_at, payout.fund,
                    _approved_on(payout), payout.paid_on,
                )
            )  # fmt: skip
        await connection.executemany(_PUT, rows)


def _approved_on(payout: Payout) -> date | None:
    """The day of the approval, which its event's id holds; an old payment has none."""
    if not payout.approval:
        return None
    return time_of_uuid7(payout.approval).astimezone(SHANGHAI).date()


def _of_payout(event: Event) -> bool:
    """Also a recovery or a new account in its stream; old payments of a plan have another name."""
    return event.subject.startswith("payout-") or isinstance(event.facts, PayoutKeys)


async def payouts(
    pool: asyncpg.Pool, jurisdictions: Sequence[str], state: str | None, after: str, limit: int
) -> list[asyncpg.Record]:
    """Payouts of these jurisdictions after a payout id, in the order of ids; at most 200."""
    return await pool.fetch(
        f"SELECT {_COLUMNS} FROM payouts_in_hand"  # noqa: S608 - column names of ours
        " WHERE jurisdiction = ANY($1) AND ($2::text IS NULL OR state = $2)"
        " AND stream_id > $3 ORDER BY stream_id LIMIT $4",
        list(jurisdictions),
        state,
        after,
        min(limit, MAX_PAGE),
    )


def shown(stream_id: str, payout: Payout, notices: Sequence[Shown]) -> dict[str, object]:
    """The payout for a reader: references and codes; what is not known is left out."""
    waiting = waits(payout.notice_clause, notices) if payout.stage in WAITING else None
    said = {
        "payout": stream_id,
        "state": state_of(payout),
        "version": payout.version,
        "jurisdiction": payout.jurisdiction,
        "amount_fen": payout.amount_fen,
        "claim": payout.keys.claim,
        "person": payout.keys.person,
        "plan": payout.keys.plan,
        "findings": list(payout.findings),
        "held_by": payout.officer,
        "waits_for": waiting and {"code": waiting.code, "clause": waiting.clause, **waiting.facts},
    }
    return {name: value for name, value in said.items() if value is not None}


def listed(rows: Sequence[asyncpg.Record]) -> dict[str, object]:
    """One page; `next`, where there is one, is what to ask after for the following page."""
    found = [
        {"payout" if k == "stream_id" else k: v for k, v in row.items() if v is not None}
        for row in rows
    ]
    return {"payouts": found, "next": found[-1]["payout"]} if found else {"payouts": []}
