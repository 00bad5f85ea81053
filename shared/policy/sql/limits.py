"""What was granted before, as SQL: one number of counts over a case's history. For DuckDB."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from shared.policy.classes import classes_of
from shared.policy.limits import (
    EXCEPTED,
    MAX_EXCEPTIONS,
    OTHER_TRADE,
    RANKS,
    TRAINING,
    UNSAID,
    WITH_LEVEL,
    WITHOUT_LEVEL,
    counted_kind,
    per_kind,
    repeat_reason,
    repeats_freely,
    year_basis,
)
from shared.policy.pack import CertificateOnce, MaxTimes, NoRepeat, OneClass, Pack
from shared.policy.parts import Kind
from shared.policy.sql.conditions import listed, literal

_TRAINED = f"h.counter = {literal(TRAINING)}"
_UNSAID = f"(claim_level = 'none' AND claim_certificate_type IN {listed(WITH_LEVEL)})"
OWN_CLASS, OWN_RANK = "own_class", "own_rank"
"""columns of what the claim's own level counts as: computed once, not for each earlier subsidy"""
_COUNT_BITS = 10  # a history has at most 1,000 entries; six counts stay below 63 bits


@dataclass(slots=True)
class Grounds:
    """What can stop or flag a claim of one kind: (decision, reason, condition)."""

    found: list[tuple[str, str, str]] = field(default_factory=list)
    earlier: list[tuple[str, str]] = field(default_factory=list)
    """conditions on one earlier subsidy `h`, each with the one that must hold before it, or "";
    column `hist` counts them all in one pass"""

    def add(self, decision: str, reason: str, condition: str) -> None:
        self.found.append((decision, reason, f"coalesce({condition}, false)"))

    def counted(self, condition: str, among: str = "") -> str:
        """How many earlier subsidies meet the condition, `among`: of those that meet this one,
        which was counted before.
        """
        assert not among or (among, "") in self.earlier, "counted among what nobody counts"
        if (condition, among) not in self.earlier:
            self.earlier.append((condition, among))
        assert len(self.earlier) <= 63 // _COUNT_BITS, "the counts of a history no longer fit"
        place = self.earlier.index((condition, among)) * _COUNT_BITS
        return f"((hist >> {place}) & {(1 << _COUNT_BITS) - 1})"

    def history(self) -> str:
        """Every count of one case in one number: so many bits each, one pass over the list."""
        counts = f"list_sum(list_transform(history, lambda h: {self._terms('') or '0'}))::BIGINT"
        return f"(CASE WHEN len(history) > 0 THEN {counts} ELSE 0::BIGINT END)"

    def _terms(self, among: str) -> str:
        """What one earlier subsidy adds; a condition is not looked at where its `among` fails."""
        terms = []
        for place, (condition, before) in enumerate(self.earlier):
            if before != among:
                continue
            inside = self._terms(condition)
            one = f"{1 << place * _COUNT_BITS}{inside and ' + ' + inside}"
            terms.append(f"(CASE WHEN {condition} THEN {one} ELSE 0 END)::BIGINT")
        return " + ".join(terms)


def limits_sql(pack: Pack, kind: Kind, grounds: Grounds) -> None:
    """Every limit on the kind, as `limits.limit_grounds` finds it."""
    limits = pack.limits[kind.id]
    same = (_same(pack, kind, one) for one in limits if isinstance(one, CertificateOnce))
    once = next(same, None)
    for limit in limits:
        match limit:
            case CertificateOnce():
                for decision, reason, found in _certificate(pack, kind, limit, grounds):
                    grounds.add(decision, reason, found)
            case NoRepeat():
                for decision, reason, found in _repeat(pack, limit, once, grounds):
                    grounds.add(decision, reason, found)
            case MaxTimes():
                for decision, reason, found in _times(pack, limit, grounds):
                    grounds.add(decision, reason, found)
            case OneClass():
                grounds.add(
                    "HOLD", limit.reason, f"{grounds.counted(_other_class(pack, kind))} > 0"
                )
    _unlimited(pack, kind, once, grounds)
    if not counted_kind(pack, kind.id):
        return
    rank = OWN_RANK
    higher = (
        f"{rank} > 0 AND {_TRAINED} AND h.occupation = claim_occupation"
        f" AND {_rank('h.level', 'h.certificate_type')} > {rank}"
    )
    refuse = pack.switches.get("INT-06") == "reject"
    grounds.add(
        "REJECT" if refuse else "FLAG", "LOWER_AFTER_HIGHER", f"{grounds.counted(higher)} > 0"
    )


