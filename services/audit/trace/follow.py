"""From one id to every event behind it: two steps over the names that events carry. Pure."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass

from services.audit.trace.names import family, names_of
from shared.events.envelope import Event
from shared.log.port import TopicPartition

MAX_EVENTS = 5_000
"""of one trace; what is beyond is counted and not shown"""
_STORIES = ("finding", "verification", "notice", "recovery", "difference")
"""records that only stand beside others: where one is named, its own story belongs to it"""
_MONEY = ("claim", "payout", "advance")


@dataclass(frozen=True, slots=True)
class Entry:
    """One event at its place in the log."""

    at: TopicPartition
    seq: int
    event: Event

    @property
    def place(self) -> str:
        return f"{self.at.topic}/{self.at.partition}/{self.seq}"


Find = Callable[[Collection[str], bool], Awaitable[list[Entry]]]
"""Events that name one of these; with True only the records' own. At most MAX_EVENTS + 1."""


@dataclass(frozen=True, slots=True)
class Traced:
    """All that was found, in the order of recording; `whole` is False when there was more."""

    root: str
    entries: tuple[Entry, ...]
    whole: bool = True

    @property
    def own(self) -> tuple[Entry, ...]:
        """The record's own events, and those of what shares its number."""
        names = family(self.root)
        return tuple(entry for entry in self.entries if entry.event.subject in names)


async def follow(root: str, find: Find, limit: int = MAX_EVENTS) -> Traced:
    """A claim, payout, plan, advance, fund, person, batch, finding …: every event behind it.

    A claim leads up to its plan and the plan's money, a plan down to its claims and payouts, a
    person or a fund to all claims and payments that name it.
    """
    names = family(root)
    near = await find(names, False)
    linked = {name for entry in near for name in _linked(entry.event, names)} - names
    far = await find(linked, True) if linked else []
    entries = sorted({(e.at, e.seq): e for e in (*near, *far)}.values(), key=_order)
    return Traced(root, tuple(entries[:limit]), len(entries) <= limit)


def _linked(event: Event, names: Collection[str]) -> Iterable[str]:
    """Records whose own story belongs to the trace."""
    kind = event.subject.partition("-")[0]
    if event.subject in names:
        return [name for n in _upward(event) for name in family(n)]
    if kind in _STORIES:
        return [event.subject]
    return family(event.subject) if kind in _MONEY else ()


def _upward(event: Event) -> Iterable[str]:
    """What the record itself rests on: its plan; the claims of a finding or of a notice."""
    kinds = ("claim", "plan", "payout") if event.subject.startswith(_STORIES) else ("plan",)
    return [name for name in names_of(event) if name.startswith(kinds)]


def _order(entry: Entry) -> tuple[object, ...]:
    event = entry.event
    return event.recorded_at, event.subject, event.version
