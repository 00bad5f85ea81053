"""How far the relay and the readers are behind, measured beside them and shown as metrics."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from prometheus_client import Gauge

from shared.faults import TRANSIENT
from shared.http.metrics import Meters
from shared.inbox import Inbox
from shared.log.port import LogRefused

if TYPE_CHECKING:
    from shared.service import Service

SECONDS = 1.0


class Lag:
    """Gauges: events not yet in the log, records not yet applied, events kept and parked."""

    def __init__(self, service: "Service", inboxes: Sequence[Inbox]) -> None:
        self._service = service
        self._inboxes = inboxes

    def register(self, meters: Meters) -> None:
        make = meters.registry
        self._relay = Gauge(
            "ledger_relay_lag_events", "committed, not yet in the log", registry=make
        )
        self._inbox = Gauge(
            "ledger_inbox_lag_records", "in the log, not yet applied", ["reader"], registry=make
        )
        self._pending = Gauge(
            "ledger_inbox_pending_events", "read and kept", ["reader", "state"], registry=make
        )
        self._oldest = Gauge(
            "ledger_inbox_oldest_pending_seconds", "age of the oldest kept", ["reader"],
            registry=make,
        )  # fmt: skip

    async def run(self) -> None:
        while True:
            with contextlib.suppress(
                *TRANSIENT, LogRefused
            ):  # readiness says so; gauges keep their values
                await self._measure()
            await asyncio.sleep(SECONDS)

    async def _measure(self) -> None:
        service = self._service
        heads = await service.store.heads()
        saved = await service.relay.all_saved()
        self._relay.set(
            sum(head - (saved[at].seq if at in saved else 0) for at, head in heads.items())
        )
        for inbox in self._inboxes:
            self._inbox.labels(inbox.name).set(await inbox.lag())
            rows = await service.pool.fetch(_PENDING, inbox.name)
            counts = {row["state"]: row["n"] for row in rows}
            for state in ("waiting", "parked"):
                self._pending.labels(inbox.name, state).set(counts.get(state, 0))
            oldest = min((row["since"] for row in rows), default=None)
            age = (service.clock.now() - oldest).total_seconds() if oldest else 0.0
            self._oldest.labels(inbox.name).set(age)


_PENDING = """
SELECT state, count(*) AS n, min(since) AS since FROM inbox_pending WHERE reader = $1 GROUP BY state
"""
