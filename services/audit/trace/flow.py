"""The money of a trace: every move of its events, and the sums from account to account. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.audit.trace.follow import Entry
from shared.store.journal import Books


@dataclass(frozen=True, slots=True)
class Moved:
    """One move of one event: fen from account to account."""

    entry: Entry
    source: str
    target: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Flow:
    """All moves between two accounts together."""

    source: str
    target: str
    amount_fen: int
    moves: int


def moves_of(entries: Sequence[Entry], books: Books) -> tuple[Moved, ...]:
    """In the order of the entries; computed from the events, as the journal is."""
    return tuple(
        Moved(entry, move.source, move.target, move.amount_fen)
        for entry in entries
        for move in books(entry.event).moves
        if move.amount_fen
    )


def flows_of(moves: Sequence[Moved]) -> tuple[Flow, ...]:
    """By pair of accounts, in the order of the first move."""
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for move in moves:
        amount, number = sums.get((move.source, move.target), (0, 0))
        sums[move.source, move.target] = (amount + move.amount_fen, number + 1)
    return tuple(Flow(*pair, *told) for pair, told in sums.items())
