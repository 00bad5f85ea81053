"""How much: a table's line, by the year where the document says so. Integers only, in fen."""

from datetime import date, timedelta

from shared.policy.cases import ClaimCase, Ground, Missing, Step
from shared.policy.pack import Kind, Pack, Row, Table

MONTHS = 12
Amount = tuple[tuple[Step, ...], list[Ground], tuple[str, ...]]
"""the steps of the computation; or what stops it; and the readings (INT-nn) that mattered"""


def amount_of(pack: Pack, kind: Kind, claim: ClaimCase) -> Amount:
    """The amount of a claim as steps, the last of which has the sum; no steps when it stops."""
    table = kind.amount
    if not isinstance(table, Table):
        return _stopped("HOLD", "AMOUNT_CATALOGUE", table.clause)
    row = _row_of(table, claim)
    if row is None:  # INT-10: never the next row, and classes are not added up
        decision = "REJECT" if pack.switches.get("INT-10") == "reject" else "HOLD"
        return _stopped(decision, "LEVEL_NOT_IN_TABLE", table.clause, "INT-10")
    rate = Step(
        clause=row.clause or table.clause,
        what="table",
        inputs=(claim.level, claim.certificate_type),
        amount_fen=row.amount_fen,
    )
    if table.unit == "per_certificate":
        return (rate,), [], ()
    return _by_years(pack, rate, claim)


def months_between(first: date, last: date) -> int:
    """Whole months from the first to the last day, both included; 0 for less than one."""
    end = last + timedelta(days=1)
    months = (end.year - first.year) * MONTHS + end.month - first.month
    return max(0, months - (end.day < first.day))


def rate_of(pack: Pack, kind: str, level: str, first: date, last: date) -> int | None:
    """What a plan can count on for one person, in fen: the base of its advance is heads × rate.

    None where the table has no amount for the level, or more than one.
    """
    found = pack.kinds.get(kind)
    if found is None or not isinstance(found.amount, Table):
        return None
    rates = {row.amount_fen for row in found.amount.rows if row.level == level}
    if len(rates) != 1:
        return None
    [rate_fen] = rates
    if found.amount.unit == "per_certificate":
        return rate_fen
    return _for_months(pack, rate_fen, months_between(first, last)) or None


def _row_of(table: Table, claim: ClaimCase) -> Row | None:
    for row in table.rows:
        if row.level == claim.level and claim.certificate_type in row.certificate_types:
            return row
    return None


def _by_years(pack: Pack, rate: Step, claim: ClaimCase) -> Amount:
    """Rate × years. Nobody is paid for more months than the training lasted."""
    first, last = claim.training_from, claim.training_to
    if first is None or last is None:
        return (), [_dates_missing(rate.clause)], ()
    lasted = months_between(first, last)
    months = lasted if claim.months_claimed is None else claim.months_claimed
    if not 0 < months <= lasted:
        return _stopped("HOLD", "MONTHS_DIFFER", rate.clause)
    amount_fen = _for_months(pack, rate.amount_fen, months)
    if not amount_fen:
        return _stopped("HOLD", "POLICY_SILENT", rate.clause, "INT-21")
    step = Step(clause=rate.clause, what="months", inputs=(str(months),), amount_fen=amount_fen)
    return (rate, step), [], _readings(rate.amount_fen, months)


def _for_months(pack: Pack, rate_fen: int, months: int) -> int:
    """INT-21 for a part of a year, INT-13 for a part of a fen; 0 where no reading gives a sum."""
    part = pack.switches.get("INT-21", "hold")
    if part == "whole_years" or (part == "hold" and months % MONTHS == 0):
        return rate_fen * (months // MONTHS)
    if part == "hold":
        return 0
    half = 0 if pack.switches.get("INT-13") == "down" else MONTHS // 2
    return (rate_fen * months + half) // MONTHS


def _readings(rate_fen: int, months: int) -> tuple[str, ...]:
    if months % MONTHS == 0:
        return ()
    return ("INT-21",) if rate_fen * months % MONTHS == 0 else ("INT-13", "INT-21")


def _dates_missing(clause: str) -> Ground:
    days = (
        Missing(fact=f"claim.{name}", register="CLAIMANT", as_of=None)
        for name in ("training_from", "training_to")
    )
    return Ground(decision="HOLD", code="FACT_MISSING", clauses=(clause,), missing=tuple(days))


def _stopped(decision: str, code: str, clause: str, *interpretations: str) -> Amount:
    ground = Ground(
        decision="REJECT" if decision == "REJECT" else "HOLD",
        code=code,
        clauses=(clause,),
        interpretations=interpretations,
    )
    return (), [ground], ()
