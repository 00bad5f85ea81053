"""What the judge reads and what it answers: a claim, facts, the person's history, a judgement."""

from datetime import date
from typing import Literal

import msgspec

from shared.events.base import Level, PayeeKind

FactValue = bool | int | str | date
Decision = Literal["APPROVE", "REJECT", "HOLD"]
DateField = Literal["certificate_issued_on", "claimed_on", "training_from", "training_to"]


class ClaimCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the claimant says, as far as a policy can ask. None means: not said."""

    kind: str
    """the kind of subsidy, e.g. HLD.K.employee_skill"""
    group: str
    """the group that the person claims as"""
    jurisdiction: str = ""
    """GB/T 2260 code of the office that decides"""
    occupation: str = ""
    """code of the national occupation classification"""
    level: Level = "none"
    """national level; `none` for a certificate without one"""
    certificate_type: str = "none"
    """what was obtained; `none` where the kind needs no certificate"""
    certificate: str | None = None
    """what names the certificate: in the ledger a reference of the vault, never the number"""
    certificate_issued_on: date | None = None
    """the day on the certificate"""
    certificate_issuer: str | None = None
    """code of the body that issued it; equal to `institution` where the trainer assessed"""
    training_from: date | None = None
    """first day of the training, or of the months of work"""
    training_to: date | None = None
    """last day of it"""
    paid_by: PayeeKind | None = None
    """who bore the cost of the training"""
    payee_kind: PayeeKind
    """who asks to be paid"""
    claimed_on: date
    agreement: str | None = None
    """number of the training agreement that the claim names"""
    institution: str | None = None
    """code of the body that trained"""
    programme: str | None = None
    """how the training is run, e.g. `project` for project-based training (项目制)"""
    delivery: str | None = None
    """classroom, on line, both, or at work"""
    months_claimed: int | None = None
    """months of training that are asked for; not said: those between its first and last day"""
    training_completed: bool | None = None
    """whether the training was finished, as the claimant says"""
    trade: str | None = None
    """the trade (工种) inside the occupation, where there is one"""
    employer: str | None = None
    """code of the enterprise that employs the person"""
    issuer_class: str | None = None
    """who issued the certificate: `assessor`, `association`, `joint` (enterprise with institution),
    `enterprise`, `institution`, `authority`"""
    plan: str | None = None
    """the registered plan, project or yearly plan of the training"""
    purchase_contract: str | None = None
    """number of the contract or tender under which the training was bought"""
    payment_mode: str | None = None
    """`pay_first` (先垫后补) or `credit` (信用支付)"""
    mandate: str | None = None
    """reference of the mandate, where an agent claims"""
    training_county: str | None = None
    """GB/T 2260 code of the place of training"""
    certificate_county: str | None = None
    """GB/T 2260 code of the place where the certificate was obtained"""
    place_basis: str | None = None
    """`insured`, `registered`, `resident` or `job_seeking`: what links the person to the place"""
    claimed_fen: int | None = None
    """the sum asked for, fen"""
    allowance_days: int | None = None
    """days of living allowance asked for"""
    cost_fen: int | None = None
    """the approved cost of the training, fen"""
    education_fund_fen: int | None = None
    """what the enterprise's own education fund bears of it, fen"""
    industry: str | None = None
    """the high-risk industry, e.g. `chemical`, `mining`"""


class Since(msgspec.Struct, frozen=True, kw_only=True):
    """What a table says from a day on, until the next row."""

    since: date
    fen: int | None
    """None: nothing"""
    reference: str | None = None
    """event id of the import"""


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One answer: its value, who gave it, and for which day it was true."""

    value: FactValue
    source: str
    """code of the register, or `claim` when it is only the claimant's own statement"""
    reference: str | None = None
    """event id of the answer"""
    valid_at: date | None = None
    rows: tuple[Since, ...] = ()
    """of a table whose sum changes in the days asked for: all of them, the oldest first; `value` is
    then the first that says something"""

    def references(self) -> tuple[str, ...]:
        """Event ids of all answers that it rests on, each once."""
        named = (self.reference, *(row.reference for row in self.rows))
        return tuple(dict.fromkeys(one for one in named if one))


class Subsidy(msgspec.Struct, frozen=True, kw_only=True):
    """One earlier approved subsidy of the same person."""

    stream: str
    kind: str = ""
    occupation: str = ""
    level: Level = "none"
    certificate_type: str = ""
    certificate: str | None = None
    year: int = 0
    counted: bool = False
    """uses up one of the person's times in `year`"""
    counter: str = "training"
    """what it is a subsidy of (INT-03): `training`, `appraisal`; empty for one that no limit
    counts, e.g. a living allowance"""
    months: int = 0
    """months of work-based training that it paid"""
    trade: str | None = None


class RecordedException(msgspec.Struct, frozen=True, kw_only=True):
    """What was allowed for one claim beyond a rule that holds in principle (原则上, INT-14)."""

    clause: str
    approvers: tuple[str, ...]
    """who proposed it and who approved it: it counts where these are two persons"""


class History(msgspec.Struct, frozen=True, kw_only=True):
    """What was granted before, as far as the limits ask for it."""

    subsidies: tuple[Subsidy, ...] = ()
    same_certificate_other_person: tuple[str, ...] = ()
    """streams of claims of other persons that name this certificate"""
    past_certificate_other_person: tuple[str, ...] = ()
    """the same, of claims that are over: withdrawn or rejected"""
    exceptions: tuple[RecordedException, ...] = ()
    """recorded for this claim"""


class Cited(msgspec.Struct, frozen=True, kw_only=True):
    """One clause and the part of the amount, in fen, that it gives."""

    clause: str
    amount_fen: int = 0


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the computation: what was done with which input, and the sum after it in fen."""

    clause: str
    what: Literal[
        "table",
        "months",
        "reference",
        "ratio",
        "times",
        "shortfall",
        "uplift",
        "catalogue",
        "advance",
        "settlement",
    ]
    inputs: tuple[str, ...]
    amount_fen: int


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that nobody has answered, the register that could, and the day to ask it for."""

    fact: str
    register: str
    as_of: date | None


class FactUsed(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that a condition read."""

    name: str
    fact: Fact


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """Why a claim is refused, held or flagged: a stable code, its clauses, the claims it cites."""

    decision: Literal["REJECT", "HOLD", "FLAG"]
    code: str
    clauses: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    interpretations: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    instead: str | None = None
    """the kind of subsidy that the person may try"""


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What the policy proposes; a person decides."""

    decision: Decision
    amount_fen: int
    """0 unless APPROVE"""
    payee_kind: PayeeKind | None
    """None unless APPROVE"""
    steps: tuple[Step, ...]
    citations: tuple[Cited, ...]
    reasons: tuple[str, ...]
    """codes of the deciding grounds; empty when approved"""
    flags: tuple[str, ...]
    conflicts: tuple[str, ...]
    """streams of the claims that stand in the way"""
    interpretations: tuple[str, ...]
    """INT-nn that mattered"""
    missing: tuple[Missing, ...]
    facts_used: tuple[FactUsed, ...]
    year: int
    """the year whose limit this claim would use"""
    policy_id: str
    version: int
    content_sha256: str
    on: date
    funds: tuple[str, ...] = ()
    """sources that may pay it; the payout names one"""
    instead: tuple[str, ...] = ()
    """other kinds of subsidy that the person may try"""
    months: int = 0
    """months that it pays, where one person's months count together (INT-16)"""
