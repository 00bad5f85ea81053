"""Cases written by hand: YAML files that say what was claimed, what is known, what is expected."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import yaml
from msgspec import Meta

from shared.events.base import Level, PayeeKind
from shared.policy.cases import ClaimCase, Fact, FactValue, History, RecordedException, Subsidy
from shared.policy.claim_values import SAID
from shared.policy.document import PackError, PackRefused, Reader, converted, documents_of
from shared.policy.judge import stated_facts
from shared.policy.limits import TRAINING, counter_of, counts, year_of
from shared.policy.pack import Pack
from shared.policy.questions import Question
from shared.policy.verdicts import (
    AdvanceCase,
    FindingCase,
    PaymentCase,
    Ruling,
    SettlementCase,
)

UNKNOWN = "unknown"
Given = bool | int | str | None
_TYPES: dict[str, type] = {"boolean": bool, "integer": int, "text": str}


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field that we do not know is an error."""


class Earlier(_Strict, frozen=True, kw_only=True):
    """One earlier claim; it counts where it was approved and not given up again."""

    claim: Annotated[str, Meta(min_length=1, max_length=64)]
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
    amount_yuan: str | None = None
    payee: PayeeKind | None = None
    """who must be paid"""
    fund: str | None = None
    """a source that must be allowed to pay it"""
    reasons: tuple[str, ...] | None = None
    flags: tuple[str, ...] | None = None
    conflicts: tuple[str, ...] | None = None
    missing: tuple[str, ...] | None = None
    acts: tuple[str, ...] | None = None
    instead: tuple[str, ...] | None = None
    clauses: tuple[str, ...] = ()
    interpretations: tuple[str, ...] = ()


class CaseFile(_Strict, frozen=True, kw_only=True):
    """One case: exactly one of claim, advance, settlement, payment, finding, question."""

    case: Annotated[str, Meta(min_length=1, max_length=40)]
    """a name of your own, printed with the answer"""
    title: Annotated[str, Meta(max_length=300)] = ""
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
    references: dict[str, Given] = {}
    """facts that come from imported tables"""
    stated: bool = False
    """facts not given are taken as the claimant states them"""
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


class Read(msgspec.Struct, frozen=True):
    """A case, its file, and where each part of it stands there."""

    case: CaseFile
    name: str
    reader: Reader


def read_cases(path: Path) -> Iterator[Read]:
    """Every case of a file, in order. PackRefused names file, line and column of a mistake."""
    for found in readings(path):
        if isinstance(found, PackRefused):
            raise found
        yield found


def readings(path: Path) -> Iterator[Read | PackRefused]:
    """The same; a document that is no case stands in its place, and the next ones follow."""
    name = str(path)
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        mistake = PackError(1, 1, "$", "UNREADABLE", f"no text in UTF-8: {error}")
        yield PackRefused(name, [mistake])
        return
    try:
        for node in documents_of(name, text):
            yield _read(name, node)
    except PackRefused as refused:  # no YAML from here on
        yield refused


def _read(name: str, node: yaml.Node) -> Read | PackRefused:
    reader = Reader()
    try:
        data = reader.plain(node, "$")
        if reader.errors:
            return PackRefused(name, reader.errors)
        case = converted(reader, data, CaseFile, name)
        _one_subject(reader, case, name)
        _choices(reader, case, name)
    except PackRefused as refused:
        return refused
    return Read(case, name, reader)


def _one_subject(reader: Reader, case: CaseFile, name: str) -> None:
    names = ("claim", "advance", "settlement", "payment", "finding", "question", "shown_by")
    given = [one for one in names if getattr(case, one) is not None]
    if len(given) != 1:
        reader.refuse("$", "SUBJECT", f"exactly one of {', '.join(names)}; found {len(given)}")
        raise PackRefused(name, reader.errors)


CHOICES = SAID


def _choices(reader: Reader, case: CaseFile, name: str) -> None:
    for field, choices in CHOICES.items():
        value = None if case.claim is None else getattr(case.claim, field)
        if value is not None and value not in choices:
            what = f"`{value}` is none of {', '.join(choices)}"
            reader.refuse(f"$.claim.{field}", "CHOICE", what)
    if reader.errors:
        raise PackRefused(name, reader.errors)


def facts_of(case: CaseFile, pack: Pack) -> dict[str, Fact | None]:
    """The facts of the case, source `case`; PackRefused for one that the pack does not know."""
    claim = case.claim
    assert claim is not None
    known: dict[str, Fact | None] = dict(stated_facts(pack, claim)) if case.stated else {}
    errors = []
    for name, given in (case.facts | case.references).items():
        value = _value(pack, name, given)
        if isinstance(value, str) and value.startswith("?"):
            errors.append(PackError(1, 1, f"$.facts.{name}", "FACT", value[1:]))
            continue
        known[name] = None if value is None else Fact(value=value, source="case")
    if errors:
        raise PackRefused(case.case, errors)
    return known


def _value(pack: Pack, name: str, given: Given) -> FactValue | None:
    """The value in the fact's type; None for unknown; a text that begins with `?` is a mistake."""
    spec = pack.facts.get(name)
    if spec is None:
        near = ", ".join(sorted(pack.facts))
        return f"?`{name}` is no fact of {pack.policy_id}; it knows {near}"
    if given is None or given == UNKNOWN:
        return None
    if spec.type == "date":
        try:
            return date.fromisoformat(str(given))
        except ValueError:
            return f"?`{name}` is a date: write YYYY-MM-DD, or unknown"
    if type(given) is not _TYPES[spec.type]:
        return f"?`{name}` is a {spec.type}, not `{given}`"
    return given


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
    policy_id, _, version = case.policy.partition("@")
    versions = [number for name, number in packs if name == policy_id]
    wanted = int(version) if version.isdecimal() else max(versions, default=0)
    found = packs.get((policy_id, wanted))
    if found is None:
        known = ", ".join(sorted(f"{name}@{number}" for name, number in packs))
        what = f"no pack is called `{case.policy}`; there are {known}"
        raise PackRefused(case.case, [PackError(1, 1, "$.policy", "POLICY", what)])
    return found


def notices_of(case: CaseFile, pack: Pack) -> list[str]:
    """Names that the pack does not know: judged all the same, but most likely misspelt."""
    said = []
    if case.claim is not None:
        if case.claim.kind not in pack.kinds:
            said.append(f"claim.kind: {case.claim.kind} is no kind of {pack.policy_id}")
        if case.claim.group not in pack.groups:
            said.append(f"claim.group: {case.claim.group} is no group of {pack.policy_id}")
    ours = pack.policy_id.partition("-")[0] + "."
    said += [
        f"history {one.claim}: {one.kind} is no kind of {pack.policy_id}"
        for one in case.history
        if one.kind.startswith(ours) and one.kind not in pack.kinds
    ]
    if case.expect is not None:
        codes = (*(case.expect.reasons or ()), *(case.expect.flags or ()))
        said += [f"expect: {code} is no reason" for code in codes if code not in pack.reasons]
    return said
