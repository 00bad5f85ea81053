"""One plan: filed, listed, accepted, changed, completed (granted: approval.py). Pure: no I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Literal

from services.claims.document.papers import Papers, brought, taken_back
from services.claims.plan.refusals import (
    CountsDiffer,
    PlanAlreadyFiled,
    PlanNotInThisState,
    PlanSamePersonTwice,
    RosterMissing,
    RosterTooLong,
)
from shared.events.base import CLAIM_EVENTS
from shared.events.documents import DocumentAttached, DocumentWithdrawn
from shared.events.envelope import Event
from shared.events.plans import (
    PlanAccepted,
    PlanApproved,
    PlanCancelled,
    PlanChanged,
    PlanCompleted,
    PlanContent,
    PlanDecided,
    PlanKeys,
    PlanRejected,
    PlanReturned,
    PlanSubmitted,
    RosterEntry,
    RosterListed,
)
from shared.store.commands import Aggregate, Decision, Holders, Slot
from shared.store.unit import SlotKey

IDENTITY = "plan"
"""kind of the slot that keeps one plan from being filed twice"""


class Stage(StrEnum):
    NEW = "new"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    DECIDED = "decided"


BEFORE_APPROVAL = (Stage.SUBMITTED, Stage.RETURNED, Stage.ACCEPTED)
RUNNING = (*BEFORE_APPROVAL, Stage.APPROVED)
NOBODY: Mapping[str, RosterEntry] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Plan:
    """What a plan's events add up to. `roster` holds who is enrolled, by person."""

    stage: Stage = Stage.NEW
    version: int = 0
    jurisdiction: str = ""
    content: PlanContent | None = None
    content_version: int = 0
    changes: int = 0
    identities: tuple[str, ...] = ()
    """what it was ever filed as, also before a change: nobody files that again"""
    filed_by: tuple[str, ...] = ()
    """who filed, changed and listed"""
    accepted_by: str | None = None
    roster: Mapping[str, RosterEntry] = field(default_factory=lambda: NOBODY)
    roster_revision: int = 0
    trainees: frozenset[str] = frozenset()
    """who was ever enrolled: lists of earlier sessions name those who left, too"""
    approval: PlanApproved | None = None
    """the newest; a plan that was changed keeps it until it is approved again"""
    completion: PlanCompleted | None = None
    decided: PlanDecided | None = None
    papers: Papers = ()


@dataclass(frozen=True, slots=True)
class ChangePlan:
    content: PlanContent
    reason: str


@dataclass(frozen=True, slots=True)
class AcceptPlan:
    """`opened_at_us`: when the clerk opened the page, microseconds since 1970."""

    actor: str
    office: str
    opened_at_us: int | None = None


@dataclass(frozen=True, slots=True)
class ReturnPlan:
    actor: str
    reasons: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class CancelPlan:
    reason: str
    by: Literal["filer", "bureau"]


@dataclass(frozen=True, slots=True)
class CompletePlan:
    ended_on: date
    finished: int
    passed: int
    examined_on: date | None = None
    last_session: str | None = None
    held_days: int | None = None


def evolve(plan: Plan, event: Event) -> Plan:
    """The plan after one more event. Never refuses."""
    plan = replace(plan, version=event.version, jurisdiction=event.jurisdiction)
    match event.facts:
        case PlanSubmitted() | PlanChanged() as content:
            return _filed(plan, content, event)
        case RosterListed() as listed:
            return _listed(plan, listed, event.actor)
        case PlanAccepted():
            return replace(plan, stage=Stage.ACCEPTED, accepted_by=event.actor)
        case PlanReturned():
            return replace(plan, stage=Stage.RETURNED, accepted_by=None)
        case PlanApproved() as approval:
            return replace(plan, stage=Stage.APPROVED, approval=approval)
        case PlanRejected():
            return replace(plan, stage=Stage.REJECTED)
        case PlanCancelled():
            return replace(plan, stage=Stage.CANCELLED)
        case PlanCompleted() as completion:
            return replace(plan, stage=Stage.COMPLETED, completion=completion)
        case PlanDecided() as decided:
            cancelled = plan.stage is Stage.CANCELLED
            stage = Stage.CANCELLED if cancelled else Stage.DECIDED
            return replace(plan, stage=stage, decided=decided)
        case DocumentAttached() as attached:
            return _by_filer(replace(plan, papers=brought(plan.papers, attached, event)), event)
        case DocumentWithdrawn() as gone:
            return _by_filer(replace(plan, papers=taken_back(plan.papers, gone)), event)
        case _:
            return plan  # events of later parts change nothing decided here


