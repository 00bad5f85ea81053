"""Which event holds which slot for ever: reservations are rebuilt from these."""

from collections.abc import Sequence

from services.payments import importing
from services.payments.fund import decide as fund
from shared.events.envelope import Event
from shared.events.funds import FundKeys
from shared.store.commands import Slot


def slots_of(event: Event) -> tuple[Sequence[Slot], Sequence[str]]:
    """The slots that an event of payments takes, and the kinds that it frees."""
    return fund.slots_of(event) if isinstance(event.facts, FundKeys) else importing.slots_of(event)
