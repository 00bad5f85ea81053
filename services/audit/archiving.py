"""The archive follows the log in the background: every few seconds, in the audit process."""

import asyncio
import ctypes
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import TypeVar

import structlog

from services.audit.archive.catch_up import catch_up
from services.audit.archive.files import ArchiveBusy
from services.audit.archive.resume import CaughtUp
from services.audit.archive.verify import Fork
from shared.faults import TRANSIENT
from shared.log.port import Log
from shared.log.verified import ForkFound

SECONDS = 2.0
BUSY_SECONDS = 60.0
"""how long another writer of the folder (a replay) is waited for"""
STOP_SECONDS = 10.0
LATE_SECONDS = 120.0
"""so long without a finished pass, and /readyz says so"""

_RETRIED: tuple[type[BaseException], ...] = (ArchiveBusy, *TRANSIENT)
T = TypeVar("T")
log = structlog.get_logger()


class Archiver:
    """Keeps the archive's folder current; a kill at any point loses nothing."""

    def __init__(self, log_: Log, folder: Path, pause_seconds: float = SECONDS) -> None:
        self._log = log_
        self._pause_seconds = pause_seconds
        self._folder = folder
        self._last: CaughtUp | None = None
        self._done_at = time.monotonic()

    async def run(self) -> None:
        """For ever. Log, disk and another writer are waited for; raises ForkFound (finding G2)."""
        while True:
            try:
                self._last = await to_its_end(archived(self._log, self._folder))
                self._done_at = time.monotonic()
                _return_memory()
            except _RETRIED as failed:
                log.warning("archive_retries", cause=type(failed).__name__)
            await asyncio.sleep(self._pause_seconds)

    async def alarms(self) -> str | None:
        """Why the archive is not well, for /readyz."""
        reasons = []
        if time.monotonic() - self._done_at > LATE_SECONDS:
            reasons.append(f"no pass in {LATE_SECONDS:.0f} s")
        if self._last:
            reasons += [f"gap at {a.topic}/{a.partition}" for a in sorted(self._last.gaps)]
            reasons += [f"log shorter at {a.topic}/{a.partition}" for a in self._last.shorter]
        return "; ".join(reasons) or None


def _return_memory() -> None:
    """A merge's buffers are free again, and glibc would keep their pages."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)


async def archived(log_: Log, folder: Path) -> CaughtUp:
    """One pass. Raises ForkFound, ArchiveBusy, LogUnavailable."""
    try:
        return await catch_up(log_, folder)
    except Fork as fork:
        log.critical("archive_fork", place=f"{fork.at.topic}/{fork.at.partition}/{fork.seq}")
        raise ForkFound(fork.at, fork.seq) from fork


async def archived_when_free(log_: Log, folder: Path) -> CaughtUp:
    """One pass, as soon as no other process writes the folder. Raises as `archived`."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return await archived(log_, folder)
        except ArchiveBusy:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(0.1)


async def to_its_end(work: Coroutine[object, object, T]) -> T:
    """Cancelled, it first lets the work finish for some seconds: DuckDB runs in a thread of it."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=STOP_SECONDS)
        raise
