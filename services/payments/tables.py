"""The read tables of payments, all at one position: a read that waits for its write sees it."""

from collections.abc import Sequence

from services.payments.fund.views import FundsOpen
from services.payments.payout.views import PayoutsInHand
from shared.events.envelope import Event
from shared.store.store import Connection, Store

VIEW = "payments"


class ReadTables:
    """Each table follows the events that it shows."""

    def __init__(self, store: Store) -> None:
        self._tables = (PayoutsInHand(store), FundsOpen(store))

    async def project(self, connection: Connection, events: Sequence[Event]) -> None:
        for table in self._tables:
            await table.project(connection, events)
