"""The parts that a kind of subsidy is made of: facts, groups, amounts, payees, gates."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.events.base import BasisPoints, Code, Jurisdiction, Level, Text
from shared.policy.cases import DateField
from shared.policy.conditions import Condition, Field

Clause = Annotated[str, Meta(pattern=r"^[A-Z]{2,3}-[0-9][0-9.]*-[0-9]+$")]
Clauses = Annotated[tuple[Clause, ...], Meta(min_length=1, max_length=20)]
ReasonCode = Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9_]{2,63}$")]
SwitchId = Annotated[str, Meta(pattern=r"^INT-[0-9]{2}$")]
Register = Annotated[str, Meta(pattern=r"^[A-Z][A-Z_]{2,31}$")]
PositiveFen = Annotated[int, Meta(ge=1, le=10**10, description="amount in fen, 1/100 yuan")]
FactId = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{1,59}$")]
CertificateType = Literal[
    "qualification",
    "skill_level",
    "special_capacity",
    "special_operation",
    "training_pass",
    "diploma",
]


MAX_SHARED_MONTHS = 48

Payee = Literal["individual", "enterprise", "institution", "payer"]


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
    issued_on: date | None = None
    """none: the document is not dated"""


class Validity(Part, frozen=True, kw_only=True):
    """First and last day, both included; INT-01 names the date of a claim that must lie in it.

    Some documents give no dates: then the bureau sets them by hand, and there is no clause.
    """

    clause: Clause | None = None
    valid_from: date
    valid_to: date | None = None
    basis: Literal["stated", "title_only", "silent"] = "stated"
    """outside stated dates a claim is refused; where only a title or nothing dates the policy, it
    is held for a person"""
    yields_to: Clause | None = None
    """the clause by which a later national or provincial rule goes before this pack"""


class Interpretation(Part, frozen=True, kw_only=True):
    """How this pack reads a place where its document is open."""

    id: SwitchId
    choice: Code
    question: Words
    support: Words


class LookUp(Part, frozen=True, kw_only=True):
    """Which imported table answers a fact: the row whose key columns are the claim's own fields."""

    table: Annotated[str, Meta(pattern=r"^[a-z][a-z_]{2,39}$")]
    by: Annotated[tuple[Annotated[str, Meta(pattern=r"^[a-z_]{1,40}$")], ...], Meta(max_length=6)]
    """fields of the claim, without `claim.`"""
    as_of: DateField
    until: DateField | None = None
    """of an amount that is paid by the month: the last day of these months. Each month is paid at
    what the table says for its first day; none: `as_of` alone decides"""
    value: Literal["amount", "listed", "text"]

    def __post_init__(self) -> None:
        """Only a sum can change from month to month."""
        if self.until is not None and self.value != "amount":
            raise ValueError("only an amount has an `until`")


class Ask(Part, frozen=True, kw_only=True):
    """What the register is asked for a fact, and which of its answers makes the fact true."""

    about: Literal["person", "certificate", "institution", "employer"]
    read: Literal["holds", "count", "amount_fen", "code", "valid_from", "valid_to"] = "holds"
    """what of the answer is the fact: whether it holds every day, how many entries there are up to
    `as_of` (in the training where `until` names its end), the newest entry's sum, code or day"""
    attribute: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{1,38}$")]
    """the question, and the attribute of the facts that answer it"""
    until: DateField | None = None
    """last day that the fact must hold, where it is not the day of `as_of` alone"""
    match: Annotated[tuple[Literal["occupation", "level"], ...], Meta(max_length=2)] = ()
    """what of the claim the answer must name too"""
    when: Condition | None = None
    """of the claim alone: asked where it surely holds, so that nobody is asked about in vain"""


class FactSpec(Part, frozen=True, kw_only=True):
    """A fact that conditions may read: its type, and the register that can answer it."""

    id: FactId
    type: Literal["boolean", "integer", "text", "date"]
    register: Register
    as_of: DateField | None = None
    question: Words
    stated_when: Condition | None = None
    """what the claimant must have said for it to count as stated, before any register is asked"""
    stated_as: Annotated[str, Meta(pattern=r"^claim\.[a-z_]+$")] | int | None = None
    """what counts as stated, if no yes or no: a field of the claim, or the least that must be so"""
    ask: Ask | None = None
    """without it no register is asked, and the fact stays unknown"""
    look_up: LookUp | None = None
    """the imported table that answers it, instead of a register"""
    clause: Clause | None = None
    """the clause that makes the table or register the source"""


class Group(Part, frozen=True, kw_only=True):
    """People who may claim, and the condition that proves it."""

    id: Code
    name: Words
    clauses: Clauses
    member_when: Condition | None = None
    """none: nobody has to prove it"""


class Row(Part, frozen=True, kw_only=True):
    """One line of an amount table."""

    certificate_types: Annotated[tuple[CertificateType, ...], Meta(min_length=1)]
    level: Level
    amount_fen: PositiveFen
    clause: Clause | None = None
    """where this line stands, if not under the table's own clause"""


class Table(Part, frozen=True, kw_only=True, tag_field="type", tag="table"):
    """The amount stands in the document, by certificate type and level.

    `per_year`: for each year of training (INT-21 for a part of one, INT-13 for a part of a fen).
    """

    clause: Clause
    unit: Literal["per_certificate", "per_year"]
    rows: Annotated[tuple[Row, ...], Meta(min_length=1, max_length=200)]


