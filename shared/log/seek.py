"""Finds a record by its number: offsets have gaps, differ between logs and hold copies."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.log.port import FOREIGN_SEQ, Log, LogReader, LogUnavailable, Record, TopicPartition

LOOK_BACK = 50_000  # records sent again before the one wanted; beyond it any copy will do
READ_RECORDS = 5_000
WAIT_SECONDS = 1.0
MAX_SILENT_READS = 30


async def offset_of(log: Log, at: TopicPartition, seq: int) -> int:
    """Offset of the first record with this number, or of the first one above it where it is
    missing; the end of the partition when all are below. Raises LogUnavailable, LogRefused.

    Numbers run up by one and fall back only where records were sent again, so a binary search ends
    on *a* copy. No record can stand before `start + seq - first seq`: when the copy stands there it
    is the first, and otherwise the offsets between hold copies, which are read one by one.
    """
    state = (await log.states([at.topic]))[at]
    if state.start_offset == state.end_offset:
        return state.end_offset
    async with _reading(log, at, state.start_offset) as reader:
        first = await _next(reader, at, state.start_offset, state.end_offset)
        if first is None or first.seq >= seq:
            return state.start_offset
        earliest = first.offset + seq - first.seq
        if earliest < state.end_offset:
            guess = await _next(reader, at, earliest, state.end_offset)
            if guess is not None and guess.seq == seq and guess.offset == earliest:
                return earliest
        found = await _search(reader, at, seq, first.offset, state.end_offset)
        return await _first_copy(reader, at, seq, max(earliest, found - LOOK_BACK), found)


async def record_of(log: Log, at: TopicPartition, seq: int) -> Record | None:
    """The first record with this number, None where there is none."""
    end = (await log.states([at.topic]))[at].end_offset
    offset = await offset_of(log, at, seq)
    async with _reading(log, at, offset) as reader:
        found = await _next(reader, at, offset, end)
    return found if found is not None and found.seq == seq else None


@asynccontextmanager
async def _reading(log: Log, at: TopicPartition, offset: int) -> AsyncIterator[LogReader]:
    reader = await log.reader({at: offset})
    try:
        yield reader
    finally:
        await reader.close()


async def _search(reader: LogReader, at: TopicPartition, seq: int, low: int, high: int) -> int:
    """`low` holds a smaller number; everything from `high` on is as good as too large."""
    while high - low > 1:
        middle = (low + high) // 2
        found = await _next(reader, at, middle, high)
        if found is not None and found.seq < seq:
            low = found.offset
        else:
            high = middle
    return high


async def _first_copy(
    reader: LogReader, at: TopicPartition, seq: int, begin: int, found: int
) -> int:
    await reader.seek(at, begin)
    silent = 0
    while reader.position(at) < found and silent < MAX_SILENT_READS:
        records = (await reader.read(READ_RECORDS, WAIT_SECONDS)).get(at, ())
        silent = 0 if records else silent + 1
        for record in records:
            if record.seq == seq and record.offset < found:
                return record.offset
    return found


async def _next(reader: LogReader, at: TopicPartition, offset: int, end: int) -> Record | None:
    """The first record with our headers in [offset, end)."""
    await reader.seek(at, offset)
    for _ in range(MAX_SILENT_READS):
        if reader.position(at) >= end:
            return None
        for record in (await reader.read(1, WAIT_SECONDS)).get(at, ()):
            if record.offset >= end:
                return None
            if record.seq != FOREIGN_SEQ:
                return record
    raise LogUnavailable(f"{at.topic}/{at.partition} gives nothing at offset {offset}")
