"""A whole pack as one query: millions of cases judged at once by DuckDB, as `judge` does one.

The table has one row a case; its columns are the fields of the case format (`case_columns`).
The query gives decision, amount in fen, payee, reasons and flags of each. What is missing, the
citations and the steps are the Python judge's to say, for the cases that somebody looks at.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from shared.policy.amounts import NO_PRICE
from shared.policy.limits import (
    EXCEPTED,
    MAX_EXCEPTIONS,
    OTHER_TRADE,
    RANKS,
    counted_kind,
    kinds_apart,
    year_basis,
)
from shared.policy.months import shared_months
from shared.policy.pack import CertificateOnce, MaxTimes, NoRepeat, Pack
from shared.policy.parts import Catalogue, Gate, Kind
from shared.policy.sql import column, condition_sql, listed, literal
from shared.policy.sql_amounts import amount_sql

_TYPES = {"boolean": "BOOLEAN", "integer": "BIGINT", "text": "VARCHAR", "date": "DATE"}
_SUBSIDY = (
    "STRUCT(stream VARCHAR, kind VARCHAR, occupation VARCHAR, level VARCHAR,"
    " certificate_type VARCHAR, certificate VARCHAR, year BIGINT, counted BOOLEAN,"
    " months BIGINT, trade VARCHAR)[]"
)
_EXCEPTION = "STRUCT(clause VARCHAR, approvers VARCHAR[])[]"


def case_columns(pack: Pack, claim_types: dict[str, str]) -> dict[str, str]:
    """Column and SQL type of every field of a case; `claim_types` as CLAIM_TYPES of checks."""
    claim = {column(name): _TYPES[type_] for name, type_ in claim_types.items()}
    facts = {column(f"facts.{spec.id}"): _TYPES[spec.type] for spec in pack.facts.values()}
    rest = {
        "case_id": "BIGINT",
        "judged_on": "DATE",
        "history": _SUBSIDY,
        "same_certificate_other_person": "VARCHAR[]",
        "past_certificate_other_person": "VARCHAR[]",
        "exceptions": _EXCEPTION,
    }
    return rest | claim | facts


_COUNT_BITS = 12  # a history has at most 1,000 entries; five counts stay below 63 bits


@dataclass(slots=True)
class _Grounds:
    """What can stop or flag a claim of one kind: (decision, reason, condition)."""

    found: list[tuple[str, str, str]] = field(default_factory=list)
    earlier: list[str] = field(default_factory=list)
    """conditions on one earlier subsidy `h`; column `hist` counts them all in one pass"""

    def add(self, decision: str, reason: str, condition: str) -> None:
        self.found.append((decision, reason, f"coalesce({condition}, false)"))

    def counted(self, condition: str) -> str:
        """How many earlier subsidies meet the condition."""
        if condition not in self.earlier:
            self.earlier.append(condition)
        place = self.earlier.index(condition) * _COUNT_BITS
        return f"((hist >> {place}) & {(1 << _COUNT_BITS) - 1})"

    def history(self) -> str:
        """Every count of one case in one number: so many bits each, one pass over the list."""
        terms = " + ".join(
            f"(CASE WHEN {one} THEN {1 << place * _COUNT_BITS} ELSE 0 END)::BIGINT"
            for place, one in enumerate(self.earlier)
        )
        counts = f"list_sum(list_transform(history, lambda h: {terms or '0'}))::BIGINT"
        return f"(CASE WHEN len(history) > 0 THEN {counts} ELSE 0::BIGINT END)"


def judge_sql(pack: Pack, table: str = "cases") -> str:
    """One SELECT over the table: case_id, claim_kind, decision, amount_fen, payee_kind and, as bits
    of `reasons_of`, reason_bits and flag_bits. It is fastest over a table in order of claim_kind.

    A kind that the pack does not know holds (POLICY_SILENT): bit 0 of no kind.
    """
    parts = [_kind_sql(pack, kind, table) for kind in pack.kinds.values()]
    known = listed(tuple(pack.kinds))
    silent = f"FROM {table} WHERE claim_kind NOT IN {known}"
    parts.append(
        "SELECT case_id, claim_kind, 'HOLD' AS decision, 0::HUGEINT AS amount_fen,"
        f" NULL AS payee_kind, 1::BIGINT AS reason_bits, 0::BIGINT AS flag_bits {silent}"
    )
    return "\nUNION ALL\n".join(parts)


def named_sql(pack: Pack, table: str = "cases") -> str:
    """The same with reasons and flags as lists of codes, each once, in order of the alphabet."""
    kinds = " ".join(
        f"WHEN {literal(kind.id)} THEN {_array(reasons_of(pack, kind))}"
        for kind in pack.kinds.values()
    )
    codes = f"(CASE claim_kind {kinds} ELSE ['POLICY_SILENT'] END)"

    def lists(bits: str) -> str:
        return f"list_filter({codes}, lambda code, place: ({bits} >> (place - 1)) & 1 = 1)"

    named = f"{lists('reason_bits')} AS reasons, {lists('flag_bits')} AS flags"
    judged = judge_sql(pack, table)
    return f"SELECT case_id, decision, amount_fen, payee_kind, {named} FROM ({judged})"  # noqa: S608


def reasons_of(pack: Pack, kind: Kind) -> tuple[str, ...]:
    """The reason behind each bit, lowest first."""
    found = {reason for _, reason, _ in _grounds_of(pack, kind)[0].found}
    return tuple(sorted(found | {"POLICY_NOT_IN_FORCE"}))


def _array(codes: tuple[str, ...]) -> str:
    return "[" + ", ".join(literal(code) for code in codes) + "]"


def _kind_sql(pack: Pack, kind: Kind, table: str) -> str:
    grounds, fen = _grounds_of(pack, kind)
    return _select(pack, kind, table, grounds, fen)


def _grounds_of(pack: Pack, kind: Kind) -> tuple[_Grounds, str]:
    """All that can stop a claim of the kind, and the amount of one that nothing stops."""
    grounds = _Grounds()
    late = _late(pack)
    if late is not None:
        grounds.add(*late)
    grounds.add(
        "HOLD",
        "JURISDICTION_NOT_COVERED",
        f"claim_jurisdiction NOT IN {listed(tuple(sorted(pack.jurisdictions)))}",
    )
    _groups(pack, kind, grounds)
    _gates(pack, kind, grounds)
    priced = amount_sql(pack, kind)
    before = ""
    for decision, reason, condition in priced.stops:
        grounds.add(decision, reason, f"({condition}){before}")
        before += f" AND NOT coalesce({condition}, false)"
    sound = "true" + before
    for reason, condition in priced.flags:
        grounds.add("FLAG", reason, f"{sound} AND {condition}")
    payee = _payee_sql(pack, kind)
    _payees(payee, grounds)
    _limits(pack, kind, grounds)
    if kind.same_amount is not None:
        usual = column(f"facts.{kind.same_amount.fact}")
        differs = f"{sound} AND {usual} <> {priced.fen}{_not_raised(kind)}"
        grounds.add("FLAG", kind.same_amount.reason, differs)
    return grounds, priced.fen


def _not_raised(kind: Kind) -> str:
    """An amount that the document itself raises is no finding."""
    uplift = kind.amount.uplift if isinstance(kind.amount, Catalogue) else None
    if uplift is None:
        return ""
    set_ = f"coalesce({column(f'facts.{uplift.fact}')} >= 0, false)"
    return f" AND NOT (coalesce({condition_sql(uplift.when)}, false) AND {set_})"


def _select(pack: Pack, kind: Kind, table: str, grounds: _Grounds, fen: str) -> str:
    names = [f"g{i}" for i in range(len(grounds.found))]
    inner = ",\n  ".join(
        f"{condition} AS {name}"
        for name, (_, _, condition) in zip(names, grounds.found, strict=True)
    )
    of = {
        wanted: [
            (name, reason)
            for name, (decision, reason, _) in zip(names, grounds.found, strict=True)
            if decision == wanted
        ]
        for wanted in ("REJECT", "HOLD", "FLAG")
    }
    outside = "REJECT" if pack.content.validity.basis == "stated" else "HOLD"
    rejected, held = (_any(of[one]) for one in ("REJECT", "HOLD"))
    bits = {reason: 1 << place for place, reason in enumerate(reasons_of(pack, kind))}
    return f"""SELECT case_id, {literal(kind.id)} AS claim_kind, decision,
  CASE WHEN decision = 'APPROVE' THEN fen ELSE 0 END AS amount_fen,
  CASE WHEN decision = 'APPROVE' THEN claim_payee_kind END AS payee_kind,
  CASE WHEN outside THEN {bits["POLICY_NOT_IN_FORCE"]}::BIGINT WHEN decision = 'REJECT'
    THEN {_bits(of["REJECT"], bits)} WHEN decision = 'HOLD' THEN {_held_bits(of["HOLD"], bits)}
    ELSE 0::BIGINT END AS reason_bits,
  CASE WHEN outside THEN 0::BIGINT ELSE {_bits(of["FLAG"], bits)} END AS flag_bits
