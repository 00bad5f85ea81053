"""Cases written by hand: YAML files that say what was claimed, what is known, what is expected."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.events.base import Level, PayeeKind
from shared.policy.cases import ClaimCase, Fact, FactValue, History, RecordedException, Subsidy
from shared.policy.claim_values import bounds_of
from shared.policy.conditions import Present
from shared.policy.document import PackRefused
from shared.policy.judge import stated_facts
from shared.policy.limits import TRAINING, counter_of, counts, year_of
from shared.policy.mistakes import Told
from shared.policy.pack import Pack
from shared.policy.parts import FactSpec
from shared.policy.questions import Question
from shared.policy.verdicts import (
    AdvanceCase,
    FindingCase,
    PaymentCase,
    Ruling,
    SettlementCase,
)
from shared.policy.written.fault import Fault, mistake_of
from shared.policy.written.rows import Rows, fact_of
from shared.policy.written.words import hint, listed, nearest, word

UNKNOWN = "unknown"
Given = bool | int | str | None
_TYPES: dict[str, type] = {"boolean": bool, "integer": int, "text": str}


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field that we do not know is an error."""


class Earlier(_Strict, frozen=True, kw_only=True):
    """One earlier claim; it counts where it was approved and not given up again."""

    claim: Annotated[str, Meta(min_length=1, max_length=200)]
    """a name for it, cited in `conflicts`"""
    person: Literal["same", "other"] = "same"
    """whose claim it was; `other` matters where it names the same certificate"""
    outcome: Literal["approved", "paid", "returned", "rejected", "withdrawn", "held", "open"] = (
        "approved"
    )
    """`returned`: the bank sent the money back, which stays one time (INT-03)"""
    kind: str = ""
    occupation: str = ""
    level: Level = "none"
    certificate_type: str = "none"
    certificate: str | None = None
    trade: str | None = None
    payee: PayeeKind = "individual"
    """who was paid"""
    claimed_on: date | None = None
    certificate_issued_on: date | None = None
    year: int | None = None
    """none: from the dates, by INT-02"""
    months: Annotated[int, Meta(ge=0, le=1200)] = 0
    """months of work-based training that it paid (INT-16)"""
    counted: bool | None = None
    """none: counted where its kind has a yearly limit (INT-03)"""


class Expected(_Strict, frozen=True, kw_only=True):
    """What must come out. What is not named is not compared.

    `amount_fen` or `amount_yuan`: the sum. `reasons`, `flags`, `conflicts`, `missing`, `acts`:
    exactly these, in any order. `clauses`, `interpretations`: at least these.
    """

    decision: Ruling
    """one of the decisions listed below"""
    amount_fen: int | None = None
    """the sum in fen; what is not paid is 0"""
    amount_yuan: str | None = None
    """the same in yuan, e.g. 2000.00"""
    payee: PayeeKind | None = None
    """who must be paid"""
    fund: str | None = None
    """a source that must be allowed to pay it; listed below"""
    reasons: tuple[str, ...] | None = None
    """codes of the decision; of an approval none"""
    flags: tuple[str, ...] | None = None
    """codes for the auditors"""
    conflicts: tuple[str, ...] | None = None
    """names of earlier claims: their `claim` in `history`"""
    missing: tuple[str, ...] | None = None
    """facts and fields of the claim, which are printed as `claim.cost_fen`, by their name"""
    acts: tuple[str, ...] | None = None
    """what follows a finding; listed below"""
    instead: tuple[str, ...] | None = None
    """kinds that a person who is refused may try; listed below"""
    clauses: tuple[str, ...] = ()
    """rule ids of the city's document; of a question on a switch its INT-nn"""
    interpretations: tuple[str, ...] = ()
    """INT-nn"""


