"""Time comes from one clock, never runs back, and is inside each event id."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from shared.clock import ClockRefused, RealClock, SimulatedClock
from shared.ids import new_event_id, time_of_uuid7

START = datetime(2026, 1, 31, 15, 59, 59, tzinfo=UTC)


def test_the_day_changes_at_midnight_in_shanghai() -> None:
    clock = SimulatedClock(START)
    assert clock.today() == date(2026, 1, 31)

    clock.advance(timedelta(seconds=1))

    assert clock.today() == date(2026, 2, 1)


def test_the_real_clock_tells_utc() -> None:
    assert RealClock().now().tzinfo is UTC
    assert abs(RealClock().now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert abs((RealClock().today() - RealClock().now().date()).days) <= 1


def test_a_simulated_clock_never_runs_back() -> None:
    clock = SimulatedClock(START)

    with pytest.raises(ClockRefused):
        clock.set(START - timedelta(microseconds=1))
    with pytest.raises(ClockRefused):
        clock.advance(timedelta(seconds=-1))
    assert clock.now() == START


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ClockRefused):
        SimulatedClock(datetime(2026, 1, 1))  # noqa: DTZ001


def test_ids_rise_while_the_clock_stands_still() -> None:
    clock = SimulatedClock(START + timedelta(days=36_500))
    ids = [new_event_id(clock) for _ in range(2000)]

    assert sorted(set(ids)) == ids
    assert {UUID(event_id).version for event_id in ids} == {7}
    assert {UUID(event_id).variant for event_id in ids} == {"specified in RFC 4122"}
    assert abs(time_of_uuid7(ids[-1]) - clock.now()) < timedelta(milliseconds=5)


def test_ids_rise_also_when_another_clock_is_behind() -> None:
    ahead = new_event_id(SimulatedClock(START + timedelta(days=37_000)))

    assert new_event_id(RealClock()) > ahead


def test_another_kind_of_id_has_no_time() -> None:
    with pytest.raises(ValueError, match="UUIDv7"):
        time_of_uuid7("0190a1b2-0000-4000-8000-0123456789ab")
