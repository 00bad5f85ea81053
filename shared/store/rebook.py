"""The journal from events: what an event books follows from it, so lost postings come back."""

from dataclasses import dataclass, field

from shared.events.envelope import decode
from shared.log.port import TopicPartition
from shared.store.journal import UNGUARDED, Books, Line, Room, lines_of
from shared.store.store import Store

PAGE = 1_000


@dataclass(slots=True)
class Booked:
    """What the journal, the accounts and the guard rows must hold."""

    lines: set[Line] = field(default_factory=set)
    balances: dict[str, int] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)
    """per plan its base, its ratio and what was advanced, pending included"""


async def booked_by_events(store: Store, books: Books) -> Booked:
    """Computed from every event of the service."""
    booked = Booked()
    marks = dict.fromkeys(await store.heads(), 0)
    while rows := await store.tail(marks, PAGE):
        for topic, partition_no, seq, _, body in rows:
            event = decode(body)
            booking = books(event)
            booked.lines.update(lines_of(event.id, booking.moves))
            for room in booking.rooms:
                booked.rooms[room.plan] = _changed(booked.rooms.get(room.plan), room)
            marks[TopicPartition(topic, partition_no)] = seq
    # A request before the plan was approved is refused: it has no room, and takes none.
    booked.rooms = {plan: room for plan, room in booked.rooms.items() if room.max_ratio_bp}
    for line in booked.lines:
        booked.balances[line.account] = booked.balances.get(line.account, 0) + line.amount_fen
    return booked


def _changed(before: Room | None, room: Room) -> Room:
    """As the statements of the journal do it, one event after the other."""
    known = before or Room(room.plan, 0, 0, 0)
    if room.base_fen is None or room.max_ratio_bp is None:
        return known._replace(by_fen=known.by_fen + room.by_fen)
    least = -(-known.by_fen * 10_000 // room.max_ratio_bp)
    return known._replace(base_fen=max(room.base_fen, least), max_ratio_bp=room.max_ratio_bp)


async def booked_in_database(store: Store) -> Booked:
    """What stands in the tables."""
    lines = await store.pool.fetch("SELECT event_id, line, account, amount_fen FROM journal_lines")
    rooms = await store.pool.fetch(
        "SELECT plan, advanced_fen, base_fen, max_ratio_bp FROM advance_rooms"
    )
    balances = await store.pool.fetch("SELECT account, balance_fen FROM balances")
    return Booked(
        {Line(str(row[0]), *row[1:]) for row in lines},
        {row[0]: row[1] for row in balances},
        {row[0]: Room(*row) for row in rooms},
    )


@dataclass(frozen=True, slots=True)
class JournalCompared:
    """Journal against events: how many lines there are, and how many things differ."""

    lines: int
    missing: int
    """lines that events say and the journal lacks"""
    extra: int
    """lines that no event says"""
    balances: int
    """accounts that do not hold the sum of their lines"""
    rooms: int
    """plans whose advances are counted wrongly"""
    sum_fen: int
    """of all lines: 0"""

    @property
    def equal(self) -> bool:
        return not (self.missing or self.extra or self.balances or self.rooms or self.sum_fen)


async def compare_journal(store: Store, books: Books) -> JournalCompared:
    """Compute the journal again from every event and count what differs.

    While nothing is written: what is posted between the two readings differs too.
    """
    wanted, found = await booked_by_events(store, books), await booked_in_database(store)
    accounts = wanted.balances.keys() | found.balances.keys()
    plans = wanted.rooms.keys() | found.rooms.keys()
    return JournalCompared(
        lines=len(found.lines),
        missing=len(wanted.lines - found.lines),
        extra=len(found.lines - wanted.lines),
        balances=sum(wanted.balances.get(a, 0) != found.balances.get(a, 0) for a in accounts),
        rooms=sum(wanted.rooms.get(plan) != found.rooms.get(plan) for plan in plans),
        sum_fen=sum(line.amount_fen for line in found.lines),
    )


async def restore_journal(store: Store, books: Books) -> int:
    """Post what is missing and set each balance to the sum of its lines; gives how many lines.

    Only while nothing else writes: `claims-ledger recover` and the drills.
    """
    wanted, found = await booked_by_events(store, books), await booked_in_database(store)
    missing = sorted(wanted.lines - found.lines)
    async with store.pool.acquire() as connection, connection.transaction():
        for n in range(0, len(missing), PAGE):
            page = missing[n : n + PAGE]
            await connection.execute(_LINES, *map(list, zip(*page, strict=True)))
        await connection.execute(_BALANCES, list(UNGUARDED))
        for room in wanted.rooms.values():
            await connection.execute(
                _ROOM, room.plan, room.base_fen, room.max_ratio_bp, room.by_fen
            )
    return len(missing)


_LINES = """
INSERT INTO journal_lines (event_id, line, account, amount_fen)
SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::bigint[])
"""
_BALANCES = """
INSERT INTO balances (account, guarded, balance_fen)
SELECT account, NOT account LIKE ANY (SELECT '%' || u FROM unnest($1::text[]) AS u),
       sum(amount_fen)::bigint
  FROM journal_lines GROUP BY account
ON CONFLICT (account) DO UPDATE SET balance_fen = excluded.balance_fen
"""
_ROOM = """
INSERT INTO advance_rooms (plan, base_fen, max_ratio_bp, advanced_fen) VALUES ($1, $2, $3, $4)
ON CONFLICT (plan) DO UPDATE SET base_fen = excluded.base_fen,
    max_ratio_bp = excluded.max_ratio_bp, advanced_fen = excluded.advanced_fen
"""
