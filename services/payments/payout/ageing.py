"""How long money takes from the approval to the payee, by fund and by class of days (HLD-13-2)."""

from collections.abc import Sequence
from datetime import date

import asyncpg

from services.payments.payout.decide import Stage

CLASSES = (0, 8, 16, 31, 61, 91)
"""first day of each class; the last one has no end"""
MAX_ROWS = 2_000
_OVER = tuple(stage.value for stage in (Stage.CANCELLED, Stage.REVERSED, Stage.IMPORTED, Stage.NEW))
_AGEING = """
SELECT jurisdiction, fund, state = 'paid' AS paid,
       width_bucket(greatest(0, coalesce(paid_on, $2) - approved_on), $3::int[]) AS class,
       count(*) AS payouts, sum(amount_fen)::bigint AS amount_fen,
       max(greatest(0, coalesce(paid_on, $2) - approved_on)) AS longest_days
  FROM payouts_in_hand
 WHERE jurisdiction = ANY($1) AND approved_on IS NOT NULL AND NOT state = ANY($4)
 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2 NULLS FIRST, 3, 4 LIMIT $5
"""


async def ageing(pool: asyncpg.Pool, jurisdictions: Sequence[str], on: date) -> dict[str, object]:
    """What was paid, by the calendar days that it took; what still waits, by its age on that day.

    Sums in fen. What nobody has authorised yet has no fund.
    """
    rows = await pool.fetch(_AGEING, list(jurisdictions), on, list(CLASSES), list(_OVER), MAX_ROWS)
    return {"as_of": on, "classes": [_shown(row) for row in rows]}


def _shown(row: asyncpg.Record) -> dict[str, object]:
    number = row["class"]
    said = {
        "jurisdiction": row["jurisdiction"],
        "fund": row["fund"],
        "state": "paid" if row["paid"] else "waiting",
        "from_days": CLASSES[number - 1],
        "to_days": CLASSES[number] - 1 if number < len(CLASSES) else None,
        "payouts": row["payouts"],
        "amount_fen": row["amount_fen"],
        "longest_days": row["longest_days"],
    }
    return {name: value for name, value in said.items() if value is not None}
