"""The courses of one person: enrolled when, in which sessions, for how many minutes. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from shared.clock import SHANGHAI
from shared.events.attendance import AttendanceCorrected, AttendanceRecorded, Presence
from shared.events.certificates import ExaminationRecorded, GradeEdited
from shared.events.envelope import Event
from shared.events.plans import PlanApproved, PlanCancelled, PlanContent, RosterListed


class Attended(msgspec.Struct, frozen=True, omit_defaults=True):
    """One session; minutes are those that were credited."""

    session: str
    day: str
    mode: str
    status: str
    minutes: int
    credit_hundredths: int | None = None


class Course(msgspec.Struct, frozen=True, omit_defaults=True):
    """A plan that the person was on; `minutes` and `online_minutes` are sums of its sessions.

    Hours on line are kept apart, since they count by a ratio only (RD-10-2).
    """

    plan: str
    sessions: tuple[Attended, ...]
    minutes: int
    online_minutes: int
    kind: str | None = None
    occupation: str | None = None
    level: str | None = None
    institution: str | None = None
    starts_on: str | None = None
    ends_on: str | None = None
    enrolled_on: str | None = None
    state: str = ""
    examination: str | None = None
    credit_hundredths: int | None = None
    """as the platform sent them; None: it sent none"""


@dataclass(slots=True)
class _Plan:
    """What is known of a plan so far; `mine` when the person stands in it."""

    content: PlanContent | PlanApproved | None = None
    cancelled: bool = False
    mine: bool = False
    enrolled_on: str | None = None
    left: bool = False
    sessions: dict[str, Attended] = field(default_factory=dict)
    examination: str | None = None


def courses_of(person: str, events: Sequence[Event]) -> tuple[Course, ...]:
    """`events` in the order of recording: a correction replaces what was recorded before."""
    plans: dict[str, _Plan] = {}
    for event in events:
        plan = getattr(event.facts, "plan", None)
        if plan is not None:
            _take(plans.setdefault(plan, _Plan()), event, person)
    return tuple(_course(name, plans[name]) for name in sorted(plans) if plans[name].mine)


def _take(plan: _Plan, event: Event, person: str) -> None:
    match event.facts:
        case PlanContent() | PlanApproved() as content:
            if plan.content is None or isinstance(content, PlanContent):
                plan.content = content
        case PlanCancelled():
            plan.cancelled = True
        case RosterListed(entries=entries):
            for entry in entries:
                if entry.person == person:
                    plan.mine, plan.left = True, entry.change == "left"
                    plan.enrolled_on = plan.enrolled_on or entry.enrolled_on.isoformat()
        case AttendanceRecorded() as held:
            day = held.started_at.astimezone(SHANGHAI).date().isoformat()
            _attend(plan, held.session, day, held.mode, _own(person, held.presences))
        case AttendanceCorrected() as corrected:
            known = plan.sessions.get(corrected.session)
            day = corrected.session_ended_at.astimezone(SHANGHAI).date().isoformat()
            mode = known.mode if known else "classroom"
            _attend(plan, corrected.session, day, mode, _own(person, corrected.after))
        case ExaminationRecorded(results=results):
            for result in results:
                if result.person == person:
                    plan.mine, plan.examination = True, result.outcome
        case GradeEdited(after=after) if after.person == person:
            plan.examination = after.outcome
        case _:
            return


def _attend(plan: _Plan, session: str, day: str, mode: str, own: Presence | None) -> None:
    if own is not None:
        plan.mine = True
        plan.sessions[session] = Attended(
            session, day, mode, own.status, own.credited_minutes, own.credit_hundredths
        )


def _own(person: str, presences: Iterable[Presence]) -> Presence | None:
    return next((one for one in presences if one.person == person), None)


def _course(name: str, plan: _Plan) -> Course:
    sessions = tuple(sorted(plan.sessions.values(), key=lambda one: (one.day, one.session)))
    credits = [one.credit_hundredths for one in sessions if one.credit_hundredths is not None]
    content = plan.content
    return Course(
        plan=name,
        sessions=sessions,
        minutes=sum(one.minutes for one in sessions if one.mode != "online"),
        online_minutes=sum(one.minutes for one in sessions if one.mode == "online"),
        kind=content.kind if content else None,
        occupation=content.occupation if content else None,
        level=content.level if content else None,
        institution=content.institution if content else None,
        starts_on=content.starts_on.isoformat() if content else None,
        ends_on=content.ends_on.isoformat() if content else None,
        enrolled_on=plan.enrolled_on,
        state="cancelled" if plan.cancelled else "left" if plan.left else "enrolled",
        examination=plan.examination,
        credit_hundredths=sum(credits) if credits else None,
    )
