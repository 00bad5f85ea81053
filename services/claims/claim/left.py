"""Open claims whose training an institution held that has left since: listed for review."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import asyncpg

from services.claims.claim.decide import Claim, Stage
from shared.events.envelope import Event
from shared.events.references import InstitutionRegistered
from shared.store.store import Connection

WHY = ("exited", "barred", "unlisted")
MAX_LEFT = 20
"""stretches of days that one claim shows, the newest told first"""
OPEN = (Stage.SUBMITTED, Stage.RETURNED, Stage.ACCEPTED, Stage.PROPOSED, Stage.HELD)
"""not decided yet"""
_DAY = timedelta(days=1)

_KNOWN = "SELECT DISTINCT institution, area FROM institutions_left WHERE institution = ANY($1)"
_CUT = """
DELETE FROM institutions_left
 WHERE institution = $1 AND area = $2 AND first_day <= $4 AND last_day >= $3
RETURNING first_day, last_day, why, told_at, reference
"""
_PUT = "INSERT INTO institutions_left VALUES ($1, $2, $3, $4, $5, $6, $7)"
# A row of the register counts for the claims of its place and of every place below (GB/T 2260).
_LEFT = """
    l.institution = c.institution AND l.area IN (
        c.jurisdiction, left(c.jurisdiction, 4) || '00', left(c.jurisdiction, 2) || '0000')
"""
_COLUMNS = "l.institution, l.why, l.first_day, l.last_day, l.told_at, l.reference"
_TO_REVIEW = f"""
SELECT DISTINCT ON (c.stream_id) c.stream_id, c.jurisdiction, c.stage, c.kind, c.changed_at,
       {_COLUMNS}
  FROM institutions_left l JOIN claims_in_hand c ON {_LEFT}
 WHERE c.jurisdiction = ANY($1) AND c.stage = ANY($2) AND c.changed_at < l.told_at
   AND ($3::text IS NULL OR c.institution = $3) AND c.stream_id > $4
 ORDER BY c.stream_id, l.told_at DESC, l.first_day LIMIT $5
"""  # noqa: S608 - texts of ours
_OF_CLAIM = f"""
SELECT {_COLUMNS} FROM (SELECT $1::text AS institution, $2::text AS jurisdiction) AS c
  JOIN institutions_left l ON {_LEFT} ORDER BY l.told_at DESC, l.first_day LIMIT {MAX_LEFT}
"""  # noqa: S608


async def project(connection: Connection, events: Sequence[Event]) -> None:
    """For a day that two events name, the later one counts."""
    told = [
        (event, facts)
        for event in events
        if isinstance(facts := event.facts, InstitutionRegistered)
    ]
    if not told:
        return
    rows = await connection.fetch(_KNOWN, list({facts.institution for _, facts in told}))
    known = {(row["institution"], row["area"]) for row in rows}
    for event, facts in told:
        key = (facts.institution, facts.area or facts.county)
        if key in known or _why(facts):
            known.add(key)
            await _tell(connection, key, event, facts)


async def to_review(
    pool: asyncpg.Pool,
    jurisdictions: Sequence[str],
    institution: str | None,
    after: str,
    limit: int,
) -> list[asyncpg.Record]:
    """Open claims to which nothing has happened since; each with what was told last."""
    stages = [stage.value for stage in OPEN]
    return await pool.fetch(_TO_REVIEW, list(jurisdictions), stages, institution, after, limit)


async def left_shown(pool: asyncpg.Pool, claim: Claim) -> dict[str, object]:
    """What the claim's page says of it; nothing for an institution that stands as it was."""
    facts = claim.content or claim.imported
    if facts is None or facts.institution is None:
        return {}
    rows = await pool.fetch(_OF_CLAIM, facts.institution, claim.jurisdiction)
    return {"institution_left": [_shown(row) for row in rows]} if rows else {}


def review_listed(rows: Sequence[asyncpg.Record]) -> dict[str, object]:
    """One page."""
    claims = [
        {
            "claim": row["stream_id"],
            **{name: row[name] for name in ("jurisdiction", "stage", "kind", "changed_at")},
            "left": _shown(row),
        }
        for row in rows
    ]
    return {"claims": claims, "next": rows[-1]["stream_id"]} if rows else {"claims": claims}


async def _tell(
    connection: Connection, key: tuple[str, str], event: Event, facts: InstitutionRegistered
) -> None:
    first, last = facts.valid_from, facts.valid_to or date.max
    rows = []
    for row in await connection.fetch(_CUT, *key, first, last):
        said = (row["why"], row["told_at"], row["reference"])
        rows += [
            (*key, *days, *said) for days in _outside(row["first_day"], row["last_day"], facts)
        ]
    if why := _why(facts):
        rows.append((*key, first, last, why, event.recorded_at, event.causation_id or event.id))
    await connection.executemany(_PUT, rows)


def _outside(first: date, last: date, facts: InstitutionRegistered) -> Iterator[tuple[date, date]]:
    """The days that the event does not speak of."""
    if first < facts.valid_from:
        yield first, facts.valid_from - _DAY
    if facts.valid_to and last > facts.valid_to:
        yield facts.valid_to + _DAY, last


def _why(facts: InstitutionRegistered) -> list[str]:
    said = (facts.status == "exited", facts.barred, facts.unlisted)
    return [why for why, holds in zip(WHY, said, strict=True) if holds]


def _shown(row: asyncpg.Record) -> dict[str, object]:
    shown: dict[str, object] = {
        "institution": row["institution"],
        "why": row["why"],
        "since": row["first_day"],
        "told_at": row["told_at"],
        "reference": row["reference"],
    }
    return shown if row["last_day"] == date.max else shown | {"until": row["last_day"]}
