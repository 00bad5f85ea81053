"""A whole installation on this machine: PostgreSQL, the log, three services, keys and tokens."""

import asyncio
import contextlib
import hashlib
import os
import secrets
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from shared.events.base import TOPICS
from shared.http.identity import Role
from shared.http.issuer import LocalIssuer
from shared.log.open import open_log
from shared.postgres.binaries import PostgresRefused, account
from shared.postgres.child import die_with
from shared.postgres.prepare import KINDS, Database, Dsns, prepare
from shared.postgres.server import Server
from shared.registers.port import SUBJECTS
from shared.settings import Environment
from shared.vault import keys as vault_keys

SERVICES = ("claims", "payments", "audit")
ISSUER, AUDIENCE = "https://issuer.local", "claims-ledger"
START_SECONDS, STOP_SECONDS = 40.0, 30.0
ROOTS_DATABASES = Path("/var/lib/claims-ledger")
"""where root's databases lie when the server's account cannot enter the folder itself"""


class DidNotStart(Exception):
    """A process ended, or said nothing in time; its log file tells why."""


@dataclass(slots=True)
class Running:
    """One service process; `port` is 0 while it serves no site."""

    name: str
    process: asyncio.subprocess.Process
    log_file: Path
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self.process.pid

    async def stop(self) -> int:
        """SIGTERM, then wait; gives the exit status."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_SECONDS):
            return await self.process.wait()

    async def kill(self) -> None:
        """SIGKILL: nothing is flushed, nothing is said."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


@dataclass(slots=True)
class Local:
    """`folder` holds everything: databases, keys, tokens' issuer, archive, log files.

    With `log` None the log is a PostgreSQL database of its own, else e.g. `kafka://127.0.0.1:9092`.
    """

    folder: Path
    log: str | None = None
    partitions: int = 24
    settings: Mapping[str, str] = field(default_factory=dict)
    server: Server = field(init=False)
    dsns: Dsns = field(init=False)
    issuer: LocalIssuer = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.server = Server(database_folder(self.folder))
        self.issuer = LocalIssuer(self.folder / "issuer", ISSUER, AUDIENCE, Environment.DEVELOPMENT)

    async def start(self) -> None:
        """PostgreSQL up, databases migrated, keys made, topics created."""
        await self.server.start()
        self.dsns = await prepare(self.server, partitions=self.partitions)
        if not self.keys_file.exists():
            vault_keys.generate(self.keys_file)
        if not self.request_key_file.exists():
            descriptor = os.open(self.request_key_file, os.O_WRONLY | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(32))
        log = await open_log(self.log or self.dsns["log"].owner_dsn)
        try:
            await log.create_topics(dict.fromkeys(TOPICS, self.partitions))
        finally:
            await log.close()

    async def stop(self) -> None:
        await self.server.stop()

    @classmethod
    def attach(cls, folder: Path) -> "Local":
        """An installation that another process runs, for its addresses and settings only.

        Raises PostgresRefused if none was ever started in `folder`.
        """
        local = cls(folder)
        local.server = Server.attach(database_folder(folder))
        admin, passwords = local.server.dsn(), local.server.passwords
        local.dsns = Dsns({kind: Database(kind, kind, admin, passwords) for kind in KINDS})
        return local

    @property
    def keys_file(self) -> Path:
        return self.folder / "vault-keys.json"

    @property
    def request_key_file(self) -> Path:
        return self.folder / "request-key"

    def log_url(self, name: str) -> str:
        return self.log or self.dsns["log"].service_dsn(f"{name}_service")

    def environment(self, name: str, parts: str = "site,consumer,relay") -> dict[str, str]:
        """The LEDGER_… variables of one service."""
        own = {
            "LEDGER_ENVIRONMENT": "development",
            "LEDGER_DATABASE_URL": self.dsns[name].service_dsn(f"{name}_service"),
            "LEDGER_LOG": self.log_url(name),
            "LEDGER_PARTITIONS": str(self.partitions),
            "LEDGER_ISSUER": ISSUER,
            "LEDGER_AUDIENCE": AUDIENCE,
            "LEDGER_JWKS": str(self.issuer.jwks),
            "LEDGER_PARTS": parts,
            "LEDGER_NOTICE_DAYS": "0",  # nobody who tries the ledger out waits for a week
        }
        if name == "audit":
            own["LEDGER_REQUEST_KEY_FILE"] = str(self.request_key_file)
            own["LEDGER_ARCHIVE_DIR"] = str(self.folder / "archive")
        else:
            own["LEDGER_VAULT_URL"] = self.dsns["vault"].service_dsn(f"{name}_service")
            own["LEDGER_VAULT_KEYS_FILE"] = str(self.keys_file)
        return {**own, **self.settings}

    async def serve(self, name: str, parts: str = "site,consumer,relay", port: int = 0) -> Running:
        """Start one service process; with a site, return when it listens."""
        log_file = self.folder / f"{name}-{parts.replace(',', '-')}.log"
        clean = {k: v for k, v in os.environ.items() if not k.startswith("LEDGER_")}
        environment = {
            **clean, **self.environment(name, parts), "LEDGER_PORT": str(port),
        }  # fmt: skip
        with log_file.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", f"services.{name}",
                env=environment, stdout=asyncio.subprocess.PIPE, stderr=output,
                start_new_session=True,  # Ctrl-C reaches us first, and we stop it in order
                preexec_fn=die_with(os.getpid(), signal.SIGTERM),
            )  # fmt: skip
        running = Running(name, process, log_file)
        if "site" in parts:
            running.port = await _port_of(running)
            await _until_ready(running)
        return running

    async def simulate_registers(self, books: Path) -> Running:
        """The made-up registers, from a file of books; claims asks them when it starts later."""
        log_file = self.folder / "registers.log"
        with log_file.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "services.simulators.registers", str(books),
                stdout=asyncio.subprocess.PIPE, stderr=output, start_new_session=True,
                preexec_fn=die_with(os.getpid(), signal.SIGTERM),
            )  # fmt: skip
        running = Running("registers", process, log_file)
        running.port = await _port_of(running)
        asked = ",".join(f"{code}={running.url}/{code}" for code in SUBJECTS)
        self.settings = {**self.settings, "LEDGER_REGISTERS": asked}
        return running

    def token(
        self, sub: str, role: Role, org: str = "", jurisdiction: str = "211400", hours: int = 8
    ) -> str:
        """A token of the local issuer, for the demo and tests."""
        return self.issuer.mint(sub, [role], jurisdiction, org, seconds=hours * 3600)


