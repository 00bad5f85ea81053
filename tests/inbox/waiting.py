"""A reaction on two streams, the second of which must be there before."""

from shared.delivery import CauseMissing, Delivery
from shared.events.days import DayOpened
from shared.reactor import Reaction, Reactor
from shared.store.commands import Aggregate, Decision, Ledger
from tests.inbox.handlers import Count, counted
from tests.stands import CLOCK, Stand


def waiting_reactor(reader: Stand) -> Reactor:
    """One event in `first` and one in `second`, or none."""
    counting = Aggregate("/payments", reader.topic, Count(), counted)

    def react(heard: Delivery) -> list[Reaction[Count]]:
        event = heard.event

        def second(count: Count) -> Decision:
            if not count.events:
                raise CauseMissing("second")
            return Decision([event.facts])

        return [
            Reaction(counting, "first", lambda _: Decision([event.facts])),
            Reaction(counting, "second", second),
        ]

    return Reactor(Ledger(reader.store, CLOCK), {DayOpened: react})
