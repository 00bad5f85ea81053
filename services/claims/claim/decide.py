"""One claim: filed, handled, taken over (granted: approval.py). Pure: no I/O, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from typing import Any

import msgspec

from services.claims.claim.excepted import Excepted, after
from services.claims.claim.refusals import AlreadyFiled, NotInThisState, SamePersonTwice
from services.claims.document.papers import Papers, brought, taken_back
from shared.events.base import CLAIM_EVENTS, Facts
from shared.events.claims import (
    ApprovalRevoked,
    ClaimAccepted,
    ClaimApproved,
    ClaimContent,
    ClaimCorrected,
    ClaimHeld,
    ClaimImported,
    ClaimKeys,
    ClaimProposed,
    ClaimRejected,
    ClaimReturned,
    ClaimSubmitted,
    ClaimWithdrawn,
)
from shared.events.documents import DocumentAttached, DocumentWithdrawn
from shared.events.envelope import Event
from shared.events.exceptions import ExceptionApproved, ExceptionProposed, ExceptionRefused
from shared.events.handling import ClaimAssigned, IdentityChecked, InspectionRecorded
from shared.store.commands import Aggregate, Decision, Holders, Slot
from shared.store.unit import SlotKey

IDENTITY = "claim"
"""kind of the slot that keeps one claim from being filed twice"""
SUPERSEDED = "superseded"
"""kind of the slot that keeps one claim from being filed again twice; it is never freed"""
GRANTED = ("certificate", "occupation-level", "person-month", "person-year")
"""kinds of slot that an approval takes"""


class Stage(StrEnum):
    NEW = "new"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    HELD = "held"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class Looked:
    """The newest look at a claim, of the person or at the class: what came of it, and by whom."""

    outcome: str
    hands: tuple[str, ...]
    """who took part; the first one recorded it"""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a claim's events add up to."""

    stage: Stage = Stage.NEW
    version: int = 0
    jurisdiction: str = ""
    content: ClaimContent | None = None
    content_version: int = 0
    identities: tuple[str, ...] = ()
    """what it was ever filed as, also before a correction: nobody files that again"""
    filed_by: tuple[str, ...] = ()
    """who filed and who corrected it"""
    accepted_by: str | None = None
    proposal: ClaimProposed | None = None
    proposal_version: int = 0
    approval: ClaimApproved | None = None
    imported: ClaimImported | None = None
    assigned_to: str | None = None
    identity: Looked | None = None
    """newest identity check of what stands filed"""
    inspection: Looked | None = None
    """newest inspection of this claim by name; its class may have been inspected too"""
    checkers: tuple[str, ...] = ()
    inspectors: tuple[str, ...] = ()
    papers: Papers = ()
    stopped_by: tuple[str, ...] = ()
    """clauses for which the newest calculation or hold does not let it pass"""
    exceptions: tuple[Excepted, ...] = ()
    """for what stands filed: at most one for a clause"""


@dataclass(frozen=True, slots=True)
class CorrectClaim:
    content: ClaimContent
    reason: str


@dataclass(frozen=True, slots=True)
class WithdrawClaim:
    reason: str


@dataclass(frozen=True, slots=True)
class AcceptClaim:
    """`opened_at_us`: when the clerk opened the page, microseconds since 1970."""

    actor: str
    office: str
    opened_at_us: int | None = None


@dataclass(frozen=True, slots=True)
class ReturnClaim:
    actor: str
    reasons: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class HoldClaim:
    actor: str
    reasons: tuple[str, ...] = ()
    note: str = ""


