"""Terms run out when a day is opened, never by a clock: so a replay finds the same expiries."""

from datetime import date

from services.payments.advance.asking import expire_advance
from services.payments.advance.decide import PLAN_MONEY
from shared.attempts import LostRace
from shared.store.commands import By, Ledger
from shared.store.store import Connection
from shared.store.unit import Appended, Unit

PAGE = 100
"""plans in one turn"""
_ENDED = """
SELECT p.stream_id, min(p.advance_no) AS advance_no, d.day, d.event_id
  FROM advances_pending p JOIN day_now d ON p.ends_on <= d.day
 GROUP BY p.stream_id, d.day, d.event_id ORDER BY p.stream_id LIMIT $1
"""


class Expiring:
    """Ends what nobody authorised or released in time, one advance of a plan in a turn."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def turn(self, connection: Connection) -> bool:
        """True when some are left. Raises LostRace when a plan moved meanwhile."""
        rows = await connection.fetch(_ENDED, PAGE)
        units = [
            unit
            for row in rows
            if (unit := await self._ended(row["stream_id"], row["advance_no"], row["day"],
                                          str(row["event_id"])))
        ]  # fmt: skip
        if units:
            outcomes = await self._ledger.store.append_within(connection, units)
            if not all(isinstance(outcome, Appended) for outcome in outcomes):
                raise LostRace
        return len(rows) == PAGE

    async def _ended(self, stream_id: str, number: int, day: date, cause: str) -> Unit | None:
        bodies = await self._ledger.store.load(stream_id)
        events = PLAN_MONEY.events(bodies)
        money = PLAN_MONEY.fold(bodies)
        decision = expire_advance(money, number, day, cause)
        if not decision.events:
            return None  # it moved since its row was written; the table follows
        by = By(
            actor="system", jurisdiction=money.jurisdiction, correlation_id=cause,
            causation_id=cause,
        )  # fmt: skip
        return self._ledger.unit(
            PLAN_MONEY, stream_id, len(bodies), decision, by, not_before=events[-1].recorded_at
        )
