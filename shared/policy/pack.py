"""The format of a policy pack: one city's rules as frozen data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from shared.events.base import BasisPoints, Code, Digest, PayeeKind
from shared.policy.duties import (
    Duty,
    Exchange,
    Funds,
    Neutral,
    Report,
    Role,
    Rule,
    Sanction,
    Share,
    Target,
)
from shared.policy.parts import (
    City,
    Clause,
    Clauses,
    Document,
    FactSpec,
    Gate,
    Group,
    Interpretation,
    Kind,
    Part,
    ReasonCode,
    Register,
    SwitchId,
    Validity,
    Words,
)

FORMAT = "claims-ledger-policy/1"
TRAINING = "training"
"""what a certificate is counted under unless its limit says otherwise"""


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
    """One subsidy for a certificate, whoever is paid; named by two persons it holds both claims.

    A certificate carries one subsidy of each `counter`: that of the training is not used up by one
    of the appraisal (INT-03).
    """

    id: Code
    clauses: Clauses
    counter: Annotated[str, Meta(pattern=r"^[a-z][a-z-]{1,31}$")] = TRAINING
    reason: ReasonCode
    two_persons_reason: ReasonCode
    two_persons_clauses: Clauses


class OneClass(Part, frozen=True, kw_only=True, tag_field="type", tag="one_class"):
    """Lines of a kind's table under different clauses are classes: who was paid for one of them in
    an occupation is paid for another only when a person has looked at it (INT-10).
    """

    id: Code
    clause: Clause
    reason: ReasonCode


Limit = MaxTimes | NoRepeat | CertificateOnce | OneClass


class Unlimited(Part, frozen=True, kw_only=True):
    """What the auditors are shown where the document has no limit on times or repeats (INT-11).

    A number of subsidies a year, and the reasons of the two flags; nothing is refused by it.
    """

    times: Annotated[int, Meta(ge=1, le=50)]
    """so many subsidies in one year are usual; one more is flagged"""
    times_reason: ReasonCode
    """the flag of one more"""
    repeat_reason: ReasonCode
    """the flag of the same occupation and level again"""


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
    gates: Annotated[tuple[Gate, ...], Meta(max_length=50)] = ()
    """rules for every kind of subsidy"""
    unlimited: Unlimited | None = None
    """what is flagged where the document sets no limit"""
    advance: Advance | None = None
    demands: Annotated[tuple[Demands, ...], Meta(max_length=100)] = ()
    reasons: Annotated[tuple[Reason, ...], Meta(min_length=1, max_length=200)]
    funds: Funds = Funds()
    targets: Annotated[tuple[Target, ...], Meta(max_length=50)] = ()
    reports: Annotated[tuple[Report, ...], Meta(max_length=30)] = ()
    roles: Annotated[tuple[Role, ...], Meta(max_length=30)] = ()
    sanctions: Annotated[tuple[Sanction, ...], Meta(max_length=30)] = ()
    exchanges: Annotated[tuple[Exchange, ...], Meta(max_length=50)] = ()
    duties: Annotated[tuple[Duty, ...], Meta(max_length=50)] = ()
    neutral: Annotated[tuple[Neutral, ...], Meta(max_length=20)] = ()
    shares: Annotated[tuple[Share, ...], Meta(max_length=10)] = ()
    rules: Annotated[tuple[Rule, ...], Meta(max_length=300)] = ()
    """every rule of the document; `policy coverage` says which entry carries each out"""


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
    gates: Mapping[tuple[str, str], tuple[Gate, ...]]
    """by kind id and group id: the gates that its claims pass, the pack's own first"""
    gate_facts: Mapping[tuple[str, str], tuple[tuple[str, ...], ...]]
    """beside `gates`: one of them must be known for it to count as looked at; none: always so"""
    demands: Mapping[str, Demands]
    """by kind id; a kind that the pack does not name waits for nothing"""
    reasons: Mapping[str, Words]

    @property
    def policy_id(self) -> str:
        return self.content.policy_id

    @property
    def version(self) -> int:
        return self.content.version
