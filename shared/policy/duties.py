"""What a document asks beside the decision on a claim: funds, targets, reports, sanctions."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from shared.events.base import BasisPoints, Code, Jurisdiction
from shared.policy.parts import Clause, Part, PositiveFen, Register, Words

Scope = Literal["in", "interface", "out"]


class Rule(Part, frozen=True, kw_only=True):
    """One rule of the document: its number, whether the ledger carries it out, our own words.

    `in`: the ledger does it. `interface`: the ledger keeps a reference or exchanges data. `out`:
    somebody else's.
    """

    id: Clause
    scope: Scope
    text: Words


class Source(Part, frozen=True, kw_only=True):
    """One pot of money that a payout can name."""

    id: Code
    name: Words
    clause: Clause
    earmarked: bool = False
    """its clause keeps this money for the action, and does not only name the source"""


class SpecialAccount(Part, frozen=True, kw_only=True):
    """The separate account (专账): what it may pay for, and how much it holds at most, in fen."""

    clause: Clause
    name: Words
    source: Code | None = None
    purposes: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=20)]
    cap_fen: PositiveFen | None = None
    cap_clause: Clause | None = None


class Funds(Part, frozen=True, kw_only=True):
    """Where the money comes from. Each payout names one source."""

    sources: Annotated[tuple[Source, ...], Meta(max_length=20)] = ()
    special_account: SpecialAccount | None = None


class Target(Part, frozen=True, kw_only=True):
    """How many persons are to be trained in a period, or which share; a progress, never a limit."""

    id: Code
    clause: Clause
    name: Words
    unit: Literal["person_times", "persons", "share_bp"]
    number: Annotated[int, Meta(ge=0, le=10**9)]
    first: date | None = None
    last: date | None = None
    area: Jurisdiction | None = None


class Report(Part, frozen=True, kw_only=True):
    """A report or publication that the document asks for."""

    id: Code
    clause: Clause
    name: Words
    form: Literal[
        "fund_use",
        "quarterly",
        "annual",
        "special",
        "statistics",
        "audit_export",
        "evaluation",
        "catalogues",
        "notice",
        "plan_of_year",
        "performance",
        "progress",
    ]
    period: Literal["quarter", "year", "event", "batch", "not_stated"]
    audience: Literal["public", "internal"]


class Role(Part, frozen=True, kw_only=True):
    """A department and what it does under the document."""

    id: Code
    clause: Clause
    name: Words
    does: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=20)]


class Sanction(Part, frozen=True, kw_only=True):
    """What follows a confirmed finding of this class."""

    id: Code
    clause: Clause
    offence: Literal[
        "fraud", "misuse", "error", "low_credit", "poor_quality", "breach_of_trust", "official"
    ]
    by: Annotated[
        tuple[Literal["individual", "enterprise", "institution", "assessor", "official"], ...],
        Meta(min_length=1, max_length=5),
    ]
    acts: Annotated[
        tuple[
            Literal["RECOVER", "DISQUALIFY", "BAR", "EXIT", "REFER", "CREDIT_RECORD", "CORRECT"],
            ...,
        ],
        Meta(min_length=1, max_length=5),
    ]
    text: Words


class Exchange(Part, frozen=True, kw_only=True):
    """Data that the ledger keeps a reference to, or exchanges with a system of somebody else."""

    id: Code
    clause: Clause
    system: Register
    direction: Literal["in", "out", "both", "reference"]
    carries: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=20)]
    """claim fields, events or figures that go over"""
    text: Words


class Duty(Part, frozen=True, kw_only=True):
    """What the ledger does for every claim or payout, whatever the pack's figures are."""

    id: Code
    clause: Clause
    feature: Code
    """the part of the ledger that does it, one of shared/policy/features.py"""
    text: Words


class Neutral(Part, frozen=True, kw_only=True):
    """A field that must not make a difference: no condition of the pack may read it."""

    field: Annotated[str, Meta(pattern=r"^(claim|facts)\.[a-z][a-z0-9_]*$")]
    clause: Clause


class Share(Part, frozen=True, kw_only=True):
    """A declared figure with its lower bound in bp, e.g. of an enterprise's own education fund."""

    id: Code
    clause: Clause
    name: Words
    min_bp: BasisPoints
