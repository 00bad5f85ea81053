"""One event of a trace as readers get it: who, when, how much, by which clause. Pure."""

from collections.abc import Sequence

import msgspec

from services.audit.trace.flow import Moved, flows_of
from services.audit.trace.follow import Entry, Traced

_SAID = ("reasons", "conflicts_with", "clause", "finding", "cause", "decision", "outcome", "reason")
_AMOUNTS = (
    "amount_fen", "advance_fen", "settlement_fen", "received_fen", "offset_fen",
    "written_off_fen", "base_fen",
)  # fmt: skip


class Shown(msgspec.Struct, frozen=True, omit_defaults=True):
    """`caused_by` is the id of another event; `place` is topic/partition/number."""

    place: str
    id: str
    time: str
    stream: str
    version: int
    type: str
    actor: str
    caused_by: str | None = None
    amount_fen: int | None = None
    clauses: tuple[str, ...] = ()
    said: dict[str, str] = {}
    person: str | None = None
    """the reference: where a fen ends, and where it is followed back from"""


def shown(entry: Entry) -> Shown:
    event, facts = entry.event, entry.event.facts
    said = {name: _words(getattr(facts, name, None)) for name in _SAID}
    return Shown(
        place=entry.place,
        id=event.id,
        time=event.recorded_at.isoformat(),
        stream=event.subject,
        version=event.version,
        type=type(facts).__name__,
        actor=event.actor,
        caused_by=event.causation_id,
        amount_fen=amount_of(entry),
        clauses=tuple(c.clause for c in getattr(facts, "citations", ()) if hasattr(c, "clause")),
        said={name: words for name, words in said.items() if words},
        person=getattr(facts, "person", None),
    )


def amount_of(entry: Entry) -> int | None:
    """The sum that the event is about, in fen."""
    facts = entry.event.facts
    found = (getattr(facts, name, None) for name in _AMOUNTS)
    return next((amount for amount in found if amount is not None), None)


def document(traced: Traced, moves: Sequence[Moved]) -> dict[str, object]:
    """The whole trace as JSON shows it."""
    return {
        "id": traced.root,
        "whole": traced.whole,
        "events": [msgspec.to_builtins(shown(entry)) for entry in traced.entries],
        "moves": [
            {
                "event": move.entry.event.id,
                "from": move.source,
                "to": move.target,
                "amount_fen": move.amount_fen,
            }
            for move in moves
        ],
        "flows": [
            {"from": f.source, "to": f.target, "amount_fen": f.amount_fen, "moves": f.moves}
            for f in flows_of(moves)
        ],
    }


def _words(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)
