"""Raw answers: kept under the person's key, committed to by the event, read with a record of it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from shared.store.position import Position
from shared.store.store import Connection
from shared.vault.sealing import (
    COMMITMENT_NONCE_BYTES,
    PersonKey,
    commit,
    open_evidence,
    seal_evidence,
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One raw answer as it will be kept; `commitment` and `sha256` stand in the event."""

    person: str | None
    content: bytes
    commitment: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Kept:
    person: str | None
    content: bytes


def evidence_of(raw: bytes, event_id: str, key: PersonKey | None) -> Evidence:
    """The commitment's nonce stands before the answer, under the same key, and dies with it."""
    committed = commit(raw)
    whole = committed.nonce + raw
    content = whole if key is None else seal_evidence(key, event_id, whole)
    return Evidence(
        None if key is None else key.person,
        content,
        committed.digest,
        hashlib.sha256(content).hexdigest(),
    )


def raw_of(kept: Kept, event_id: str, key: PersonKey | None) -> bytes:
    """The register's own bytes. Raises SealBroken."""
    whole = kept.content if key is None else open_evidence(key, event_id, kept.content)
    return whole[COMMITMENT_NONCE_BYTES:]


async def keep(
    connection: "Connection | asyncpg.Pool",
    event_id: str,
    stream_id: str,
    evidence: Evidence,
    now: datetime,
) -> None:
    await connection.execute(_KEEP, event_id, stream_id, evidence.person, evidence.content, now)


async def kept(pool: asyncpg.Pool, event_id: str) -> Kept | None:
    row = await pool.fetchrow(_KEPT, event_id)
    return None if row is None else Kept(row["person"], row["content"])


async def position_of(pool: asyncpg.Pool, event_id: str) -> Position:
    """Where the answer's own event stands."""
    row = await pool.fetchrow(_POSITION, event_id)
    assert row is not None
    return Position(*row)


_KEEP = """
INSERT INTO register_answers (event_id, stream_id, person, content, kept_at)
VALUES ($1, $2, $3, $4, $5)
"""
_POSITION = """
SELECT e.topic, e.partition_no, e.seq FROM register_answers a JOIN events e USING (stream_id)
 WHERE a.event_id = $1::text AND e.event_id = $1::text::uuid
"""
_KEPT = "SELECT person, content FROM register_answers WHERE event_id = $1"