def _unlimited(pack: Pack, kind: Kind, once: str | None, grounds: Grounds) -> None:
    watch = pack.content.unlimited
    if watch is not None and counted_kind(pack, kind.id):
        times = grounds.counted(f"h.counted AND h.year = {_year(pack)}")
        grounds.add("FLAG", watch.times_reason, f"{times} >= {watch.times}")
    if repeats_freely(pack, kind.id):
        again = _again(pack, kind)
        if once is not None:  # what a refusal cites is no repeat beside it
            again = f"{again} AND NOT coalesce({once}, false)"
        grounds.add("FLAG", repeat_reason(pack), f"{grounds.counted(again)} > 0")


def _again(pack: Pack, kind: Kind) -> str:
    """The earlier subsidy was paid for the same, as `limits._again`."""
    if counted_kind(pack, kind.id):
        return f"{_TRAINED} AND claim_occupation <> '' AND {_same_pair(pack)}"
    unsaid = " OR ".join(
        f"({of}level = 'none' AND {of}certificate_type IN {listed(UNSAID)})"
        for of in ("claim_", "h.")
    )
    levels = f"{_level_class(pack, 'h.level', 'h.certificate_type')} = {OWN_CLASS}"
    return (
        f"h.kind = {literal(kind.id)} AND ({unsaid} OR {levels})"
        " AND (claim_occupation = '' OR h.occupation IN ('', claim_occupation))"
    )


def own_columns(pack: Pack) -> str:
    """The columns that the conditions on a history need beside those of the case."""
    return (
        f"{_level_class(pack, 'claim_level', 'claim_certificate_type')} AS {OWN_CLASS},"
        f" {_rank('claim_level', 'claim_certificate_type')} AS {OWN_RANK}"
    )


def _same_pair(pack: Pack) -> str:
    """The earlier subsidy was for the same occupation and level (INT-04)."""
    return (
        f"h.occupation = claim_occupation AND {_level_class(pack, 'h.level', 'h.certificate_type')}"
        f" = {OWN_CLASS}"
    )


def _rank(level: str, type_: str) -> str:
    ranks = " ".join(f"WHEN {literal(one)} THEN {rank}" for one, rank in RANKS.items())
    return f"(CASE {_own_level(level, type_)} {ranks} ELSE 0 END)"


def _own_level(level: str, type_: str) -> str:
    return f"(CASE WHEN {type_} IN {listed(WITHOUT_LEVEL)} THEN 'none' ELSE {level} END)"


def _may_be_same() -> str:
    """Only the level that the claim does not say could tell the two apart."""
    levelled = (
        f"({_own_level('h.level', 'h.certificate_type')} <> 'none'"
        f" OR h.certificate_type IN {listed(WITH_LEVEL)})"
    )
    return f"(h.occupation = claim_occupation AND {levelled})"


def _other_class(pack: Pack, kind: Kind) -> str:
    """The earlier subsidy was for another class of the kind, as `classes.class_grounds`."""
    return (
        f"h.kind = {literal(kind.id)} AND {_class(pack, kind, 'h.')} <> "
        f"{_class(pack, kind, 'claim_')}"
        " AND (claim_occupation = '' OR h.occupation IN ('', claim_occupation))"
    )


