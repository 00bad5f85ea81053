"""Given-when-then on events: what happened, by whom; then the facts that a command leads to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from shared.events.base import Facts
from shared.events.envelope import Event
from shared.store.commands import Aggregate, Decision

START = datetime(2021, 5, 6, 1, 0, tzinfo=UTC)
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Happened:
    """One fact and the person behind it."""

    facts: Facts
    actor: str = "system"


def events(given: Sequence[Happened], stream: str, jurisdiction: str = "211402") -> list[Event]:
    """The facts as the events of one stream, a second apart."""
    return [
        Event(
            id=f"0192aaaa-0000-7000-a000-{number:012x}",
            source=f"/test/{jurisdiction}",
            subject=stream,
            version=number,
            recorded_at=START + timedelta(seconds=number),
            occurred_at=START + timedelta(seconds=number),
            jurisdiction=jurisdiction,
            actor=each.actor,
            correlation_id="test",
            facts=each.facts,
        )
        for number, each in enumerate(given, start=1)
    ]


def state_after(aggregate: Aggregate[S], given: Sequence[Happened], stream: str) -> S:
    """The fold of what happened."""
    state = aggregate.initial
    for event in events(given, stream):
        state = aggregate.evolve(state, event)
    return state


def facts_of(decision: Decision) -> list[Facts]:
    return list(decision.events)


Command = Callable[[S], Decision]
