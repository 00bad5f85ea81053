"""How much, as SQL: an amount in fen, or NULL beside the reason that stops it. For DuckDB."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.policy.amounts import NO_PRICE
from shared.policy.conditions import FULL_BP
from shared.policy.months import MONTHS
from shared.policy.pack import Pack
from shared.policy.parts import Catalogue, Kind, Ratio, Row, Shortfall, Table, Times
from shared.policy.sql import column, condition_sql, listed, literal


@dataclass(frozen=True, slots=True)
class PricedSql:
    """`fen`: the amount, meaningful where nothing stops it.

    `stops`: (decision, reason, condition) in order; the first that holds is the one that counts.
    `lacking`: the same, each of which counts; where one holds nothing is computed.
    """

    fen: str
    stops: tuple[tuple[str, str, str], ...]
    flags: tuple[tuple[str, str], ...] = ()
    lacking: tuple[tuple[str, str, str], ...] = ()
    """(reason, condition), where nothing stops the amount"""


def amount_sql(pack: Pack, kind: Kind) -> PricedSql:
    """The same computation as `amounts.amount_of`."""
    match kind.amount:
        case Table() as table:
            return _table(pack, table)
        case Catalogue() as catalogue:
            return _catalogue(pack, kind, catalogue)
        case Ratio() as ratio:
            return _ratio(pack, kind, ratio)
        case Shortfall() as shortfall:
            return _shortfall(shortfall)


def _table(pack: Pack, table: Table) -> PricedSql:
    exact = "".join(
        f" WHEN claim_level = {literal(row.level)} AND {_of_type(row)} THEN {row.amount_fen}"
        for row in table.rows
    )
    any_level = "".join(
        f" WHEN {_of_type(row)} THEN {row.amount_fen}" for row in table.rows if row.level == "none"
    )
    rows = exact + any_level
    rate = f"(CASE{rows} END)"
    decision = "REJECT" if pack.switches.get("INT-10") == "reject" else "HOLD"
    stops = [(decision, "LEVEL_NOT_IN_TABLE", f"{rate} IS NULL")]
    if table.unit == "per_certificate":
        return PricedSql(rate, tuple(stops))
    dated = "claim_training_from IS NULL OR claim_training_to IS NULL"
    months = f"coalesce(claim_months_claimed, {_LASTED})"
    fen = _for_months(pack, rate, months)
    stops += [
        ("HOLD", "FACT_MISSING", dated),
        ("HOLD", "MONTHS_DIFFER", f"NOT ({months} > 0 AND {months} <= {_LASTED})"),
        ("HOLD", "POLICY_SILENT", f"coalesce({fen}, 0) = 0"),
    ]
    return PricedSql(fen, tuple(stops))


def _of_type(row: Row) -> str:
    return f"claim_certificate_type IN {listed(row.certificate_types)}"


def _between(first: str, last: str) -> str:
    """`months.months_between` of two days."""
    end = f"({last} + 1)"
    return (
        f"greatest(0, (year({end}) - year({first})) * {MONTHS} + month({end}) - month({first})"
        f" - (CASE WHEN day({end}) < day({first}) THEN 1 ELSE 0 END))"
    )


_LASTED = _between("claim_training_from", "claim_training_to")


def _covered(pack: Pack) -> str:
    """`months.months_in_force` of the claim's days, ended by the claim."""
    validity, first = pack.content.validity, "claim_training_from"
    days = ["claim_training_to", "claim_claimed_on"]
    days += [] if validity.valid_to is None else [literal(validity.valid_to)]
    start = validity.valid_from
    before = f"({start.year * MONTHS + start.month} - year({first}) * {MONTHS} - month({first}))"
    later = f"CAST({first} + INTERVAL (1) MONTH * greatest(0, {before}) AS DATE)"
    skipped = f"({before} + (CASE WHEN {later} < {literal(start)} THEN 1 ELSE 0 END))"
    return (
        f"greatest(0, {_between(first, f'least({chr(44).join(days)})')} - greatest(0, {skipped}))"
    )


def _for_months(pack: Pack, rate: str, months: str) -> str:
    part = pack.switches.get("INT-21", "hold")
    whole = f"({rate} * ({months} // {MONTHS}))"
    if part == "whole_years":
        return whole
    if part == "hold":
        return f"(CASE WHEN {months} % {MONTHS} = 0 THEN {whole} ELSE 0 END)"
    return _rounded(pack, f"{rate} * {months}", str(MONTHS))


def _rounded(pack: Pack, numerator: str, denominator: str) -> str:
    half = "0" if pack.switches.get("INT-13") == "down" else denominator
    return f"((2 * ({numerator}) + {half}) // (2 * {denominator}))"


def _whole(field: str) -> str:
    """A number of the case; one below zero is none, as in Python."""
    name = column(field)
    return f"(CASE WHEN {name} >= 0 THEN {name}::HUGEINT END)"


