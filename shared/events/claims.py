"""One claim's own story: filed, looked at, decided, and what may undo a decision."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.events.base import (
    CLAIM_EVENTS,
    ActorId,
    ActorIds,
    Code,
    Codes,
    Count,
    Day,
    Digest,
    Facts,
    Fen,
    Jurisdiction,
    Level,
    Name,
    PayeeKind,
    Reference,
    SealedFields,
    StreamId,
    StreamIds,
    Text,
    event,
)
from shared.events.evidence import Documents

Reason = Annotated[
    str,
    Meta(pattern=r"^[A-Z][A-Z0-9_]{2,63}$(?!\n)", max_length=64, description="stable reason code"),
]
Reasons = Annotated[tuple[Reason, ...], Meta(max_length=64)]


class Citation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a decision rests on: one clause and the part of the amount that it gives."""

    clause: Code
    amount_fen: Fen = 0


Citations = Annotated[tuple[Citation, ...], Meta(max_length=64)]


class ExceptionCited(msgspec.Struct, frozen=True, kw_only=True):
    """A limit in principle that the claim passed, and the two persons who let it pass."""

    clause: Code
    proposed_by: ActorId
    approved_by: ActorId


Exceptions = Annotated[tuple[ExceptionCited, ...], Meta(max_length=8)]


class SlotHeld(msgspec.Struct, frozen=True, kw_only=True):
    """A slot that the decision took, named in full: reservations are rebuilt from these."""

    kind: Code
    key: Annotated[str, Meta(min_length=1, max_length=200)]


SlotsHeld = Annotated[tuple[SlotHeld, ...], Meta(max_length=64)]


class PolicyUsed(msgspec.Struct, frozen=True, kw_only=True):
    """The policy that judged: its id, version and the SHA-256 of its content."""

    policy_id: Code
    version: Count
    content_sha256: Digest


class StepTaken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the computation: what was done with which input, and the sum after it."""

    clause: Annotated[str, Meta(max_length=64)] = ""
    what: Code
    inputs: Annotated[tuple[Text, ...], Meta(max_length=16)] = ()
    amount_fen: Fen


class FactCited(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One fact that a condition read, as it was known then."""

    fact: Code
    value: Text
    """true, false, a whole number, a day or a code, as text"""
    source: Code
    """the register, or `claim` where the claimant alone says so"""
    reference: Code | None = None
    valid_at: Day | None = None


