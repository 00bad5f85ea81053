"""An installation on this machine as other commands find it: addresses, tokens, who runs it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from services.cli.exits import Exit, Stop

DEMO, SERVE = Path("build/demo"), Path("build/serve")
PROFILE, LOCK = "installation.json", "running.lock"
AtFolder = Annotated[
    Path | None,
    typer.Option("--at", help="folder of the installation; else build/demo, then build/serve"),
]


class Installation(msgspec.Struct, frozen=True, kw_only=True):
    """What `installation.json` (mode 0600) says of a running installation."""

    folder: str
    supervisor: int
    """process id of the command that runs it"""
    services: dict[str, str]
    """address by name of the service"""
    tokens: dict[str, str]
    """a token of the local issuer by name of the person"""


def save(installation: Installation) -> None:
    """Written beside and renamed: whoever reads it reads it whole. It holds tokens: mode 0600."""
    partial = Path(installation.folder) / f"{PROFILE}.{os.getpid()}"
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(installation), indent=2) + b"\n")
    partial.rename(Path(installation.folder) / PROFILE)


def forget(folder: Path) -> None:
    """The installation is about to stop."""
    (folder / PROFILE).unlink(missing_ok=True)


def running_in(folder: Path) -> Installation | None:
    """The installation that runs in `folder`, None if none does."""
    try:
        found = msgspec.json.decode((folder / PROFILE).read_bytes(), type=Installation)
    except (OSError, msgspec.DecodeError):
        return None
    return found if _held(folder / LOCK) else None


def find(at: Path | None) -> Installation:
    """The running installation of `at`, or of the usual folders. Raises Stop: none runs."""
    for folder in (at,) if at else (DEMO, SERVE):
        if (found := running_in(folder)) is not None:
            return found
    where = at or f"{DEMO} or {SERVE}"
    raise Stop(
        Exit.UNREACHABLE,
        f"No installation runs in {where}: start one with `make demo` or `make serve`.",
        f"{where} 中没有正在运行的系统：请先执行 make demo 或 make serve。",
    )


@contextmanager
def holding(folder: Path) -> Iterator[None]:
    """Hold the folder while we run; the hold ends with the process. Raises Stop: another does."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.pread(descriptor, 20, 0).decode().strip() or "?"
            raise Stop(
                Exit.BUSY,
                f"{folder} is in use by process {pid}: stop it first (Ctrl-C there, or kill {pid}),"
                " or name another folder with --at.",
                f"{folder} 正被进程 {pid} 使用：请先停止它（Ctrl-C 或 kill {pid}），"
                "或用 --at 指定另一目录。",
            ) from None
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _held(lock: Path) -> bool:
    try:
        descriptor = os.open(lock, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