def database_folder(folder: Path) -> Path:
    """Where PostgreSQL keeps its data: below `folder`, or where its own account may go.

    Root's server runs as `nobody`, who may not enter root's home. Raises PostgresRefused where
    somebody else made the folder.
    """
    user, own = account(), folder.absolute()
    if not user.switch or user.may_enter(own):
        return own / "postgres"
    apart = ROOTS_DATABASES / hashlib.sha256(str(own).encode()).hexdigest()[:16]
    if apart.exists() and apart.stat().st_uid != os.geteuid():
        raise PostgresRefused(f"{apart} belongs to somebody else: remove it")
    return apart / "postgres"


async def _port_of(running: Running) -> int:
    assert running.process.stdout is not None
    try:
        async with asyncio.timeout(START_SECONDS):
            while line := await running.process.stdout.readline():
                word, _, number = line.decode().strip().partition(" ")
                if word == "port" and number.isdecimal():
                    return int(number)
    except TimeoutError:
        await running.kill()
    raise DidNotStart(f"{running.name}: see {running.log_file}")


async def _until_ready(running: Running) -> None:
    """Return when /readyz says yes; raises DidNotStart with its reasons."""
    reasons = ""
    deadline = asyncio.get_running_loop().time() + START_SECONDS
    async with aiohttp.ClientSession() as session:
        while asyncio.get_running_loop().time() < deadline:
            if running.process.returncode is not None:
                break
            with contextlib.suppress(aiohttp.ClientConnectionError):
                async with session.get(f"{running.url}/readyz") as answer:
                    if answer.status == 200:
                        return
                    reasons = await answer.text()
            await asyncio.sleep(0.05)
    raise DidNotStart(f"{running.name}: {reasons or 'it ended'}; see {running.log_file}")