FROM (SELECT *, CASE WHEN outside THEN '{outside}' WHEN {rejected} THEN 'REJECT'
  WHEN {held} THEN 'HOLD' ELSE 'APPROVE' END AS decision
FROM (SELECT case_id, claim_payee_kind, {_outside(pack, kind)} AS outside,
  {fen} AS fen,
  {inner}
FROM (SELECT *, {grounds.history()} AS hist FROM {table}
WHERE claim_kind = {literal(kind.id)})))"""  # noqa: S608  constants of a checked pack


def _any(found: list[tuple[str, str]]) -> str:
    return " OR ".join(name for name, _ in found) or "false"


def _held_bits(found: list[tuple[str, str]], bits: dict[str, int]) -> str:
    """A missing price is said only where nothing else holds the claim."""
    others = _bits([one for one in found if one[1] != NO_PRICE], bits)
    if NO_PRICE not in bits:
        return others
    return f"coalesce(nullif({others}, 0), {bits[NO_PRICE]})"


def _bits(found: list[tuple[str, str]], bits: dict[str, int]) -> str:
    """The bits of the reasons whose condition holds."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in found:
        by_reason.setdefault(reason, []).append(name)
    terms = (
        f"(CASE WHEN {' OR '.join(names)} THEN {bits[reason]} ELSE 0 END)"
        for reason, names in by_reason.items()
    )
    return "(" + (" | ".join(terms) or "0") + ")::BIGINT"


