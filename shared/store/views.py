"""Read tables follow the service's own events, in order, with their position in the same commit."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog

from shared.attempts import RETRIED
from shared.events.envelope import Event, decode
from shared.faults import TRANSIENT
from shared.log.port import TopicPartition
from shared.store.position import Position
from shared.store.store import Connection, Store

PAGE = 100
"""events per partition in one transaction"""
BUSY_SECONDS, IDLE_SECONDS = 0.005, 0.25
GATHER_SECONDS = 0.02
"""after a turn that caught up: one turn for many commits costs a fraction of a turn for each"""
RETRY_SECONDS = 0.5

log = structlog.get_logger()

Project = Callable[[Connection, Sequence[Event]], Awaitable[None]]
Then = Callable[[Connection], Awaitable[bool]]
"""What follows from the tables, in the transaction that moved them; True: something is left."""


class MovedElsewhere(Exception):
    """Another process of the service has shown these events: go on from where it is."""


class Projector:
    """Keeps one set of read tables; a rebuild is a new name beside the old one.

    Several processes may run the same one: the position is compared and set, so each event is shown
    once. `then` is called when the tables show all that was committed at one moment: a consistent
    cut through all streams. It may append events; LostRace rolls the turn back and tries again.
    """

    def __init__(self, name: str, store: Store, project: Project, then: Then | None = None) -> None:
        self.name = name
        self._store = store
        self._project = project
        self._then = then
        self._left = then is not None
        self._nudged = asyncio.Event()
        self._seen: dict[TopicPartition, int] = {}

    def nudge(self) -> None:
        """Something was committed in this process: look now."""
        self._nudged.set()

    async def seen(self, topic: str, partition: int) -> int:
        """The last number that the read tables show; for reads that wait for their own writes."""
        return self._seen.get(TopicPartition(topic, partition), 0)

    async def run(self) -> None:
        """Follow for ever; database failures are retried, anything else ends the process."""
        pause = BUSY_SECONDS
        await self._load()
        while True:
            self._nudged.clear()
            try:
                if turned := await self._turn():
                    pause = BUSY_SECONDS
                    if turned < PAGE:
                        await asyncio.sleep(GATHER_SECONDS)
                    continue
            except MovedElsewhere:
                await self._load()
            except RETRIED as failed:
                log.warning("views_retry", view=self.name, cause=type(failed).__name__)
                await asyncio.sleep(RETRY_SECONDS)
                await self._load()
            try:
                async with asyncio.timeout(pause):  # wait_for() may swallow a cancellation
                    await self._nudged.wait()
                pause = BUSY_SECONDS
            except TimeoutError:
                pause = min(pause * 2, IDLE_SECONDS)

    async def _load(self) -> None:
        while True:
            try:
                self._seen = await self._positions()
            except TRANSIENT:
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return

    async def _positions(self) -> dict[TopicPartition, int]:
        """Every position has a row before it is first moved, so that two first moves meet."""
        await self._store.pool.execute(_CREATE, self.name)
        rows = await self._store.pool.fetch(_POSITIONS, self.name)
        return {TopicPartition(r[0], r[1]): r[2] for r in rows}

    async def _turn(self) -> int:
        rows = await self._store.tail(self._seen, PAGE)
        if not rows and not self._left:
            return 0
        moved: dict[TopicPartition, int] = {}
        shown: Counter[TopicPartition] = Counter()
        for row in rows:
            at = TopicPartition(row[0], row[1])
            moved[at] = row[2]
            shown[at] += 1
        left = self._then is not None
        async with self._store.pool.acquire() as connection, connection.transaction():
            if rows:
                await self._move(connection, moved)
                await self._project(connection, [decode(row[4]) for row in rows])
            if self._then and max(shown.values(), default=0) < PAGE:
                left = await self._then(connection)
        self._left = left
        self._seen |= moved
        self._store.seen(Position(*at, seq) for at, seq in moved.items())
        return len(rows)

    async def _move(self, connection: Connection, moved: Mapping[TopicPartition, int]) -> None:
        hit = await connection.fetch(
            _MOVE, self.name, [a.topic for a in moved], [a.partition for a in moved],
            [self._seen[at] for at in moved], list(moved.values()),
        )  # fmt: skip
        if len(hit) != len(moved):
            raise MovedElsewhere(self.name)


_CREATE = """
INSERT INTO view_positions (view, topic, partition_no, seq)
SELECT $1, topic, partition_no, 0 FROM heads ON CONFLICT DO NOTHING
"""
_POSITIONS = "SELECT topic, partition_no, seq FROM view_positions WHERE view = $1"
_MOVE = """
UPDATE view_positions v SET seq = n.seq
  FROM unnest($2::text[], $3::smallint[], $4::bigint[], $5::bigint[])
    AS n(topic, partition_no, expected, seq)
 WHERE v.view = $1 AND (v.topic, v.partition_no) = (n.topic, n.partition_no)
   AND v.seq = n.expected
RETURNING 1
"""
