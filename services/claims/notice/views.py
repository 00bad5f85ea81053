"""What readers ask of notices: which are shown until when, and what they say of a claim."""

from collections.abc import Sequence
from datetime import date

import asyncpg

from services.claims.notice.decide import Notice
from shared.events.days import DayOpened
from shared.events.envelope import Event
from shared.events.notices import (
    NoticeClosed,
    NoticePublished,
    ObjectionAnswered,
    ObjectionFiled,
)
from shared.store.store import Connection

MAX_PAGE = 200
_LIST = """
INSERT INTO claims_noticed (claim, notice, clause, published_at, closes_on)
SELECT claim, $2, $3, $4, $5 FROM unnest($1::text[]) AS c(claim) ON CONFLICT DO NOTHING
"""
_SHOW = """
INSERT INTO notices_shown (notice, jurisdiction, published_on, closes_on, claims, amount_fen)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (notice) DO UPDATE SET claims = notices_shown.claims + excluded.claims
"""
_OBJECT = """
WITH counted AS (UPDATE notices_shown SET objections = objections + 1 WHERE notice = $2)
UPDATE claims_noticed SET objections_open = objections_open + 1 WHERE claim = $1 AND notice = $2
"""
_ANSWER = """
UPDATE claims_noticed SET objections_open = objections_open - 1,
       objections_upheld = objections_upheld + $3::int
 WHERE claim = $1 AND notice = $2
"""
_CLOSE = """
WITH closed AS (UPDATE notices_shown SET closed_on = $2 WHERE notice = $1)
UPDATE claims_noticed SET closed = true WHERE notice = $1
"""
_DAY = "INSERT INTO days_seen (day) VALUES ($1) ON CONFLICT DO NOTHING"
_DUE = """
SELECT notice FROM notices_shown
 WHERE closed_on IS NULL AND closes_on <= (SELECT max(day) FROM days_seen)
 ORDER BY closes_on, notice LIMIT $1
"""
_SHOWN = """
SELECT notice, jurisdiction, published_on, closes_on, closed_on, claims, amount_fen, objections
  FROM notices_shown
 WHERE jurisdiction = ANY($1) AND (NOT $2 OR closed_on IS NULL) AND notice > $3
 ORDER BY notice LIMIT $4
"""


async def project(connection: Connection, events: Sequence[Event]) -> None:
    """One event after the other: inside a notice they build on each other."""
    for event in events:
        await _project(connection, event)


async def _project(connection: Connection, event: Event) -> None:
    match event.facts:
        case NoticePublished() as facts:
            await connection.execute(
                _LIST, list(facts.claims), facts.notice, facts.clause or "", event.recorded_at,
                facts.closes_on,
            )  # fmt: skip
            await connection.execute(
                _SHOW, facts.notice, event.jurisdiction, facts.published_on, facts.closes_on,
                len(facts.claims), facts.amount_fen,
            )  # fmt: skip
        case ObjectionFiled() as facts:
            await connection.execute(_OBJECT, facts.claim, facts.notice)
        case ObjectionAnswered() as facts:
            upheld = int(facts.outcome == "upheld")
            await connection.execute(_ANSWER, facts.claim, facts.notice, upheld)
        case NoticeClosed() as facts:
            await connection.execute(_CLOSE, facts.notice, facts.closed_on)
        case DayOpened() as facts:
            await connection.execute(_DAY, facts.day)
        case _:
            pass


async def due(pool: asyncpg.Pool, limit: int) -> list[str]:
    """Open notices whose day has come, by the newest DayOpened; no clock is asked."""
    return [row["notice"] for row in await pool.fetch(_DUE, limit)]


async def newest_day(pool: asyncpg.Pool) -> date | None:
    """The day that was opened last."""
    day: date | None = await pool.fetchval("SELECT max(day) FROM days_seen")
    return day


async def listed(
    pool: asyncpg.Pool, jurisdictions: Sequence[str], only_open: bool, after: str, limit: int
) -> dict[str, object]:
    """One page of notices; `next`, where there is one, is what to ask after for the following."""
    rows = await pool.fetch(_SHOWN, list(jurisdictions), only_open, after, min(limit, MAX_PAGE))
    notices = [{name: v for name, v in row.items() if v is not None} for row in rows]
    return {"notices": notices, **({"next": notices[-1]["notice"]} if notices else {})}


def shown(stream_id: str, notice: Notice) -> dict[str, object]:
    """The notice for staff: ids, days, and the objections with their answers."""
    said: dict[str, object] = {
        "notice": stream_id,
        "stage": notice.stage.value,
        "jurisdiction": notice.jurisdiction,
        "version": notice.version,
        "published_on": notice.published_on,
        "closes_on": notice.closes_on,
        "amount_fen": notice.amount_fen,
        "claims": list(notice.claims),
        "objections": [
            {"objection": name, "claim": one.claim, "outcome": one.outcome or "open"}
            for name, one in notice.objections.items()
        ],
    }
    if notice.closed_on is not None:
        said["closed_on"] = notice.closed_on
    return said
