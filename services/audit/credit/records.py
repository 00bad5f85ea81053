"""Confirmed breaches of trust that nobody can appeal against any more, for the credit bureau."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg

from services.audit.reports.cells import Cell, csv_of
from shared.events.cases import FindingAppealed
from shared.events.envelope import Event
from shared.events.findings import FindingConfirmed
from shared.money import yuan
from shared.policy.load import shipped
from shared.reading import MAX_PERSONS
from shared.store.store import Connection

RECONSIDERATION_DAYS = 60
"""Administrative Reconsideration Law (行政复议法), article 20"""
SUIT_MONTHS = 6
"""Administrative Litigation Law (行政诉讼法), article 46"""
SYSTEM, CARRIED = "CREDIT", "confirmed_findings"
MAX_RECORDS = 1_000
HEAD = (
    "疑点编号 finding", "规则 rule", "版本 version", "条款 clauses", "地区 place",
    "人员编号 persons", "申请 claims", "金额(元) yuan", "确认日期 confirmed on",
    "救济期满 appeal over on",
)  # fmt: skip
_CONFIRMED = """
UPDATE findings_in_hand SET confirmed_at = $2, honest_error = $3, appealed = false
 WHERE finding = $1
"""
_APPEALED = "UPDATE findings_in_hand SET appealed = true WHERE finding = $1"
_RECORDS = """
SELECT * FROM (
    SELECT finding, rule, rule_version, clauses, jurisdiction, persons, claims, amount_fen, day,
           greatest(day + $3::int, (day + make_interval(months => $4))::date) + 1 AS over_on
      FROM findings_in_hand,
           LATERAL (SELECT (confirmed_at AT TIME ZONE 'Asia/Shanghai')::date AS day) AS d
     WHERE jurisdictions && $1 AND stage = 'confirmed' AND NOT appealed AND NOT honest_error
   ) AS confirmed
 WHERE over_on <= $2 AND finding > $5 ORDER BY finding LIMIT $6
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditRecord:
    """References, codes and days; whom a reference means, only its city can say."""

    finding: str
    rule: str
    rule_version: int
    clauses: tuple[str, ...]
    jurisdiction: str
    persons: tuple[str, ...]
    claims: tuple[str, ...]
    amount_fen: int | None
    confirmed_on: date
    appeal_over_on: date


def clause_for(place: str) -> str | None:
    """The clause by which the place's policy sends confirmed findings to the credit system."""
    for pack in shipped():
        if place in pack.jurisdictions:
            for exchange in pack.content.exchanges:
                if exchange.system == SYSTEM and CARRIED in exchange.carries:
                    return exchange.clause
    return None


async def project(connection: Connection, events: Sequence[Event]) -> None:
    """When a finding was confirmed, and whether an appeal is open; after the findings' own rows."""
    for event in events:
        if isinstance(event.facts, FindingConfirmed):
            await _confirm(connection, event.subject, event.recorded_at, event.facts.honest_error)
        elif isinstance(event.facts, FindingAppealed):
            await connection.execute(_APPEALED, event.subject)


async def _confirm(connection: Connection, finding: str, at: datetime, honest_error: bool) -> None:
    await connection.execute(_CONFIRMED, finding, at, honest_error)


async def records(
    pool: asyncpg.Pool, places: Collection[str], as_of: date, after: str, limit: int
) -> list[CreditRecord]:
    """Findings whose days for reconsideration and for a suit were both over by `as_of`.

    What is known now counts: one that was appealed against, or opened again, since is left out.
    A page names as many persons as one reading may (ZB-3.3-2; ZB-3.3-4: not an honest error).
    """
    rows = await pool.fetch(
        _RECORDS, sorted(places), as_of, RECONSIDERATION_DAYS, SUIT_MONTHS, after, limit
    )
    return list(_readable(rows))


def _readable(rows: Sequence[asyncpg.Record]) -> Iterator[CreditRecord]:
    persons: set[str] = set()
    for row in rows:
        persons |= {*row["persons"]}
        if len(persons) > MAX_PERSONS:
            return
        yield CreditRecord(
            finding=row["finding"], rule=row["rule"], rule_version=row["rule_version"],
            clauses=tuple(row["clauses"]), jurisdiction=row["jurisdiction"],
            persons=tuple(row["persons"]), claims=tuple(row["claims"]),
            amount_fen=row["amount_fen"], confirmed_on=row["day"], appeal_over_on=row["over_on"],
        )  # fmt: skip


def csv_records(found: Sequence[CreditRecord]) -> bytes:
    """A line for each; the last finding is what to ask after for the following page."""
    return csv_of([HEAD, *map(_line, found)])


def _line(one: CreditRecord) -> Sequence[Cell]:
    return (
        one.finding, one.rule, one.rule_version, ", ".join(one.clauses), one.jurisdiction,
        ", ".join(one.persons), ", ".join(one.claims),
        None if one.amount_fen is None else yuan(one.amount_fen),
        one.confirmed_on.isoformat(), one.appeal_over_on.isoformat(),
    )  # fmt: skip
