"""Supervisor of an embedded PostgreSQL: one foreground child, on loopback, that ends with us."""

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self
from urllib.parse import quote

import asyncpg
import msgspec

from shared.postgres.binaries import Account, PostgresRefused, account, reachable_binaries
from shared.postgres.child import children_of, gone, spawn
from shared.postgres.passwords import ADMIN, load_or_create_passwords

HOST = "127.0.0.1"
START_SECONDS = 30.0
STOP_SECONDS = 30.0
POLL_SECONDS = 0.02  # the first answer comes after 0.04 to 0.08 s
MAX_LOG_BYTES = 4 * 1024 * 1024
LOG_CHECK_SECONDS = 30.0

# Statements and values never reach the log file: they may hold what belongs to a person.
SETTINGS: Mapping[str, str] = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "log_statement": "none",
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}


class _Address(msgspec.Struct, frozen=True):
    """What a second process needs to find the running server."""

    port: int
    pid: int


class Server:
    """One PostgreSQL server of our own, kept in `data_dir`.

    The child ends with the process that started it, whatever ends that one: call `start` from the
    main thread. `kill` is for crash tests; `start` again brings the same data back, same port.
    """

    def __init__(
        self,
        data_dir: Path,
        settings: Mapping[str, str] | None = None,
        user: Account | None = None,
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.host = HOST
        self.port = 0
        self.start_seconds = START_SECONDS
        self._user = user or account()
        self._settings = {**SETTINGS, **(settings or {})}
        self._child: subprocess.Popen[bytes] | None = None
        self._trimmer: asyncio.Task[None] | None = None
        self._passwords: Mapping[str, str] = {}

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int:
        """Process id of the postmaster; raises PostgresRefused when we did not start it."""
        if self._child is None:
            raise PostgresRefused("this server was not started here")
        return self._child.pid

    @property
    def passwords(self) -> Mapping[str, str]:
        return self._passwords

    @property
    def log_file(self) -> Path:
        return self.data_dir / "server.log"

    def dsn(self, role: str = ADMIN, database: str = "postgres") -> str:
        """Address with password; the wheel's server has no TLS, so sslmode=disable saves a try."""
        password = quote(self._passwords[role], safe="")
        return (
            f"postgresql://{quote(role)}:{password}@{self.host}:{self.port}"
            f"/{quote(database)}?sslmode=disable"
        )

    @classmethod
    def attach(cls, data_dir: Path) -> Self:
        """A server that another process runs: for its dsn only; raises PostgresRefused if none."""
        server = cls(data_dir)
        file = server.data_dir / "address.json"
        if not file.exists():
            raise PostgresRefused(f"no PostgreSQL was ever started in {data_dir}")
        server.port = msgspec.json.decode(file.read_bytes(), type=_Address).port
        server._passwords = load_or_create_passwords(server.data_dir / "passwords")
        return server

    async def start(self) -> Self:
        """Start, making the cluster at the first time; returns when a query was answered.

        Raises PostgresRefused with the end of the log when it does not come up in `start_seconds`.
        """
        if self.running:
            return self
        user = self._user
        binaries = await asyncio.to_thread(self._prepare_folders, user)
        self._choose_port()
        deadline = time.monotonic() + self.start_seconds
        while not await self._try_start(binaries, user, deadline):
            # Processes of a server that was killed may hold its shared memory for a moment longer.
            if time.monotonic() > deadline:
                raise PostgresRefused(f"PostgreSQL did not start: {self._log_end()}")
            await asyncio.sleep(0.2)
        self._trimmer = asyncio.create_task(self._keep_log_small(), name="postgres-log")
        return self

    async def stop(self) -> None:
        """Clean shutdown by SIGINT: clients are cut off, nothing that was committed is lost."""
        if self._child is None:
            return
        if self.running:
            self._child.send_signal(signal.SIGINT)
        if not await gone(self._child, STOP_SECONDS):
            await self.kill()
        await self._forget()

    async def kill(self) -> None:
        """SIGKILL to all of the server's processes; only the operating system's cache survives."""
        if self._child is None:
            return
        workers = children_of(self._child.pid)
        self._child.kill()
        for worker in workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        await gone(self._child, STOP_SECONDS)
        await self._forget()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _forget(self) -> None:
        self._child = None
        if self._trimmer is not None:
            self._trimmer.cancel()
            await asyncio.wait([self._trimmer])
            self._trimmer = None

    def _prepare_folders(self, user: Account) -> Path:
        """Make what is missing: our own folder, and in it the cluster, owned by the server."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        if user.switch:
            self.data_dir.chmod(0o711)
        if not user.may_enter(self.data_dir):
            raise PostgresRefused(
                f"the server's account cannot enter {self.data_dir}: run as root it needs a folder "
                "whose parents others may enter, for example below /var/lib"
            )
        self._passwords = load_or_create_passwords(self.data_dir / "passwords")
        binaries = reachable_binaries(user, self.data_dir)
        self._trim_log()
        if not (self._cluster / "PG_VERSION").exists():
            self._initialise(binaries, user)
        return binaries

    @property
    def _cluster(self) -> Path:
        return self.data_dir / "cluster"

    def _initialise(self, binaries: Path, user: Account) -> None:
        """initdb beside, renamed when whole: a crash half-way leaves no half cluster."""
        partial = self.data_dir / f"cluster.{secrets.token_hex(4)}"
        partial.mkdir(mode=0o700)
        password_file = self.data_dir / f"{partial.name}.pw"
        password_file.touch(mode=0o600)
        password_file.write_text(self._passwords[ADMIN])
        if user.switch:
            os.chown(partial, user.uid, user.gid)
            os.chown(password_file, user.uid, user.gid)
        command = [str(binaries / "initdb"), "-D", str(partial), "-U", ADMIN, "-A", "scram-sha-256"]
        command += ["--pwfile", str(password_file), "-E", "UTF8", "--no-locale"]
        try:
            with self.log_file.open("ab") as log:
                spawn(command, log.fileno(), user).wait(timeout=START_SECONDS * 4)
        finally:
            password_file.unlink()
        if not (partial / "PG_VERSION").exists():
            raise PostgresRefused(f"initdb failed: {self._log_end()}")
        partial.rename(self._cluster)

    def _choose_port(self) -> None:
        """The port of the last run if there was one: clients of a crashed server find it again."""
        file = self.data_dir / "address.json"
        if self.port == 0 and file.exists():
            self.port = msgspec.json.decode(file.read_bytes(), type=_Address).port
        if self.port == 0 or _taken(self.port):
            self.port = free_port()

    async def _try_start(self, binaries: Path, user: Account, deadline: float) -> bool:
        self._child = self._launch(binaries, user)
        while self.running and time.monotonic() < deadline:
            if await self._answers():
                _write_address(self.data_dir, _Address(self.port, self._child.pid))
                return True
            await asyncio.sleep(POLL_SECONDS)
        if self.running:
            await self.kill()
        self._child = None
        return False

    def _launch(self, binaries: Path, user: Account) -> subprocess.Popen[bytes]:
        command = [str(binaries / "postgres"), "-D", str(self._cluster), "-p", str(self.port)]
        for name, value in self._settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log_file.open("ab") as log:
            return spawn(command, log.fileno(), user)

    async def _answers(self) -> bool:
        try:
            connection = await asyncpg.connect(self.dsn(), timeout=5)
        except (OSError, TimeoutError, asyncpg.CannotConnectNowError):
            return False
        await connection.close()
        return True

    async def _keep_log_small(self) -> None:
        while True:
            await asyncio.sleep(LOG_CHECK_SECONDS)
            self._trim_log()

    def _trim_log(self) -> None:
        """The child writes in append mode, so emptying the file under it is safe."""
        if self.log_file.exists() and self.log_file.stat().st_size > MAX_LOG_BYTES:
            os.truncate(self.log_file, 0)

    def _log_end(self) -> str:
        return self.log_file.read_text(errors="replace")[-2000:].strip()


def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _taken(port: int) -> bool:
    """Whether somebody listens there: bound as PostgreSQL binds, past connections do not count."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def _write_address(data_dir: Path, address: _Address) -> None:
    partial = data_dir / f"address.{os.getpid()}"
    partial.write_bytes(msgspec.json.encode(address))
    partial.rename(data_dir / "address.json")