def _catalogue(pack: Pack, kind: Kind, catalogue: Catalogue) -> PricedSql:
    base = _whole(f"facts.{catalogue.fact}")
    lacking = [("HOLD", NO_PRICE, f"{base} IS NULL")]
    share = None
    if catalogue.uplift is not None:
        more = _whole(f"facts.{catalogue.uplift.fact}")
        raised = f"coalesce({condition_sql(catalogue.uplift.when)}, false)"
        share = f"({FULL_BP} + CASE WHEN {raised} THEN coalesce({more}, 0) ELSE 0 END)"
    return _computed(pack, kind, base, share, catalogue.times, lacking)


def _ratio(pack: Pack, kind: Kind, ratio: Ratio) -> PricedSql:
    base = _whole(f"facts.{ratio.fact}")
    share = str(ratio.ratio_bp)
    lacking: list[tuple[str, str, str]] = []
    unpriced = "false"
    if ratio.ratio_bp is None:
        share = _whole(f"facts.{ratio.ratio_fact}")
        unpriced = f"{share} IS NULL"
    raised = ratio.raised
    if raised is not None:
        listed_ = condition_sql(raised.when)
        lacking.append(("HOLD", "FACT_MISSING", f"{listed_} IS NULL"))
        unpriced = f"{listed_} IS NOT NULL AND {unpriced}"
        if pack.switches.get(raised.interpretation or "") != "base":
            unpriced = f"(NOT {listed_}) AND {unpriced}"
            share = f"(CASE WHEN {listed_} THEN {raised.ratio_bp} ELSE {share} END)"
    lacking.append(("HOLD", NO_PRICE, f"coalesce({unpriced}, false) OR {base} IS NULL"))
    return _computed(pack, kind, base, share, ratio.times, lacking)


def _computed(
    pack: Pack,
    kind: Kind,
    base: str,
    share: str | None,
    times: Times | None,
    lacking: list[tuple[str, str, str]],
) -> PricedSql:
    numerator, denominator = base, "1"
    if share is not None:
        numerator, denominator = f"{numerator} * {share}", str(FULL_BP)
    if times is not None:
        counted, left = _whole(times.of), _left(pack, kind, times)
        stops = [("HOLD", "FACT_MISSING", f"{counted} IS NULL")]
        counted = _beside_the_claim(pack, times, counted, stops)
        if left is not None:
            stops.append(("REJECT", "LIMIT_MONTHS", f"{left} = 0 AND {counted} > 0"))
            counted = f"least({counted}, {left})"
        lacking += _one_of(stops)
        numerator = f"{numerator} * {counted}"
        denominator = f"({denominator} * {times.divisor})"
    fen = base if share is None and times is None else _rounded(pack, numerator, denominator)
    zero = ("HOLD", "AMOUNT_ZERO", f"{fen} = 0")
    return PricedSql(fen, (zero,), _flags(times), tuple(lacking))


def _one_of(stops: list[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    """Each of them only where none before it holds."""
    before = ""
    for decision, reason, condition in stops:
        yield decision, reason, f"({condition}){before}"
        before += f" AND NOT coalesce({condition}, false)"


def _flags(times: Times | None) -> tuple[tuple[str, str], ...]:
    if times is None or times.unit != "day":
        return ()
    days = "claim_training_to - claim_training_from + 1"
    return (("DAYS_DIFFER", f"{_whole(times.of)} > {days}"),)


def _beside_the_claim(
    pack: Pack, times: Times, counted: str, stops: list[tuple[str, str, str]]
) -> str:
    """None beside the claim's own days, as `amounts._said`."""
    if not times.shared:
        return counted
    undated = "(claim_training_from IS NULL OR claim_training_to IS NULL)"
    asked = "claim_months_claimed"
    differs = f"{asked} IS NOT NULL AND NOT ({asked} > 0 AND {asked} <= {_LASTED})"
    stops += [("HOLD", "FACT_MISSING", undated), ("HOLD", "MONTHS_DIFFER", differs)]
    return f"least({counted}, {asked}, {_covered(pack)})"


def _left(pack: Pack, kind: Kind, times: Times) -> str | None:
    if times.max is None:
        return None
    if not times.shared or pack.switches.get("INT-16") == "per_employer":
        return str(times.max)
    same = f"list_filter(history, lambda h: h.kind = {literal(kind.id)})"
    used = f"coalesce(list_sum(list_transform({same}, lambda h: h.months)), 0)"
    return f"greatest(0, {times.max} - {used})"


def _shortfall(shortfall: Shortfall) -> PricedSql:
    cost, borne = _whole(shortfall.cost), _whole(shortfall.borne)
    short = f"({cost} - {borne})"
    fen = short
    if shortfall.at_most:
        fen = f"least({short}, greatest(0, coalesce(claim_claimed_fen, {short})))"
    stops = (
        ("HOLD", "FACT_MISSING", f"{cost} IS NULL OR {borne} IS NULL"),
        ("REJECT", "NO_SHORTFALL", f"{short} <= 0"),
        ("HOLD", "AMOUNT_ZERO", f"{fen} = 0"),
    )
    return PricedSql(fen, stops)
