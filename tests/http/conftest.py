"""A running site on a free port, and tokens of its local issuer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from shared.clock import Clock, RealClock, SimulatedClock
from shared.http.app import create_app, serve
from shared.http.identity import Role
from shared.http.issuer import LocalIssuer
from shared.http.route import Route
from shared.settings import Environment, Settings
from tests.http import sample

ISSUER, AUDIENCE = "https://issuer.test", "claims-ledger"


@dataclass
class Site:
    """One running site; `failures` collects what it called fatal."""

    port: int
    issuer: LocalIssuer
    session: aiohttp.ClientSession
    app: aiohttp.web.Application
    failures: list[Exception] = field(default_factory=list)

    def token(self, *roles: Role, **more: Any) -> str:
        return self.issuer.mint("clerk-1", list(roles or [Role.CLERK]), "211400", **more)

    def headers(self, *roles: Role, **more: str) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.token(*roles)}",
            "Idempotency-Key": "key-1",
            "Content-Type": "application/json",
            **more,
        }

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, Any, Any]:
        async with self.session.request(method, self.url(path), **more) as answer:
            return answer.status, await answer.json(content_type=None), answer.headers


def settings_for(folder: Path, **changes: Any) -> Settings:
    settings = Settings(
        environment=Environment.TEST,
        database_url="postgresql://nobody@127.0.0.1/none",
        log="postgresql://nobody@127.0.0.1/none",
        issuer=ISSUER,
        audience=AUDIENCE,
        jwks=str(folder / "jwks.json"),
        shutdown_seconds=2,
    )
    return replace(settings, **changes)


@asynccontextmanager
async def running(
    folder: Path,
    routes: list[Route] | None = None,
    clock: Clock | None = None,
    checks: Any = None,
    **changes: Any,
) -> AsyncIterator[Site]:
    settings = settings_for(folder, **changes)
    issuer = LocalIssuer(folder, ISSUER, AUDIENCE, Environment.TEST)
    failures: list[Exception] = []
    app = create_app(
        settings,
        sample.ROUTES if routes is None else routes,
        title="sample",
        clock=clock or RealClock(),
        on_fatal=failures.append,
        checks=checks,
        translate=sample.translate,
    )
    async with serve(app, settings) as port, aiohttp.ClientSession() as session:
        yield Site(port, issuer, session, app, failures)


@pytest.fixture(scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    clock = SimulatedClock(datetime(2026, 1, 1, tzinfo=UTC))
    async with running(tmp_path_factory.mktemp("issuer"), clock=clock) as site:
        yield site
