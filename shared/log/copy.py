"""Moves an installation from one log to another: same numbers, same chain, same bytes."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.log.port import (
    Log,
    LogReader,
    LogRefused,
    LogUnavailable,
    LogWriter,
    Record,
    TopicPartition,
    TopicState,
)
from shared.log.seek import offset_of, record_of
from shared.log.verified import ForkFound, Verifier

BATCH_RECORDS = 10_000
WAIT_SECONDS = 1.0
MAX_SILENT_READS = 30


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What one run copied, and how far the target reaches now: the last number per partition."""

    records: Mapping[str, int]
    last: Mapping[TopicPartition, int]


async def copy_log(source: Log, target: Log, topics: Sequence[str]) -> CopyReport:
    """Copy what the source holds at the start of each topic, verifying the chain; run again to go
    on from the target's last record. Records that were sent again are copied once.

    Raises LogRefused (other number of partitions, a target that is no prefix of the source, a
    number that is missing), ForkFound (the source's chain does not hold), LogUnavailable.
    """
    records: dict[str, int] = {}
    last: dict[TopicPartition, int] = {}
    for topic in topics:
        await target.create_topics({topic: await source.partitions(topic)})
        states = await source.states([topic])
        proved = {at: await _resume(source, target, at) for at in states}
        records[topic] = await _copy(source, target, states, proved)
        for at, verifier in proved.items():
            if verifier.gap:
                raise LogRefused(
                    f"{at.topic}/{at.partition}: a record after {verifier.seq} is missing"
                )
            last[at] = verifier.seq
    return CopyReport(records, last)


async def _resume(source: Log, target: Log, at: TopicPartition) -> Verifier:
    """Stand behind the target's last record, in the source."""
    held = await target.last(at)
    if held is None:
        return Verifier(at)
    same = await record_of(source, at, held.seq)
    if same is None or same.chain != held.chain:
        raise LogRefused(
            f"{at.topic}/{at.partition}: the target's last record, {held.seq}, is not the source's"
        )
    return Verifier(at, held.seq, held.chain, same.offset + 1)


async def _copy(
    source: Log,
    target: Log,
    states: Mapping[TopicPartition, TopicState],
    proved: Mapping[TopicPartition, Verifier],
) -> int:
    reader = await source.reader({at: proved[at].offset for at in states})
    try:
        writer = await target.writer()
        try:
            return await _pump(reader, writer, target, states, proved)
        finally:
            await writer.close()
    finally:
        await reader.close()


async def _pump(
    reader: LogReader,
    writer: LogWriter,
    target: Log,
    states: Mapping[TopicPartition, TopicState],
    proved: Mapping[TopicPartition, Verifier],
) -> int:
    count = silent = 0
    while any(reader.position(at) < state.end_offset for at, state in states.items()):
        found = await reader.read(BATCH_RECORDS, WAIT_SECONDS)
        silent = 0 if found else silent + 1
        if silent > MAX_SILENT_READS:
            raise LogUnavailable("the source gives nothing before its end")
        fresh = {at: proved[at].accept(records) for at, records in found.items()}
        await asyncio.gather(*(writer.append(at, new) for at, new in fresh.items() if new))
        for at in found:
            await _compare_doubted(target, proved[at])
        count += sum(map(len, fresh.values()))
    return count


async def _compare_doubted(target: Log, verifier: Verifier) -> None:
    """Copies older than the verifier remembers are compared with what the target holds by now."""
    doubted, verifier.doubted = verifier.doubted, []
    if not doubted:
        return
    chains = await _chains(target, verifier.at, doubted)
    for record in doubted:
        if chains.get(record.seq) != record.chain:
            raise ForkFound(verifier.at, record.seq)


async def _chains(target: Log, at: TopicPartition, doubted: Sequence[Record]) -> dict[int, bytes]:
    first, last = min(r.seq for r in doubted), max(r.seq for r in doubted)
    end = (await target.states([at.topic]))[at].end_offset
    reader = await target.reader({at: await offset_of(target, at, first)})
    chains: dict[int, bytes] = {}
    try:
        while last not in chains and reader.position(at) < end:
            for record in (await reader.read(BATCH_RECORDS, WAIT_SECONDS)).get(at, ()):
                chains.setdefault(record.seq, record.chain)
    finally:
        await reader.close()
    return chains
