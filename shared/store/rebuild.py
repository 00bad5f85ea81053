"""Reservations from events: what is held follows from what happened, in any order of reading.

Two streams hold one slot at once only where decisions from before the ledger were recorded: then
the one that was written first (by its event id) has it, and the other when the first lets go. In
the running ledger such a slot would be free for a new claim; here the second decision keeps it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from shared.events.envelope import Event, decode
from shared.log.port import TopicPartition
from shared.store.commands import Slot
from shared.store.store import Store
from shared.store.unit import Holder, SlotKey

PAGE = 1_000

SlotsOf = Callable[[Event], tuple[Sequence[Slot], Sequence[str]]]
"""The slots that one event takes, and the kinds of slot that its stream lets go of."""

Wanted = dict[SlotKey, dict[str, tuple[str, str]]]
"""by slot and stream: the id of the event that took it, and its note"""


@dataclass(frozen=True, slots=True)
class Restored:
    """How many reservations were missing or wrong, and how many there are now."""

    written: int
    removed: int
    held: int


async def reservations_from_events(store: Store, slots_of: SlotsOf) -> dict[SlotKey, Holder]:
    """Who holds which slot, computed from the events alone."""
    wanted: Wanted = {}
    of_stream: dict[str, set[SlotKey]] = {}
    marks = dict.fromkeys(await store.heads(), 0)
    while rows := await store.tail(marks, PAGE):
        for topic, partition_no, seq, _, body in rows:
            _apply(decode(body), slots_of, wanted, of_stream)
            marks[TopicPartition(topic, partition_no)] = seq
    return {slot: _holder(streams) for slot, streams in wanted.items() if streams}


def _apply(
    event: Event, slots_of: SlotsOf, wanted: Wanted, of_stream: dict[str, set[SlotKey]]
) -> None:
    takes, freed = slots_of(event)
    if not takes and not freed:
        return
    own = of_stream.setdefault(event.subject, set())
    for slot in [slot for slot in own if slot[0] in freed]:
        own.discard(slot)
        del wanted[slot][event.subject]
    for take in takes:
        slot = (take.kind, take.key)
        own.add(slot)
        wanted.setdefault(slot, {}).setdefault(event.subject, (event.id, take.note))


def _holder(streams: Mapping[str, tuple[str, str]]) -> Holder:
    stream_id = min(streams, key=lambda stream: (streams[stream], stream))
    return Holder(stream_id, streams[stream_id][1])


async def restore_reservations(store: Store, slots_of: SlotsOf) -> Restored:
    """Make the reservations what the events say; only differences are written, a page at a time.

    Only while nothing else writes: `claims-ledger recover` and the drills.
    """
    held = await reservations_from_events(store, slots_of)
    missing = dict(held)
    wrong: list[SlotKey] = []
    after: SlotKey = ("", "")
    while rows := await store.pool.fetch(_PAGE, *after, PAGE):
        for kind, key, stream_id, note in rows:
            if held.get((kind, key)) == Holder(stream_id, note):
                del missing[kind, key]
            else:
                wrong.append((kind, key))
        after = (rows[-1][0], rows[-1][1])
    await _write(store, wrong, missing)
    return Restored(len(missing), len(wrong), len(held))


async def _write(store: Store, wrong: Sequence[SlotKey], missing: Mapping[SlotKey, Holder]) -> None:
    for n in range(0, len(wrong), PAGE):
        page = wrong[n : n + PAGE]
        await store.pool.execute(_DELETE, [kind for kind, _ in page], [key for _, key in page])
    items = list(missing.items())
    for n in range(0, len(items), PAGE):
        rows = [(*slot, *holder) for slot, holder in items[n : n + PAGE]]
        await store.pool.execute(_INSERT, *map(list, zip(*rows, strict=True)))


_PAGE = """
SELECT kind, key, stream_id, note FROM reservations WHERE (kind, key) > ($1, $2)
 ORDER BY kind, key LIMIT $3
"""
_DELETE = """
DELETE FROM reservations USING unnest($1::text[], $2::text[]) AS w(k, v) WHERE (kind, key) = (k, v)
"""
_INSERT = """
INSERT INTO reservations (kind, key, stream_id, note)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
"""
