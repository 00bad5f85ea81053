"""The payments service, wired: its routes, its read tables, what it hears from others."""

from services.payments import importing
from services.payments.books import book
from services.payments.payout import api, views
from services.payments.reactions import REACTIONS
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
        Reactor(service.ledger, REACTIONS), service.clock,
    )  # fmt: skip
    view = views.PayoutsInHand(service.store)
    assert service.vault is not None
    return Parts(
        title="payments",
        routes=[*api.routes(service), *importing.routes(service)],
        inboxes=[inbox],
        projectors=[Projector(views.VIEW, service.store, view.project)],
        background=[
            Days(service, "payments", PAYOUT_EVENTS).run,
            Purging(service.store, service.vault, service.clock).run,
        ],
    )
