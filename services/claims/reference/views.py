"""What readers ask of reference data: what is loaded, what counts, which claims wait for it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import asyncpg

from services.claims.reference.decide import Reference
from shared.events.claims import ClaimKeys, ClaimProposed
from shared.events.envelope import Event
from shared.events.handling import ClaimAssigned, IdentityChecked
from shared.events.references import ReferenceImported
from shared.events.tables import ReferenceProposed
from shared.policy.formats import Cell, TableFormat, formats
from shared.policy.layers import Layer, Standing, standing
from shared.store.store import Connection

OPEN = ("proposed", "held")

_FORGET = "DELETE FROM claims_lacking WHERE claim = ANY($1)"
_LACKS = "INSERT INTO claims_lacking (claim, register, facts, since) VALUES ($1, $2, $3, $4)"
_FROM = """
  FROM claims_lacking l JOIN claims_in_hand c ON c.stream_id = l.claim
 WHERE c.jurisdiction = ANY($1) AND c.stage = ANY($2) AND ($3::text IS NULL OR l.register = $3)
"""
_LISTED = f"""
SELECT l.claim, c.jurisdiction, l.register, l.facts, l.since {_FROM}
   AND (l.claim, l.register) > ($4, $5) ORDER BY l.claim, l.register LIMIT $6
"""
_NEXT = f"SELECT l.claim {_FROM} AND l.since < $4 ORDER BY l.since, l.claim LIMIT $5"
_LEFT = f"SELECT count(*) {_FROM} AND l.since < $4"


async def project(connection: Connection, events: Sequence[Event]) -> None:
    """Of each claim its newest event: a proposal that lacks something, or anything else."""
    newest = {event.subject: event for event in events if _counts(event)}
    if not newest:
        return
    await connection.execute(_FORGET, list(newest))
    rows = [row for event in newest.values() for row in _lacking(event)]
    if rows:
        await connection.executemany(_LACKS, rows)


def _counts(event: Event) -> bool:
    """Who looks at a claim, or is told to, leaves its proposal as it is."""
    facts = event.facts
    return isinstance(facts, ClaimKeys) and not isinstance(facts, IdentityChecked | ClaimAssigned)


def _lacking(event: Event) -> list[tuple[str, str, list[str], datetime]]:
    facts = event.facts
    if not isinstance(facts, ClaimProposed):
        return []
    by_register: dict[str, list[str]] = {}
    for fact, register in zip(facts.missing, facts.missing_registers, strict=False):
        by_register.setdefault(register, []).append(fact)
    return [(event.subject, r, names, event.recorded_at) for r, names in by_register.items()]


async def lacking(
    pool: asyncpg.Pool,
    jurisdictions: Sequence[str],
    register: str | None,
    after: tuple[str, str],
    limit: int,
) -> list[asyncpg.Record]:
    """Claims that wait, a row for each register."""
    return await pool.fetch(
        _LISTED, list(jurisdictions), list(OPEN), register, *after, limit
    )  # fmt: skip


async def to_calculate(
    pool: asyncpg.Pool, jurisdictions: Sequence[str], register: str, before: datetime, limit: int
) -> list[str]:
    """Claims that lack something of this register and were last calculated before that time."""
    rows = await pool.fetch(_NEXT, list(jurisdictions), list(OPEN), register, before, limit)
    return [row["claim"] for row in rows]


async def left(
    pool: asyncpg.Pool, jurisdictions: Sequence[str], register: str, before: datetime
) -> int:
    return int(
        await pool.fetchval(_LEFT, list(jurisdictions), list(OPEN), register, before)
    )  # fmt: skip


def lacking_shown(rows: Sequence[asyncpg.Record]) -> dict[str, object]:
    """One page of claims that wait."""
    said: dict[str, object] = {"claims": [dict(row) for row in rows]}
    if rows:
        said["next"] = f"{rows[-1]['claim']}~{rows[-1]['register']}"
    return said


def references_shown(states: Mapping[str, Reference]) -> dict[str, object]:
    """Every table that something was brought for."""
    tables = [_table(formats()[name], state) for name, state in states.items() if state.version]
    return {"tables": tables}


def _table(table: TableFormat, state: Reference) -> dict[str, object]:
    waiting = [
        _import(one.facts, one.jurisdiction)
        | {"stage": "proposed", "proposal": one.proposal, "proposed_by": one.by}
        for one in state.brought.values()
    ]
    counting = [
        _import(one.facts, one.jurisdiction)
        | {
            "stage": "in_force",
            "reference": one.reference,
            "proposed_by": one.facts.proposed_by or "",
            "confirmed_by": one.confirmed_by,
            "in_force_at": one.confirmed_at,
        }
        for one in state.in_force
    ]
    return {
        "table": table.id,
        "register": table.register,
        "version": state.version,
        "imports": [*counting, *waiting],
    }


def _import(facts: ReferenceProposed | ReferenceImported, jurisdiction: str) -> dict[str, object]:
    said: dict[str, object] = {
        "jurisdiction": jurisdiction,
        "valid_from": facts.valid_from,
        "mode": "replace" if facts.replaces else "add",
        "rows": facts.rows,
        "sha256": facts.snapshot_sha256,
        "rows_sha256": facts.rows_sha256,
        "received_at": facts.received_at,
    }
    return said if facts.valid_to is None else said | {"valid_to": facts.valid_to}


def rows_shown(
    table: TableFormat, layers: Iterable[Layer], on: date, after: int, limit: int
) -> dict[str, object]:
    """The rows that count on the day, in an order that stays."""
    counting = sorted(
        (row for row in standing(layers) if row.first <= on <= row.last),
        key=lambda row: (row.row.area, [str(cell or "") for cell in row.row.cells]),
    )
    page = counting[after : after + limit]
    said: dict[str, object] = {
        "table": table.id,
        "on": on,
        "rows": [_row(table, row) for row in page],
    }
    more = after + limit < len(counting)
    return said | {"next": after + limit} if more else said


def _row(table: TableFormat, counting: Standing) -> dict[str, object]:
    cells = zip(table.columns, counting.row.cells, strict=True)
    said: dict[str, object] = {
        "area": counting.row.area,
        "cells": [{"column": c.id, "said": _said(cell)} for c, cell in cells if cell is not None],
        "first": counting.first,
        "reference": counting.reference,
    }
    return said if counting.last == date.max else said | {"last": counting.last}


def _said(cell: Cell) -> str:
    """Amounts in fen, as the facts have them."""
    match cell:
        case bool():
            return "yes" if cell else "no"
        case tuple():
            return ";".join(cell)
        case _:
            return str(cell)
