"""A table of targets: how many trainings a city is to reach, and its units' shares. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Literal

from services.claims.quota.refusals import (
    QuotaDaysRefused,
    QuotaSumDiffers,
    QuotaUnchanged,
    QuotaUnitTwice,
)
from shared.events.base import CLAIM_EVENTS
from shared.events.envelope import Event
from shared.events.references import QuotaSet
from shared.store.commands import Aggregate, Decision

UnitKind = Literal["district", "institution"]
Line = tuple[str, bool]
"""a unit, and whether it is the total"""
SUM_DIFFERS = "QUOTA_SUM_DIFFERS"


@dataclass(frozen=True, slots=True)
class Share:
    """What one unit is to reach: a district, an institution, or the city's own units by the code
    of the city itself.
    """

    unit: str
    unit_kind: UnitKind
    persons: int
    budget_fen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetQuotas:
    """The whole table at once: a unit that is no longer in it has no target any more.

    `incomplete`: not every unit is known yet, so the shares may stay below the total.
    """

    place: str
    from_day: date
    to_day: date
    persons: int
    shares: Sequence[Share] = ()
    kinds: tuple[str, ...] = ()
    clause: str | None = None
    note: str = ""
    incomplete: bool = False


@dataclass(frozen=True, slots=True)
class Quotas:
    """The table in force, by unit; the total of a city and the share of its own units are two."""

    version: int = 0
    standing: Mapping[Line, QuotaSet] = field(default_factory=dict)


def stream_of(place: str, from_day: date, to_day: date, kinds: Sequence[str]) -> str:
    """One stream for a place, its days and the kinds that count."""
    name = f"{place}/{from_day}/{to_day}/{','.join(kinds)}"
    return f"quota-{sha256(name.encode()).hexdigest()[:32]}"


def evolve(quotas: Quotas, event: Event) -> Quotas:
    if not isinstance(event.facts, QuotaSet):
        return Quotas(event.version, quotas.standing)
    return Quotas(event.version, {**quotas.standing, line_of(event.facts): event.facts})


def line_of(quota: QuotaSet) -> Line:
    """Which line of the table it is."""
    return quota.unit, quota.whole


QUOTAS: Aggregate[Quotas] = Aggregate("/claims", CLAIM_EVENTS, Quotas(), evolve)


def set_quotas(quotas: Quotas, command: SetQuotas) -> Decision:
    """The total and its shares are one decision; the shares add up to the total (HLD-0-2).

    Raises QuotaDaysRefused, QuotaUnitTwice, QuotaSumDiffers, QuotaUnchanged.
    """
    if command.from_day > command.to_day:
        raise QuotaDaysRefused
    units = [share.unit for share in command.shares]
    if twice := next((unit for unit in units if units.count(unit) > 1), None):
        raise QuotaUnitTwice(unit=twice)
    total = sum(share.persons for share in command.shares)
    if command.shares and _differs(command, total):
        raise QuotaSumDiffers(clause=command.clause or "", total=command.persons, shares=total)
    table = {line_of(event): event for event in _events(command)}
    gone = [event for line, event in quotas.standing.items() if line not in table and event.persons]
    events = [*table.values(), *(_ended(event) for event in gone)]
    news = [event for event in events if quotas.standing.get(line_of(event)) != event]
    if not news:
        raise QuotaUnchanged
    return Decision(news)


def warning_of(command: SetQuotas) -> str | None:
    """What the answer names when an incomplete table was taken; None for a whole one."""
    total = sum(share.persons for share in command.shares)
    return SUM_DIFFERS if command.shares and total != command.persons else None


def _differs(command: SetQuotas, total: int) -> bool:
    return total > command.persons or (total < command.persons and not command.incomplete)


def _events(command: SetQuotas) -> list[QuotaSet]:
    whole = Share(command.place, "district", command.persons)
    return [
        QuotaSet(
            unit=share.unit, unit_kind=share.unit_kind, from_day=command.from_day,
            to_day=command.to_day, persons=share.persons, budget_fen=share.budget_fen,
            clause=command.clause, note=command.note, kinds=command.kinds, whole=share is whole,
        )
        for share in (whole, *command.shares)
    ]  # fmt: skip


def _ended(event: QuotaSet) -> QuotaSet:
    """The unit has no share any more."""
    return QuotaSet(
        unit=event.unit, unit_kind=event.unit_kind, from_day=event.from_day, to_day=event.to_day,
        persons=0, clause=event.clause, kinds=event.kinds,
    )  # fmt: skip
