"""How much: a table's line, a part of a reference, a shortfall. Integers only, in fen."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from shared.policy.cases import ClaimCase, Ground, History, Step
from shared.policy.conditions import FULL_BP, Scope, fields_of, holds, value_of
from shared.policy.months import (
    MONTHS,
    all_used,
    months_between,
    months_in_force,
    months_used,
    shared_months,
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
    Times,
)
from shared.policy.unknown import (
    missing_fact,
    missing_field,
    missing_in,
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
        fields = ("claim.training_from", "claim.training_to")
        days = tuple(missing_field(f) for f in fields)
        return Priced(grounds=(missing_of((rate.clause,), days),))
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
    base = _base(pack, catalogue, scope)
    more = _uplift(catalogue, scope)
    return _computed(pack, kind, base, more, catalogue.times, scope, history)


def _base(pack: Pack, amount: Catalogue | Ratio, scope: Scope) -> Step | Ground:
    """What the table elsewhere says, in fen; without it the claim waits (INT-10)."""
    base_fen = _whole(f"facts.{amount.fact}", scope)
    if base_fen is None:
        return _no_table(pack, amount.clause, amount.fact, scope)
    return Step(
        clause=amount.clause,
        what="catalogue" if isinstance(amount, Catalogue) else "reference",
        inputs=(amount.fact,),
        amount_fen=base_fen,
    )


def _uplift(catalogue: Catalogue, scope: Scope) -> "_Share | None":
    """可 … 上浮: a city that has set no uplift pays none; the base is due all the same (INT-11)."""
    uplift = catalogue.uplift
    if uplift is None or holds(uplift.when, scope) is not True:
        return None
    more_bp = _whole(f"facts.{uplift.fact}", scope)
    return None if more_bp is None else _Share(FULL_BP + more_bp, uplift.clause, "uplift")


@dataclass(frozen=True, slots=True)
class _Share:
    """The part of the reference that is paid, in bp, and where it stands."""

    ratio_bp: int
    clause: str
    what: str = "ratio"
    readings: tuple[str, ...] = ()


def _ratio(pack: Pack, kind: Kind, ratio: Ratio, scope: Scope, history: History) -> Priced:
    share, base = _share(pack, ratio, scope), _base(pack, ratio, scope)
    return _computed(pack, kind, base, share, ratio.times, scope, history)


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
    share_bp = _whole(f"facts.{ratio.ratio_fact}", scope)
    if share_bp is None:
        return _no_table(pack, ratio.clause, ratio.ratio_fact or "", scope)
    return _Share(share_bp, ratio.clause, readings=readings)


def _computed(
    pack: Pack,
    kind: Kind,
    base: Step | Ground,
    share: _Share | Ground | None,
    times: Times | None,
    scope: Scope,
    history: History,
) -> Priced:
    """Reference × share × times, rounded once at the end (INT-13).

    What stops one of the three does not hide what stops the others: the claimant is asked once.
    """
    counted = None if times is None else _times(pack, kind, times, scope, history)
    stops = tuple(one for one in (share, base, counted) if isinstance(one, Ground))
    if isinstance(base, Ground) or isinstance(share, Ground) or isinstance(counted, Ground):
        return Priced(grounds=stops)
    numerator, denominator = base.amount_fen, 1
    clause, what, inputs = base.clause, "ratio", []
    readings: tuple[str, ...] = ()
    months = 0
    if share is not None:
        numerator, denominator = numerator * share.ratio_bp, FULL_BP
        clause, what = share.clause, share.what
        inputs.append(f"{share.ratio_bp} bp")
        readings += share.readings
    if times is not None and counted is not None:
        numerator, denominator = numerator * counted, denominator * times.divisor
        inputs.append(f"{counted}/{times.divisor} {times.unit}")
        readings += times.interpretations
        clause, what = times.clause, "times" if share is None else what
        months = counted if times.shared else 0
    if not inputs and numerator:
        return Priced((base,))
    amount_fen = rounded(pack, numerator, denominator)
    readings += ("INT-13",) if numerator % denominator else ()
    if amount_fen == 0:
        return _stopped("HOLD", "AMOUNT_ZERO", clause)
    last = Step(clause=clause, what=what, inputs=tuple(inputs), amount_fen=amount_fen)  # type: ignore[arg-type]
    flags = () if times is None else tuple(_too_many_days(times, scope))
    return Priced((base, last), flags, readings, months)


def _times(pack: Pack, kind: Kind, times: Times, scope: Scope, history: History) -> int | Ground:
    """How many months or days are paid: those that a register counted."""
    counted = _whole(times.of, scope)
    said = _said(pack, times, scope.case)
    if counted is None:
        more = said.missing if isinstance(said, Ground) else ()
        return missing_of((times.clause,), (missing_in(pack, times.of, scope), *more))
    if isinstance(said, Ground):
        return said
    counted = counted if said is None else min(counted, said)
    if times.max is None:
        return counted
    used = months_used(kind.id, history) if shared_months(pack, kind.id) else 0
    left = max(0, times.max - used)
    if not left and counted:
        return all_used(times, kind.id, history)
    return min(counted, left)


def _too_many_days(times: Times, scope: Scope) -> Iterator[Ground]:
    """More days attended than the course had: paid as the register says, and shown to auditors."""
    first, last = scope.case.training_from, scope.case.training_to
    days = _whole(times.of, scope)
    if times.unit == "day" and first and last and days and days > (last - first).days + 1:
        yield Ground(decision="FLAG", code="DAYS_DIFFER", clauses=(times.clause,))


def _said(pack: Pack, times: Times, claim: ClaimCase) -> int | Ground | None:
    """The months of work that the claim's own days hold and the policy covers (INT-01).

    None for what is not divided between policies.
    """
    first, last = claim.training_from, claim.training_to
    if not times.shared:
        return None
    if first is None or last is None:
        fields = (("claim.training_from", first), ("claim.training_to", last))
        return missing_of((times.clause,), tuple(missing_field(f) for f, d in fields if d is None))
    asked = claim.months_claimed
    if asked is not None and not 0 < asked <= months_between(first, last):
        return Ground(decision="HOLD", code="MONTHS_DIFFER", clauses=(times.clause,))
    covered = months_in_force(pack.content.validity, first, min(last, claim.claimed_on))
    return covered if asked is None else min(asked, covered)


def _shortfall(shortfall: Shortfall, scope: Scope) -> Priced:
    cost_fen, borne_fen = _whole(shortfall.cost, scope), _whole(shortfall.borne, scope)
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


def _whole(field: str, scope: Scope) -> int | None:
    value = value_of(field, scope)
    return value if type(value) is int and value >= 0 else None


def _no_table(pack: Pack, clause: str, fact: str, scope: Scope) -> Ground:
    """INT-10: the sum stands in a table that is not loaded; eligible, and not paid."""
    return Ground(
        decision="HOLD",
        code=NO_PRICE,
        clauses=(clause,),
        missing=(missing_fact(pack, fact, scope),),
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