class Times(Part, frozen=True, kw_only=True):
    """So many months or days are paid: what a field counts, at most `max` of them.

    A reference is for `divisor` of them: 30 where a month's sum is paid by the day (INT-12).
    `shared`: months of earlier claims of the same kind count against `max` (INT-16).
    """

    unit: Literal["month", "day"]
    of: Field
    clause: Clause
    max: Annotated[int, Meta(ge=1, le=3660)] | None = None
    divisor: Annotated[int, Meta(ge=1, le=366)] = 1
    shared: bool = False
    interpretations: Annotated[tuple[SwitchId, ...], Meta(max_length=5)] = ()

    def __post_init__(self) -> None:
        """Each shared month is a slot of its own, which the approval names."""
        if self.shared and (self.max or 0) > MAX_SHARED_MONTHS:
            raise ValueError(f"at most {MAX_SHARED_MONTHS} months can be shared")


class Uplift(Part, frozen=True, kw_only=True):
    """A higher rate where the condition holds; the added basis points are a fact of the city."""

    clause: Clause
    when: Condition
    fact: FactId


class Catalogue(Part, frozen=True, kw_only=True, tag_field="type", tag="catalogue"):
    """The document sends the reader to a table elsewhere: `fact` is its amount in fen.

    Until that table is loaded the claim holds (AMOUNT_CATALOGUE); the ledger never guesses.
    """

    clause: Clause
    fact: FactId
    times: Times | None = None
    uplift: Uplift | None = None


class Raised(Part, frozen=True, kw_only=True):
    """Another ratio where the condition holds; `interpretation` names the switch of a may."""

    ratio_bp: BasisPoints
    clause: Clause
    when: Condition
    interpretation: SwitchId | None = None


class Ratio(Part, frozen=True, kw_only=True, tag_field="type", tag="ratio"):
    """A part of a reference amount (`fact`, fen): of it, for each month, or for each day.

    The ratio stands in the document (`ratio_bp`) or in a table elsewhere (`ratio_fact`, bp).
    """

    clause: Clause
    fact: FactId
    ratio_bp: BasisPoints | None = None
    ratio_fact: FactId | None = None
    raised: Raised | None = None
    times: Times | None = None


class Shortfall(Part, frozen=True, kw_only=True, tag_field="type", tag="shortfall"):
    """The approved cost less what another fund bears; `at_most`: the bureau may give less."""

    clause: Clause
    cost: Field
    borne: Field
    at_most: bool = False


Amount = Table | Catalogue | Ratio | Shortfall


class PayeeRule(Part, frozen=True, kw_only=True):
    """Who is paid when the condition holds; the first rule that holds is taken.

    Where the document does not say whom, `interpretation` names the switch whose choice says it.
    `payer`: whoever bore the cost of the training.
    """

    payee: Payee | None = None
    interpretation: SwitchId | None = None
    clause: Clause
    when: Condition | None = None


class Gate(Part, frozen=True, kw_only=True):
    """One rule that can stop a claim. Exactly one of two forms:

    `when`: must hold; unknown holds the claim until the register answers.
    `unless`: stops the claim when it surely holds; what nobody has reported does not stand in the
    way (a ban, a death, a fee taken).
    """

    id: Code
    clause: Clause | None = None
    when: Condition | None = None
    unless: Condition | None = None
    groups: Annotated[tuple[Code, ...], Meta(max_length=50)] = ()
    """only for these groups; none named: for all"""
    decision: Literal["REJECT", "HOLD", "FLAG"]
    flag: bool = False
    """the same reason is also a flag for the auditors"""
    reason: ReasonCode
    interpretations: Annotated[tuple[SwitchId, ...], Meta(max_length=5)] = ()
    instead: Code | None = None
    """the kind of subsidy that the person may try"""


class SameAmount(Part, frozen=True, kw_only=True):
    """Same trade, same level, same amount: `fact` is what the city pays for the pair, in fen."""

    clause: Clause
    fact: FactId
    reason: ReasonCode


class Paper(Part, frozen=True, kw_only=True):
    """A document that the claimant adds, unless a connected register answers in its place."""

    code: Code
    name: Words
    clause: Clause
    answered_by: Annotated[tuple[Register, ...], Meta(max_length=5)] = ()
    when: Condition | None = None


class Kind(Part, frozen=True, kw_only=True):
    """One kind of subsidy."""

    id: Code
    name: Words
    clauses: Clauses
    groups: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=50)]
    dated_by: DateField = "certificate_issued_on"
    """the day that must lie in the policy's dates (INT-01); the day of the claim where there is
    none"""
    amount: Amount
    payees: Annotated[tuple[PayeeRule, ...], Meta(max_length=20)]
    gates: Annotated[tuple[Gate, ...], Meta(max_length=50)] = ()
    limits: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()
    funds: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()
    """sources that may pay it; none named: any source of the pack"""
    same_amount: SameAmount | None = None
    papers: Annotated[tuple[Paper, ...], Meta(max_length=30)] = ()
    programmes: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()
    """how the training may be run; none named: any way"""
