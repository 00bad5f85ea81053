"""Who is killed when: a schedule from a seed, carried out under load."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.cli.local import Local
from tests.faults.load import Load
from tests.faults.supervised import Supervised
from tests.faults.waiting import until
from tests.kafka_broker import Broker

MIN_ANSWERS = 3
"""2xx between two kills: nothing is shown by killing what does not work"""
PROGRESS_SECONDS = 60.0
PAUSE_SECONDS = (0.1, 1.5)
DOWN_SECONDS = (0.0, 0.7)
MAX_ACKNOWLEDGEMENTS = 6


class Kind(StrEnum):
    SITE = "claims site"
    RELAY = "claims relay"
    PAYMENTS = "payments"
    AUDIT = "audit"
    BROKER = "broker"
    DATABASE = "PostgreSQL"
    BETWEEN = "between acknowledgement and saved number"


def schedule(wanted: Mapping[Kind, int], chance: random.Random) -> list[Kind]:
    kinds = [kind for kind, number in wanted.items() for _ in range(number)]
    chance.shuffle(kinds)
    return kinds


@dataclass(slots=True)
class Killer:
    local: Local
    broker: Broker | None
    site: Supervised
    relay: Supervised
    payments: Supervised
    audit: Supervised
    chance: random.Random
    killed: Counter[Kind] = field(default_factory=Counter)
    _restarts: dict[Kind, asyncio.Task[None]] = field(default_factory=dict)

    @property
    def services(self) -> dict[Kind, Supervised]:
        return {
            Kind.SITE: self.site,
            Kind.RELAY: self.relay,
            Kind.PAYMENTS: self.payments,
            Kind.AUDIT: self.audit,
        }

    async def run(self, kinds: list[Kind], load: Load, told: Callable[[str], None]) -> None:
        """Each kill in its turn, at a random moment after some progress. Raises NeverCame."""
        for kind in kinds:
            await self._progress(load)
            await asyncio.sleep(self.chance.uniform(*PAUSE_SECONDS))
            await self._kill(kind)
            told(f"{self.killed.total()} kills, last: {kind}")
        await self.restored()

    async def restored(self) -> None:
        """Broker and database are up again."""
        await asyncio.gather(*self._restarts.values())

    async def _progress(self, load: Load) -> None:
        goal = len(load.client.answered) + MIN_ANSWERS

        def reached() -> bool:
            load.check()
            return len(load.client.answered) >= goal

        await until(reached, PROGRESS_SECONDS, f"progress after {self.killed.total()} kills")

    async def _kill(self, kind: Kind) -> None:
        match kind:
            case Kind.SITE | Kind.RELAY | Kind.PAYMENTS | Kind.AUDIT:
                await self._until_killed(kind, self.services[kind])
            case Kind.BROKER:
                assert self.broker is not None
                await self._down(kind, self.broker.kill, self.broker.start)
            case Kind.DATABASE:
                await self._down(kind, self.local.server.kill, self.local.server.start)
            case Kind.BETWEEN:
                await self._between()

    async def _until_killed(self, kind: Kind, service: Supervised) -> None:
        # it may be down just then
        await until(service.kill, PROGRESS_SECONDS, f"{kind} to kill")
        self.killed[kind] += 1

    async def _between(self) -> None:
        """One that dies needs its log and its database to get that far."""
        await self.restored()
        kind = self.chance.choice((Kind.RELAY, Kind.RELAY, Kind.PAYMENTS, Kind.AUDIT))
        service = self.services[kind]
        before = service.witnessed()
        if await service.die_between(self.chance.randint(1, MAX_ACKNOWLEDGEMENTS)):
            self.killed[kind] += 1
        self.killed[Kind.BETWEEN] += service.witnessed() - before

    async def _down(
        self,
        kind: Kind,
        kill: Callable[[], Awaitable[None]],
        start: Callable[[], Awaitable[object]],
    ) -> None:
        """The restart runs beside the next kills: they strike while this one is still down."""
        if kind in self._restarts:
            await self._restarts[kind]
        await kill()
        self.killed[kind] += 1
        pause = self.chance.uniform(*DOWN_SECONDS)

        async def restart() -> None:
            await asyncio.sleep(pause)
            await start()

        self._restarts[kind] = asyncio.create_task(restart(), name=f"restart-{kind}")
