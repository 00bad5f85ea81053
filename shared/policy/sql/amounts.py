"""How much, as SQL: an amount in fen, or NULL beside the reason that stops it. For DuckDB."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.policy.amounts import NO_PRICE
from shared.policy.conditions import FULL_BP
from shared.policy.monthly import by_month
from shared.policy.months import MONTHS
from shared.policy.pack import Pack
from shared.policy.parts import Catalogue, Kind, Ratio, Row, Shortfall, Table, Times
from shared.policy.sql.conditions import column, condition_sql, listed, literal, rows_column


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
    upper = _between(first, f"least({chr(44).join(days)})")
    return f"greatest(0, {upper} - greatest(0, {_skipped(pack)}))"


def _skipped(pack: Pack) -> str:
    """Months that begin before the policy, or a number below zero (`months.months_before`)."""
    start, first = pack.content.validity.valid_from, "claim_training_from"
    before = f"({start.year * MONTHS + start.month} - year({first}) * {MONTHS} - month({first}))"
    later = f"CAST({first} + INTERVAL (1) MONTH * greatest(0, {before}) AS DATE)"
    return f"({before} + (CASE WHEN {later} < {literal(start)} THEN 1 ELSE 0 END))"


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
    base = _base(pack, catalogue)
    lacking = [("HOLD", NO_PRICE, f"{base} IS NULL")]
    share = None
    if catalogue.uplift is not None:
        more = _whole(f"facts.{catalogue.uplift.fact}")
        raised = f"coalesce({condition_sql(catalogue.uplift.when)}, false)"
        share = f"({FULL_BP} + CASE WHEN {raised} THEN coalesce({more}, 0) ELSE 0 END)"
    return _computed(pack, kind, catalogue, base, share, lacking)


def _ratio(pack: Pack, kind: Kind, ratio: Ratio) -> PricedSql:
    base = _base(pack, ratio)
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
    return _computed(pack, kind, ratio, base, share, lacking)


def _computed(
    pack: Pack,
    kind: Kind,
    amount: Catalogue | Ratio,
    base: str,
    share: str | None,
    lacking: list[tuple[str, str, str]],
) -> PricedSql:
    times, numerator, denominator = amount.times, base, "1"
    if times is not None:
        counted, left = _whole(times.of), _left(pack, kind, times)
        stops = [("HOLD", "FACT_MISSING", f"{counted} IS NULL")]
        counted = _beside_the_claim(pack, times, counted, stops)
        if left is not None:
            stops.append(("REJECT", "LIMIT_MONTHS", f"{left} = 0 AND {counted} > 0"))
            counted = f"least({counted}, {left})"
        numerator = f"{base} * {counted}"
        if times.shared and by_month(pack.facts[amount.fact]):
            total, gap = _monthly(pack, amount.fact, counted)
            varies = f"len({rows_column(amount.fact)}) > 0"
            numerator = f"(CASE WHEN {varies} THEN {total} ELSE {numerator} END)"
            stops.append(("HOLD", NO_PRICE, f"{varies} AND {gap}"))
        lacking += _one_of(stops)
        denominator = str(times.divisor)
    if share is not None:
        numerator, denominator = f"{numerator} * {share}", f"({denominator} * {FULL_BP})"
    fen = base if share is None and times is None else _rounded(pack, numerator, denominator)
    zero = ("HOLD", "AMOUNT_ZERO", f"{fen} = 0")
    return PricedSql(fen, (zero,), _flags(times), tuple(lacking))


def _base(pack: Pack, amount: Catalogue | Ratio) -> str:
    """What the table says, on the day of the look-up; of months each has its own."""
    base, spec = _whole(f"facts.{amount.fact}"), pack.facts[amount.fact]
    if not by_month(spec) or spec.look_up is None or (amount.times and amount.times.shared):
        return base
    on_day = _on_day(amount.fact, column(f"claim.{spec.look_up.as_of}"))
    return f"(CASE WHEN len({rows_column(amount.fact)}) > 0 THEN {on_day} ELSE {base} END)"


def _on_day(fact: str, day: str) -> str:
    """`monthly.on_day`."""
    return f"list_filter({rows_column(fact)}, lambda r: r.since <= {day})[-1].fen"


def _monthly(pack: Pack, fact: str, counted: str) -> tuple[str, str]:
    """The sum of all paid months, and whether nothing is known of one (`amounts._by_month`)."""
    skipped = f"greatest(0, {_skipped(pack)})"
    months = f"range(({skipped})::BIGINT, ({skipped} + {counted})::BIGINT)"
    day = "CAST(claim_training_from + INTERVAL (1) MONTH * m AS DATE)"
    each = f"list_transform({months}, lambda m: {_on_day(fact, day)})"
    total = f"coalesce(list_sum({each}), 0)::HUGEINT"
    return total, f"len(list_filter({each}, lambda fen: fen IS NULL)) > 0"


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
    if times.unit == "day":  # never more than asked for
        asked = "claim_allowance_days"
        counted = f"least({counted}, CASE WHEN {asked} IS NOT NULL THEN greatest(0, {asked}) END)"
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
