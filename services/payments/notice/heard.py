"""What payments keeps of public notices: which claims they name, and what became of them.

The tables follow the log in the inbox's own transaction, so that a notice may be heard before or
after the payout that waits for it; each step may be heard twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import asyncpg

from services.payments.notice.waiting import Shown
from shared.events.claims import ApprovalRevoked, ClaimApproved
from shared.events.envelope import Event
from shared.events.notices import (
    NoticeClosed,
    NoticePublished,
    ObjectionAnswered,
    ObjectionFiled,
)
from shared.store.store import Connection

_SHOW = """
INSERT INTO notices_heard (claim, notice, closes_on)
SELECT claim, $2, $3 FROM unnest($1::text[]) AS c(claim) ORDER BY claim ON CONFLICT DO NOTHING
"""
_OBJECT = """
UPDATE notices_heard SET objected = array_append(objected, $3)
 WHERE (claim, notice) = ($1, $2) AND NOT $3 = ANY(objected)
"""
_ANSWER = """
UPDATE notices_heard SET objected = array_remove(objected, $3), upheld = upheld OR $4
 WHERE (claim, notice) = ($1, $2)
"""
_CLOSE = "UPDATE notices_heard SET closed = true WHERE notice = $1"
_SETTLED = "INSERT INTO claims_settled (claim, plan) VALUES ($1, $2) ON CONFLICT DO NOTHING"
_REVOKED = "UPDATE claims_settled SET revoked = true WHERE claim = $1"
_OF_CLAIMS = """
SELECT claim, notice, closes_on, closed, cardinality(objected) AS objections_open, upheld
  FROM notices_heard WHERE claim = ANY($1) ORDER BY claim, notice
"""
_OF_PLAN = "SELECT claim FROM claims_settled WHERE plan = $1 AND NOT revoked ORDER BY claim"


async def keep(connection: Connection, events: Sequence[Event]) -> None:
    """One event after the other: inside a stream they build on each other."""
    for event in events:
        match event.facts:
            case NoticePublished() as said:
                await connection.execute(_SHOW, list(said.claims), said.notice, said.closes_on)
            case ObjectionFiled() as said:
                await connection.execute(_OBJECT, said.claim, said.notice, said.objection)
            case ObjectionAnswered() as said:
                upheld = said.outcome == "upheld"
                await connection.execute(_ANSWER, said.claim, said.notice, said.objection, upheld)
            case NoticeClosed(notice=notice):
                await connection.execute(_CLOSE, notice)
            case ClaimApproved(settled_by_plan=True, plan=str(plan)):
                await connection.execute(_SETTLED, event.subject, plan)
            case ApprovalRevoked(plan=str()):
                await connection.execute(_REVOKED, event.subject)
            case _:
                pass


async def notices_of(
    pool: asyncpg.Pool, claims: Iterable[str | None]
) -> Mapping[str | None, Sequence[Shown]]:
    """The notices that name each claim, oldest first; a claim that none names has none."""
    rows = await pool.fetch(_OF_CLAIMS, [claim for claim in claims if claim])
    found: dict[str | None, list[Shown]] = defaultdict(list)
    for claim, *said in rows:
        found[claim].append(Shown(*said))
    return found


async def claims_of(pool: asyncpg.Pool, plan: str) -> Sequence[str]:
    """The approved claims that the settlement of a plan pays, as far as payments has heard."""
    return [row["claim"] for row in await pool.fetch(_OF_PLAN, plan)]
