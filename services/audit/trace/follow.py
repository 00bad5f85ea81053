"""From one id to every event behind it: a few steps over the names that events carry. Pure."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass

from services.audit.trace.names import family, names_of
from shared.events.envelope import Event
from shared.log.port import TopicPartition

MAX_EVENTS = 5_000
"""of one trace; what is beyond is counted and not shown"""
_STORIES = ("finding", "verification", "notice", "recovery", "difference", "batch")
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


async def follow(root: str, find: Find, limit: int = MAX_EVENTS) -> Traced:
    """A claim, payout, plan, advance, fund, person, batch, finding …: every event behind it.

    A claim leads up to its plan and the plan's money, a plan down to its claims and payouts, a
    person or a fund to all claims and payments that name it, and a person to the plans behind
    them. Money leads to the batch that it left in, and to what was allocated to its fund.
    """
    names = family(root)
    near = await find(names, False)
    rests = "-" not in root  # a person has no record that could rest on a plan; the claims do
    linked = {name for entry in near for name in _linked(entry.event, names, rests)} - names
    far = await find(linked, True) if linked else []
    paying = {name for entry in far for name in _paying(entry.event)} - linked - names
    paid = await find(paying, True) if paying else []
    entries = sorted({(e.at, e.seq): e for e in (*near, *far, *paid)}.values(), key=_order)
    return Traced(root, tuple(entries[:limit]), len(entries) <= limit)


def _linked(event: Event, names: Collection[str], rests: bool) -> Iterable[str]:
    """Records whose own story belongs to the trace; `rests`: also what a claim rests on."""
    kind = event.subject.partition("-")[0]
    if event.subject in names:
        return [name for n in _upward(event) for name in family(n)]
    if kind in _STORIES:
        return [event.subject]
    if kind not in _MONEY:
        return ()
    above = _upward(event) if rests else _paying(event)
    return {*family(event.subject), *(name for n in above for name in family(n))}


def _upward(event: Event) -> Iterable[str]:
    """What the record rests on: its plan, fund, batch; the claims of a finding or of a notice."""
    below = ("claim-", "payout-") if event.subject.startswith(_STORIES) else ()
    kinds = (*below, "plan-", "fund-", "batch-")
    return [name for name in names_of(event) if name.startswith(kinds)]


def _paying(event: Event) -> Iterable[str]:
    """The fund that money came from, and the batch that it left in."""
    return [name for name in names_of(event) if name.startswith(("fund-", "batch-"))]


def _order(entry: Entry) -> tuple[object, ...]:
    event = entry.event
    return event.recorded_at, event.subject, event.version
