"""The claims service, wired: its routes, its read tables. It hears nothing from others yet."""

from services.claims import files, persons
from services.claims.claim import routes, views
from shared.days import Days
from shared.events.base import CLAIM_EVENTS
from shared.service import Parts, Service
from shared.store.views import Projector
from shared.vault.purging import Purging


async def build(service: Service) -> Parts:
    assert service.vault is not None
    return Parts(
        title="claims",
        routes=[*routes.routes(service), *files.routes(service), *persons.routes(service)],
        projectors=[Projector(views.VIEW, service.store, views.project)],
        background=[
            Days(service, "claims", CLAIM_EVENTS).run,
            Purging(service.store, service.vault, service.clock).run,
        ],
    )