class CaseFile(_Strict, frozen=True, kw_only=True):
    """One case: exactly one of claim, advance, settlement, payment, finding, question."""

    case: Annotated[str, Meta(min_length=1, max_length=200)]
    """a name of your own, printed with the answer"""
    title: Annotated[str, Meta(max_length=1000)] = ""
    """one line on what the case is about"""
    policy: str
    """POLICY_ID, or POLICY_ID@VERSION"""
    rules: tuple[str, ...] = ()
    """rule ids that the case shows"""
    shown_by: str | None = None
    """a test that shows it, for what lies outside the judge: delivery, the bank"""
    claim: ClaimCase | None = None
    """a claim for one person: fields below"""
    advance: AdvanceCase | None = None
    """a request for money before the training has ended"""
    settlement: SettlementCase | None = None
    """what a plan earned against what it was advanced"""
    payment: PaymentCase | None = None
    """a payment from a source or the special account"""
    finding: FindingCase | None = None
    """a confirmed finding and what follows it"""
    question: Question | None = None
    """is there such an entry in the pack"""
    facts: dict[str, Given] = {}
    """what registers answer: value, or `unknown`; not listed is unknown. Of a claim only"""
    references: dict[str, Given | Rows] = {}
    """facts that come from imported tables; of a sum that changes a list of rows, each
    `{from: DATE, fen: N}`: it holds from that day until the next row"""
    stated: bool = False
    """facts not given are taken as the claim itself says them, before any register is asked: a
    group that is claimed, a certificate, days and months that are asked for. A field that is left
    out denies nothing. Listed below by city; a fact that is given goes before, `unknown` too"""
    history: Annotated[tuple[Earlier, ...], Meta(max_length=1000)] = ()
    """earlier claims; fields below"""
    exceptions: Annotated[tuple[RecordedException, ...], Meta(max_length=20)] = ()
    """recorded exceptions: `clause` and `approvers`, a list of two persons (INT-14)"""
    on: date | None = None
    """the day of judging; none: the day of the claim"""
    expect: Expected | None = None
    """what must come out; fields below"""

    def subject(self) -> str | None:
        """Which of the subjects the case has; None for one that a test shows."""
        names = ("claim", "advance", "settlement", "payment", "finding", "question")
        return next((name for name in names if getattr(self, name) is not None), None)


def facts_of(case: CaseFile, pack: Pack) -> dict[str, Fact | None]:
    """The facts of the case, source `case`; PackRefused for one that the pack does not know."""
    claim = case.claim
    assert claim is not None
    known: dict[str, Fact | None] = _stated(pack, claim) if case.stated else {}
    faults = []
    for part, given in (("facts", case.facts), ("references", case.references)):
        for name, said in given.items():
            found = _fact(pack, claim, f"$.{part}.{name}", name, said)
            if isinstance(found, Fault):
                faults.append(found)
            else:
                known[name] = found
    if faults:
        raise PackRefused(case.case, [mistake_of((1, 1), one) for one in faults], case.case)
    return known


def _stated(pack: Pack, claim: ClaimCase) -> dict[str, Fact | None]:
    """What the claim says; a field that is left out (an agreement) denies nothing."""
    return {
        name: fact
        for name, fact in stated_facts(pack, claim).items()
        if fact.value is not False or not isinstance(pack.facts[name].stated_when, Present)
    }


def _fact(
    pack: Pack, claim: ClaimCase, path: str, name: str, given: Given | Rows
) -> Fact | Fault | None:
    """The fact as the case says it; None for unknown."""
    spec = pack.facts.get(name)
    if spec is None:
        near = nearest(name, sorted(pack.facts))
        return Fault(path, "UNKNOWN_FACT", {"name": name, "policy": pack.policy_id}, near)
    if isinstance(given, tuple):
        return fact_of(path, spec, claim, given)
    value = _value(spec, path, name, given)
    if value is None or isinstance(value, Fault):
        return value
    return Fact(value=value, source="case")


