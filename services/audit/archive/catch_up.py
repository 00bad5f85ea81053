"""From the log into the archive, by the log's port: verified while written, continued anywhere."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

from services.audit.archive.columns import connection
from services.audit.archive.compact import merge_all
from services.audit.archive.files import LIMITS, Limits, remove_strays, writing
from services.audit.archive.resume import (
    CaughtUp,
    Start,
    in_groups,
    outcome,
    save_offset,
    starts,
    starts_too_late,
    together,
)
from services.audit.archive.write import PartitionWriter
from shared.events.base import TOPICS
from shared.log.port import Log, LogReader, LogUnavailable, Record, TopicPartition

PARTITIONS_AT_ONCE = 8
_MAX_RECORDS = 5_000
_WAIT_SECONDS = 0.5
_MAX_IDLE_SECONDS = 60.0
# One for all: every thread in which Arrow, DuckDB or Python has worked keeps memory of its own.
_THREAD = ThreadPoolExecutor(1, "archive")
P = ParamSpec("P")
T = TypeVar("T")


async def catch_up(
    log: Log, folder: Path, topics: Sequence[str] = TOPICS, limits: Limits = LIMITS
) -> CaughtUp:
    """Archive all that the log holds now. May be killed at any point and called again.

    Raises Fork (the log contradicts itself or the archive), ArchiveBusy, LogUnavailable.
    """
    with writing(folder):
        remove_strays(folder)
        states = await log.states(topics)
        parts = [
            await _archive(log, folder, group, limits)
            for group in in_groups(starts(folder, states), PARTITIONS_AT_ONCE)
        ]
        return together(parts, await _in_thread(merge_all, folder, limits))


async def _archive(log: Log, folder: Path, group: Sequence[Start], limits: Limits) -> CaughtUp:
    with connection() as database:
        writers = {
            one.at: PartitionWriter(folder, one.at, one.known, database, limits) for one in group
        }
        reader = await log.reader({one.at: one.offset for one in group})
        try:
            await _read_to_end(reader, group, writers)
        finally:
            await reader.close()
        for writer in writers.values():
            await _in_thread(writer.flush)
            save_offset(folder, writer)
        return outcome(writers.values())


async def _read_to_end(
    reader: LogReader, group: Sequence[Start], writers: Mapping[TopicPartition, PartitionWriter]
) -> None:
    start_of = {one.at: one for one in group}
    heard = time.monotonic()
    while any(reader.position(one.at) < one.end_offset for one in group):
        found = await reader.read(_MAX_RECORDS, _WAIT_SECONDS)
        if found:
            heard = time.monotonic()
        elif time.monotonic() - heard > _MAX_IDLE_SECONDS:
            raise LogUnavailable(f"nothing came for {_MAX_IDLE_SECONDS:.0f} s before the end")
        for at, records in found.items():
            await _add(reader, start_of[at], writers[at], records)


async def _add(
    reader: LogReader, start: Start, writer: PartitionWriter, records: Sequence[Record]
) -> None:
    if records and starts_too_late(start, writer, records[0].seq):
        await reader.seek(start.at, start.first_offset)
        return
    # In a thread: verifying and writing take long enough to stop the heartbeats of others.
    await _in_thread(writer.add, records)


async def _in_thread(work: Callable[P, T], *args: P.args, **keywords: P.kwargs) -> T:
    called = partial(work, *args, **keywords)
    return await asyncio.get_running_loop().run_in_executor(_THREAD, called)
