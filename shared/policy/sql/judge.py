"""A whole pack as one query: millions of cases judged at once by DuckDB, as `judge` does one.

The table has one row a case; its columns are the fields of the case format (`case_columns`).
The query gives decision, amount in fen, payee, reasons and flags of each. What is missing, the
citations and the steps are the Python judge's to say, for the cases that somebody looks at.
"""

from shared.policy.amounts import NO_PRICE
from shared.policy.conditions import Condition
from shared.policy.monthly import by_month
from shared.policy.months import shared_months
from shared.policy.pack import Pack
from shared.policy.parts import Catalogue, Gate, Kind
from shared.policy.sql.amounts import amount_sql
from shared.policy.sql.conditions import column, condition_sql, listed, literal, rows_column
from shared.policy.sql.limits import Grounds, limits_sql, own_columns

_TYPES = {"boolean": "BOOLEAN", "integer": "BIGINT", "text": "VARCHAR", "date": "DATE"}
_SUBSIDY = (
    "STRUCT(stream VARCHAR, kind VARCHAR, occupation VARCHAR, level VARCHAR,"
    " certificate_type VARCHAR, certificate VARCHAR, year BIGINT, counted BOOLEAN,"
    " counter VARCHAR, months BIGINT, trade VARCHAR)[]"
)
_ROWS = "STRUCT(since DATE, fen BIGINT)[]"  # the oldest first
_EXCEPTION = "STRUCT(clause VARCHAR, approvers VARCHAR[])[]"


def case_columns(pack: Pack, claim_types: dict[str, str]) -> dict[str, str]:
    """Column and SQL type of every field of a case; `claim_types` as CLAIM_TYPES of checks."""
    claim = {column(name): _TYPES[type_] for name, type_ in claim_types.items()}
    facts = {column(f"facts.{spec.id}"): _TYPES[spec.type] for spec in pack.facts.values()}
    rows = {rows_column(one.id): _ROWS for one in pack.facts.values() if by_month(one)}
    rest = {
        "case_id": "BIGINT",
        "judged_on": "DATE",
        "history": _SUBSIDY,
        "same_certificate_other_person": "VARCHAR[]",
        "past_certificate_other_person": "VARCHAR[]",
        "exceptions": _EXCEPTION,
    }
    return rest | claim | facts | rows


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


def _grounds_of(pack: Pack, kind: Kind) -> tuple[Grounds, str]:
    """All that can stop a claim of the kind, and the amount of one that nothing stops."""
    grounds = Grounds()
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
    for lacks in priced.lacking:
        grounds.add(*lacks)
        before += f" AND NOT coalesce({lacks[2]}, false)"
    for decision, reason, condition in priced.stops:
        grounds.add(decision, reason, f"({condition}){before}")
        before += f" AND NOT coalesce({condition}, false)"
    sound = "true" + before
    for reason, condition in priced.flags:
        grounds.add("FLAG", reason, f"{sound} AND {condition}")
    payee = _payee_sql(pack, kind)
    _payees(payee, grounds)
    limits_sql(pack, kind, grounds)
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


def _select(pack: Pack, kind: Kind, table: str, grounds: Grounds, fen: str) -> str:
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
FROM (SELECT *, {grounds.history()} AS hist FROM (SELECT *, {own_columns(pack)} FROM {table}
WHERE claim_kind = {literal(kind.id)}))))"""  # noqa: S608  constants of a checked pack


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


def _groups(pack: Pack, kind: Kind, grounds: Grounds) -> None:
    grounds.add("REJECT", "GROUP_NOT_MET", f"claim_group NOT IN {listed(kind.groups)}")
    for id_ in kind.groups:
        member = pack.groups[id_].member_when
        if member is not None:
            mine, truth = f"claim_group = {literal(id_)}", condition_sql(member)
            grounds.add("REJECT", "GROUP_NOT_MET", f"{mine} AND NOT {truth}")
            grounds.add("HOLD", "FACT_MISSING", f"{mine} AND {truth} IS NULL")


def _gates(pack: Pack, kind: Kind, grounds: Grounds) -> None:
    for gate in (*pack.content.gates, *kind.gates):
        groups = tuple(id_ for id_ in kind.groups if gate in pack.gates[kind.id, id_])
        if not groups:
            continue
        mine = f"claim_group IN {listed(groups)}"
        if gate.when is not None:
            truth = _of_kind(kind, gate.when)
            grounds.add("HOLD", "FACT_MISSING", f"{mine} AND {truth} IS NULL")
            _gate(gate, f"{mine} AND NOT {truth}", grounds)
        elif gate.unless is not None:
            _gate(gate, f"{mine} AND {_of_kind(kind, gate.unless)}", grounds)


def _of_kind(kind: Kind, condition: Condition) -> str:
    """The kind is a constant here, so that gates of other kinds fold away before any row."""
    return condition_sql(condition).replace(column("claim.kind"), literal(kind.id))


def _gate(gate: Gate, stops: str, grounds: Grounds) -> None:
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


def _payees(payee: str, grounds: Grounds) -> None:
    grounds.add("HOLD", "FACT_MISSING", f"{payee} = '?'")
    grounds.add("HOLD", "POLICY_SILENT", f"{payee} = 'hold'")
    grounds.add("HOLD", "PAYEE_DIFFERS", f"{payee} NOT IN ('?', 'hold', claim_payee_kind)")
