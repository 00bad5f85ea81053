"""Commands as a person runs them: a process of its own, its exit code and what it printed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import psutil

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Ended:
    """`out` is standard output, `err` standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.out)


def start(*arguments: str, settings: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
    """`claims-ledger` with these arguments and no LEDGER_… variable but `settings`."""
    clean = {name: v for name, v in os.environ.items() if not name.startswith("LEDGER_")}
    return subprocess.Popen(
        [sys.executable, "-m", "services.cli", *arguments],
        cwd=ROOT,
        env={**clean, "COLUMNS": "200", **(settings or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ledger(
    *arguments: str, settings: Mapping[str, str] | None = None, seconds: float = SECONDS
) -> Ended:
    """Run a command to its end."""
    with start(*arguments, settings=settings) as process:
        out, err = process.communicate(timeout=seconds)
    return Ended(process.returncode, out, err)


def document(process: "subprocess.Popen[str]") -> Any:
    """The first JSON document that a process prints, which may stay up after it."""
    assert process.stdout is not None
    lines = []
    while line := process.stdout.readline():
        lines.append(line)
        if line == "}\n":
            return msgspec.json.decode("".join(lines))
    assert process.stderr is not None
    raise AssertionError(process.stderr.read())


def until(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for it; fails when it does not come."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def processes_of(folder: Path) -> list[int]:
    """Processes whose command line, folder or environment names `folder`."""
    return [p.pid for p in psutil.process_iter() if _names(p, str(folder))]


def _names(process: psutil.Process, folder: str) -> bool:
    try:
        if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
            return False
        said = [*process.cmdline(), *process.environ().values()]
    except psutil.Error:
        return False
    return any(folder in word for word in said)