def evolve(claim: Claim, event: Event) -> Claim:
    """The claim after one more event. Never refuses."""
    claim = replace(claim, version=event.version, jurisdiction=event.jurisdiction)
    match event.facts:
        case ClaimSubmitted() | ClaimCorrected() as content:
            return _filed(claim, content, event)
        case ClaimAccepted():
            return replace(claim, stage=Stage.ACCEPTED, accepted_by=event.actor)
        case ClaimReturned():
            return replace(claim, stage=Stage.RETURNED, accepted_by=None, proposal=None)
        case ClaimProposed() as proposal:
            clauses = () if proposal.decision == "APPROVE" else _clauses(proposal)
            return replace(
                claim, stage=Stage.PROPOSED, proposal=proposal, proposal_version=event.version,
                stopped_by=clauses,
            )  # fmt: skip
        case ClaimApproved() as approval:
            return replace(claim, stage=Stage.APPROVED, approval=approval)
        case ClaimRejected():
            return replace(claim, stage=Stage.REJECTED)
        case ClaimHeld() as stopped:
            return replace(
                claim, stage=Stage.HELD, proposal=None, stopped_by=_clauses(stopped)
            )  # fmt: skip
        case ClaimWithdrawn():
            return replace(claim, stage=Stage.WITHDRAWN)
        case ApprovalRevoked():
            return replace(claim, stage=Stage.REVOKED)
        case ClaimImported() as imported:
            return replace(claim, stage=Stage.IMPORTED, imported=imported)
        case ClaimAssigned() as assigned:
            return replace(claim, assigned_to=assigned.reviewer)
        case IdentityChecked() as checked:
            looked = Looked(checked.outcome, (event.actor,))
            return replace(claim, identity=looked, checkers=(*claim.checkers, event.actor))
        case InspectionRecorded() as inspected:
            hands = tuple(dict.fromkeys((event.actor, *inspected.inspectors)))
            inspectors = tuple(dict.fromkeys((*claim.inspectors, *hands)))
            looked = Looked(inspected.outcome, hands)
            return replace(claim, inspection=looked, inspectors=inspectors)
        case DocumentAttached() as attached:
            return _by_filer(replace(claim, papers=brought(claim.papers, attached, event)), event)
        case DocumentWithdrawn() as gone:
            return _by_filer(replace(claim, papers=taken_back(claim.papers, gone)), event)
        case ExceptionProposed() | ExceptionRefused():
            return replace(claim, exceptions=after(claim.exceptions, event))
        case ExceptionApproved():  # the claim is open again, and is calculated anew
            exceptions = after(claim.exceptions, event)
            return replace(claim, stage=Stage.ACCEPTED, proposal=None, exceptions=exceptions)
        case _:
            return claim  # events of later parts change nothing that is decided here


def _by_filer(claim: Claim, event: Event) -> Claim:
    """Who brings papers or takes them back acts for the filer, and handles nothing afterwards."""
    acting = dict.fromkeys((*claim.filed_by, event.actor))
    return replace(claim, filed_by=tuple(acting))


def _clauses(stopped: ClaimProposed | ClaimHeld) -> tuple[str, ...]:
    return tuple(citation.clause for citation in stopped.citations)


def _filed(claim: Claim, content: ClaimContent, event: Event) -> Claim:
    """New content voids what was accepted, checked, inspected, proposed and excepted before."""
    identity = identity_of(content, event.jurisdiction)
    return replace(
        claim,
        stage=Stage.SUBMITTED,
        content=content,
        content_version=event.version,
        identities=tuple(dict.fromkeys((*claim.identities, identity))),
        filed_by=tuple(dict.fromkeys((*claim.filed_by, event.actor))),
        accepted_by=None,
        proposal=None,
        identity=None,
        inspection=None,
        checkers=(),
        inspectors=(),
        stopped_by=(),
        exceptions=(),
    )


CLAIM: Aggregate[Claim] = Aggregate("/claims", CLAIM_EVENTS, Claim(), evolve)


def identity_of(content: ClaimContent, jurisdiction: str) -> str:
    """What makes two rows the same claim: place, kind, who files, person, certificate.

    Without a certificate, plan, occupation and level stand in; without a plan too, the first day
    of the training instead of it: an allowance for each course. A refiled claim names the one that
    it supersedes and is another claim. Two who file one person make two claims, institutions or
    persons: an attempt at a double one must stand in the history, and nobody can take another's
    place in it.
    """
    course = content.plan or f"from {content.training_from}"
    what = content.certificate or f"{course}/{content.occupation}/{content.level}"
    filer = claimant_of(content)
    parts = (jurisdiction, content.kind, filer, content.person, what, content.supersedes or "")
    return sha256("".join(f"{len(p)}:{p}" for p in parts).encode()).hexdigest()[:40]


def claimant_of(content: ClaimContent) -> str:
    """Who claims: the organisation, or the person who signed in and filed."""
    return content.organisation or f"person:{content.filer}"


def submit_claim(claim: Claim, content: ClaimSubmitted, jurisdiction: str) -> Decision:
    """A well-formed claim is always recorded; entitlement is judged afterwards."""
    expect(claim, "submit", Stage.NEW)
    return Decision([content], takes=_filing(content, jurisdiction))


def correct_claim(claim: Claim, command: CorrectClaim, holders: Holders) -> Decision:
    """New content under the same filer; acceptance and proposal are void.

    The old identity stays taken beside the new one: the row that was wrong, sent again, is still
    this claim.
    """
    expect(claim, "correct", Stage.SUBMITTED, Stage.RETURNED, Stage.HELD)
    content = _as_filed(claim, command.content)
    identity = identity_of(content, claim.jurisdiction)
    holder = holders.get((IDENTITY, identity))
    if holder is not None and identity not in claim.identities:
        raise AlreadyFiled(claim=holder.stream_id)
    said = {name: getattr(content, name) for name in content.__struct_fields__}
    own = identity in claim.identities
    return Decision(
        [ClaimCorrected(**said, reason=command.reason)],
        takes=() if own else [Slot(IDENTITY, identity, _row_of(content))],
    )


