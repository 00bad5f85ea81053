"""Every event type of the ledger: importing this module makes the registry complete."""

from shared.events import (
    access,
    advances,
    approvals,
    attendance,
    batches,
    cases,
    certificates,
    claims,
    days,
    documents,
    exceptions,
    findings,
    funds,
    handling,
    notices,
    payouts,
    persons,
    plans,
    policies,
    references,
    reports,
    settlements,
    statements,
    tables,
    verifications,
)
from shared.events.base import REGISTRY, EventType

__all__ = ["MODULES", "REGISTRY", "event_types"]

MODULES = (
    plans,
    attendance,
    certificates,
    claims,
    exceptions,
    approvals,
    handling,
    documents,
    notices,
    references,
    tables,
    policies,
    persons,
    access,
    days,
    verifications,
    advances,
    payouts,
    batches,
    settlements,
    funds,
    statements,
    findings,
    cases,
    reports,
)


def event_types() -> list[EventType]:
    """All types in the order of the life of a claim: by module, then as written."""
    order = {module.__name__: number for number, module in enumerate(MODULES)}
    return sorted(REGISTRY.values(), key=lambda kind: order.get(kind.facts.__module__, len(order)))