def _outside(pack: Pack, kind: Kind) -> str:
    validity = pack.content.validity
    day = f"coalesce({column(f'claim.{kind.dated_by}')}, claim_training_from, claim_claimed_on)"
    if pack.switches.get("INT-01") == "claimed_on":
        day = "claim_claimed_on"
    until = f"greatest({day}, claim_training_to)" if shared_months(pack, kind.id) else day
    early = f"{until} < {literal(validity.valid_from)}"
    if validity.valid_to is None:
        return f"({early})"
    return f"({early} OR {day} > {literal(validity.valid_to)})"


def _late(pack: Pack) -> tuple[str, str, str] | None:
    choice = pack.switches.get("INT-18", "hold")
    if pack.content.validity.valid_to is None or choice == "allow":
        return None
    decision = "REJECT" if choice == "reject" else "HOLD"
    return (
        decision,
        "FILED_AFTER_EXPIRY",
        (f"claim_claimed_on > {literal(pack.content.validity.valid_to)}"),
    )


def _groups(pack: Pack, kind: Kind, grounds: _Grounds) -> None:
    grounds.add("REJECT", "GROUP_NOT_MET", f"claim_group NOT IN {listed(kind.groups)}")
    for id_ in kind.groups:
        member = pack.groups[id_].member_when
        if member is not None:
            mine, truth = f"claim_group = {literal(id_)}", condition_sql(member)
            grounds.add("REJECT", "GROUP_NOT_MET", f"{mine} AND NOT {truth}")
            grounds.add("HOLD", "FACT_MISSING", f"{mine} AND {truth} IS NULL")


