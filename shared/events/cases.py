"""A finding as a case among people, what follows from it, and the seals of audit."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.events.base import (
    FINDING_EVENTS,
    ActorId,
    Code,
    Codes,
    Count,
    Day,
    Digest,
    Facts,
    Fen,
    PayeeKind,
    Reference,
    StreamId,
    StreamIds,
    Text,
    event,
)
from shared.events.evidence import Documents
from shared.events.findings import FindingKeys


@event(FINDING_EVENTS)
class FindingAssigned(FindingKeys, frozen=True, kw_only=True, omit_defaults=True):
    """An auditor was given the case, with a day by which it must be looked at."""

    owner: ActorId
    due_on: Day
    office: Code | None = None


@event(FINDING_EVENTS)
class FindingNotified(FindingKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The party was told what is held against it, and until when it may answer."""

    party_kind: PayeeKind
    party: Code | None = None
    person: Reference | None = None
    served_on: Day
    answer_by: Day
    channel: Literal["online", "letter", "counter"]
    letter_commitment: Digest | None = None


@event(FINDING_EVENTS)
class FindingAnswered(FindingKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The party gave its side of the story; nobody may decide the case without having read it."""

    party_kind: PayeeKind
    party: Code | None = None
    person: Reference | None = None
    answered_on: Day
    admits: bool | None = None
    statement_commitment: Digest
    documents: Documents = ()


@event(FINDING_EVENTS)
class FindingProposed(FindingKeys, frozen=True, kw_only=True, omit_defaults=True):
    """One auditor proposes how the case should end; another one must agree."""

    outcome: Literal["confirm", "dismiss"]
    honest_error: bool = False
    """a mistake, not a fraud (HLD 十二: 要区分不同情况对待)"""
    reason: Text
    recover_fen: Fen | None = None
    bar_until: Day | None = None
    claims: StreamIds = ()
    payouts: StreamIds = ()


@event(FINDING_EVENTS)
class FindingAppealed(FindingKeys, frozen=True, kw_only=True, omit_defaults=True):
    """The party does not accept how the case ended; somebody who has not yet decided it must look
    again.
    """

    appealed_on: Day
    party_kind: PayeeKind
    party: Code | None = None
    person: Reference | None = None
    ground: Text
    documents: Documents = ()


@event(FINDING_EVENTS)
class RecoveryOrdered(FindingKeys, frozen=True, kw_only=True, omit_defaults=True):
    """Two auditors order money back. Payments opens a recovery for it."""

    finding: StreamId
    payee_kind: PayeeKind
    payee: Code | None = None
    person: Reference | None = None
    amount_fen: Fen
    claims: StreamIds = ()
    payouts: StreamIds = ()
    plan: StreamId | None = None
    clause: Code
    due_on: Day
    proposed_by: ActorId


@event(FINDING_EVENTS)
class InstitutionBarred(FindingKeys, frozen=True, kw_only=True, omit_defaults=True):
    """An institution may not claim, train or be advanced money for a time; its open claims are
    looked at.
    """

    finding: StreamId
    institution: Code
    barred_from: Day
    barred_to: Day | None = None
    """None: until it is lifted"""
    clause: Code
    reason: Text
    proposed_by: ActorId


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """How far one partition of a topic is read: every number up to `seq` is in."""

    topic: Code
    partition: Count
    seq: Count


class ChainHead(msgspec.Struct, frozen=True, kw_only=True):
    """The chain value of the last event that was read from one partition."""

    topic: Code
    partition: Count
    seq: Count
    chain: Digest


Positions = Annotated[tuple[Position, ...], Meta(max_length=400)]


@event(FINDING_EVENTS)
class Judged(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """Every event up to these numbers has been judged by every streaming rule; payments waits for
    it.
    """

    positions: Positions
    rule_pack_sha256: Digest
    findings: Count
    parked: Count = 0
    """streams that stand still and are not covered: complete except for these"""
    not_evaluable: Codes = ()


@event(FINDING_EVENTS)
class Checkpoint(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """Audit sealed the log up to here with its signature; nothing in it can change unseen.

    `note` is the C2SP signed note: origin, tree size, root hash, and the signatures.
    """

    origin: Code
    tree_size: Count
    root_sha256: Digest
    map_root_sha256: Digest | None = None
    heads: Annotated[tuple[ChainHead, ...], Meta(max_length=400)]
    note: Annotated[str, Meta(max_length=4000, description="C2SP signed note")]
    previous_tree_size: Count | None = None
    consistency: Annotated[tuple[Digest, ...], Meta(max_length=64)] = ()
    """RFC 9162 consistency proof from the previous checkpoint"""
    projections_sha256: Digest | None = None


@event(FINDING_EVENTS)
class ReplayCompared(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """Audit replayed the history and compared it with what is stored: the same, or not."""

    positions: Positions
    rule_pack_sha256: Digest
    references_sha256: Digest
    stored_projection_sha256: Digest
    replayed_projection_sha256: Digest
    stored_findings_sha256: Digest
    replayed_findings_sha256: Digest
    equal: bool
