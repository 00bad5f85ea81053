"""One session of a plan's class: who was there, and what was corrected afterwards. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID, uuid5

from services.claims.plan import decide
from services.claims.plan.decide import Plan, keys_of
from services.claims.plan.refusals import (
    NothingToCorrect,
    NotOnRoster,
    PlanNotInThisState,
    SessionDiffers,
    SessionRecorded,
)
from shared.events.attendance import (
    SESSION_PART,
    AttendanceCorrected,
    AttendanceRecorded,
    Presence,
)
from shared.events.base import CLAIM_EVENTS
from shared.events.envelope import Event
from shared.events.places import Place
from shared.store.commands import Aggregate, Decision

CORRECTION_PART = 250
"""persons of one AttendanceCorrected, which lists them twice"""
MAX_PRESENCES = 10_000
_SESSIONS = UUID("0c2a6a3e-5a5f-5d0e-8d6c-4a3a1f2b7e61")


NOBODY: Mapping[str, Presence] = MappingProxyType({})


class Stage(StrEnum):
    NEW = "new"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class Session:
    """What a session's events add up to: who was there, by person, as it stands now."""

    stage: Stage = Stage.NEW
    version: int = 0
    jurisdiction: str = ""
    first: AttendanceRecorded | None = None
    presences: Mapping[str, Presence] = field(default_factory=lambda: NOBODY)
    said: Mapping[str, Presence] = field(default_factory=lambda: NOBODY)
    """the list as it was first recorded"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSession:
    session: str
    started_at: datetime
    ended_at: datetime
    mode: Literal["classroom", "online", "mixed", "work"]
    presences: tuple[Presence, ...]
    place: Place | None = None
    instructor: str | None = None
    co_instructors: tuple[str, ...] = ()
    makeup_of: str | None = None
    device: str | None = None
    kiosk: bool = False
    manifest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectSession:
    """`claims`: claims of these persons that have been filed (read table)."""

    presences: tuple[Presence, ...]
    reason: str
    outage: str | None = None
    manifest: str | None = None
    claims: tuple[str, ...] = ()


def session_id(plan_id: str, session: str) -> str:
    """Stream id of a session: a list that is sent again meets the first one."""
    return f"session-{uuid5(_SESSIONS, f'{plan_id}/{session}')}"


def evolve(session: Session, event: Event) -> Session:
    """The session after one more event. Never refuses."""
    session = replace(session, version=event.version, jurisdiction=event.jurisdiction)
    match event.facts:
        case AttendanceRecorded() as recorded:
            return replace(
                session,
                stage=Stage.RECORDED,
                first=session.first or recorded,
                presences=_with(session.presences, recorded.presences),
                said=_with(session.said, recorded.presences),
            )
        case AttendanceCorrected() as corrected:
            return replace(session, presences=_with(session.presences, corrected.after))
        case _:
            return session


SESSION: Aggregate[Session] = Aggregate("/claims", CLAIM_EVENTS, Session(), evolve)


def record_session(session: Session, plan: Plan, command: RecordSession) -> Decision:
    """One list for each session of a plan that was approved once, in parts of 500.

    It may come late: it is evidence, and changes nothing that was decided.

    Raises SessionRecorded where the same list stands already, SessionDiffers for another one, and
    NotOnRoster for a person who never was a trainee of the plan.
    """
    if plan.approval is None or plan.stage is decide.Stage.CANCELLED:
        raise PlanNotInThisState(command="record attendance", state=plan.stage.value)
    parts = _recorded(plan, command)
    if session.stage is Stage.RECORDED:
        raise _told_before(session, parts)(session=command.session)
    _trainees(plan, command.presences)
    return Decision(parts)


def correct_session(session: Session, plan: Plan, command: CorrectSession) -> Decision:
    """The list before and after, with the reason (补签)."""
    if session.first is None:
        raise PlanNotInThisState(command="correct attendance", state=session.stage.value)
    _trainees(plan, command.presences)
    changed = [p for p in command.presences if session.presences.get(p.person) != p]
    if not changed:
        raise NothingToCorrect(session=session.first.session)
    return Decision(
        [
            _corrected(session, plan, command, changed[at : at + CORRECTION_PART])
            for at in range(0, len(changed), CORRECTION_PART)
        ]
    )


def _recorded(plan: Plan, command: RecordSession) -> list[AttendanceRecorded]:
    presences = command.presences
    cut = [presences[at : at + SESSION_PART] for at in range(0, len(presences), SESSION_PART)]
    said: dict[str, Any] = {
        name: getattr(command, name) for name in command.__slots__ if name != "presences"
    }
    return [
        AttendanceRecorded(**keys_of(plan), **said, presences=part, part=n, parts=len(cut))
        for n, part in enumerate(cut, start=1)
    ]


def _told_before(
    session: Session, parts: Sequence[AttendanceRecorded]
) -> type[SessionRecorded] | type[SessionDiffers]:
    said = {p.person: p for part in parts for p in part.presences}
    same = session.first == parts[0] and session.said == said
    return SessionRecorded if same else SessionDiffers


def _corrected(
    session: Session, plan: Plan, command: CorrectSession, after: Sequence[Presence]
) -> AttendanceCorrected:
    assert session.first is not None
    before = (session.presences.get(presence.person) for presence in after)
    return AttendanceCorrected(
        **keys_of(plan),
        session=session.first.session,
        session_ended_at=session.first.ended_at,
        before=tuple(presence for presence in before if presence is not None),
        after=tuple(after),
        reason=command.reason,
        outage=command.outage,
        manifest=command.manifest,
        claims=command.claims[:1000],
    )


def _trainees(plan: Plan, presences: Sequence[Presence]) -> None:
    strangers = sum(presence.person not in plan.trainees for presence in presences)
    if strangers:
        raise NotOnRoster(count=strangers)


def _with(known: Mapping[str, Presence], more: Sequence[Presence]) -> Mapping[str, Presence]:
    return MappingProxyType({**known, **{presence.person: presence for presence in more}})