def _by_filer(plan: Plan, event: Event) -> Plan:
    """Who brings papers or takes them back acts for the filer, and handles nothing afterwards."""
    acting = dict.fromkeys((*plan.filed_by, event.actor))
    return replace(plan, filed_by=tuple(acting))


def _filed(plan: Plan, content: PlanSubmitted | PlanChanged, event: Event) -> Plan:
    """New content must be accepted and approved (again)."""
    identity = identity_of(content, event.jurisdiction)
    return replace(
        plan,
        stage=Stage.SUBMITTED,
        content=content,
        content_version=event.version,
        changes=content.revision if isinstance(content, PlanChanged) else 0,
        identities=tuple(dict.fromkeys((*plan.identities, identity))),
        filed_by=tuple(dict.fromkeys((*plan.filed_by, event.actor))),
        accepted_by=None,
    )


def _listed(plan: Plan, listed: RosterListed, actor: str) -> Plan:
    """Before the approval a new list must be accepted (again); afterwards the base stands still."""
    roster = dict(plan.roster)
    for entry in listed.entries:
        if entry.change == "enrolled":
            roster[entry.person] = entry
        else:
            roster.pop(entry.person, None)
    before = plan.stage in BEFORE_APPROVAL
    return replace(
        plan,
        stage=Stage.SUBMITTED if before else plan.stage,
        accepted_by=None if before else plan.accepted_by,
        roster=MappingProxyType(roster),
        roster_revision=listed.revision,
        trainees=plan.trainees.union(entry.person for entry in listed.entries),
        filed_by=tuple(dict.fromkeys((*plan.filed_by, actor))),
    )


PLAN: Aggregate[Plan] = Aggregate("/claims", CLAIM_EVENTS, Plan(), evolve)


def identity_of(content: PlanContent, jurisdiction: str) -> str:
    """What makes two filings the same plan: place, who files, what, when, and the agreement.

    The signed manifest of an off-line batch stands for the agreement where there is one.
    """
    manifest = content.manifest if isinstance(content, PlanSubmitted) else None
    paper = manifest or content.agreement or ""
    parts = (
        jurisdiction, content.organisation or "", content.kind, content.occupation, content.level,
        content.starts_on.isoformat(), paper,
    )  # fmt: skip
    return sha256("".join(f"{len(p)}:{p}" for p in parts).encode()).hexdigest()[:40]


def submit_plan(plan: Plan, content: PlanSubmitted, jurisdiction: str) -> Decision:
    """A well-formed plan is always recorded; a clerk looks at it afterwards."""
    expect(plan, "submit", Stage.NEW)
    identity = identity_of(content, jurisdiction)
    return Decision([content], takes=[Slot(IDENTITY, identity)])


