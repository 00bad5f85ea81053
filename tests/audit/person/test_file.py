"""A person's file is what the events say: courses, claims, money, and no word of anybody else."""

from datetime import datetime

import pytest

from services.audit.asof import NothingSealed, Seal, newest_seal
from services.audit.person.courses import courses_of
from services.audit.person.file import PersonFile, file_of
from services.audit.person.finding import gather
from services.audit.person.table import csv_file
from shared.events.cases import Judged, Position
from shared.events.payouts import PayoutReversed
from tests.audit.histories import START, History
from tests.audit.person.stories import (
    CERTIFICATE,
    CLAIM,
    OTHER,
    PAYOUT,
    PERSON,
    PLAN,
    erased,
    paid,
    story,
)
from tests.audit.trace.stories import Memory


async def read(history: History, seal: Seal | None = None) -> PersonFile:
    gathered = await gather(PERSON, Memory(history.events), seal)
    return file_of(PERSON, gathered.entries, gathered.whole)


async def test_the_file_holds_courses_with_corrected_sessions_claims_and_payouts() -> None:
    file = await read(paid(story()))
    [course], [claim], [payout] = file.courses, file.claims, file.payouts
    assert (course.plan, course.institution, course.enrolled_on) == (PLAN, "INST-1", "2020-03-01")
    assert (course.minutes, [one.minutes for one in course.sessions]) == (240, [180, 60])
    assert (claim.claim, claim.state, claim.amount_fen) == (CLAIM, "approved", 150_000)
    assert [step.event for step in claim.steps] == ["ClaimSubmitted", "ClaimApproved"]
    assert (payout.record, payout.state, payout.paid_fen) == (PAYOUT, "paid", 150_000)
    assert file.whole


async def test_credits_of_the_platform_add_up_as_they_were_corrected_and_none_are_made_up() -> None:
    file = await read(story())
    [course] = file.courses
    assert [one.credit_hundredths for one in course.sessions] == [125, 30]
    assert course.credit_hundredths == 155
    lines = csv_file(file).decode("utf-8-sig").splitlines()
    assert [line.rsplit(",", 1)[1] for line in lines[1:5]] == [
        "学分 credits",
        "1.55",
        "1.25",
        "0.30",
    ]
    other = courses_of(OTHER, story().events)
    assert [one.credit_hundredths for one in other] == [None]


def test_nothing_of_another_person_and_no_whole_certificate_is_in_the_file() -> None:
    everything = Memory(paid(story()).events).entries
    text = csv_file(file_of(PERSON, everything)).decode()
    assert PERSON in text
    assert OTHER not in text
    assert "claim-2" not in text
    assert CERTIFICATE not in text
    assert CERTIFICATE[:8] in text


async def test_a_payment_that_came_back_no_longer_stands() -> None:
    history = paid(story())
    back = PayoutReversed(
        claim=CLAIM, person=PERSON, amount_fen=150_000, reason="x", reversed_on=START.date()
    )
    history.add(PAYOUT, back)
    [payout] = (await read(history)).payouts
    assert (payout.state, payout.paid_fen) == ("reversed", 0)


async def test_an_erased_person_keeps_the_record_and_the_day_of_the_erasure() -> None:
    file = await read(erased(paid(story())))
    assert file.erased_on == "2021-03-01"
    assert [claim.claim for claim in file.claims] == [CLAIM]


async def test_as_of_a_seal_before_the_payment_the_file_shows_no_payment() -> None:
    history = story()
    memory = Memory(history.events)
    vector = {entry.at: entry.seq for entry in memory.entries}
    before = Seal(START, vector)
    [payout] = (await read(paid(history), before)).payouts
    assert (payout.state, payout.paid_fen) == ("scheduled", 0)


async def test_the_same_events_in_another_order_give_the_same_bytes() -> None:
    entries = (await gather(PERSON, Memory(paid(story()).events), None)).entries
    assert csv_file(file_of(PERSON, entries)) == csv_file(file_of(PERSON, entries[::-1]))


def judged(history: History, seq: int) -> datetime:
    seals = Judged(
        positions=(Position(topic="claim-events.v1", partition=0, seq=seq),),
        rule_pack_sha256="0" * 64, findings=0,
    )  # fmt: skip
    return history.add("judged", seals, "system").recorded_at


def test_as_of_a_time_is_the_last_seal_recorded_by_then_and_never_a_later_one() -> None:
    history = History()
    first, second = judged(history, 5), judged(history, 9)
    with pytest.raises(NothingSealed):
        newest_seal(history.events, START)
    assert [newest_seal(history.events, at).positions[0].seq for at in (first, second)] == [5, 9]
    assert newest_seal(history.events).at == second