def identity_wanted(claim: Claim, content: ClaimContent) -> Sequence[SlotKey]:
    """The identity that a correction to `content` would take."""
    if claim.content is None:
        return ()
    return [(IDENTITY, identity_of(_as_filed(claim, content), claim.jurisdiction))]


def withdraw_claim(claim: Claim, command: WithdrawClaim) -> Decision:
    """Frees every identity of the claim, so that it may be filed again."""
    open_stages = (Stage.SUBMITTED, Stage.RETURNED, Stage.ACCEPTED, Stage.PROPOSED, Stage.HELD)
    expect(claim, "withdraw", *open_stages)
    return Decision(
        [ClaimWithdrawn(**keys_of(claim), reason=command.reason)],
        frees=[Slot(IDENTITY, identity) for identity in claim.identities],
    )


def accept_claim(claim: Claim, command: AcceptClaim) -> Decision:
    expect(claim, "accept", Stage.SUBMITTED)
    other_person(command.actor, (*claim.filed_by, *claim.checkers, *claim.inspectors))
    accepted = ClaimAccepted(
        **keys_of(claim), office=command.office, opened_at_us=command.opened_at_us
    )
    return Decision([accepted])


def return_claim(claim: Claim, command: ReturnClaim) -> Decision:
    expect(claim, "return", Stage.SUBMITTED, Stage.ACCEPTED, Stage.PROPOSED, Stage.HELD)
    other_person(command.actor, claim.filed_by)
    returned = ClaimReturned(**keys_of(claim), reasons=command.reasons, note=command.note)
    return Decision([returned])


def hold_claim(claim: Claim, command: HoldClaim) -> Decision:
    """A person stops the claim; without reasons of his own, for those that the policy proposed."""
    expect(claim, "hold", Stage.ACCEPTED, Stage.PROPOSED)
    other_person(command.actor, claim.filed_by)
    proposal = claim.proposal
    held = ClaimHeld(
        **keys_of(claim),
        reasons=command.reasons or (proposal.reasons if proposal else ()),
        citations=proposal.citations if proposal else (),
        conflicts_with=proposal.conflicts_with if proposal else (),
        missing=proposal.missing if proposal else (),
        note=command.note,
    )
    return Decision([held])


def import_claim(claim: Claim, imported: ClaimImported) -> Decision:
    """A decision from before the ledger: recorded as it was, never judged here."""
    expect(claim, "import", Stage.NEW)
    slots = [Slot(s.kind, s.key, imported.person) for s in imported.slots]
    return Decision([imported], records=slots)


def slots_of(event: Event) -> tuple[Sequence[Slot], Sequence[str]]:
    """The slots that one event takes, and the kinds of slot that its claim lets go of.

    Reservations are rebuilt from these.
    """
    facts: Facts = event.facts
    match facts:
        case ClaimSubmitted() | ClaimCorrected():
            return _filing(facts, event.jurisdiction), ()
        case ClaimApproved() | ClaimImported():
            return [Slot(s.kind, s.key, facts.person) for s in facts.slots], ()
        case ClaimWithdrawn():
            return (), (IDENTITY,)
        case ApprovalRevoked():
            return (), GRANTED
        case _:
            return (), ()


def expect(claim: Claim, command: str, *stages: Stage) -> None:
    """Raises NotInThisState unless the claim is in one of the stages."""
    if claim.stage not in stages:
        raise NotInThisState(command=command, state=claim.stage.value)


def other_person(actor: str, before: Sequence[str]) -> None:
    """Four eyes: who files, accepts, checks, inspects and approves are different persons."""
    if actor in before:
        raise SamePersonTwice(actor=actor)


def keys_of(claim: Claim) -> dict[str, Any]:
    """The keys that every event of the claim carries."""
    assert claim.content is not None
    return {name: getattr(claim.content, name) for name in ClaimKeys.__struct_fields__}


def _as_filed(claim: Claim, content: ClaimContent) -> ClaimContent:
    """Who corrects, perhaps a clerk, does not become the filer; the row stays that of its file, and
    the claim in the place of the one that it was filed for.
    """
    assert claim.content is not None
    before = claim.content
    return msgspec.structs.replace(
        content,
        organisation=before.organisation,
        filer=before.filer,
        roster=before.roster,
        roster_row=before.roster_row,
        supersedes=before.supersedes,
    )


def _filing(content: ClaimContent, jurisdiction: str) -> list[Slot]:
    """The identity first; then, where the claim stands in place of another, that one's."""
    row = _row_of(content)
    identity = Slot(IDENTITY, identity_of(content, jurisdiction), row)
    if content.supersedes is None:
        return [identity]
    return [identity, Slot(SUPERSEDED, content.supersedes, row)]


def _row_of(content: ClaimContent) -> str:
    """Tells a roster that is sent again from another file with the same claim."""
    return f"{content.roster}/{content.roster_row}" if content.roster else ""
