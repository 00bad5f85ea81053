"""Reactions: an event of another service becomes commands of ours, once each and in order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shared.events.base import Facts
from shared.events.envelope import Event
from shared.inbox import CauseMissing, Delivery, Effects
from shared.store.commands import Aggregate, By, Decision, Ledger
from shared.store.store import Asked, Connection

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Reaction(Generic[S]):
    """One command on one stream of ours. `decide` may raise CauseMissing, never Refusal:
    a refusal in a reaction is an event."""

    aggregate: Aggregate[S]
    stream_id: str
    decide: Callable[[S], Decision]


Table = Mapping[type[Facts], Callable[[Event], Sequence[Reaction[Any]]]]


class Reactor:
    """Applies a table of reactions; events that are not in it have no effect."""

    def __init__(self, ledger: Ledger, table: Table) -> None:
        self._ledger = ledger
        self._table = table

    async def apply(self, connection: Connection, deliveries: Sequence[Delivery]) -> Effects:
        """Streams are read once for the whole batch and folded on in memory."""
        planned = [(d, self._reactions(d.event)) for d in deliveries]
        states = await self._states([r for _, reactions in planned for r in reactions])
        effects = Effects()
        blocked: dict[str, CauseMissing] = {}
        for delivery, reactions in planned:
            subject = delivery.event.subject
            try:
                if subject in blocked:
                    raise blocked[subject]
                for reaction in reactions:
                    self._react(delivery.event, reaction, states, effects)
            except CauseMissing as missing:
                blocked[subject] = missing
                effects.waiting.append((delivery, missing))
        return effects

    def _reactions(self, event: Event) -> Sequence[Reaction[Any]]:
        plan = self._table.get(type(event.facts))
        return plan(event) if plan else ()

    async def _states(self, reactions: Sequence[Reaction[Any]]) -> dict[str, tuple[Any, int, Any]]:
        streams = tuple({r.stream_id for r in reactions})
        bodies = (await self._ledger.store.read(Asked(streams))).bodies if streams else {}
        return {r.stream_id: _folded(r.aggregate, bodies.get(r.stream_id, ())) for r in reactions}

    def _react(
        self,
        cause: Event,
        reaction: Reaction[Any],
        states: dict[str, tuple[Any, int, Any]],
        effects: Effects,
    ) -> None:
        state, version, last = states[reaction.stream_id]
        decision = reaction.decide(state)
        if not decision.events:
            return
        by = By(
            actor="system",
            jurisdiction=cause.jurisdiction,
            correlation_id=cause.correlation_id,
            causation_id=cause.id,
            occurred_at=cause.occurred_at,
        )
        unit = self._ledger.unit(
            reaction.aggregate, reaction.stream_id, version, decision, by, not_before=last
        )
        effects.units.append(unit)
        states[reaction.stream_id] = _folded(
            reaction.aggregate, [e.body for e in unit.events], state, version
        )


def _folded(
    aggregate: Aggregate[S], bodies: Sequence[bytes], state: S | None = None, version: int = 0
) -> tuple[S, int, Any]:
    last = None
    folded = aggregate.initial if state is None else state
    for event in aggregate.events(bodies):
        folded = aggregate.evolve(folded, event)
        last = event.recorded_at
    return folded, version + len(bodies), last
