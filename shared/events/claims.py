"""One claim's own story: filed, looked at, decided, and what may undo a decision."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.events.base import (
    CLAIM_EVENTS,
    ActorId,
    Code,
    Day,
    Digest,
    Facts,
    Fen,
    Level,
    Name,
    PayeeKind,
    Reference,
    Sealed,
    StreamId,
    Text,
    event,
)

Reason = Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9_]{2,63}$", description="stable reason code")]


class Citation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a decision rests on: one clause and the part of the amount that it gives."""

    clause: Code
    amount_fen: Fen = 0


class PolicyUsed(msgspec.Struct, frozen=True, kw_only=True):
    """The policy that judged: its id, version and the SHA-256 of its content."""

    policy_id: Code
    version: int
    content_sha256: Digest


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
    certificate_issued_on: Day
    certificate_issuer: Code | None = None
    training_from: Day
    training_to: Day
    agreement: Code | None = None
    paid_by: PayeeKind
    payee_kind: PayeeKind
    payee: Code | None = None
    account: Reference | None = None
    phone: Reference | None = None
    claimed_fen: Fen | None = None
    claimed_on: Day
    delivery: Literal["classroom", "online", "mixed", "work"] | None = None
    programme: Code | None = None
    agent_contract: Code | None = None
    supersedes: StreamId | None = None
    document_commitments: tuple[Digest, ...] = ()
    roster: StreamId | None = None
    roster_row: int | None = None
    device: Reference | None = None
    manifest: Digest | None = None
    sealed: dict[str, Sealed] = {}
    """name, account holder … as ciphertext"""


@event(CLAIM_EVENTS)
class ClaimSubmitted(ClaimContent, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody asked for a subsidy for one person and one certificate. Nothing is decided by it."""


@event(CLAIM_EVENTS)
class ClaimCorrected(ClaimContent, frozen=True, kw_only=True, omit_defaults=True):
    """The claimant replaced what was said before; what the clerk had accepted must be accepted again."""

    reason: Text


@event(CLAIM_EVENTS)
class ClaimWithdrawn(ClaimKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The claimant took the claim back; the person's slot is free again."""

    reason: Text


@event(CLAIM_EVENTS)
class ClaimAccepted(ClaimKeys, frozen=True, kw_only=True, omit_defaults=True):
    """A clerk of an office found the papers complete and took the claim in (受理)."""

    office: Code
    opened_at_us: int | None = None
    """when the clerk opened the page, microseconds since 1970: how long a decision took"""


@event(CLAIM_EVENTS)
class ClaimReturned(ClaimKeys, frozen=True, kw_only=True, omit_defaults=True):
    """A clerk gave the claim back to be corrected, and said what is missing (退回补正)."""

    reasons: tuple[Reason, ...]
    note: Text = ""


@event(CLAIM_EVENTS)
class ClaimProposed(ClaimKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The policy calculated what it would decide; a person decides."""

    decision: Literal["APPROVE", "REJECT", "HOLD"]
    amount_fen: Fen
    citations: tuple[Citation, ...]
    reasons: tuple[Reason, ...]
    flags: tuple[Reason, ...] = ()
    policy: PolicyUsed
    interpretations: tuple[Code, ...] = ()
    content_version: int
    """stream version of the content that was judged; a later correction voids the proposal"""


@event(CLAIM_EVENTS)
class ClaimApproved(ClaimKeys, frozen=True, kw_only=True, omit_defaults=True):
    """An approver granted the subsidy: the sum, the clause that gives it, and who will be paid."""

    amount_fen: Fen
    citations: tuple[Citation, ...]
    reasons: tuple[Reason, ...] = ()
    flags: tuple[Reason, ...] = ()
    policy: PolicyUsed
    payee_kind: PayeeKind
    payee: Code | None = None
    account: Reference | None = None
    fund: Code | None = None
    year: int
    """calendar year that the yearly limit counts this claim in"""
    year_slot: int
    """the n-th subsidy of the person in that year"""
    certificate_issued_on: Day
    certificate_type: Code
    claimed_on: Day
    group: Code
    supersedes: StreamId | None = None
    verifications: tuple[str, ...] = ()
    filed_by: ActorId
    accepted_by: ActorId | None = None
    proposal_version: int
    opened_at_us: int | None = None
    free_form_amount: bool = False


@event(CLAIM_EVENTS)
class ClaimRejected(ClaimKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The claim was refused; `conflicts_with` names the claim that already holds the slot."""

    reasons: tuple[Reason, ...]
    citations: tuple[Citation, ...]
    conflicts_with: tuple[StreamId, ...] = ()
    policy: PolicyUsed
    proposal_version: int


@event(CLAIM_EVENTS)
class ClaimHeld(ClaimKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The claim waits for a person or a missing fact; it is neither granted nor refused."""

    reasons: tuple[Reason, ...]
    citations: tuple[Citation, ...] = ()
    conflicts_with: tuple[StreamId, ...] = ()
    missing: tuple[Code, ...] = ()
    note: Text = ""


@event(CLAIM_EVENTS)
class ApprovalRevoked(ClaimKeys, frozen=True, kw_only=True, omit_defaults=True):
    """An approval was taken back; the slot is free, and payments stops or recovers the money."""

    amount_fen: Fen
    reasons: tuple[Reason, ...]
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
    year: int
    old_reference: Name
    import_sha256: Digest
    import_row: int
    supersedes: StreamId | None = None
    reissue_of: Reference | None = None
    sealed: dict[str, Sealed] = {}
