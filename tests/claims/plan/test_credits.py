"""Credits (学分) that a learning platform sends with a session's list: kept, never judged."""

from services.claims.plan.attendance import session_id
from shared.events.attendance import AttendanceCorrected, AttendanceRecorded
from tests.claims.plan.office import PlanOffice, correction, events_of, plan, session
from tests.installation import Running


async def test_credits_of_the_platform_are_kept_as_sent_and_bounded(claims: Running) -> None:
    office = PlanOffice(claims)
    plan_id = await office.approved(plan(180, 2), range(61_990, 61_992), "credits")
    path = f"/plans/{plan_id}/sessions"
    sent = session(61_990, 61_991)
    sent["presences"][0]["credit_hundredths"] = 150
    wrong = session(61_990)
    wrong["presences"][0]["credit_hundredths"] = 10_001
    half = session(61_990)
    half["presences"][0]["credit_hundredths"] = 1.5
    refused = [
        await office.filer.post(path, no, key=f"credits-{n}") for n, no in enumerate((wrong, half))
    ]
    recorded = await office.filer.post(path, sent, key="credits-ok")
    corrected = await office.filer.post(
        f"{path}/S-1/correct", correction(61_990), key="credits-correct"
    )
    first, last = [event.facts for event in await events_of(claims, session_id(plan_id, "S-1"))]

    assert [no.codes for no in refused] == [
        ["INPUT_REFUSED", "INTEGER_TOO_LARGE"], ["INPUT_REFUSED", "INTEGER_EXPECTED"],
    ]  # fmt: skip
    assert (recorded.status, corrected.status) == (201, 200)
    assert isinstance(first, AttendanceRecorded)
    assert isinstance(last, AttendanceCorrected)
    assert [one.credit_hundredths for one in first.presences] == [150, None]
    assert [one.credit_hundredths for one in (*last.before, *last.after)] == [150, None]
