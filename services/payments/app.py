"""The payments service, wired: its routes, its read tables, what it hears from others."""

from services.payments.advance.expiring import Expiring
from services.payments.bank.hearing import Hearing
from services.payments.reactions import REACTIONS
from services.payments.routes import routes
from services.payments.tables import VIEW, ReadTables
from shared.books import book
from shared.days import Days
from shared.events.base import CLAIM_EVENTS, FINDING_EVENTS, PAYOUT_EVENTS
from shared.inbox import Inbox
from shared.reactor import Reactor
from shared.service import Parts, Service
from shared.store.views import Projector
from shared.vault.purging import Purging

INBOX = "payments"


async def build(service: Service) -> Parts:
    service.ledger.books = book
    inbox = Inbox(
        INBOX, service.store, service.log, (CLAIM_EVENTS, FINDING_EVENTS),
        Hearing(Reactor(service.ledger, REACTIONS)), service.clock,
    )  # fmt: skip
    tables, expiring = ReadTables(service.store), Expiring(service.ledger)
    assert service.vault is not None
    return Parts(
        title="payments",
        routes=routes(service),
        inboxes=[inbox],
        projectors=[Projector(VIEW, service.store, tables.project, expiring.turn)],
        background=[
            Days(service, "payments", PAYOUT_EVENTS).run,
            Purging(service.store, service.vault, service.clock).run,
        ],
    )
