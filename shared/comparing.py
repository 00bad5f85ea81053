"""What the log holds beside what we hold: asked at every start, before anything is written."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from shared.log.port import Log, TopicPartition, TopicState
from shared.log.seek import record_of
from shared.marks import START, Fork, LogAhead, Mark, mark_at, saved_marks
from shared.store.store import Store


@dataclass(frozen=True, slots=True)
class Standing:
    """One partition: the last number given, the last one saved as sent, and the log's last."""

    head: int
    saved: Mark
    log: Mark
    resume: Mark
    """after which to send on: `log`, or START where the log has lost its beginning"""


async def compare(store: Store, log: Log) -> dict[TopicPartition, Standing]:
    """Where each partition stands. Raises Fork, LogAhead, EventsMissing.

    The heads are read last: whatever stands in the log was committed before, so a busy relay beside
    us never looks like events that we do not hold.
    """
    standings = await standing(store, log)
    for at, found in standings.items():
        if found.log.seq > found.head:
            raise LogAhead(f"{at.topic}/{at.partition}: log {found.log.seq}, database {found.head}")
        if found.log != found.saved and found.log != await mark_at(store, at, found.log.seq):
            raise Fork(f"{at.topic}/{at.partition} at {found.log.seq}")
    return standings


async def standing(store: Store, log: Log) -> dict[TopicPartition, Standing]:
    """The same without judging it."""
    places = list(await store.heads())
    lasts = await asyncio.gather(*(log.last(at) for at in places))
    states = await log.states(sorted({at.topic for at in places}))
    saved = await saved_marks(store.pool)
    heads = await store.heads()
    found = {}
    for at, last in zip(places, lasts, strict=True):
        theirs = Mark(last.seq, last.chain) if last else START
        head = heads[at]
        if records_in(states[at]) > head >= theirs.seq:
            theirs = await _behind_copies(log, at, head, theirs)
            head = (await store.heads())[at]
        resume = START if is_shorter(states[at], theirs.seq) else theirs
        found[at] = Standing(head, saved.get(at, START), theirs, resume)
    return found


async def _behind_copies(log: Log, at: TopicPartition, head: int, last: Mark) -> Mark:
    """Records sent again stand last: is there one in front of them that we do not hold?"""
    beyond = await record_of(log, at, head + 1)
    return Mark(beyond.seq, beyond.chain) if beyond else last


def records_in(state: TopicState) -> int:
    """How many records a partition holds, copies included."""
    return state.end_offset - state.start_offset


def is_shorter(state: TopicState, seq: int) -> bool:
    """Fewer records than numbers: the topic was recreated or cut under a relay that sent on."""
    return records_in(state) < seq


def shorter(
    states: Mapping[TopicPartition, TopicState], marks: Mapping[TopicPartition, Mark]
) -> list[TopicPartition]:
    """The partitions of the log that have lost what was acknowledged."""
    return [at for at, mark in marks.items() if is_shorter(states[at], mark.seq)]