def change_plan(plan: Plan, command: ChangePlan, holders: Holders) -> Decision:
    """Other dates, persons or sums: to be accepted and approved again (HLD-10-4 for the base)."""
    expect(plan, "change", *RUNNING)
    content = command.content
    if content.persons < len(plan.roster):
        raise RosterTooLong(persons=content.persons, enrolled=len(plan.roster))
    identity = identity_of(content, plan.jurisdiction)
    holder = holders.get((IDENTITY, identity))
    own = identity in plan.identities
    if holder is not None and not own:
        raise PlanAlreadyFiled(plan=holder.stream_id)
    said = {name: getattr(content, name) for name in PlanContent.__struct_fields__}
    changed = PlanChanged(
        **said,
        revision=plan.changes + 1,
        reason=command.reason,
        supersedes_version=plan.content_version,
    )
    return Decision([changed], takes=() if own else [Slot(IDENTITY, identity)])


def identity_wanted(plan: Plan, content: PlanContent) -> Sequence[SlotKey]:
    """The identity that a change to `content` would take."""
    return [(IDENTITY, identity_of(content, plan.jurisdiction))]


def accept_plan(plan: Plan, command: AcceptPlan) -> Decision:
    expect(plan, "accept", Stage.SUBMITTED)
    other_person(command.actor, plan.filed_by)
    if not plan.roster:
        raise RosterMissing
    accepted = PlanAccepted(
        **keys_of(plan),
        office=command.office,
        plan_version=plan.content_version,
        roster_revision=plan.roster_revision,
        opened_at_us=command.opened_at_us,
    )
    return Decision([accepted])


def return_plan(plan: Plan, command: ReturnPlan) -> Decision:
    expect(plan, "return", Stage.SUBMITTED, Stage.ACCEPTED)
    other_person(command.actor, plan.filed_by)
    returned = PlanReturned(**keys_of(plan), reasons=command.reasons, note=command.note)
    return Decision([returned])


def cancel_plan(plan: Plan, command: CancelPlan) -> Decision:
    """Frees every identity, so that the plan may be filed again."""
    expect(plan, "cancel", *RUNNING)
    cancelled = PlanCancelled(**keys_of(plan), reason=command.reason, by=command.by)
    return Decision([cancelled], frees=identities_of(plan))


def complete_plan(plan: Plan, command: CompletePlan) -> Decision:
    """The training is over; wrong counts may be said again until the plan is decided."""
    expect(plan, "complete", Stage.APPROVED, Stage.COMPLETED)
    assert plan.content is not None
    enrolled = len(plan.roster)
    if not command.passed <= command.finished <= enrolled:
        raise CountsDiffer(enrolled=enrolled, finished=command.finished, passed=command.passed)
    completed = PlanCompleted(
        **keys_of(plan),
        ended_on=command.ended_on,
        enrolled=enrolled,
        finished=command.finished,
        passed=command.passed,
        examined_on=command.examined_on,
        last_session=command.last_session,
        held_days=command.held_days,
    )
    return Decision([completed])


def slots_of(event: Event) -> tuple[Sequence[Slot], Sequence[str]]:
    """The slots that one event takes, and the kinds of slot that its plan lets go of.

    Reservations are rebuilt from these.
    """
    match event.facts:
        case PlanSubmitted() | PlanChanged() as content:
            return [Slot(IDENTITY, identity_of(content, event.jurisdiction))], ()
        case PlanRejected() | PlanCancelled():
            return (), (IDENTITY,)
        case _:
            return (), ()


def expect(plan: Plan, command: str, *stages: Stage) -> None:
    """Raises PlanNotInThisState unless the plan is in one of the stages."""
    if plan.stage not in stages:
        raise PlanNotInThisState(command=command, state=plan.stage.value)


def other_person(actor: str, before: Sequence[str]) -> None:
    """Four eyes: who files, accepts and approves a plan are different persons (HLD clause 12)."""
    if actor in before:
        raise PlanSamePersonTwice(actor=actor)


def identities_of(plan: Plan) -> list[Slot]:
    return [Slot(IDENTITY, identity) for identity in plan.identities]


def keys_of(plan: Plan) -> dict[str, Any]:
    """The keys that every event of the plan carries."""
    assert plan.content is not None
    return {name: getattr(plan.content, name) for name in PlanKeys.__struct_fields__}
