"""One person's story: a course with a corrected session, a claim that was paid, an erasure."""

from datetime import UTC, date, datetime
from typing import Any

from shared.events.attendance import AttendanceCorrected, AttendanceRecorded, Presence
from shared.events.payouts import PayoutPaid, PayoutScheduled
from shared.events.persons import PersonErased
from shared.events.plans import PlanSubmitted, RosterEntry, RosterListed
from tests.audit.histories import History, ref

PERSON, OTHER, CERTIFICATE = ref(7), ref(8), ref(17)
PLAN, CLAIM, PAYOUT = "plan-1", "claim-1", "payout-1"
HELD = datetime(2020, 3, 2, 1, 0, tzinfo=UTC)


def story() -> History:
    history = History()
    history.add(PLAN, _plan(), "institution-11")
    history.add(PLAN, _roster(PERSON, OTHER), "institution-11")
    history.add("session-1", _session(presence(PERSON, 120, 100), presence(OTHER, 240)))
    history.add("session-1", _corrected(presence(PERSON, 120, 100), presence(PERSON, 180, 125)))
    history.add("session-2", _session(presence(OTHER, 240), presence(PERSON, 60, 30), code="S2"))
    said: dict[str, Any] = {"person": PERSON, "certificate": CERTIFICATE, "plan": PLAN}
    history.submitted(CLAIM, **said)
    history.approved(CLAIM, **said)
    history.submitted("claim-2", person=OTHER, certificate=ref(18), plan=PLAN)
    history.add(PAYOUT, _scheduled(), "system")
    return history


def paid(history: History) -> History:
    history.add(PAYOUT, _paid(), "finance-officer-2")
    return history


def erased(history: History) -> History:
    facts = PersonErased(person=PERSON, ground="PIPL-47", tombstone=True, approved_by="operator-1")
    history.add(f"person-{PERSON}", facts, "operator-1")
    return history


def presence(person: str, minutes: int, credit: int | None = None) -> Presence:
    return Presence(
        person=person, status="present", credited_minutes=minutes, credit_hundredths=credit
    )


def _plan() -> PlanSubmitted:
    return PlanSubmitted(
        plan=PLAN, institution="INST-1", kind="skill_upgrade", occupation="6-31-01-03", level="L4",
        class_type="ordinary", mode="classroom", starts_on=date(2020, 3, 1),
        ends_on=date(2020, 3, 20), planned_days=10, planned_minutes=3_600, persons=2,
        budget_fen=300_000,
    )  # fmt: skip


def _roster(*persons: str) -> RosterListed:
    entries = tuple(
        RosterEntry(
            row=n, person=person, change="enrolled", enrolled_on=date(2020, 3, 1), group="employee"
        )
        for n, person in enumerate(persons, start=1)
    )
    return RosterListed(plan=PLAN, revision=1, part=1, parts=1, entries=entries)


def _session(*presences: Presence, code: str = "S1") -> AttendanceRecorded:
    return AttendanceRecorded(
        plan=PLAN, session=code, started_at=HELD, ended_at=HELD.replace(hour=5), mode="classroom",
        presences=presences,
    )  # fmt: skip


def _corrected(before: Presence, after: Presence) -> AttendanceCorrected:
    return AttendanceCorrected(
        plan=PLAN, session="S1", session_ended_at=HELD.replace(hour=5), before=(before,),
        after=(after,), reason="came back",
    )  # fmt: skip


def _scheduled() -> PayoutScheduled:
    return PayoutScheduled(
        claim=CLAIM, person=PERSON, amount_fen=150_000, payee_kind="individual", approval="e-1"
    )


def _paid() -> PayoutPaid:
    return PayoutPaid(
        claim=CLAIM, person=PERSON, account=ref(30), amount_fen=150_000, payee_kind="individual",
        fund="F1", approval="e-1", batch="batch-1", line=1, instruction="I1", bank_reference="B1",
        paid_at=HELD, paid_on=date(2020, 8, 3),
    )  # fmt: skip
