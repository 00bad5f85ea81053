"""The claims service, wired: its routes, its read tables. It hears nothing from others yet."""

from collections.abc import Sequence

from services.claims import files, lookup, persons
from services.claims.approvals import routes as approvals_routes
from services.claims.approvals.working import Approving
from services.claims.claim import left, routes, views
from services.claims.document import routes as document_routes
from services.claims.document.collecting import Collecting
from services.claims.handling import routes as handling_routes
from services.claims.handling import views as handling_views
from services.claims.notice import routes as notice_routes
from services.claims.notice import views as notice_views
from services.claims.notice.closing import Closing
from services.claims.packs import policies
from services.claims.plan import projection as plans
from services.claims.plan import routes as plan_routes
from services.claims.plan.following import Settling
from services.claims.policy import routes as policy_routes
from services.claims.policy import views as policy_views
from services.claims.quota import api as quotas
from services.claims.reference import routes as reference_routes
from services.claims.reference import views as reference_views
from services.claims.verification import projection as verifications
from services.claims.verification import routes as verification_routes
from services.claims.verification.working import Verifying
from shared.days import Days
from shared.events.base import CLAIM_EVENTS
from shared.events.envelope import Event
from shared.service import Parts, Service
from shared.store.store import Connection
from shared.store.views import Projector
from shared.vault.purging import Purging


async def project(connection: Connection, events: Sequence[Event]) -> None:
    """All read tables in one turn: each event is decoded once."""
    await views.project(connection, events)
    await left.project(connection, events)
    await handling_views.project(connection, events)
    await notice_views.project(connection, events)
    await plans.project(connection, events)
    await verifications.project(connection, events)
    await policy_views.project(connection, events)
    await reference_views.project(connection, events)


async def build(service: Service) -> Parts:
    assert service.vault is not None
    await policies(service).open()
    return Parts(
        title="claims",
        routes=[
            *routes.routes(service),
            *files.routes(service),
            *persons.routes(service),
            *lookup.routes(service),
            *document_routes.routes(service),
            *handling_routes.routes(service),
            *notice_routes.routes(service),
            *plan_routes.routes(service),
            *quotas.routes(service),
            *verification_routes.routes(service),
            *approvals_routes.routes(service),
            *policy_routes.routes(service),
            *reference_routes.routes(service),
        ],
        projectors=[Projector(views.VIEW, service.store, project, Settling(service).due)],
        background=[
            Days(service, "claims", CLAIM_EVENTS).run,
            Closing(service).run,
            Collecting(service.store, service.clock).run,
            Purging(service.store, service.vault, service.clock).run,
            Verifying(service).run,
            policies(service).run,
            Approving(service).run,
        ],
    )
