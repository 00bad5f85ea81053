"""Plans are decided by following the service's own events, never by a request's afterthought."""

from collections.abc import Sequence

import asyncpg

from services.claims.plan.decide import PLAN
from services.claims.plan.earned import settle_plan
from services.claims.plan.views import claims_of
from shared.attempts import LostRace
from shared.events.envelope import decode
from shared.service import Service
from shared.store.commands import By
from shared.store.store import Connection
from shared.store.unit import Appended, Unit

AT_ONCE = 20
"""plans looked at in one transaction"""


class Settling:
    """Called in the transaction that moves the read tables, when they show one moment whole.

    What is due stands in a table until it has been looked at; the event that comes of it is
    committed with that. A crash before the commit leaves both as they were; looking again at what
    has been said already says nothing, so that each change is told exactly once.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    async def due(self, connection: Connection) -> bool:
        """Decide what is due; True when more is left. Raises LostRace when a request was first."""
        if not self._service.relay.compared.is_set():
            return True
        rows = await connection.fetch(_DUE, AT_ONCE)
        if not rows:
            return False
        units = [unit for row in rows if (unit := await self._decided(connection, row))]
        await self._append(connection, units)
        await connection.execute(_DONE, [row["plan"] for row in rows])
        return len(rows) == AT_ONCE

    async def _decided(self, connection: Connection, due: asyncpg.Record) -> Unit | None:
        plan_id = due["plan"]
        bodies = await self._service.store.load(plan_id)
        if not bodies or not plan_id.startswith("plan-"):
            return None  # a claim names a plan that does not exist
        plan = PLAN.fold(bodies)
        decision = settle_plan(plan, await claims_of(connection, plan_id))
        if not decision.events:
            return None
        acting = By(
            actor="system",
            jurisdiction=plan.jurisdiction,
            correlation_id=due["correlation"],
            causation_id=due["cause"],
        )
        return self._service.ledger.unit(
            PLAN, plan_id, len(bodies), decision, acting,
            not_before=decode(bodies[-1]).recorded_at,
        )  # fmt: skip

    async def _append(self, connection: Connection, units: Sequence[Unit]) -> None:
        if not units:
            return
        try:
            outcomes = await self._service.store.append_within(connection, units)
        except asyncpg.UniqueViolationError:
            raise LostRace from None
        if not all(isinstance(outcome, Appended) for outcome in outcomes):
            raise LostRace
        self._service.relay.nudge()


_DUE = """
SELECT plan, cause, correlation FROM plans_due ORDER BY plan LIMIT $1 FOR UPDATE SKIP LOCKED
"""
_DONE = "DELETE FROM plans_due WHERE plan = ANY($1::text[])"
