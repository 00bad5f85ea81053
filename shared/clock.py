"""The one clock of a process: real, or simulated and moved forward by a test or a demo."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

# China keeps one zone without summer time since 1992; policy dates are calendar dates in it.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


class ClockRefused(ValueError):
    """The simulated clock was asked to run back, or was given a time without a zone."""


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware time in UTC."""

    def today(self) -> date:
        """Calendar date in Asia/Shanghai: the date that policies speak of."""


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return datetime.now(SHANGHAI).date()


class SimulatedClock:
    """Stands still until it is moved; never runs back, since events of a stream never do."""

    def __init__(self, start: datetime) -> None:
        self._now = _utc(start)

    def now(self) -> datetime:
        return self._now

    def today(self) -> date:
        return self._now.astimezone(SHANGHAI).date()

    def set(self, now: datetime) -> None:
        """Move to `now`. Raises ClockRefused for an earlier time than the clock shows."""
        wanted = _utc(now)
        if wanted < self._now:
            raise ClockRefused("the simulated clock never runs back")
        self._now = wanted

    def advance(self, by: timedelta) -> None:
        """Move forward. Raises ClockRefused for a negative duration."""
        self.set(self._now + by)


def _utc(time: datetime) -> datetime:
    if time.tzinfo is None:
        raise ClockRefused("a time needs a zone")
    return time.astimezone(UTC)