class ClaimKeys(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """The keys that every event of a claim carries, so that no rule has to look back for them."""

    kind: Code
    person: Reference
    certificate: Reference | None = None
    occupation: Code
    level: Level
    plan: StreamId | None = None
    institution: Code | None = None
    organisation: Code | None = None
    """who filed it, when it was an enterprise or institution"""


class ClaimContent(ClaimKeys, frozen=True, kw_only=True, omit_defaults=True):
    """What the claimant says."""

    group: Code
    certificate_type: Code
    certificate_issued_on: Day | None = None
    """none where the person has no certificate (yet)"""
    certificate_issuer: Code | None = None
    training_from: Day
    training_to: Day
    agreement: Code | None = None
    paid_by: PayeeKind
    payee_kind: PayeeKind
    payee: Code | None = None
    account: Reference | None = None
    phone: Reference | None = None
    filer: ActorId | None = None
    """who filed first, where no organisation did: part of what makes two claims the same"""
    claimed_fen: Fen | None = None
    claimed_on: Day
    delivery: Literal["classroom", "online", "mixed", "work"] | None = None
    programme: Code | None = None
    agent_contract: Code | None = None
    supersedes: StreamId | None = None
    document_commitments: Annotated[tuple[Digest, ...], Meta(max_length=50)] = ()
    roster: StreamId | None = None
    roster_row: Count | None = None
    device: Reference | None = None
    manifest: Digest | None = None
    sealed: SealedFields = msgspec.field(default_factory=dict)
    """name, account holder … as ciphertext"""
    signed_on: Day | None = None
    """when the person signed the claim: after a death it cannot be (A8)"""
    months_claimed: Count | None = None
    """months of work-based training or of apprenticeship that are asked for"""
    allowance_days: Count | None = None
    """days of living allowance that are asked for"""
    certificate_county: Jurisdiction | None = None
    training_county: Jurisdiction | None = None
    place_basis: Literal["insured", "registered", "resident", "job_seeking"] | None = None
    """which of the four lawful places of training it was (HLD 十)"""
    reemployed_on: Day | None = None
    reemployed_by: Code | None = None
    """the enterprise that is said to have hired the person after the course"""
    reissue_of: Reference | None = None
    """the certificate that this one replaces: same achievement, new paper"""
    documents: Documents = ()
    ip: Reference | None = None
    kiosk: bool = False
    """filed at a registered public terminal: many persons on one device are then no sign"""
    training_completed: bool | None = None
    """whether the person finished the training, as the claimant says"""
    trade: Code | None = None
    """the trade (工种) inside the occupation, where there is one"""
    employer: Code | None = None
    """the enterprise that employs the person"""
    issuer_class: (
        Literal["assessor", "association", "joint", "enterprise", "institution", "authority"] | None
    ) = None
    """who issued the certificate; `joint`: enterprise and institution together (ZB-2.4-6)"""
    purchase_contract: Code | None = None
    """number of the contract or tender under which the training was bought (HLD-3.1-2)"""
    payment_mode: Literal["pay_first", "credit"] | None = None
    """the person paid and is reimbursed (先垫后补), or the training was on credit (信用支付)"""
    mandate: Code | None = None
    """reference of the mandate, where an agent claims (JN-12-5)"""
    cost_fen: Fen | None = None
    """the approved cost of the training (HLD-1.3-1)"""
    education_fund_fen: Fen | None = None
    """what the enterprise's own education fund bears of it"""
    industry: Code | None = None
    """the high-risk industry (RD-6-1)"""


@event(CLAIM_EVENTS)
class ClaimSubmitted(ClaimContent, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody asked for a subsidy for one person and one certificate. Nothing is decided by it."""


@event(CLAIM_EVENTS)
class ClaimCorrected(ClaimContent, frozen=True, kw_only=True, omit_defaults=True):
    """The claimant replaced what was said before; what the clerk had accepted must be accepted
    again.
    """

    reason: Text


@event(CLAIM_EVENTS)
class ClaimWithdrawn(ClaimKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The claimant took the claim back; the person's slot is free again."""

    reason: Text


@event(CLAIM_EVENTS)
class ClaimAccepted(ClaimKeys, frozen=True, kw_only=True, omit_defaults=True):
    """A clerk of an office found the papers complete and took the claim in (受理)."""

    office: Code
    assigned_by: Literal["rota", "chosen"] | None = None
    """how the clerk came to this claim"""
    opened_at_us: Count | None = None
    """when the clerk opened the page, microseconds since 1970: how long a decision took"""


@event(CLAIM_EVENTS)
class ClaimReturned(ClaimKeys, frozen=True, kw_only=True, omit_defaults=True):
    """A clerk gave the claim back to be corrected, and said what is missing (退回补正)."""

    reasons: Reasons
    note: Text = ""


@event(CLAIM_EVENTS)
class ClaimProposed(ClaimKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The policy calculated what it would decide; a person decides."""

    decision: Literal["APPROVE", "REJECT", "HOLD"]
    amount_fen: Fen
    citations: Citations
    reasons: Reasons
    flags: Reasons = ()
    conflicts_with: StreamIds = ()
    missing: Annotated[tuple[Code, ...], Meta(max_length=64)] = ()
    policy: PolicyUsed
    interpretations: Codes = ()
    content_version: Count
    """stream version of the content that was judged; a later correction voids the proposal"""
    verifications: Codes = ()
    """ids of the registers' answers that the proposal rests on"""
    missing_registers: Codes = ()
    """for each missing fact, in order, the register that must answer it"""
    shown_sha256: Digest | None = None
    """what an approver is shown: content, this calculation and the exceptions that it rests on"""
    steps: Annotated[tuple[StepTaken, ...], Meta(max_length=32)] = ()
    """how the sum came about; none unless it is granted"""
    facts: Annotated[tuple[FactCited, ...], Meta(max_length=64)] = ()
    months: Count | None = None
    """months that the sum pays, where those of one person count together (INT-16)"""


@event(CLAIM_EVENTS)
class ClaimApproved(ClaimKeys, frozen=True, kw_only=True, omit_defaults=True):
    """An approver granted the subsidy: the sum, the clause that gives it, and who will be paid."""

    amount_fen: Fen
    citations: Citations
    reasons: Reasons = ()
    flags: Reasons = ()
    policy: PolicyUsed
    payee_kind: PayeeKind
    payee: Code | None = None
    account: Reference | None = None
    fund: Code | None = None
    year: Count
    """calendar year that the yearly limit counts this claim in"""
    year_slot: Count
    """the n-th subsidy of the person in that year"""
    certificate_issued_on: Day | None = None
    """none where the kind of subsidy asks for no certificate"""
    certificate_type: Code
    claimed_on: Day
    group: Code
    supersedes: StreamId | None = None
    verifications: Codes = ()
    filed_by: ActorId
    accepted_by: ActorId | None = None
    proposal_version: Count
    opened_at_us: Count | None = None
    slots: SlotsHeld = ()
    free_form_amount: bool = False
    """the amount came from an invoice or a budget, not from a tariff"""
    office: Code | None = None
    verified_by: ActorId | None = None
    approval_limit_fen: Fen | None = None
    """highest sum that this approver may grant alone"""
    bulk_screen: StreamId | None = None
    """the documented bulk screen that explains many quick approvals"""
    months: Count | None = None
    allowance_days: Count | None = None
    training_from: Day | None = None
    training_to: Day | None = None
    certificate_issuer: Code | None = None
    inspected_by: ActorId | None = None
    settled_by_plan: bool = False
    """the payee is the plan's own: paid by the plan's settlement alone, never by a payout"""
    also_by: ActorIds = ()
    """everybody else who had a hand in it before: none of them authorises or releases the money"""
    exceptions: Exceptions = ()
    """limits in principle (原则上) that the claim passed, each by two persons"""
    shown_sha256: Digest | None = None
    """what the approver was shown and said yes to; as in the proposal"""
    notice_clause: Code | None = None
    """the clause that wants a public notice before the money leaves; none: it waits for none"""
    sources: Codes = ()
    """sources of money that the policy lets pay it; none named: any"""
    sources_clause: Code | None = None


@event(CLAIM_EVENTS)
class ClaimRejected(ClaimKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The claim was refused; `conflicts_with` names the claim that already holds the slot."""

    reasons: Reasons
    citations: Citations
    conflicts_with: StreamIds = ()
    policy: PolicyUsed
    proposal_version: Count


@event(CLAIM_EVENTS)
class ClaimHeld(ClaimKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The claim waits for a person or a missing fact; it is neither granted nor refused."""

    reasons: Reasons
    citations: Citations = ()
    conflicts_with: StreamIds = ()
    missing: Codes = ()
    note: Text = ""


@event(CLAIM_EVENTS)
class ApprovalRevoked(ClaimKeys, frozen=True, kw_only=True, omit_defaults=True):
    """An approval was taken back; the slot is free, and payments stops or recovers the money."""

    amount_fen: Fen
    reasons: Reasons
    note: Text = ""


@event(CLAIM_EVENTS)
class ClaimImported(ClaimKeys, frozen=True, kw_only=True, omit_defaults=True):
    """A decision from before the ledger, taken over as it was and not decided by it.

    Its reservations are recorded, never refused; what it conflicts with becomes a finding.
    """

    decision: Literal["approved", "rejected", "withdrawn"]
    amount_fen: Fen
    group: Code | None = None
    certificate_type: Code
    certificate_issued_on: Day
    certificate_issuer: Code | None = None
    payee_kind: PayeeKind
    payee: Code | None = None
    account: Reference | None = None
    decided_on: Day
    filed_by: ActorId
    accepted_by: ActorId | None = None
    verified_by: ActorId | None = None
    approved_by: ActorId | None = None
    paid_by: ActorId | None = None
    year: Count
    old_reference: Annotated[Name, Meta(description="number in the old books; no personal data")]
    import_sha256: Digest
    import_row: Count
    supersedes: StreamId | None = None
    reissue_of: Reference | None = None
    slots: SlotsHeld = ()
    sealed: SealedFields = msgspec.field(default_factory=dict)
    number_check: Literal["valid", "old15", "invalid"] | None = None
    """check of the resident ID number as the old books had it; old15 became 18 digits later"""
    claimed_on: Day | None = None
    training_from: Day | None = None
    training_to: Day | None = None
    documents: Documents = ()
