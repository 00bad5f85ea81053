"""One table of reference data: a file is brought, and counts once another person says so. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.claims.claim.decide import other_person
from services.claims.reference.refusals import ImportOverlaps, ImportUnknown
from shared.events.base import CLAIM_EVENTS
from shared.events.envelope import Event
from shared.events.references import ReferenceImported
from shared.events.tables import ReferenceDeclined, ReferenceProposed
from shared.policy.formats import formats
from shared.policy.layers import Layer, TableRow, overlapping, standing
from shared.store.commands import Aggregate, Decision

PREFIX = "reference-"


@dataclass(frozen=True, slots=True)
class Brought:
    """A file that waits for a second person; `proposal` is the id of its event."""

    proposal: str
    jurisdiction: str
    by: str
    facts: ReferenceProposed


@dataclass(frozen=True, slots=True)
class InForce:
    """An import that counts, in the order in which it was put in force."""

    reference: str
    jurisdiction: str
    confirmed_by: str
    confirmed_at: datetime
    facts: ReferenceImported


@dataclass(frozen=True, slots=True)
class Reference:
    """What a table's events add up to."""

    version: int = 0
    brought: Mapping[str, Brought] = field(default_factory=dict)
    in_force: tuple[InForce, ...] = ()


@dataclass(frozen=True, slots=True)
class ConfirmImport:
    """`rows`: every snapshot that the decision needs, by its hash."""

    actor: str
    proposal: str
    rows: Mapping[str, tuple[TableRow, ...]]


@dataclass(frozen=True, slots=True)
class DeclineImport:
    actor: str
    proposal: str
    reason: str = ""


def stream_of(table: str) -> str:
    """All imports of a table stand in one stream: their order is the order in which they count."""
    return f"{PREFIX}{table}"


def evolve(state: Reference, event: Event) -> Reference:
    """The table after one more event. Never refuses."""
    state = replace(state, version=event.version)
    match event.facts:
        case ReferenceProposed() as facts:
            brought = Brought(event.id, event.jurisdiction, event.actor, facts)
            return replace(state, brought={**state.brought, event.id: brought})
        case ReferenceDeclined() as facts:
            return replace(state, brought=_without(state.brought, facts.proposal))
        case ReferenceImported() as facts:
            now = InForce(event.id, event.jurisdiction, event.actor, event.recorded_at, facts)
            return replace(
                state, brought=_without(state.brought, facts.proposal),
                in_force=(*state.in_force, now),
            )  # fmt: skip
        case _:
            return state


REFERENCE: Aggregate[Reference] = Aggregate("/claims", CLAIM_EVENTS, Reference(), evolve)


def same_import(state: Reference, facts: ReferenceProposed, jurisdiction: str) -> str | None:
    """Event id of the same file for the same days, if it waits or is the newest in force."""
    for waiting in state.brought.values():
        if waiting.jurisdiction == jurisdiction and _same(waiting.facts, facts):
            return waiting.proposal
    own = [one for one in state.in_force if one.jurisdiction == jurisdiction]
    return own[-1].reference if own and _same(own[-1].facts, facts) else None


def imports_of(
    state: Reference, snapshot_sha256: str
) -> Sequence[tuple[str, ReferenceProposed | ReferenceImported]]:
    """Jurisdiction and facts of every import of this file, waiting or in force."""
    found: list[tuple[str, ReferenceProposed | ReferenceImported]] = []
    found += [(one.jurisdiction, one.facts) for one in state.brought.values()]
    found += [(one.jurisdiction, one.facts) for one in state.in_force]
    return [one for one in found if one[1].snapshot_sha256 == snapshot_sha256]


def propose_import(facts: ReferenceProposed) -> Decision:
    """Nothing counts yet."""
    return Decision([facts])


def confirm_import(state: Reference, command: ConfirmImport) -> Decision:
    """Put in force by another person than the one who brought it."""
    waiting = _waiting(state, command.proposal)
    other_person(command.actor, [waiting.by])
    facts = waiting.facts
    new = layer_of(waiting, command.rows)
    others = standing(layers_of(state, command.rows))
    met = overlapping(formats()[facts.table], new.rows, others, new)
    if met:
        raise ImportOverlaps(rows=len(met))
    own = [one for one in state.in_force if one.jurisdiction == waiting.jurisdiction]
    replaced = own[-1].facts.snapshot_sha256 if own and facts.replaces else None
    imported = ReferenceImported(
        reference=facts.reference,
        snapshot_sha256=facts.snapshot_sha256,
        rows=facts.rows,
        valid_from=facts.valid_from,
        valid_to=facts.valid_to,
        source=facts.source,
        received_at=facts.received_at,
        supersedes=replaced,
        table=facts.table,
        rows_sha256=facts.rows_sha256,
        replaces=facts.replaces,
        proposal=waiting.proposal,
        proposed_by=waiting.by,
    )
    return Decision([imported])


def decline_import(state: Reference, command: DeclineImport) -> Decision:
    """Not put in force; whoever brought it may take it back too."""
    waiting = _waiting(state, command.proposal)
    declined = ReferenceDeclined(
        table=waiting.facts.table,
        proposal=waiting.proposal,
        snapshot_sha256=waiting.facts.snapshot_sha256,
        reason=command.reason,
    )
    return Decision([declined])


def layer_of(waiting: Brought, rows: Mapping[str, tuple[TableRow, ...]]) -> Layer:
    """What a file that was brought would put in force."""
    facts = waiting.facts
    return Layer(
        table=facts.table, reference="", jurisdiction=waiting.jurisdiction,
        valid_from=facts.valid_from, valid_to=facts.valid_to, replaces=facts.replaces,
        rows=rows[facts.rows_sha256],
    )  # fmt: skip


def layers_of(state: Reference, rows: Mapping[str, tuple[TableRow, ...]]) -> Sequence[Layer]:
    """What is in force, for look-ups; `rows` holds every snapshot of the state by its hash."""
    return [
        Layer(
            table=one.facts.table,
            reference=one.reference,
            jurisdiction=one.jurisdiction,
            valid_from=one.facts.valid_from,
            valid_to=one.facts.valid_to,
            replaces=one.facts.replaces,
            rows=rows[one.facts.rows_sha256],
        )
        for one in state.in_force
        if one.facts.table is not None and one.facts.rows_sha256 is not None
    ]


def snapshots_of(state: Reference) -> tuple[str, ...]:
    """Hashes of the rows that the state rests on, each once."""
    waiting = (one.facts.rows_sha256 for one in state.brought.values())
    counting = (one.facts.rows_sha256 for one in state.in_force)
    return tuple(dict.fromkeys(one for one in (*counting, *waiting) if one is not None))


def _waiting(state: Reference, proposal: str) -> Brought:
    waiting = state.brought.get(proposal)
    if waiting is None:
        raise ImportUnknown(proposal=proposal)
    return waiting


def _without(brought: Mapping[str, Brought], proposal: str | None) -> Mapping[str, Brought]:
    return {one: waiting for one, waiting in brought.items() if one != proposal}


def _same(one: ReferenceProposed | ReferenceImported, other: ReferenceProposed) -> bool:
    names = ("snapshot_sha256", "valid_from", "valid_to", "replaces")
    return all(getattr(one, name) == getattr(other, name) for name in names)
