"""The slots that events of claims and plans take and free: reservations are rebuilt from these."""

from collections.abc import Sequence

from services.claims.claim import decide as claim
from services.claims.plan import decide as plan
from shared.events.envelope import Event
from shared.events.plans import PlanKeys
from shared.store.commands import Slot


def slots_of(event: Event) -> tuple[Sequence[Slot], Sequence[str]]:
    """The slots that one event takes, and the kinds of slot that its stream lets go of."""
    of_plan = isinstance(event.facts, PlanKeys)
    return plan.slots_of(event) if of_plan else claim.slots_of(event)
