"""What payments keeps of others' events beside its own: sealed payees, how far audit judged, and
public notices.

All tables follow the log in the inbox's own transaction, so they can be read from it again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from services.payments.bank.payable import Seals
from services.payments.notice.heard import keep
from shared.delivery import Delivery, Effects, Handler
from shared.events.base import Sealed
from shared.events.cases import Judged
from shared.events.claims import ClaimCorrected, ClaimSubmitted
from shared.events.envelope import Event
from shared.store.store import Connection

_SEALED = msgspec.json.Decoder(dict[str, Sealed])
_KEEP = """
INSERT INTO payee_seals (claim, version, event_id, sealed) VALUES ($1, $2, $3, $4)
ON CONFLICT (claim) DO UPDATE SET version = excluded.version, event_id = excluded.event_id,
    sealed = excluded.sealed
 WHERE payee_seals.version < excluded.version
"""
_JUDGED = """
INSERT INTO audit_judged (topic, partition_no, seq, said_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (topic, partition_no) DO UPDATE
   SET seq = greatest(audit_judged.seq, excluded.seq),
       said_at = greatest(audit_judged.said_at, excluded.said_at)
"""


class Hearing:
    """Keeps what is to be kept, then lets the reactions do the rest."""

    def __init__(self, reactions: Handler) -> None:
        self._reactions = reactions

    async def apply(self, connection: Connection, deliveries: Sequence[Delivery]) -> Effects:
        events = [delivery.event for delivery in deliveries]
        seals = [row for event in events if (row := _seals_row(event))]
        judged = [row for event in events for row in _judged_rows(event)]
        if seals:
            await connection.executemany(_KEEP, seals)
        if judged:
            await connection.executemany(_JUDGED, sorted(judged))
        await keep(connection, events)
        return await self._reactions.apply(connection, deliveries)


def _seals_row(event: Event) -> tuple[str, int, UUID, bytes] | None:
    if not isinstance(event.facts, ClaimSubmitted | ClaimCorrected):
        return None
    body = msgspec.json.encode(event.facts.sealed)
    return event.subject, event.version, UUID(event.id), body


def _judged_rows(event: Event) -> list[tuple[str, int, int, datetime]]:
    if not isinstance(event.facts, Judged):
        return []
    return [(at.topic, at.partition, at.seq, event.recorded_at) for at in event.facts.positions]


async def seals_of(pool: asyncpg.Pool, claims: Iterable[str]) -> Mapping[str, Seals]:
    """The newest sealed name and account of each claim that has any."""
    rows = await pool.fetch(
        "SELECT claim, event_id, sealed FROM payee_seals WHERE claim = ANY($1)", list(claims)
    )
    return {r["claim"]: Seals(str(r["event_id"]), _SEALED.decode(r["sealed"])) for r in rows}


@dataclass(frozen=True, slots=True)
class Watermarks:
    """How far audit has judged, per topic and partition, and when it last said anything."""

    seqs: Mapping[tuple[str, int], int]
    said_at: datetime | None


async def watermarks(pool: asyncpg.Pool) -> Watermarks:
    """All of them: as many rows as the topics have partitions."""
    rows = await pool.fetch("SELECT topic, partition_no, seq, said_at FROM audit_judged")
    seqs = {(row["topic"], row["partition_no"]): row["seq"] for row in rows}
    return Watermarks(seqs, max((row["said_at"] for row in rows), default=None))
