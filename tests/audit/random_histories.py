"""Random histories dense in conflicts: few persons, certificates, plans and actors, many events."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from tests.audit import money
from tests.audit.histories import History, ref

PERSONS = 6
CERTIFICATES = 10
ACTORS = 12
FIRST = date(2021, 7, 1)
DAYS = 160
"""the days of random plans: results, terms and returns all fall into them"""


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
        lambda: _bank(chance, history, claims),
        lambda: _plan(chance, history),
        lambda: _plan(chance, history),
        lambda: _plan(chance, history),
        lambda: _return(chance, history),
        lambda: _day(chance, history),
        lambda: _lose(chance, history),
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
            claims[claim] = _said(chance) | {"person": claims[claim]["person"]}
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


def _bank(chance: random.Random, history: History, claims: dict[str, dict[str, Any]]) -> None:
    claim = chance.choice([*sorted(claims), "claim-unknown"])
    match chance.randrange(5):
        case 0:
            money.payout_returned(history, claim)
        case 1:
            money.payout_reversed(history, claim)
        case 2:
            money.payout_scheduled(history, claim, filed_by=_actor(chance))
        case _:
            people = {"authorised_by": _actor(chance), "released_by": _actor(chance)}
            money.payout_paid(history, claim, chance.choice([150_000, 60_000]), **people)


def _some_day(chance: random.Random) -> date:
    return FIRST + timedelta(days=chance.randrange(DAYS))


def _plan(chance: random.Random, history: History) -> None:
    plan = f"plan-{chance.randrange(6)}"
    match chance.randrange(7):
        case 0:
            people = {"filed_by": _actor(chance), "accepted_by": _actor(chance)}
            ends_on = money.ENDS + timedelta(days=chance.randrange(-60, 30))
            money.plan_approved(history, plan, ends_on, _actor(chance), **people)
        case 1 | 2:
            payee = chance.choice(["enterprise-1", "enterprise-2"])
            sum_fen = chance.randrange(1, 9_000)
            number = chance.randrange(1, 4)
            money.advance_paid(
                history, plan, sum_fen, _some_day(chance), number, payee=payee,
                authorised_by=_actor(chance), released_by=_actor(chance),
            )  # fmt: skip
        case 3 if chance.random() < 0.4:
            examined = chance.choice([None, _some_day(chance)])
            money.plan_decided(history, plan, chance.randrange(9_000), last_examined_on=examined)
        case 4:
            money.plan_completed(history, plan, chance.choice([None, _some_day(chance)]))
        case 5 if chance.random() < 0.2:
            money.plan_cancelled(history, plan)
        case _:
            number = chance.randrange(1, 4)
            by, authorised_by = _actor(chance), _actor(chance)
            money.advance_instructed(history, plan, number, by=by, authorised_by=authorised_by)


def _return(chance: random.Random, history: History) -> None:
    plan, day = f"plan-{chance.randrange(6)}", _some_day(chance)
    match chance.randrange(6):
        case 0:
            money.advance_back(history, plan, chance.randrange(1, 3_000), day, chance.randrange(4))
        case 1 if chance.random() < 0.4:
            money.settled(history, plan, 2_000, 1_000, day)
        case 2:
            money.extended(history, plan, day)
        case 3:
            money.recovery_opened(history, plan, chance.randrange(1, 5_000), day)
        case 4:
            money.received(history, plan, chance.randrange(1, 3_000), day)
        case _:
            money.written_off(history, plan, chance.randrange(1, 500))


def _day(chance: random.Random, history: History) -> None:
    """The days of a service rise, as they do in its stream; a long pause may lie between two."""
    service = chance.choice(["claims", "payments"])
    number = sum(event.subject == f"days-{service}" for event in history.events)
    money.day_opened(history, FIRST + timedelta(days=number * 30), service)


def _lose(chance: random.Random, history: History) -> None:
    """Seldom: an event is taken out of a stream before it got its number."""
    if history.versions and chance.random() < 0.5:
        history.versions[chance.choice(sorted(history.versions))] += 1
