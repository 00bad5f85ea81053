"""The format of a policy pack: one city's rules as frozen data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.events.base import BasisPoints, Code, Digest, Jurisdiction, Level, PayeeKind, Text
from shared.policy.cases import DateField
from shared.policy.conditions import Condition

FORMAT = "claims-ledger-policy/1"

Clause = Annotated[str, Meta(pattern=r"^[A-Z]{2,3}-[0-9][0-9.]*-[0-9]+$")]
Clauses = Annotated[tuple[Clause, ...], Meta(min_length=1, max_length=20)]
ReasonCode = Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9_]{2,63}$")]
SwitchId = Annotated[str, Meta(pattern=r"^INT-[0-9]{2}$")]
Register = Annotated[str, Meta(pattern=r"^[A-Z][A-Z_]{2,31}$")]
Amount = Annotated[int, Meta(ge=1, le=10**10, description="amount in fen, 1/100 yuan")]
CertificateType = Literal[
    "qualification",
    "skill_level",
    "special_capacity",
    "special_operation",
    "training_pass",
    "diploma",
]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every part of a pack: a field that we do not know is an error, never ignored."""


class Words(Part, frozen=True, kw_only=True):
    """One sentence in both languages, our own words."""

    zh: Annotated[str, Meta(min_length=1, max_length=500)]
    en: Annotated[str, Meta(min_length=1, max_length=500)]


class Area(Part, frozen=True, kw_only=True):
    """One district or county."""

    code: Jurisdiction
    name: Words


class City(Part, frozen=True, kw_only=True):
    """Where the pack applies: the city's own code and its districts and counties."""

    code: Jurisdiction
    province: Jurisdiction
    name: Words
    children: Annotated[tuple[Area, ...], Meta(max_length=100)] = ()


class Document(Part, frozen=True, kw_only=True):
    """The official document that the pack puts into data."""

    number: Text
    issued_on: date


class Validity(Part, frozen=True, kw_only=True):
    """First and last day, both included; INT-01 names the date of a claim that must lie in it.

    Some documents give no dates: then the bureau sets them by hand, and there is no clause.
    """

    clause: Clause | None = None
    valid_from: date
    valid_to: date | None = None


class Interpretation(Part, frozen=True, kw_only=True):
    """How this pack reads a place where its document is open."""

    id: SwitchId
    choice: Code
    question: Words
    support: Words


class Ask(Part, frozen=True, kw_only=True):
    """What the register is asked for a fact, and which of its answers makes the fact true."""

    about: Literal["person", "certificate", "institution"]
    attribute: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{1,38}$")]
    """the question, and the attribute of the facts that answer it"""
    until: DateField | None = None
    """last day that the fact must hold, where it is not the day of `as_of` alone"""
    match: Annotated[tuple[Literal["occupation", "level"], ...], Meta(max_length=2)] = ()
    """what of the claim the answer must name too"""


class FactSpec(Part, frozen=True, kw_only=True):
    """A fact that conditions may read: its type, and the register that can answer it."""

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{1,59}$")]
    type: Literal["boolean", "integer", "text", "date"]
    register: Register
    as_of: DateField | None = None
    question: Words
    stated_when: Condition | None = None
    """what the claimant must have said for it to count as stated, before any register is asked"""
    ask: Ask | None = None
    """without it no register is asked, and the fact stays unknown"""


class Group(Part, frozen=True, kw_only=True):
    """People who may claim, and the condition that proves it."""

    id: Code
    name: Words
    clauses: Clauses
    member_when: Condition | None = None


class Row(Part, frozen=True, kw_only=True):
    """One line of an amount table."""

    certificate_types: Annotated[tuple[CertificateType, ...], Meta(min_length=1)]
    level: Level
    amount_fen: Amount
    clause: Clause | None = None
    """where this line stands, if not under the table's own clause"""


class Table(Part, frozen=True, kw_only=True, tag_field="type", tag="table"):
    """The amount stands in the document, by certificate type and level.

    `per_year`: for each year of training (INT-21 for a part of one, INT-13 for a part of a fen).
    """

    clause: Clause
    unit: Literal["per_certificate", "per_year"]
    rows: Annotated[tuple[Row, ...], Meta(min_length=1, max_length=200)]


class Catalogue(Part, frozen=True, kw_only=True, tag_field="type", tag="catalogue"):
    """The document sends the reader to a table that this pack does not have: the claim holds."""

    clause: Clause


class PayeeRule(Part, frozen=True, kw_only=True):
    """Who is paid when the condition holds; the first rule that holds is taken.

    Where the document does not say whom, `interpretation` names the switch whose choice says it.
    """

    payee: PayeeKind | None = None
    interpretation: SwitchId | None = None
    clause: Clause
    when: Condition | None = None


class Gate(Part, frozen=True, kw_only=True):
    """A condition for the subsidy, and what follows when it is false."""

    id: Code
    clause: Clause
    when: Condition
    decision: Literal["REJECT", "HOLD"]
    reason: ReasonCode


