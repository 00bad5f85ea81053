"""Closes notices by themselves on the day that DayOpened brings."""

import asyncio
from collections.abc import Callable
from datetime import date
from uuid import uuid4

import structlog

from services.claims.notice import decide, views
from services.claims.notice.decide import NOTICE, Notice
from shared.attempts import RETRIED
from shared.service import Service
from shared.store.commands import By, Contended, Decision, Holders, Refusal, Request

ACTOR = "system"
LOOK_SECONDS = 0.5
MAX_AT_ONCE = 100

log = structlog.get_logger()


def _closing(day: date, stream_id: str) -> Callable[[Notice, Holders], Decision]:
    return lambda notice, _: decide.close_notice(notice, day, stream_id)


class Closing:
    """Two processes at once close each notice once: the second one is refused."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def run(self) -> None:
        """For ever; the database is waited for."""
        await self._service.relay.compare_until_done()
        while True:
            try:
                await self.turn()
            except RETRIED as failed:
                log.warning("notices_retry", cause=type(failed).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def turn(self) -> int:
        """How many notices were closed."""
        day = await views.newest_day(self._service.pool)
        if day is None:
            return 0
        closed = 0
        for stream_id in await views.due(self._service.pool, MAX_AT_ONCE):
            place = NOTICE.fold(await self._service.store.load(stream_id)).jurisdiction
            acting = By(actor=ACTOR, jurisdiction=place, correlation_id=str(uuid4()))
            digest = self._service.digest(f"close/{stream_id}".encode())
            try:
                done = await self._service.ledger.execute(
                    NOTICE, stream_id,
                    _closing(day, stream_id), acting, Request(digest, digest, lambda _: b"{}"),
                )  # fmt: skip
            except (Refusal, Contended):
                continue  # a clerk was first
            closed += not done.replayed  # the read table may be behind our own close
        if closed:
            self._service.committed()
            log.info("notices_closed", count=closed)
        return closed
