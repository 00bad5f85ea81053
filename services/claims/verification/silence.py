"""Since when a register is silent; when it speaks again, an event says how long claims waited."""

from uuid import UUID, uuid5

from services.claims.verification.decide import SYSTEM
from shared.events.base import VERIFICATION_EVENTS
from shared.events.envelope import Event
from shared.events.verifications import RegisterOutageRecorded
from shared.ids import new_event_id
from shared.registers.port import Why
from shared.service import Service
from shared.store.commands import Aggregate, By, Decision

_OUTAGES = UUID("5b1cf6c2-32a4-5f5a-9a6e-7d6d5f1f0e11")


def _count(version: int, event: Event) -> int:
    return event.version


OUTAGES: Aggregate[int] = Aggregate("/registers", VERIFICATION_EVENTS, 0, _count)


async def is_silent(service: Service, register: str) -> bool:
    return bool(await service.pool.fetchval(_IS_SILENT, register))


async def begins(service: Service, register: str, why: Why) -> None:
    """From the first failure on; a later one only says why anew."""
    await service.pool.execute(_BEGINS, register, service.clock.now(), why.value)


async def ends(service: Service, register: str) -> None:
    """The outage becomes an event, once: its stream follows from register and beginning."""
    row = await service.pool.fetchrow(_SILENT, register)
    if row is None or row["silent_since"] is None:
        return
    since = row["silent_since"]
    facts = RegisterOutageRecorded(
        register=register,
        down_from=since,
        down_to=max(since, service.clock.now()),
        unanswered=row["unanswered"],
    )
    by = By(
        actor=SYSTEM,
        jurisdiction=service.settings.jurisdiction,
        correlation_id=new_event_id(service.clock),
    )
    stream_id = f"outage-{uuid5(_OUTAGES, f'{register}/{since.isoformat()}')}"
    unit = service.ledger.unit(OUTAGES, stream_id, 0, Decision([facts]), by)
    await service.store.append(unit)  # a conflict: it stands there already
    service.committed()
    await service.pool.execute(_ENDS, register, since)


async def postponed(service: Service, stream_id: str, why: Why) -> None:
    await service.pool.execute(_POSTPONED, stream_id, why.value, service.clock.now())


async def corrections_after(service: Service, register: str) -> int:
    return int(await service.pool.fetchval(_AFTER, register) or 0)


async def corrections_read(service: Service, register: str, after: int) -> None:
    await service.pool.execute(_READ, register, after)


_IS_SILENT = "SELECT silent_since IS NOT NULL FROM registers_asked WHERE register = $1"
_BEGINS = """
INSERT INTO registers_asked (register, silent_since, why) VALUES ($1, $2, $3)
ON CONFLICT (register) DO UPDATE SET why = excluded.why,
    silent_since = coalesce(registers_asked.silent_since, excluded.silent_since)
"""
_SILENT = """
SELECT silent_since, (SELECT count(*) FROM verifications v
                       WHERE v.register = r.register AND v.stage <> 'answered') AS unanswered
  FROM registers_asked r WHERE register = $1
"""
_ENDS = """
UPDATE registers_asked SET silent_since = NULL, why = NULL
 WHERE register = $1 AND silent_since = $2
"""
_POSTPONED = """
INSERT INTO verification_tries (stream_id, why, tries, last_at) VALUES ($1, $2, 1, $3)
ON CONFLICT (stream_id) DO UPDATE SET why = excluded.why, tries = verification_tries.tries + 1,
    last_at = excluded.last_at
"""
_AFTER = "SELECT corrections_after FROM registers_asked WHERE register = $1"
_READ = """
INSERT INTO registers_asked (register, corrections_after) VALUES ($1, $2)
ON CONFLICT (register) DO UPDATE SET corrections_after = excluded.corrections_after
"""