def _gates(pack: Pack, kind: Kind, grounds: _Grounds) -> None:
    for gate in (*pack.content.gates, *kind.gates):
        groups = tuple(id_ for id_ in kind.groups if not gate.groups or id_ in gate.groups)
        mine = f"claim_group IN {listed(groups)}"
        if gate.when is not None:
            truth = condition_sql(gate.when)
            grounds.add("HOLD", "FACT_MISSING", f"{mine} AND {truth} IS NULL")
            _gate(gate, f"{mine} AND NOT {truth}", grounds)
        elif gate.unless is not None:
            _gate(gate, f"{mine} AND {condition_sql(gate.unless)}", grounds)


def _gate(gate: Gate, stops: str, grounds: _Grounds) -> None:
    grounds.add(gate.decision, gate.reason, stops)
    if gate.flag:
        grounds.add("FLAG", gate.reason, stops)


def _payee_sql(pack: Pack, kind: Kind) -> str:
    """Who is paid; `?` where a condition is unknown, `hold` where no rule says whom."""
    cases = ""
    for rule in kind.payees:
        named = rule.payee or pack.switches[rule.interpretation or ""]
        paid = "coalesce(claim_paid_by, '?')" if named == "payer" else literal(named)
        if rule.when is None:
            return f"(CASE{cases} ELSE {paid} END)" if cases else f"({paid})"
        truth = condition_sql(rule.when)
        cases += f" WHEN {truth} IS NULL THEN '?' WHEN {truth} THEN {paid}"
    return f"(CASE{cases} ELSE 'hold' END)" if cases else "('hold')"


def _payees(payee: str, grounds: _Grounds) -> None:
    grounds.add("HOLD", "FACT_MISSING", f"{payee} = '?'")
    grounds.add("HOLD", "POLICY_SILENT", f"{payee} = 'hold'")
    grounds.add("HOLD", "PAYEE_DIFFERS", f"{payee} NOT IN ('?', 'hold', claim_payee_kind)")


def _limits(pack: Pack, kind: Kind, grounds: _Grounds) -> None:
    limits = pack.limits[kind.id]
    once = next((_same(pack, one) for one in limits if isinstance(one, CertificateOnce)), None)
    for limit in limits:
        match limit:
            case CertificateOnce():
                for decision, reason, found in _certificate(pack, limit, grounds):
                    grounds.add(decision, reason, found)
            case NoRepeat():
                for decision, reason, found in _repeat(pack, limit, once, grounds):
                    grounds.add(decision, reason, found)
            case MaxTimes():
                for decision, reason, found in _times(pack, limit, grounds):
                    grounds.add(decision, reason, found)
    _unlimited(pack, kind, grounds)
    rank = _rank("claim_level")
    higher = f"{rank} > 0 AND h.occupation = claim_occupation AND {_rank('h.level')} > {rank}"
    refuse = pack.switches.get("INT-06") == "reject"
    grounds.add(
        "REJECT" if refuse else "FLAG", "LOWER_AFTER_HIGHER", f"{grounds.counted(higher)} > 0"
    )


def _unlimited(pack: Pack, kind: Kind, grounds: _Grounds) -> None:
    watch = pack.content.unlimited
    if watch is None or not counted_kind(pack, kind.id):
        return
    times = grounds.counted(f"h.counted AND h.year = {_year(pack)}")
    grounds.add("FLAG", watch.times_reason, f"{times} >= {watch.times}")
    same = grounds.counted(f"claim_occupation <> '' AND {_same_pair(pack)}")
    grounds.add("FLAG", watch.repeat_reason, f"{same} > 0")


def _same_pair(pack: Pack) -> str:
    """The earlier subsidy was for the same occupation and level (INT-04)."""
    return (
        f"h.occupation = claim_occupation AND {_level_class(pack, 'h.level', 'h.certificate_type')}"
        f" = {_level_class(pack, 'claim_level', 'claim_certificate_type')}"
    )


