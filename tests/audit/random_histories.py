"""Random histories dense in conflicts: few persons, certificates, plans and actors, many events."""

import random
from collections.abc import Callable
from typing import Any

from tests.audit.histories import History, ref

PERSONS = 6
CERTIFICATES = 10
ACTORS = 12


def random_history(chance: random.Random, steps: int) -> History:
    """Lawful and unlawful events in a lawful order inside each stream."""
    history = History()
    claims: dict[str, dict[str, Any]] = {}
    acts: list[Callable[[], None]] = [
        lambda: _file(chance, history, claims),
        lambda: _file(chance, history, claims),
        lambda: _import(chance, history, claims),
        lambda: _go_on(chance, history, claims),
        lambda: _go_on(chance, history, claims),
        lambda: _go_on(chance, history, claims),
        lambda: _advance(chance, history),
        lambda: _pay(chance, history, claims),
    ]
    for _ in range(steps):
        chance.choice(acts)()
    return history


def _said(chance: random.Random) -> dict[str, Any]:
    return {
        "person": ref(chance.randrange(PERSONS)),
        "certificate": ref(100 + chance.randrange(CERTIFICATES)) if chance.random() < 0.9 else None,
        "occupation": chance.choice(["6-31-01-03", "4-07-01-01"]),
        "level": chance.choice(["L5", "L4"]),
    }


def _actor(chance: random.Random) -> str:
    return f"actor-{chance.randrange(ACTORS)}"


def _older(chance: random.Random, claims: dict[str, dict[str, Any]]) -> str | None:
    return chance.choice(sorted(claims)) if claims and chance.random() < 0.3 else None


def _file(chance: random.Random, history: History, claims: dict[str, dict[str, Any]]) -> None:
    claim = f"claim-{len(claims)}"
    claims[claim] = _said(chance)
    history.submitted(claim, _actor(chance), **claims[claim])


def _import(chance: random.Random, history: History, claims: dict[str, dict[str, Any]]) -> None:
    claim, supersedes = f"claim-{len(claims)}", _older(chance, claims)
    claims[claim] = _said(chance)
    history.imported(
        claim,
        decision=chance.choice(["approved", "approved", "rejected", "withdrawn"]),
        amount_fen=chance.randrange(1, 500_000),
        filed_by=_actor(chance),
        approved_by=_actor(chance),
        paid_by=_actor(chance) if chance.random() < 0.3 else None,
        supersedes=supersedes,
        reissue_of=claims[claim]["certificate"] if chance.random() < 0.1 else None,
        **claims[claim],
    )


def _go_on(chance: random.Random, history: History, claims: dict[str, dict[str, Any]]) -> None:
    if not claims:
        return
    claim = chance.choice(sorted(claims))
    match chance.randrange(6):
        case 0:
            claims[claim] = _said(chance)
            history.corrected(claim, _actor(chance), **claims[claim])
        case 1:
            history.accepted(claim, _actor(chance), **claims[claim])
        case 2 | 3:
            history.approved(
                claim,
                _actor(chance),
                amount_fen=chance.randrange(1, 500_000),
                filed_by=_actor(chance),
                accepted_by=_actor(chance),
                supersedes=_older(chance, claims),
                **claims[claim],
            )
        case 4:
            history.withdrawn(claim, **claims[claim])
        case _:
            history.revoked(claim, **claims[claim])


def _advance(chance: random.Random, history: History) -> None:
    plan, number = f"plan-{chance.randrange(4)}", chance.randrange(1, 5)
    match chance.randrange(4):
        case 0:
            history.advance_imported(
                plan, chance.randrange(1, 4_000), chance.choice([None, 10_000])
            )
        case 1:
            history.advance_returned(plan, number, chance.randrange(1, 3_000))
        case _:
            history.advance(
                plan, number, chance.randrange(1, 3_000), chance.choice([9_999, 10_000])
            )


def _pay(chance: random.Random, history: History, claims: dict[str, dict[str, Any]]) -> None:
    claim = chance.choice([*sorted(claims), None])
    history.payment_imported(
        f"payout-{len(history.events)}",
        "payout",
        chance.randrange(1, 500_000),
        claim=claim,
        authorised_by=_actor(chance),
        released_by=_actor(chance),
    )
