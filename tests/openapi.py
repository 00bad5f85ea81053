"""The OpenAPI 3.1 document of each service: `python -m tests.openapi [folder]` writes docs/api."""

import asyncio
import sys
from pathlib import Path
from typing import cast

from services.audit.credit import api as credit
from services.audit.finding import api as findings
from services.audit.person import api as files_of_persons
from services.audit.reports import api as reports
from services.audit.trace import api as traces
from services.claims import files, lookup, persons
from services.claims.approvals import routes as approvals
from services.claims.claim import routes as claims
from services.claims.document import routes as documents
from services.claims.handling import routes as handling
from services.claims.notice import routes as notices
from services.claims.plan import routes as plans
from services.claims.policy import routes as policies
from services.claims.quota import api as quotas
from services.claims.reference import routes as references
from services.claims.verification import routes as verifications
from services.payments import problems as _payments
from services.payments import routes as payments
from shared.clock import RealClock
from shared.http.app import ROUTES, create_app
from shared.http.openapi import describe
from shared.http.route import Route
from shared.service import Service
from shared.settings import Environment, Settings

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "api"
assert _payments  # the words of the refusals, for the catalogue

SETTINGS = Settings(
    environment=Environment.TEST,
    database_url="postgresql://nobody@127.0.0.1/none",
    log="postgresql://nobody@127.0.0.1/none",
    issuer="https://issuer.test",
    audience="claims-ledger",
    jwks="none",
)


class _NoService:
    """Routes are listed without a database; no handler runs."""

    settings = SETTINGS
    clock = RealClock()
    pool = log = None


def routes(name: str) -> list[Route]:
    """The routes of a service as its app has them, those of the edge left out."""
    service = cast(Service, _NoService())
    match name:
        case "claims":
            return [
                *claims.routes(service), *files.routes(service), *persons.routes(service),
                *lookup.routes(service), *quotas.routes(service), *documents.routes(service),
                *approvals.routes(service), *handling.routes(service), *notices.routes(service),
                *plans.routes(service), *verifications.routes(service), *references.routes(service),
                *policies.routes(service),
            ]  # fmt: skip
        case "payments":
            return payments.routes(service)
        case _:
            return [
                *findings.routes(service), *credit.routes(service), *traces.routes(service),
                *files_of_persons.routes(service), *reports.routes(service),
            ]  # fmt: skip


def document(name: str) -> bytes:
    """What the service answers at /openapi.json under a real clock."""
    app = create_app(SETTINGS, routes(name), title=name, clock=RealClock(), on_fatal=lambda _: None)
    offered: tuple[Route, ...] = app[ROUTES]
    return describe(name, offered) + b"\n"


async def _write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("claims", "payments", "audit"):
        (folder / f"{name}.json").write_bytes(document(name))


if __name__ == "__main__":
    asyncio.run(_write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER))
