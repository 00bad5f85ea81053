"""Services of one installation in the test's process: real databases, real ports, real tokens."""

import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from shared.events.base import TOPICS
from shared.http.app import create_app, serve
from shared.http.faults import translate
from shared.http.identity import Role
from shared.http.issuer import LocalIssuer
from shared.log.open import open_log
from shared.postgres.prepare import Database
from shared.service import Build, Parts, Service, opened
from shared.settings import Environment, Settings
from shared.vault import keys as vault_keys
from tests.databases import Databases

ISSUER, AUDIENCE = "https://issuer.test", "claims-ledger"
PARTITIONS = 3
SECONDS = 20.0
LARGE = 500_000


@dataclass
class Answer:
    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def position(self) -> str:
        return self.headers["Ledger-Position"]

    @property
    def codes(self) -> list[str]:
        """The problem's code, then those of its fields."""
        return [self.body["code"], *(error["code"] for error in self.body.get("errors", ()))]


@dataclass
class Person:
    """Somebody with a token; asks one service at a time."""

    url: str
    session: aiohttp.ClientSession
    token: str

    async def post(
        self, path: str, body: Any = None, *, key: str, raw: bytes | None = None, **headers: str
    ) -> Answer:
        said = {"Content-Type": "application/json", "Idempotency-Key": key, **headers}
        content = orjson.dumps({} if body is None else body) if raw is None else raw
        return await self.ask("POST", path, content, said)

    async def upload(self, path: str, table: bytes, *, key: str) -> Answer:
        return await self.post(path, key=key, raw=table, **{"Content-Type": "text/csv"})

    async def get(self, path: str, after: str | None = None) -> Answer:
        return await self.ask("GET", path, None, {"Ledger-Wait-For": after} if after else {})

    async def ask(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        said = {"Authorization": f"Bearer {self.token}", **headers}
        sent = io.BytesIO(body) if body and len(body) > LARGE else body
        async with self.session.request(method, self.url + path, data=sent, headers=said) as given:
            content = await given.read()
            return Answer(
                given.status, orjson.loads(content) if content else None, dict(given.headers)
            )


@dataclass
class Running:
    """One service with its site, relay, readers and read tables at work."""

    name: str
    service: Service
    parts: Parts
    url: str
    session: aiohttp.ClientSession
    issuer: LocalIssuer
    failures: list[Exception] = field(default_factory=list)

    def person(
        self, sub: str, *roles: Role, org: str = "", at: str = "211400", seconds: int = 3600
    ) -> Person:
        return Person(
            self.url, self.session, self.issuer.mint(sub, list(roles), at, org, seconds=seconds)
        )

    async def event_count(self) -> int:
        return int(await self.service.pool.fetchval("SELECT count(*) FROM events"))


@dataclass
class Installation:
    """`folder` holds keys and issuer; the databases are the test's own."""

    folder: Path
    databases: Mapping[str, Database]
    issuer: LocalIssuer
    registers: Mapping[str, str] | None = None
    """where claims asks registers; otherwise what the claimant states counts"""
    notice_days: int | None = None
    """how long a public notice is shown; None: as the policy says"""

    def settings(self, name: str) -> Settings:
        role, audit = f"{name}_service", name == "audit"
        return Settings(
            environment=Environment.TEST,
            database_url=self.databases[name].service_dsn(role),
            log=self.databases["log"].service_dsn(role),
            issuer=ISSUER,
            audience=AUDIENCE,
            jwks=str(self.issuer.jwks),
            partitions=PARTITIONS,
            vault_url=None if audit else self.databases["vault"].service_dsn(role),
            vault_keys_file=None if audit else self.folder / "vault-keys.json",
            request_key="a key of the tests" if audit else None,
            shutdown_seconds=2,
            pool_size=4,
            registers=self.registers if name == "claims" else None,
            notice_days=self.notice_days,
        )

    @asynccontextmanager
    async def running(self, name: str, build: Build) -> AsyncIterator[Running]:
        settings, failures = self.settings(name), list[Exception]()
        async with opened(settings) as service, aiohttp.ClientSession() as session:
            parts = await build(service)
            service.projectors.extend(parts.projectors)
            app = create_app(
                settings, parts.routes, title=name, clock=service.clock,
                on_fatal=failures.append, translate=translate,
            )  # fmt: skip
            at_work = [
                asyncio.create_task(part)
                for part in (
                    service.relay.run(),
                    *(inbox.run() for inbox in parts.inboxes),
                    *(projector.run() for projector in parts.projectors),
                    *(run() for run in parts.background if name == "audit"),
                )
            ]
            try:
                async with serve(app, settings) as port:
                    async with asyncio.timeout(SECONDS):
                        await service.relay.compared.wait()
                    url = f"http://127.0.0.1:{port}"
                    yield Running(name, service, parts, url, session, self.issuer, failures)
            finally:
                for task in at_work:
                    task.cancel()
                await asyncio.gather(*at_work, return_exceptions=True)
        assert failures == []


async def prepared(folder: Path, databases: Databases, *names: str) -> Installation:
    """Databases of these services, a vault and a log; keys and an issuer of its own."""
    made = {name: await databases(name, PARTITIONS) for name in (*names, "vault", "log")}
    vault_keys.generate(folder / "vault-keys.json")
    log = await open_log(made["log"].owner_dsn)
    try:
        await log.create_topics(dict.fromkeys(TOPICS, PARTITIONS))
    finally:
        await log.close()
    return Installation(folder, made, LocalIssuer(folder, ISSUER, AUDIENCE, Environment.TEST))
