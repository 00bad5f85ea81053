"""The ledger's own calendar and the end of a topic: facts that no clock and no broker decides."""

from shared.events.base import (
    TOPICS,
    Code,
    Count,
    Day,
    Digest,
    Facts,
    event,
)


@event(*sorted(TOPICS))
class DayOpened(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """A new calendar day (Asia/Shanghai) began for the ledger; deadlines run on it, so replay needs
    no clock.
    """

    day: Day
    working_day: bool
    calendar_sha256: Digest | None = None
    """the imported calendar of holidays that says so"""


@event(*sorted(TOPICS))
class TopicClosed(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """This partition of a topic has ended; the story goes on in the topic's next version."""

    topic: Code
    partition: Count
    events: Count
    """how many events stood before this one"""
    successor: Code
    successor_partitions: Count
