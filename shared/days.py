"""DayOpened: each service writes every calendar day (Asia/Shanghai) once, in order, as it begins.

Deadlines run on these events and never on a clock, so that a replay needs none. A ledger's first
day is the one it starts on; days on which no process ran are written when one runs again.
"""

import asyncio
from datetime import date, timedelta

import structlog

from shared.events.days import DayOpened
from shared.events.envelope import Event, decode
from shared.faults import TRANSIENT
from shared.ids import new_event_id
from shared.service import Service
from shared.store.commands import Aggregate, By, ClockBehind, Decision
from shared.store.unit import Appended

LOOK_SECONDS = 0.25
"""how soon after midnight, real or simulated, the day is there"""
MAX_AT_ONCE = 60
"""missing days in one commit; a longer pause is made up for commit by commit"""
MAX_MISSING = 7320
"""20 years: a clock that jumped further is not believed, and no day is opened"""
SATURDAY = 5

RETRIED: tuple[type[BaseException], ...] = (*TRANSIENT, ClockBehind)

log = structlog.get_logger()


class ClockJumped(Exception):
    """The clock says a day more than 20 years after the last one that was opened."""


class Days:
    """Opens the days of one service; two processes at once make each day once."""

    def __init__(self, service: Service, name: str, topic: str) -> None:
        self._service = service
        self._stream = stream_of(name)
        self._aggregate: Aggregate[None] = Aggregate(f"/{name}", topic, None, lambda s, _: s)
        self._newest: Event | None = None

    async def run(self) -> None:
        """For ever. Database and network are waited for; so is a clock that can be believed.

        First the log is compared: a database that went back must not write days anew.
        """
        await self._service.relay.compare_until_done()
        while True:
            try:
                await self.turn()
            except RETRIED as failed:
                log.warning("days_retry", cause=type(failed).__name__)
            except ClockJumped:
                log.critical("days_not_opened", cause="the clock jumped")
            await asyncio.sleep(LOOK_SECONDS)

    async def turn(self) -> int:
        """How many days were opened: all that are missing, today the last. Raises ClockJumped."""
        opened = 0
        while self._day is None or self._day < self._service.clock.today():
            self._newest = await self._load()
            if missing := self._missing(self._service.clock.today()):
                opened += await self._open(missing)
        return opened

    @property
    def _day(self) -> date | None:
        facts = self._newest.facts if self._newest else None
        return facts.day if isinstance(facts, DayOpened) else None

    def _missing(self, today: date) -> list[date]:
        """The next days to open, in order; the first day of a new ledger is today."""
        if self._day is None:
            return [today]
        days = (today - self._day).days
        if days > MAX_MISSING:
            raise ClockJumped(days)
        return [self._day + timedelta(days=n + 1) for n in range(min(days, MAX_AT_ONCE))]

    async def _open(self, days: list[date]) -> int:
        """The primary key (stream, version) lets only one of several processes write a day."""
        service, newest = self._service, self._newest
        by = By(
            actor="system",
            jurisdiction=service.settings.jurisdiction,
            correlation_id=new_event_id(service.clock),
        )
        facts = [DayOpened(day=day, working_day=day.weekday() < SATURDAY) for day in days]
        unit = service.ledger.unit(
            self._aggregate, self._stream, newest.version if newest else 0, Decision(facts), by,
            not_before=newest.recorded_at if newest else None,
        )  # fmt: skip
        if not isinstance(await service.store.append(unit), Appended):
            return 0
        service.committed()
        return len(days)

    async def _load(self) -> Event | None:
        store = self._service.store
        body = await store.pool.fetchval(_NEWEST, store.partition_of(self._stream), self._stream)
        return None if body is None else decode(body)


def stream_of(name: str) -> str:
    """All days of one service are one stream, so that its versions count them."""
    return f"days-{name}"


_NEWEST = """
SELECT body FROM events WHERE partition_no = $1 AND stream_id = $2 ORDER BY version DESC LIMIT 1
"""
