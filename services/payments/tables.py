"""The read tables of payments, all at one position: a read that waits for its write sees it."""

from collections.abc import Sequence

from services.payments.advance.views import PlanMoneyInHand
from services.payments.fund.views import FundsOpen
from services.payments.payout.views import PayoutsInHand
from services.payments.recovery.views import RecoveriesInHand
from shared.events.envelope import Event
from shared.store.store import Connection, Store

VIEW = "payments"


class ReadTables:
    """Each table follows the events that it shows."""

    def __init__(self, store: Store) -> None:
        self._tables = (
            PayoutsInHand(store), FundsOpen(store), PlanMoneyInHand(store),
            RecoveriesInHand(store),
        )  # fmt: skip

    async def project(self, connection: Connection, events: Sequence[Event]) -> None:
        for table in self._tables:
            await table.project(connection, events)
