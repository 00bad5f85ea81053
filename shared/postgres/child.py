"""A child process that never outlives us, and how to wait for its end without blocking the loop."""

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from shared.postgres.binaries import Account

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.02


def spawn(
    command: Sequence[str],
    log: int,
    user: Account | None = None,
    last_signal: signal.Signals = signal.SIGINT,
    environment: Mapping[str, str] | None = None,
) -> "subprocess.Popen[bytes]":
    """Start `command` (as `user`), in its own session (Ctrl-C reaches us first); both outputs go to
    the descriptor `log`. It gets `last_signal` when the thread that called this ends.
    """
    switch = user if user is not None and user.switch else None
    return subprocess.Popen(  # noqa: S603 - our own command line, no shell
        command,
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        user=switch.uid if switch else None,
        group=switch.gid if switch else None,
        extra_groups=[] if switch else None,
        preexec_fn=die_with(os.getpid(), last_signal),  # noqa: PLW1509 - one prepared system call
    )


def die_with(parent: int, last_signal: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the child gets `last_signal` when the thread that started it ends.

    Runs in the child after it changed its user, since that change would clear the wish again.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    number = int(last_signal)

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def children_of(pid: int) -> list[int]:
    """Process ids of the direct children; processes that end meanwhile are left out."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            after_name = entry.read_text().rpartition(")")[2].split()
            if int(after_name[1]) == pid:
                found.append(int(entry.parent.name))
    return found


async def gone(child: "subprocess.Popen[bytes]", seconds: float) -> bool:
    """Wait by polling: Popen.wait() would block the loop, and deadlocks in a signal handler."""
    deadline = time.monotonic() + seconds
    while child.poll() is None:
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(POLL_SECONDS)
    return True