class Kind(Part, frozen=True, kw_only=True):
    """One kind of subsidy."""

    id: Code
    name: Words
    clauses: Clauses
    groups: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=50)]
    amount: Table | Catalogue
    payees: Annotated[tuple[PayeeRule, ...], Meta(max_length=20)]
    gates: Annotated[tuple[Gate, ...], Meta(max_length=50)] = ()
    limits: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()


class MaxTimes(Part, frozen=True, kw_only=True, tag_field="type", tag="max_times"):
    """So many approved subsidies a person and year (INT-02, INT-03).

    Packs with the same `counter` and the same reading of INT-02 count together.
    """

    id: Code
    clause: Clause
    counter: Annotated[str, Meta(pattern=r"^[a-z][a-z-]{1,31}$")]
    max: Annotated[int, Meta(ge=1, le=50)]
    strength: Literal["must", "principle"]
    reason: ReasonCode


class NoRepeat(Part, frozen=True, kw_only=True, tag_field="type", tag="no_repeat"):
    """One subsidy for a person, occupation and level, for ever (INT-04, INT-05)."""

    id: Code
    clause: Clause
    reason: ReasonCode


class CertificateOnce(Part, frozen=True, kw_only=True, tag_field="type", tag="certificate_once"):
    """One subsidy for a certificate, whoever is paid; named by two persons it holds both claims."""

    id: Code
    clauses: Clauses
    reason: ReasonCode
    two_persons_reason: ReasonCode
    two_persons_clauses: Clauses


Limit = MaxTimes | NoRepeat | CertificateOnce


class Advance(Part, frozen=True, kw_only=True):
    """How much may leave before the training ends; the base is INT-07.

    All advances of one plan together are compared in fen, without rounding. What is not earned by
    `settlement_days` after the plan's last day is overdue; the document has no term (INT-08).
    """

    clause: Clause
    max_ratio_bp: BasisPoints
    comparison: Literal["advance_fen * 10000 <= base_fen * max_ratio_bp"]
    settlement_days: Annotated[int, Meta(ge=1, le=3650, description="calendar days")]
    payees: Annotated[tuple[PayeeKind, ...], Meta(min_length=1)]
    institution_programmes: tuple[Code, ...] = ()
    """an institution gets an advance only for these programmes"""


class Demand(Part, frozen=True, kw_only=True):
    """One step that must have been taken before a claim is approved, or before money leaves."""

    step: Literal["identity_check", "inspection", "notice"]
    before: Literal["approval", "payment"]
    clause: Clause
    days: Annotated[int, Meta(ge=1, le=365, description="calendar days of a notice")] | None = None
    interpretation: SwitchId | None = None
    """the switch that says what the document leaves open, e.g. for how long"""


class Question(Part, frozen=True, kw_only=True):
    """One register that is asked before anything is decided, and the clause that needs it."""

    register: Register
    clause: Clause


class Demands(Part, frozen=True, kw_only=True):
    """What one kind of subsidy waits for."""

    kind: Code
    steps: Annotated[tuple[Demand, ...], Meta(max_length=10)] = ()
    registers: Annotated[tuple[Question, ...], Meta(max_length=30)] = ()


class Reason(Part, frozen=True, kw_only=True):
    """A stable code and what it says to the claimant."""

    code: ReasonCode
    text: Words


class Content(Part, frozen=True, kw_only=True):
    """A whole pack, as it stands in the file."""

    format: Literal["claims-ledger-policy/1"]
    policy_id: Annotated[str, Meta(pattern=r"^[A-Z]{2,3}-[0-9A-Z-]{1,40}$")]
    version: Annotated[int, Meta(ge=1, le=100_000)]
    title: Words
    jurisdiction: City
    document: Document
    validity: Validity
    interpretations: Annotated[tuple[Interpretation, ...], Meta(max_length=50)]
    facts: Annotated[tuple[FactSpec, ...], Meta(max_length=200)] = ()
    groups: Annotated[tuple[Group, ...], Meta(min_length=1, max_length=100)]
    kinds: Annotated[tuple[Kind, ...], Meta(min_length=1, max_length=100)]
    limits: Annotated[tuple[Limit, ...], Meta(max_length=50)] = ()
    advance: Advance | None = None
    demands: Annotated[tuple[Demands, ...], Meta(max_length=100)] = ()
    reasons: Annotated[tuple[Reason, ...], Meta(min_length=1, max_length=200)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A checked pack with its hash, and its parts by id so that judging needs no search."""

    content: Content
    content_sha256: Digest
    jurisdictions: frozenset[str]
    switches: Mapping[str, str]
    facts: Mapping[str, FactSpec]
    groups: Mapping[str, Group]
    kinds: Mapping[str, Kind]
    limits: Mapping[str, tuple[Limit, ...]]
    """by kind id, in the kind's order"""
    kind_facts: Mapping[tuple[str, str], tuple[str, ...]]
    """by kind id and group id: the facts that their conditions read"""
    demands: Mapping[str, Demands]
    """by kind id; a kind that the pack does not name waits for nothing"""
    reasons: Mapping[str, Words]

    @property
    def policy_id(self) -> str:
        return self.content.policy_id

    @property
    def version(self) -> int:
        return self.content.version
