"""How much: a table's line, a part of a reference, a shortfall. Integers only, in fen."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import msgspec

from shared.policy.cases import ClaimCase, Ground, History, Since, Step
from shared.policy.conditions import FULL_BP, Scope, fields_of, holds
from shared.policy.counting import times_of, too_many_days, undated, whole
from shared.policy.monthly import first_days, on_day, runs_of
from shared.policy.months import (
    MONTHS,
    months_before,
    months_between,
)
from shared.policy.pack import Pack
from shared.policy.parts import (
    Amount,
    Catalogue,
    Kind,
    Ratio,
    Row,
    Shortfall,
    Table,
)
from shared.policy.unknown import (
    day_of,
    missing_fact,
    missing_field,
    missing_of,
    unknown_ground,
)

NO_PRICE = "AMOUNT_CATALOGUE"


@dataclass(frozen=True, slots=True)
class Priced:
    """The steps of the computation, the last of which has the sum; none where it stops.

    `readings`: the switches (INT-nn) that mattered.
    """

    steps: tuple[Step, ...] = ()
    grounds: tuple[Ground, ...] = ()
    readings: tuple[str, ...] = ()
    months: int = 0
    """that it pays, where one person's months count together"""


def amount_of(pack: Pack, kind: Kind, scope: Scope, history: History) -> Priced:
    """The amount of a claim, or what it waits for."""
    match kind.amount:
        case Table() as table:
            return _table(pack, table, scope)
        case Catalogue() as catalogue:
            return _catalogue(pack, kind, catalogue, scope, history)
        case Ratio() as ratio:
            return _ratio(pack, kind, ratio, scope, history)
        case Shortfall() as shortfall:
            return _shortfall(shortfall, scope)


def fields_of_amount(amount: Amount) -> tuple[str, ...]:
    """Every field that the computation may read, in order."""
    match amount:
        case Table():
            return ()
        case Shortfall():
            return (amount.cost, amount.borne)
        case Catalogue():
            more = () if amount.uplift is None else (amount.uplift,)
            facts = (amount.fact, *(one.fact for one in more))
            conditions = tuple(one.when for one in more)
        case Ratio():
            facts = (amount.fact, *((amount.ratio_fact,) if amount.ratio_fact else ()))
            conditions = () if amount.raised is None else (amount.raised.when,)
    counted = () if amount.times is None else (amount.times.of,)
    read = tuple(field for condition in conditions for field in fields_of(condition))
    return (*(f"facts.{fact}" for fact in facts), *read, *counted)


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


def _table(pack: Pack, table: Table, scope: Scope) -> Priced:
    claim = scope.case
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
        return Priced((rate,))
    return _by_years(pack, rate, claim)


def _row_of(table: Table, claim: ClaimCase) -> Row | None:
    """The line of the claim's level; certificates without a level have one line at any level."""
    found = [row for row in table.rows if claim.certificate_type in row.certificate_types]
    exact = (row for row in found if row.level == claim.level)
    return next(exact, next((row for row in found if row.level == "none"), None))


def _by_years(pack: Pack, rate: Step, claim: ClaimCase) -> Priced:
    """Rate × years. Nobody is paid for more months than the training lasted."""
    first, last = claim.training_from, claim.training_to
    if first is None or last is None:
        return Priced(grounds=(undated(rate.clause, claim),))
    lasted = months_between(first, last)
    months = lasted if claim.months_claimed is None else claim.months_claimed
    if not 0 < months <= lasted:
        return _stopped("HOLD", "MONTHS_DIFFER", rate.clause)
    amount_fen = _for_months(pack, rate.amount_fen, months)
    if not amount_fen:
        return _stopped("HOLD", "POLICY_SILENT", rate.clause, "INT-21")
    step = Step(clause=rate.clause, what="months", inputs=(str(months),), amount_fen=amount_fen)
    return Priced((rate, step), readings=_month_readings(rate.amount_fen, months))