def _value(spec: FactSpec, path: str, name: str, given: Given) -> FactValue | Fault | None:
    """The value in the fact's type; None for unknown."""
    if given is None or given == UNKNOWN:
        return None
    if spec.type == "date":
        try:
            return date.fromisoformat(str(given))
        except ValueError:
            return _not_that(path, spec, given)
    if type(given) is not _TYPES[spec.type]:
        return _not_that(path, spec, given)
    if type(given) is int:
        low, high = bounds_of(name)
        if not low <= given <= high:
            return Fault(path, "OUT_OF_RANGE", {"low": low, "high": high})
    return given


def _not_that(path: str, spec: FactSpec, given: Given) -> Fault:
    """An answer of another type than the fact has."""
    expected = {"boolean": "bool", "integer": "int", "text": "str"}.get(spec.type, spec.type)
    shown = str(given).lower() if isinstance(given, bool) else given
    hints: tuple[Told, ...] = ()
    if spec.type == "boolean":
        hints = (hint("YES_NO"),)
    elif spec.type == "integer" and str(given).isdecimal():
        hints = (hint("NO_QUOTES"),)
    elif spec.type == "text":
        hints = (hint("QUOTES", value=shown),)
    names = {"name": spec.id, "expected": word(expected), "value": shown}
    return Fault(path, "FACT_TYPE", names, hints)


def history_of(case: CaseFile, pack: Pack, packs: Iterable[Pack] = ()) -> History:
    """What was granted before, as the limits ask for it; `packs` know the other cities' kinds."""
    claim = case.claim
    assert claim is not None
    granted = [one for one in case.history if one.outcome in ("approved", "paid", "returned")]
    same = [
        one
        for one in case.history
        if one.person == "other" and one.certificate and one.certificate == claim.certificate
    ]
    over = ("withdrawn", "rejected")
    return History(
        subsidies=tuple(
            _subsidy(one, claim, pack, packs) for one in granted if one.person == "same"
        ),
        same_certificate_other_person=tuple(o.claim for o in same if o.outcome not in over),
        past_certificate_other_person=tuple(o.claim for o in same if o.outcome in over),
        exceptions=case.exceptions,
    )


def _subsidy(one: Earlier, claim: ClaimCase, pack: Pack, packs: Iterable[Pack]) -> Subsidy:
    as_claim = msgspec.structs.replace(
        claim,
        kind=one.kind or claim.kind,
        payee_kind=one.payee,
        claimed_on=one.claimed_on or one.certificate_issued_on or claim.claimed_on,
        certificate_issued_on=one.certificate_issued_on or one.claimed_on,
    )
    knows = next((other for other in (pack, *packs) if as_claim.kind in other.kinds), None)
    counter = TRAINING if knows is None else counter_of(knows, as_claim.kind)
    limited = counter == TRAINING
    counted = limited and counts(pack, as_claim) if one.counted is None else one.counted
    return Subsidy(
        stream=one.claim,
        kind=as_claim.kind,
        occupation=one.occupation,
        level=one.level,
        certificate_type=one.certificate_type,
        certificate=one.certificate,
        year=year_of(pack, as_claim) if one.year is None else one.year,
        counted=counted,
        counter=counter,
        months=one.months,
        trade=one.trade,
    )


def pack_for(case: CaseFile, packs: Mapping[tuple[str, int], Pack]) -> Pack:
    """The pack that the case names, the newest version where it names none; PackRefused if none."""
    policy_id, named, version = case.policy.partition("@")
    newest = max((number for name, number in packs if name == policy_id), default=0)
    wanted = int(version) if version.isdecimal() else 0 if named else newest
    found = packs.get((policy_id, wanted))
    if found is None:
        known = sorted(f"{name}@{number}" for name, number in packs)
        names = {"value": case.policy, "list": listed(known)}
        near = nearest(case.policy, sorted({name for name, _ in packs}))
        fault = Fault("$.policy", "UNKNOWN_POLICY", names, near)
        raise PackRefused(case.case, [mistake_of((1, 1), fault)], case.case)
    return found
