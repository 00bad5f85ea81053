"""Reservations from events: what is held follows from what happened, in the order of numbers."""

from collections.abc import Callable, Sequence

from shared.events.envelope import Event, decode
from shared.log.port import TopicPartition
from shared.store.commands import Slot
from shared.store.store import Store
from shared.store.unit import Holder, SlotKey

PAGE = 1_000

SlotsOf = Callable[[Event], tuple[Sequence[Slot], Sequence[str]]]
"""The slots that one event takes, and the kinds of slot that its stream lets go of."""


async def reservations_from_events(store: Store, slots_of: SlotsOf) -> dict[SlotKey, Holder]:
    """Who holds which slot, computed from the events alone. The first taker keeps a slot."""
    held: dict[SlotKey, Holder] = {}
    of_stream: dict[str, set[SlotKey]] = {}
    marks = dict.fromkeys(await store.heads(), 0)
    while rows := await store.tail(marks, PAGE):
        for topic, partition_no, seq, _, body in rows:
            _apply(decode(body), slots_of, held, of_stream)
            marks[TopicPartition(topic, partition_no)] = seq
    return held


def _apply(
    event: Event,
    slots_of: SlotsOf,
    held: dict[SlotKey, Holder],
    of_stream: dict[str, set[SlotKey]],
) -> None:
    takes, freed = slots_of(event)
    own = of_stream.setdefault(event.subject, set())
    for slot in [slot for slot in own if slot[0] in freed]:
        own.discard(slot)
        del held[slot]
    for take in takes:
        key = (take.kind, take.key)
        if held.setdefault(key, Holder(event.subject, take.note)).stream_id == event.subject:
            own.add(key)


async def restore_reservations(store: Store, slots_of: SlotsOf) -> int:
    """Replace the reservations by what the events say, in one transaction; gives their number.

    Only while nothing else writes: `claims-ledger recover` and the drills.
    """
    held = await reservations_from_events(store, slots_of)
    async with store.pool.acquire() as connection, connection.transaction():
        await connection.execute("DELETE FROM reservations")
        await connection.copy_records_to_table(
            "reservations",
            records=[(*key, *holder) for key, holder in held.items()],
            columns=("kind", "key", "stream_id", "note"),
        )
    return len(held)
