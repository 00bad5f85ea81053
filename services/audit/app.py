"""The audit service, wired: it hears all topics, judges, archives, and shows findings."""

from collections.abc import Sequence

from services.audit import problems  # noqa: F401 - the words of the refusals, for the catalogue
from services.audit.archiving import Archiver
from services.audit.consumer import Auditing
from services.audit.credit import api as credit
from services.audit.credit import records
from services.audit.detectors.rules import load_rules
from services.audit.finding import api, views
from services.audit.judging import Judges
from services.audit.person import api as persons
from services.audit.reports import api as reports
from services.audit.trace import api as tracing
from services.audit.trace.index import Indexed
from services.audit.watermark import READER, Watermark
from shared.events.base import TOPICS
from shared.events.envelope import Event
from shared.inbox import Inbox
from shared.service import Parts, Service
from shared.settings import Part
from shared.store.store import Connection
from shared.store.views import Projector


async def project(connection: Connection, events: Sequence[Event]) -> None:
    """All read tables in one turn: each event is decoded once."""
    await views.project(connection, events)
    await records.project(connection, events)


async def build(service: Service) -> Parts:
    judges = Judges(load_rules(), {})
    inbox = Inbox(
        READER,
        service.store,
        service.log,
        TOPICS,
        Indexed(Auditing(service, judges)),
        service.clock,
    )
    folder = service.settings.archive_dir
    reads = Part.CONSUMER in service.settings.parts
    archiver = Archiver(service.log, folder) if folder and reads else None
    return Parts(
        title="audit",
        routes=[
            *api.routes(service),
            *credit.routes(service),
            *tracing.routes(service),
            *persons.routes(service),
            *reports.routes(service),
        ],
        inboxes=[inbox],
        projectors=[Projector(views.VIEW, service.store, project)],
        checks={"archive": archiver.alarms} if archiver else {},
        background=[
            judges.close_at_end,
            Watermark(service, judges).run,
            *([archiver.run] if archiver else []),
        ],
    )