def _for_months(pack: Pack, rate_fen: int, months: int) -> int:
    """INT-21 for a part of a year, INT-13 for a part of a fen; 0 where no reading gives a sum."""
    part = pack.switches.get("INT-21", "hold")
    if part == "whole_years" or (part == "hold" and months % MONTHS == 0):
        return rate_fen * (months // MONTHS)
    if part == "hold":
        return 0
    return rounded(pack, rate_fen * months, MONTHS)


def rounded(pack: Pack, numerator: int, denominator: int) -> int:
    """A quotient in whole fen, by INT-13: half up unless the pack says down."""
    half = 0 if pack.switches.get("INT-13") == "down" else denominator
    return (2 * numerator + half) // (2 * denominator)


def _month_readings(rate_fen: int, months: int) -> tuple[str, ...]:
    if months % MONTHS == 0:
        return ()
    return ("INT-21",) if rate_fen * months % MONTHS == 0 else ("INT-13", "INT-21")


def _catalogue(
    pack: Pack, kind: Kind, catalogue: Catalogue, scope: Scope, history: History
) -> Priced:
    return _computed(pack, kind, catalogue, _uplift(catalogue, scope), scope, history)


@dataclass(frozen=True, slots=True)
class _Base:
    """What the table elsewhere says, and that for all months or days that are paid, in fen."""

    steps: tuple[Step, ...]
    total_fen: int


def _base(
    pack: Pack, amount: Catalogue | Ratio, counted: int | Ground | None, scope: Scope
) -> _Base | Ground:
    """Without the table the claim waits (INT-10)."""
    fact, base_fen = scope.facts.get(amount.fact), whole(f"facts.{amount.fact}", scope)
    if fact is not None and fact.rows:
        if amount.times is not None and amount.times.shared:
            return _by_month(pack, amount, fact.rows, counted, scope)
        look_up = pack.facts[amount.fact].look_up
        base_fen = on_day(fact.rows, day_of(scope.case, look_up.as_of if look_up else None))
    if base_fen is None:
        return _no_table(pack, amount.clause, amount.fact, scope)
    times = counted if isinstance(counted, int) else 1
    return _Base((_base_step(amount, base_fen, amount.fact),), base_fen * times)


def _base_step(amount: Catalogue | Ratio, fen: int, *inputs: str) -> Step:
    what: Literal["catalogue", "reference"] = (
        "catalogue" if isinstance(amount, Catalogue) else "reference"
    )
    return Step(clause=amount.clause, what=what, inputs=inputs, amount_fen=fen)


def _by_month(
    pack: Pack,
    amount: Catalogue | Ratio,
    rows: tuple[Since, ...],
    counted: int | Ground | None,
    scope: Scope,
) -> _Base | Ground:
    """Each month at the wage of its first day; a month of which no wage is known waits."""
    first = scope.case.training_from
    if first is None or not isinstance(counted, int):
        return _Base((), 0)  # something else is missing, and says so
    skipped = months_before(pack.content.validity, first)
    runs = runs_of(rows, first_days(first, skipped, counted))
    for run in runs:
        if run.fen is None:
            return _no_table(pack, amount.clause, amount.fact, scope, run.first)
    if len(runs) == 1:
        one = _base_step(amount, runs[0].fen or 0, amount.fact)
        return _Base((one,), counted * one.amount_fen)
    steps = tuple(
        _base_step(amount, run.fen or 0, amount.fact, str(run.first), f"{run.months}/1 month")
        for run in runs
    )
    return _Base(steps, sum(run.months * (run.fen or 0) for run in runs))


def _uplift(catalogue: Catalogue, scope: Scope) -> "_Share | None":
    """可 … 上浮: a city that has set no uplift pays none; the base is due all the same (INT-11)."""
    uplift = catalogue.uplift
    if uplift is None or holds(uplift.when, scope) is not True:
        return None
    more_bp = whole(f"facts.{uplift.fact}", scope)
    return None if more_bp is None else _Share(FULL_BP + more_bp, uplift.clause, "uplift")


@dataclass(frozen=True, slots=True)
class _Share:
    """The part of the reference that is paid, in bp, and where it stands."""

    ratio_bp: int
    clause: str
    what: str = "ratio"
    readings: tuple[str, ...] = ()


def _ratio(pack: Pack, kind: Kind, ratio: Ratio, scope: Scope, history: History) -> Priced:
    return _computed(pack, kind, ratio, _share(pack, ratio, scope), scope, history)


def _share(pack: Pack, ratio: Ratio, scope: Scope) -> _Share | Ground:
    raised = ratio.raised
    if raised is not None:
        listed = holds(raised.when, scope)
        if listed is None:
            return unknown_ground(pack, raised.when, (raised.clause,), scope)
        read = (raised.interpretation,) if listed and raised.interpretation else ()
        if listed and pack.switches.get(raised.interpretation or "") != "base":
            return _Share(raised.ratio_bp, raised.clause, readings=read)
        return _base_share(pack, ratio, scope, read)  # 可: the city may choose not to raise
    return _base_share(pack, ratio, scope, ())


def _base_share(
    pack: Pack, ratio: Ratio, scope: Scope, readings: tuple[str, ...]
) -> _Share | Ground:
    if ratio.ratio_bp is not None:
        return _Share(ratio.ratio_bp, ratio.clause, readings=readings)
    share_bp = whole(f"facts.{ratio.ratio_fact}", scope)
    if share_bp is None:
        return _no_table(pack, ratio.clause, ratio.ratio_fact or "", scope)
    return _Share(share_bp, ratio.clause, readings=readings)


def _computed(
    pack: Pack,
    kind: Kind,
    amount: Catalogue | Ratio,
    share: _Share | Ground | None,
    scope: Scope,
    history: History,
) -> Priced:
    """Reference × share × times, rounded once at the end (INT-13).

    What stops one of the three does not hide what stops the others: the claimant is asked once.
    """
    times = amount.times
    counted = None if times is None else times_of(pack, kind, times, scope, history)
    base = _base(pack, amount, counted, scope)
    stops = tuple(one for one in (share, base, counted) if isinstance(one, Ground))
    if isinstance(base, Ground) or isinstance(share, Ground) or isinstance(counted, Ground):
        return Priced(grounds=stops)
    numerator, denominator = base.total_fen, 1
    clause, what, inputs = amount.clause, "ratio", []
    readings: tuple[str, ...] = ()
    months = 0
    if share is not None:
        numerator, denominator = numerator * share.ratio_bp, FULL_BP
        clause, what = share.clause, share.what
        inputs.append(f"{share.ratio_bp} bp")
        readings += share.readings
    if times is not None and counted is not None:
        denominator *= times.divisor
        inputs.append(f"{counted}/{times.divisor} {times.unit}")
        readings += times.interpretations
        clause, what = times.clause, "times" if share is None else what
        months = counted if times.shared else 0
    if not inputs and numerator:
        return Priced(base.steps)
    amount_fen = rounded(pack, numerator, denominator)
    readings += ("INT-13",) if numerator % denominator else ()
    if amount_fen == 0:
        return _stopped("HOLD", "AMOUNT_ZERO", clause)
    last = Step(clause=clause, what=what, inputs=tuple(inputs), amount_fen=amount_fen)  # type: ignore[arg-type]
    flags = () if times is None else tuple(too_many_days(times, scope))
    return Priced((*base.steps, last), flags, readings, months)


def _shortfall(shortfall: Shortfall, scope: Scope) -> Priced:
    cost_fen, borne_fen = whole(shortfall.cost, scope), whole(shortfall.borne, scope)
    if cost_fen is None or borne_fen is None:
        fields = ((shortfall.cost, cost_fen), (shortfall.borne, borne_fen))
        said = tuple(missing_field(name) for name, value in fields if value is None)
        return Priced(grounds=(missing_of((shortfall.clause,), said),))
    short_fen = cost_fen - borne_fen
    if short_fen <= 0:
        return _stopped("REJECT", "NO_SHORTFALL", shortfall.clause)
    asked_fen = scope.case.claimed_fen
    amount_fen = short_fen
    if shortfall.at_most and asked_fen is not None:  # 适当支持: never more than the shortfall
        amount_fen = min(short_fen, max(0, asked_fen))
    if amount_fen == 0:
        return _stopped("HOLD", "AMOUNT_ZERO", shortfall.clause)
    step = Step(
        clause=shortfall.clause,
        what="shortfall",
        inputs=(f"{cost_fen} fen", f"{borne_fen} fen"),
        amount_fen=amount_fen,
    )
    return Priced((step,))


def _no_table(pack: Pack, clause: str, fact: str, scope: Scope, day: date | None = None) -> Ground:
    """INT-10: the sum stands in a table that is not loaded (for the day); eligible, not paid."""
    missing = missing_fact(pack, fact, scope)
    if day is not None:
        missing = msgspec.structs.replace(missing, as_of=day)
    return Ground(
        decision="HOLD",
        code=NO_PRICE,
        clauses=(clause,),
        missing=(missing,),
        interpretations=("INT-10",),
    )


def _stopped(decision: str, code: str, clause: str, *interpretations: str) -> Priced:
    ground = Ground(
        decision="REJECT" if decision == "REJECT" else "HOLD",
        code=code,
        clauses=(clause,),
        interpretations=interpretations,
    )
    return Priced(grounds=(ground,))
