"""What readers ask of payouts: which there are, and which may not leave."""

from collections.abc import Sequence

import asyncpg

from services.payments.payout.decide import PAYOUT, state_of
from shared.events.envelope import Event
from shared.events.payouts import PayoutKeys
from shared.store.store import Asked, Connection, Store

VIEW = "payouts_in_hand"
MAX_PAGE = 200

_COLUMNS = (
    "stream_id, jurisdiction, state, claim, person, amount_fen, findings, held_by, version,"
    " changed_at"
)
_PUT = f"""
INSERT INTO payouts_in_hand ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (stream_id) DO UPDATE SET state = excluded.state, claim = excluded.claim,
    person = excluded.person, amount_fen = excluded.amount_fen, findings = excluded.findings,
    held_by = excluded.held_by, version = excluded.version, changed_at = excluded.changed_at
 WHERE payouts_in_hand.version < excluded.version
"""  # noqa: S608 - column names of ours


class PayoutsInHand:
    """Each payout as its whole stream says: a hold cannot be told from one event alone."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def project(self, connection: Connection, events: Sequence[Event]) -> None:
        streams = {e.subject: e for e in events if isinstance(e.facts, PayoutKeys)}
        if not streams:
            return
        known = await self._store.read(Asked(tuple(streams)))
        rows = []
        for stream_id, newest in streams.items():
            payout = PAYOUT.fold(known.bodies[stream_id])
            rows.append(
                (
                    stream_id, payout.jurisdiction, state_of(payout), payout.keys.claim,
                    payout.keys.person, payout.amount_fen, list(payout.findings),
                    payout.officer, payout.version, newest.recorded_at,
                )
            )  # fmt: skip
        await connection.executemany(_PUT, rows)


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