def _class(pack: Pack, kind: Kind, of: str) -> str:
    lines = (
        f" WHEN ({of}certificate_type IN {listed(row.certificate_types)}"
        f" AND {literal(row.level)} IN ('none', {of}level))"
        f" OR ({of}certificate_type IN ('', 'none') AND {of}level = {literal(row.level)}"
        f" AND {of}level <> 'none') THEN {literal(clause)}"
        for clause, rows in classes_of(pack, kind.id).items()
        for row in rows
    )
    return f"(CASE{''.join(lines)} END)"


def _on_certificate(limit: CertificateOnce) -> str:
    """The earlier subsidy was paid on the certificate that the claim names."""
    return f"h.certificate = claim_certificate AND h.counter = {literal(limit.counter)}"


def _other_kind(pack: Pack, kind: Kind) -> str:
    others = tuple(one for one in pack.kinds if one != kind.id)
    return f"coalesce(h.kind, '') IN {listed(others)}"


def _same(pack: Pack, kind: Kind, limit: CertificateOnce) -> str:
    """The earlier subsidy used up the certificate (INT-25)."""
    same = _on_certificate(limit)
    return f"{same} AND NOT {_other_kind(pack, kind)}" if per_kind(pack) else same


def _certificate(
    pack: Pack, kind: Kind, limit: CertificateOnce, grounds: Grounds
) -> Iterator[tuple[str, str, str]]:
    others = "claim_certificate IS NOT NULL AND len(same_certificate_other_person) > 0"
    yield "HOLD", limit.two_persons_reason, others
    yield "FLAG", limit.two_persons_reason, others
    past = "claim_certificate IS NOT NULL AND len(past_certificate_other_person) > 0"
    yield "FLAG", limit.two_persons_reason, past
    yield "REJECT", limit.reason, f"{grounds.counted(_same(pack, kind, limit))} > 0"
    if per_kind(pack):
        shown = f"{_on_certificate(limit)} AND {_other_kind(pack, kind)}"
        yield "FLAG", repeat_reason(pack), f"{grounds.counted(shown)} > 0"


def _repeat(
    pack: Pack, limit: NoRepeat, once: str | None, grounds: Grounds
) -> Iterator[tuple[str, str, str]]:
    same = (
        f"{_TRAINED} AND (CASE WHEN claim_occupation = '' THEN true"
        f" WHEN {_UNSAID} THEN {_may_be_same()} ELSE {_same_pair(pack)} END)"
    )
    if once is not None:  # an earlier claim is cited by the strictest limit only
        cited = (
            f"claim_certificate IS NOT NULL AND (coalesce({once}, false)"
            " OR list_contains(same_certificate_other_person, h.stream))"
        )
        same = f"{same} AND NOT ({cited})"
    found = f"{grounds.counted(same)} > 0"
    yield "HOLD", "FACT_MISSING", f"(claim_occupation = '' OR {_UNSAID}) AND {found}"
    repeated = f"claim_occupation <> '' AND NOT {_UNSAID} AND {found}"
    if pack.switches.get("INT-05") != OTHER_TRADE:
        yield "REJECT", limit.reason, repeated
        return
    alike = grounds.counted("coalesce(h.trade = claim_trade, true)", among=same)
    clear = f"claim_occupation <> '' AND NOT {_UNSAID} AND {alike} > 0"
    yield "REJECT", limit.reason, clear
    yield "HOLD", "TRADE_DIFFERS", f"{repeated} AND NOT ({clear})"


def _level_class(pack: Pack, level: str, type_: str) -> str:
    if pack.switches.get("INT-04") == "level_and_certificate_type":
        return f"({_own_level(level, type_)} || ':' || {type_})"
    without = f"{type_} IN {listed(WITHOUT_LEVEL)} OR {level} = 'none'"
    return f"(CASE WHEN {without} THEN 'none:' || {type_} ELSE {level} END)"


def _times(pack: Pack, limit: MaxTimes, grounds: Grounds) -> Iterator[tuple[str, str, str]]:
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
