"""Handlers for the inbox's tests: one notes what it is given, one reacts with events."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from shared.delivery import CauseMissing, Delivery, Effects
from shared.events.days import DayOpened
from shared.events.envelope import Event
from shared.inbox import Inbox
from shared.reactor import Reaction, Reactor
from shared.store.commands import Aggregate, Decision, Ledger
from shared.store.store import Connection
from tests.stands import CLOCK, Stand


class Noting:
    """Notes each delivery in a table, in the same transaction; breaks where it is told to."""

    def __init__(self) -> None:
        self.breaks: dict[str, type[BaseException]] = {}
        self.waits: dict[str, tuple[str, int]] = {}
        self.tries: list[str] = []

    async def apply(self, connection: Connection, deliveries: Sequence[Delivery]) -> Effects:
        effects = Effects()
        waiting: dict[str, CauseMissing] = {}
        for delivery in deliveries:
            event = delivery.event
            name = f"{event.subject}/{event.version}"
            self.tries.append(name)
            if name in self.breaks:
                raise self.breaks[name](name)
            missing = await self._missing(connection, name)
            if missing or event.subject in waiting:
                waiting.setdefault(event.subject, missing or CauseMissing(""))
                effects.waiting.append((delivery, waiting[event.subject]))
                continue
            await connection.execute("INSERT INTO noted (name) VALUES ($1)", name)
        return effects

    async def _missing(self, connection: Connection, name: str) -> CauseMissing | None:
        if name not in self.waits:
            return None
        stream, version = self.waits[name]
        here = await connection.fetchval("SELECT count(*) FROM events WHERE stream_id = $1", stream)
        return None if here >= version else CauseMissing(stream, version)


@dataclass(frozen=True)
class Count:
    """How many events the stream has."""

    events: int = 0


def counted(count: Count, _: Event) -> Count:
    return Count(count.events + 1)


def reactor(reader: Stand) -> Reactor:
    """Each event adds one to the stream of its own name and one to a stream that all share."""
    counting = Aggregate("/payments", reader.topic, Count(), counted)

    def react(heard: Delivery) -> list[Reaction[Count]]:
        event = heard.event
        return [
            Reaction(counting, f"{event.subject}-heard", lambda _: Decision([event.facts])),
            Reaction(counting, "all-heard", lambda _: Decision([event.facts])),
        ]

    return Reactor(Ledger(reader.store, CLOCK), {DayOpened: react})


async def prepare(reader: Stand) -> None:
    await reader.as_owner(
        "CREATE TABLE IF NOT EXISTS noted (n bigserial, name text);"
        " GRANT ALL ON noted TO ledger_writer; GRANT ALL ON SEQUENCE noted_n_seq TO ledger_writer;"
        " TRUNCATE noted RESTART IDENTITY"
    )


def inbox(reader: Stand, source: Stand, handler: Noting | Reactor) -> Inbox:
    return Inbox("reader", reader.store, source.log, [source.topic], handler, CLOCK)


async def noted(reader: Stand) -> list[str]:
    return [row[0] for row in await reader.fetch("SELECT name FROM noted ORDER BY n")]


async def turns(reading: Inbox, count: int = 3) -> None:
    """Start, read and apply a few times, end: as a process that lives shortly."""
    reader = await reading.open()
    try:
        for _ in range(count):
            await reading.turn(reader)
            reading._resumed_at = 0.0
    finally:
        await reader.close()


async def drain(reading: Inbox, seconds: float = 10) -> None:
    """One process until nothing comes any more."""
    reader = await reading.open()
    try:
        async with asyncio.timeout(seconds):
            while True:
                before = reading.applied
                reading._resumed_at = 0.0
                await reading.turn(reader)
                if reading.applied == before and await reading.lag() == 0:
                    return
    finally:
        await reader.close()
