"""The long tests that `make soak` runs: the code of `make test`, in full size."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HISTORIES = 2_000
SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class Long:
    """A test file; `grows` where LEDGER_HISTORIES sets its size, else it tries every case."""

    what: str
    file: str
    grows: bool
    sizes: tuple[tuple[str, str], ...] = ()
    """settings of its full size, where LEDGER_HISTORIES does not set it"""


@dataclass(frozen=True, slots=True)
class Ran:
    """One that held."""

    what: str
    size: str
    seconds: float


LONG = (
    Long(
        "a plan's money in any order of commands, deliveries and crashes",
        "tests/payments/advance/test_stateful.py",
        True,
    ),
    Long(
        "every order in which decisions and the bank's answers can arrive",
        "tests/payments/advance/test_interleaving.py",
        False,
    ),
    Long(
        "100,000 claims approved in one command, its process killed again and again",
        "tests/claims/approvals/test_kills.py",
        False,
        (("LEDGER_APPROVALS", "100000"),),
    ),
    Long(
        "random cases of five cities, 500 a history, judged in Python and by SQL",
        "tests/policy/test_fuzz.py",
        True,
    ),
)


def run(test: Long, seed: int, histories: int, told: Callable[[str], None]) -> Ran:
    """Raises SystemExit with what the test said where it does not hold."""
    told(f"{test.file} …")
    words = (
        "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--timeout={SECONDS}",
        f"--hypothesis-seed={seed}", test.file,
    )  # fmt: skip
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={
            **os.environ,
            "LEDGER_HISTORIES": str(histories),
            "TEST_SEED": str(seed),
            **dict(test.sizes),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\n{done.stderr}\n{test.file} does not hold, seed {seed}")
    size = f"{histories} histories" if test.grows else "all"
    return Ran(test.what, size, time.monotonic() - began)
