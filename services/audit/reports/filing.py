"""A filed report: what its events say, and whether computing it again gives the same. Pure."""

from dataclasses import dataclass, replace
from hashlib import sha256

from services.audit.asof import Seal
from services.audit.reports.report import Report
from services.audit.reports.written import sha256_of
from shared.events.base import FINDING_EVENTS
from shared.events.envelope import Event
from shared.events.reports import ReportFiled
from shared.store.commands import Aggregate


@dataclass(frozen=True, slots=True)
class Filed:
    """`newest`: the last filing; an amended report is a further version of the same stream."""

    version: int = 0
    newest: ReportFiled | None = None
    filed_by: str = ""
    filed_at: str = ""
    jurisdiction: str = ""


def stream_of(form: str, place: str, period: str) -> str:
    """One stream for a form, place and period."""
    return f"report-{sha256(f'{form}/{place}/{period}'.encode()).hexdigest()[:32]}"


def evolve(filed: Filed, event: Event) -> Filed:
    if not isinstance(event.facts, ReportFiled):
        return replace(filed, version=event.version)
    return Filed(
        event.version, event.facts, event.actor, event.recorded_at.isoformat(), event.jurisdiction
    )


FILED: Aggregate[Filed] = Aggregate("/audit", FINDING_EVENTS, Filed(), evolve)


def file_report(report: Report, seal: Seal) -> ReportFiled:
    """What one filing says: the prefix and the hash of the CSV form."""
    return ReportFiled(
        form=report.form, form_version=report.form_version, period=report.period,
        place=report.place, as_of=seal.positions, sealed_at=seal.at, sha256=sha256_of(report),
        rows=report.rows, clauses=report.clauses, audience=report.audience,
    )  # fmt: skip
