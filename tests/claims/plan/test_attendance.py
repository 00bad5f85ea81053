"""The list of a session: recorded once, corrected with what it said before."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.claims.plan.attendance import (
    CorrectSession,
    RecordSession,
    Session,
    correct_session,
    record_session,
    session_id,
)
from services.claims.plan.refusals import (
    NothingToCorrect,
    NotOnRoster,
    PlanNotInThisState,
    SessionDiffers,
    SessionRecorded,
)
from services.claims.plan.roster import list_roster
from shared.events.attendance import AttendanceCorrected, AttendanceRecorded, Presence
from tests.claims.plan.builders import (
    ENDS,
    FILER,
    FIRST,
    SECOND,
    STARTS,
    STRANGER,
    after,
    approved,
    cancel,
    entry,
    listed,
    listing,
    only,
    present,
    session,
    session_state,
    state,
    submitted,
)
from tests.folding import Happened

PLAN = state(*approved())


def recorded(command: RecordSession | None = None) -> list[Happened]:
    decision = record_session(Session(), PLAN, command or session())
    return [Happened(facts, FILER) for facts in decision.events]


def correction(*presences: Presence) -> CorrectSession:
    return CorrectSession(
        presences=presences,
        reason="the tablet was down",
        outage="OUT-1",
        claims=("claim-1",),
    )


def test_a_session_says_who_was_there_with_the_keys_of_its_plan() -> None:
    facts = only(record_session(Session(), PLAN, session()))

    assert isinstance(facts, AttendanceRecorded)
    assert (facts.plan, facts.session, facts.part, facts.parts) == ("plan-1", "S-1", 1, 1)
    assert (facts.started_at, facts.ended_at) == (STARTS, ENDS)
    assert [each.person for each in facts.presences] == [FIRST, SECOND]


def test_a_big_class_comes_in_parts_of_five_hundred() -> None:
    many = tuple(f"{n:032x}" for n in range(1, 1_202))
    given = listed(
        [submitted(persons=2_000)], *(entry(person, n) for n, person in enumerate(many, start=1))
    )
    plan = replace(state(*given), approval=PLAN.approval)
    command = session(presences=tuple(present(person) for person in many))
    parts = record_session(Session(), plan, command).events

    sizes = [len(part.presences) for part in parts if isinstance(part, AttendanceRecorded)]
    assert sizes == [500, 500, 201]
    folded = session_state(*(Happened(facts, FILER) for facts in parts))
    assert len(folded.presences) == 1_201
    with pytest.raises(SessionRecorded):
        record_session(folded, plan, command)


def test_the_same_list_is_known_and_another_one_is_to_be_corrected() -> None:
    folded = session_state(*recorded())

    with pytest.raises(SessionRecorded):
        record_session(folded, PLAN, session())
    for other in (
        session(presences=(present(FIRST),)),
        session(ended_at=datetime(2020, 3, 2, 5, 0, tzinfo=UTC)),
    ):
        with pytest.raises(SessionDiffers):
            record_session(folded, PLAN, other)


def test_the_first_list_is_still_known_after_its_correction() -> None:
    given = recorded()
    changed = correct_session(session_state(*given), PLAN, correction(present(FIRST, face="match")))
    folded = session_state(*given, *(Happened(facts, FILER) for facts in changed.events))

    with pytest.raises(SessionRecorded):
        record_session(folded, PLAN, session())


def test_a_session_is_only_of_a_plan_that_was_approved_and_not_cancelled() -> None:
    for plan in (state(submitted()), state(*after(approved(), cancel(PLAN), FILER))):
        with pytest.raises(PlanNotInThisState):
            record_session(Session(), plan, session())


def test_nobody_is_present_who_never_was_a_trainee_and_who_left_may_have_been() -> None:
    gone = after(approved(), list_roster(PLAN, listing(entry(FIRST, change="left"))), FILER)

    assert record_session(Session(), state(*gone), session()).events
    with pytest.raises(NotOnRoster):
        record_session(Session(), PLAN, session(presences=(present(STRANGER),)))
    with pytest.raises(NotOnRoster):
        correct_session(session_state(*recorded()), PLAN, correction(present(STRANGER)))


def test_a_correction_lists_before_and_after_of_those_who_change() -> None:
    given = recorded(session(presences=(present(FIRST),)))
    late = present(FIRST, credited_minutes=60)
    facts = only(correct_session(session_state(*given), PLAN, correction(late, present(SECOND))))

    assert isinstance(facts, AttendanceCorrected)
    assert facts.before == (present(FIRST),)  # the second person was not on the list
    assert facts.after == (late, present(SECOND))
    assert (facts.session, facts.session_ended_at, facts.outage) == ("S-1", ENDS, "OUT-1")
    assert facts.claims == ("claim-1",)


def test_a_correction_that_changes_nothing_is_refused() -> None:
    with pytest.raises(NothingToCorrect):
        correct_session(session_state(*recorded()), PLAN, correction(present(FIRST)))
    with pytest.raises(PlanNotInThisState):
        correct_session(Session(), PLAN, correction(present(FIRST)))


def test_the_stream_of_a_session_follows_from_plan_and_code() -> None:
    assert session_id("plan-1", "S-1") == session_id("plan-1", "S-1")
    assert len({session_id(p, s) for p in ("plan-1", "plan-2") for s in ("S-1", "S-2")}) == 4