def _rank(level: str) -> str:
    ranks = " ".join(f"WHEN {literal(one)} THEN {rank}" for one, rank in RANKS.items())
    return f"(CASE {level} {ranks} ELSE 0 END)"


def _same(pack: Pack, limit: CertificateOnce) -> str:
    """The earlier subsidy used up the certificate that the claim names."""
    apart = kinds_apart(pack, limit)
    same = "h.certificate = claim_certificate"
    return f"{same} AND coalesce(h.kind, '') NOT IN {listed(apart)}" if apart else same


def _certificate(
    pack: Pack, limit: CertificateOnce, grounds: _Grounds
) -> Iterator[tuple[str, str, str]]:
    others = "claim_certificate IS NOT NULL AND len(same_certificate_other_person) > 0"
    yield "HOLD", limit.two_persons_reason, others
    yield "FLAG", limit.two_persons_reason, others
    past = "claim_certificate IS NOT NULL AND len(past_certificate_other_person) > 0"
    yield "FLAG", limit.two_persons_reason, past
    yield "REJECT", limit.reason, f"{grounds.counted(_same(pack, limit))} > 0"


def _repeat(
    pack: Pack, limit: NoRepeat, once: str | None, grounds: _Grounds
) -> Iterator[tuple[str, str, str]]:
    same = f"(claim_occupation = '' OR ({_same_pair(pack)}))"
    if once is not None:  # an earlier claim is cited by the strictest limit only
        cited = (
            f"claim_certificate IS NOT NULL AND (coalesce({once}, false)"
            " OR list_contains(same_certificate_other_person, h.stream))"
        )
        same = f"{same} AND NOT ({cited})"
    found = f"{grounds.counted(same)} > 0"
    yield "HOLD", "FACT_MISSING", f"claim_occupation = '' AND {found}"
    repeated = f"claim_occupation <> '' AND {found}"
    if pack.switches.get("INT-05") != OTHER_TRADE:
        yield "REJECT", limit.reason, repeated
        return
    alike = f"{same} AND coalesce(h.trade = claim_trade, true)"
    clear = f"claim_occupation <> '' AND {grounds.counted(alike)} > 0"
    yield "REJECT", limit.reason, clear
    yield "HOLD", "TRADE_DIFFERS", f"{repeated} AND NOT ({clear})"


def _level_class(pack: Pack, level: str, type_: str) -> str:
    joined = f"({level} || ':' || {type_})"
    if pack.switches.get("INT-04") == "level_and_certificate_type":
        return joined
    return f"(CASE WHEN {level} = 'none' THEN {joined} ELSE {level} END)"


def _times(pack: Pack, limit: MaxTimes, grounds: _Grounds) -> Iterator[tuple[str, str, str]]:
    counted = grounds.counted(f"h.counted AND h.year = {_year(pack)}")
    counts = "true"
    if pack.switches.get("INT-03") == "individual_only":
        counts = "claim_payee_kind = 'individual'"
    full = f"{counts} AND {counted} >= {limit.max}"
    if limit.strength != "principle":
        yield "REJECT", limit.reason, full
        return
    named = (
        f"len(list_filter(exceptions, lambda e: e.clause = {literal(limit.clause)}"
        " AND len(list_distinct(e.approvers)) > 1)) > 0"
    )
    passes = f"({counted} < {limit.max + MAX_EXCEPTIONS} AND coalesce({named}, false))"
    yield "FLAG", EXCEPTED, f"{full} AND {passes}"
    yield "REJECT", limit.reason, f"{full} AND NOT {passes}"


def _year(pack: Pack) -> str:
    year, day = year_basis(pack)
    days = "claim_claimed_on"
    if day != "claimed_on":
        days = "coalesce(claim_certificate_issued_on, claim_claimed_on)"
    if year == "calendar":
        return f"year({days})"
    start = pack.content.validity.valid_from
    later = f"(month({days}) * 100 + day({days}) >= {start.month * 100 + start.day})"
    return f"(year({days}) - (CASE WHEN {later} THEN 0 ELSE 1 END))"
