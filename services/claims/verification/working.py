"""The background work of verification: for ever, one loop for each kind of work and register."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import aiohttp
import asyncpg
import structlog

from services.claims.verification.asking import CORRECTIONS_SECONDS, Asking
from services.claims.verification.reopening import Reopening
from services.claims.verification.requesting import Requesting
from shared.faults import TRANSIENT
from shared.registers.http import HttpRegister
from shared.registers.port import Register, RegisterSilent
from shared.registers.secrets import read_secrets
from shared.service import Service
from shared.settings import Environment, Settings, SettingsRefused

CONNECTIONS = 4
"""at once, to one register"""

RETRIED: tuple[type[BaseException], ...] = (*TRANSIENT, asyncpg.UniqueViolationError)
"""the database, or another process that was first"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often the work looks around; seconds."""

    busy_seconds: float = 0.02
    idle_seconds: float = 0.25
    retry_seconds: float = 0.5
    silent_seconds: float = 1.0
    """before a silent register is tried again; doubled each time"""
    longest_silent_seconds: float = 30.0
    corrections_seconds: float = CORRECTIONS_SECONDS


def registers_asked(settings: Settings) -> frozenset[str] | None:
    """The registers to ask; None where what the claimant states counts.

    Raises SettingsRefused: production says where registers are asked.
    """
    if settings.registers:
        return frozenset(settings.registers)
    if settings.environment is Environment.PRODUCTION:
        raise SettingsRefused("LEDGER_REGISTERS: production must say where registers are asked")
    return None


def registers_of(settings: Settings, session: aiohttp.ClientSession) -> Mapping[str, Register]:
    """The adapters. Raises SettingsRefused for a file of secrets that cannot be read."""
    file = settings.registers_secrets_file
    try:
        secrets = read_secrets(file) if file else {}
    except (OSError, ValueError) as refused:
        raise SettingsRefused(f"LEDGER_REGISTERS_SECRETS_FILE: {refused}") from None
    return {
        code: HttpRegister(code, url, session, secret=secrets.get(code))
        for code, url in (settings.registers or {}).items()
    }


class Verifying:
    """Everything that goes on by itself; without registers nothing does."""

    def __init__(self, service: Service, rhythm: Rhythm | None = None) -> None:
        self._service = service
        self._rhythm = rhythm or Rhythm()
        self._asked = registers_asked(service.settings)

    async def run(self) -> None:
        if self._asked is None:
            return
        connector = aiohttp.TCPConnector(limit_per_host=CONNECTIONS)
        async with aiohttp.ClientSession(connector=connector, trust_env=False) as session:
            await self.work(registers_of(self._service.settings, session))

    async def work(self, registers: Mapping[str, Register]) -> None:
        """A slow register holds up none of the others."""
        service, rhythm = self._service, self._rhythm
        turns: dict[str, Callable[[], Awaitable[int]]] = {
            "requests": Requesting(service, frozenset(registers)).turn,
            "reopening": Reopening(service).turn,
        }
        for code, register in registers.items():
            turns[code] = Asking(service, register, rhythm.corrections_seconds).turn
        async with asyncio.TaskGroup() as group:
            for what, turn in turns.items():
                group.create_task(repeat(what, turn, rhythm))


async def repeat(what: str, turn: Callable[[], Awaitable[int]], rhythm: Rhythm) -> None:
    """Turn after turn; failures of database and register pass, anything else ends the process."""
    pause, silent = rhythm.idle_seconds, rhythm.silent_seconds
    while True:
        try:
            busy = await turn()
            pause = rhythm.busy_seconds if busy else min(pause * 2, rhythm.idle_seconds)
            silent = rhythm.silent_seconds
        except RegisterSilent as why:
            log.warning("register_silent", register=what, why=str(why), again_seconds=silent)
            await asyncio.sleep(silent)
            silent = min(silent * 2, rhythm.longest_silent_seconds)
        except RETRIED as failed:
            log.warning("verification_retries", work=what, cause=type(failed).__name__)
            await asyncio.sleep(rhythm.retry_seconds)
        await asyncio.sleep(pause)
