"""Reactions: an event of another service becomes commands of ours, once each and in order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from shared.delivery import CauseMissing, Delivery, Effects
from shared.events.base import Facts
from shared.events.envelope import Event
from shared.store.commands import Aggregate, By, Decision, Ledger
from shared.store.store import Asked, Connection
from shared.store.unit import Unit

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Reaction(Generic[S]):
    """One command on one stream of ours. `decide` may raise CauseMissing, never Refusal:
    a refusal in a reaction is an event."""

    aggregate: Aggregate[S]
    stream_id: str
    decide: Callable[[S], Decision]
    place: Callable[[S], str] | None = None
    """jurisdiction of the record that reacts; without it, or where it is empty, the cause's"""


Table = Mapping[type[Facts], Callable[[Delivery], Sequence[Reaction[Any]]]]
"""what is heard, with its place in the log, becomes commands of ours"""


class Reactor:
    """Applies a table of reactions; events that are not in it have no effect."""

    def __init__(self, ledger: Ledger, table: Table) -> None:
        self._ledger = ledger
        self._table = table

    async def apply(self, connection: Connection, deliveries: Sequence[Delivery]) -> Effects:
        """Streams are read once for the whole batch and folded on in memory."""
        planned = [(d, self._reactions(d)) for d in deliveries]
        folds = await self._folds([r for _, reactions in planned for r in reactions])
        effects = Effects()
        blocked: dict[str, CauseMissing] = {}
        for delivery, reactions in planned:
            subject = delivery.event.subject
            try:
                if subject in blocked:
                    raise blocked[subject]
                units, moved = self._react(delivery.event, reactions, folds)
            except CauseMissing as missing:
                blocked[subject] = missing
                effects.waiting.append((delivery, missing))
                continue
            effects.units += units
            folds |= moved
        return effects

    def _reactions(self, delivery: Delivery) -> Sequence[Reaction[Any]]:
        plan = self._table.get(type(delivery.event.facts))
        return plan(delivery) if plan else ()

    async def _folds(self, reactions: Sequence[Reaction[Any]]) -> dict[str, "Fold[Any]"]:
        streams = tuple({r.stream_id for r in reactions})
        bodies = (await self._ledger.store.read(Asked(streams))).bodies if streams else {}
        return {r.stream_id: _loaded(r.aggregate, bodies.get(r.stream_id, ())) for r in reactions}

    def _react(
        self, cause: Event, reactions: Sequence[Reaction[Any]], folds: Mapping[str, "Fold[Any]"]
    ) -> tuple[list[Unit], dict[str, "Fold[Any]"]]:
        """All reactions to one event or, by CauseMissing, none.

        A stream that has an event with this cause has reacted already: the database was restored
        to an earlier time, its own events came back from the log, and the cause is read again.
        """
        units: list[Unit] = []
        moved: dict[str, Fold[Any]] = {}
        for reaction in reactions:
            if cause.id in folds[reaction.stream_id].causes:
                continue
            fold = moved.get(reaction.stream_id, folds[reaction.stream_id])
            decision = reaction.decide(fold.state)
            if not decision.events:
                continue
            unit = self._unit(cause, reaction, decision, fold)
            units.append(unit)
            events = reaction.aggregate.events([event.body for event in unit.events])
            moved[reaction.stream_id] = _moved(reaction.aggregate, fold, events)
        return units, moved

    def _unit(
        self, cause: Event, reaction: Reaction[Any], decision: Decision, fold: "Fold[Any]"
    ) -> Unit:
        own = reaction.place(fold.state) if reaction.place else ""
        by = By(
            actor="system",
            jurisdiction=own or cause.jurisdiction,
            correlation_id=cause.correlation_id,
            causation_id=cause.id,
            occurred_at=cause.occurred_at,
        )
        return self._ledger.unit(
            reaction.aggregate, reaction.stream_id, fold.version, decision, by,
            not_before=fold.last,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fold(Generic[S]):
    """One stream so far: its state, and what the next event must know."""

    state: S
    version: int = 0
    last: datetime | None = None
    causes: frozenset[str] = frozenset()
    """of its stored events; a batch holds each cause once, so its own are not needed"""


def _loaded(aggregate: Aggregate[S], bodies: Sequence[bytes]) -> Fold[S]:
    events = aggregate.events(bodies)
    causes = frozenset(event.causation_id for event in events if event.causation_id)
    return replace(_moved(aggregate, Fold(aggregate.initial), events), causes=causes)


def _moved(aggregate: Aggregate[S], fold: Fold[S], events: Sequence[Event]) -> Fold[S]:
    state, last = fold.state, fold.last
    for event in events:
        state = aggregate.evolve(state, event)
        last = event.recorded_at
    return replace(fold, state=state, version=fold.version + len(events), last=last)
