"""All events of the log, verified: numbers without a gap, chain recomputed, each event once."""

from collections.abc import AsyncIterator, Callable, Sequence

from services.audit.trace.follow import Entry
from shared.events.base import TOPICS
from shared.events.envelope import decode
from shared.log.port import Log, LogUnavailable, Record, TopicPartition
from shared.log.verified import Verifier

__all__ = ["Entry", "entries", "records"]

BATCH, WAIT_SECONDS, MAX_SILENT_READS = 5_000, 0.5, 60


async def records(
    log: Log, topics: Sequence[str] = TOPICS
) -> AsyncIterator[tuple[TopicPartition, Record]]:
    """What the log holds now. Raises ForkFound, LogUnavailable."""
    states = await log.states(topics)
    verifiers = {at: Verifier(at) for at in states}
    reader = await log.reader({at: state.start_offset for at, state in states.items()})
    silent = 0
    try:
        while any(reader.position(at) < state.end_offset for at, state in states.items()):
            found = await reader.read(BATCH, WAIT_SECONDS)
            silent = 0 if found else silent + 1
            if silent > MAX_SILENT_READS:
                raise LogUnavailable("the log gives nothing before its end")
            for at, batch in found.items():
                for record in verifiers[at].accept(batch):
                    yield at, record
    finally:
        await reader.close()


async def entries(log: Log, wanted: Callable[[bytes], bool] = lambda _: True) -> list[Entry]:
    """The events whose bytes are `wanted`, by topic, partition and number."""
    found = [
        Entry(at, record.seq, decode(record.body))
        async for at, record in records(log)
        if wanted(record.body)
    ]
    return sorted(found, key=lambda entry: (entry.at, entry.seq))
