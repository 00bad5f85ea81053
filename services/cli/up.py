"""Brings a whole installation up in a folder and down again, whatever ends it."""

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from services.cli.exits import Exit, Stop
from services.cli.installation import LOCK, Installation, forget, save
from services.cli.local import SERVICES, DidNotStart, Local, Running, database_folder
from services.cli.people import PEOPLE
from shared.postgres.binaries import PostgresRefused
from shared.postgres.prepare import PrepareFailed

OLD_SERVER_SECONDS = 15.0
OURS = frozenset({"postgres", "archive", "issuer", "vault-keys.json", "request-key"})


@dataclass(frozen=True, slots=True)
class Up:
    """A running installation, for the process that runs it."""

    local: Local
    services: dict[str, Running]
    installation: Installation
    simulator: Running | None = None

    @property
    def registers(self) -> str:
        """Address of the simulated registers; empty without."""
        return self.simulator.url if self.simulator else ""


@asynccontextmanager
async def up(
    folder: Path, told: Callable[[str], None], books: Path | None = None
) -> AsyncIterator[Up]:
    """PostgreSQL, log and the three services; at the end each is stopped and waited for.

    With `books`, claims asks registers that answer from them, else what is stated counts.

    Raises Stop when a part does not start.
    """
    async with AsyncExitStack() as stack:
        try:
            local = Local(folder.absolute())
            told("PostgreSQL")
            stack.push_async_callback(local.stop)
            await local.start()
            simulator = await _registers(local, books, stack) if books else None
            told("services")
            services = await _services(local, stack)
        except (PostgresRefused, PrepareFailed, DidNotStart) as refused:
            raise Stop(
                Exit.UNREACHABLE,
                f"The installation did not start: {refused}.",
                f"系统未能启动：{refused}。",
            ) from refused
        installation = Installation(
            folder=str(folder.absolute()),
            supervisor=os.getpid(),
            services={name: running.url for name, running in services.items()},
            tokens={p.sub: local.token(p.sub, p.role, p.org, p.jurisdiction) for p in PEOPLE},
        )
        save(installation)
        stack.callback(forget, folder)
        yield Up(local, services, installation, simulator)


async def _registers(local: Local, books: Path, stack: AsyncExitStack) -> Running:
    """From a copy of the books, so that the folder's own process can be told from others."""
    own = local.folder / books.name
    shutil.copyfile(books, own)
    simulator = await local.simulate_registers(own)
    stack.push_async_callback(simulator.stop)
    return simulator


async def _services(local: Local, stack: AsyncExitStack) -> dict[str, Running]:
    """All at once; those that came up are stopped also when another did not."""
    started: dict[str, Running] = {}

    async def start(name: str) -> None:
        started[name] = await local.serve(name)

    async def stop() -> None:
        await asyncio.gather(*(running.stop() for running in started.values()))

    stack.push_async_callback(stop)
    failed = await asyncio.gather(*map(start, SERVICES), return_exceptions=True)
    for result in failed:
        if result is not None:
            raise result
    return {name: started[name] for name in SERVICES}


async def anew(folder: Path) -> None:
    """Remove what an earlier run left. Raises Stop for a folder that is not ours.

    The caller holds the folder, so whatever ran there has ended or is just ending.
    """
    await _old_server_gone(folder)
    left = [entry for entry in folder.iterdir() if entry.name != LOCK]
    if left and not OURS & {entry.name for entry in left}:
        raise Stop(
            Exit.USAGE,
            f"{folder} holds other files than an installation's: name an empty folder with --at.",
            f"{folder} 中有其他文件：请用 --at 指定一个空目录。",
        )
    for entry in left:
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    remove_apart(folder)


def remove_apart(folder: Path) -> None:
    """The databases that lie outside the folder, if they do."""
    databases = database_folder(folder)
    if databases.parent != folder.absolute() and databases.parent.exists():
        shutil.rmtree(databases.parent)


async def _old_server_gone(folder: Path) -> None:
    """A PostgreSQL whose supervisor was killed is just shutting down: wait, or ask once more."""
    data = database_folder(folder)
    pid = _server_pid(data / "address.json")
    deadline = asyncio.get_running_loop().time() + OLD_SERVER_SECONDS
    while pid and _is_server(pid, data):
        if asyncio.get_running_loop().time() > deadline:
            raise Stop(
                Exit.BUSY,
                f"A PostgreSQL of an earlier run is still up: kill -INT {pid}, then try again.",
                f"上次运行的 PostgreSQL 仍未退出：请执行 kill -INT {pid} 后重试。",
            )
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        await asyncio.sleep(0.2)


class _Address(msgspec.Struct, frozen=True):
    pid: int


def _server_pid(file: Path) -> int | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Address).pid
    except (OSError, msgspec.DecodeError):
        return None


def _is_server(pid: int, data: Path) -> bool:
    """Whether this process is the server of that folder: a pid may be somebody else's by now."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return str(data / "cluster").encode() in command
