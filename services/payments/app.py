"""The payments service, wired: its routes, its read tables, what it hears from others."""

from services.payments import importing
from services.payments.advance import routes as advances
from services.payments.advance.expiring import Expiring
from services.payments.bank import api as batches
from services.payments.bank.hearing import Hearing
from services.payments.fund import api as funds
from services.payments.payout import api, paying_api
from services.payments.reactions import REACTIONS
from services.payments.recovery import api as recoveries
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
        routes=[
            *api.routes(service),
            *paying_api.routes(service),
            *funds.routes(service),
            *batches.routes(service),
            *advances.routes(service),
            *recoveries.routes(service),
            *importing.routes(service),
        ],
        inboxes=[inbox],
        projectors=[Projector(VIEW, service.store, tables.project, expiring.turn)],
        background=[
            Days(service, "payments", PAYOUT_EVENTS).run,
            Purging(service.store, service.vault, service.clock).run,
        ],
    )
