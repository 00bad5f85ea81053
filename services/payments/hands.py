"""Four eyes: the seven hands of one payment are seven persons (design section 9)."""

from collections.abc import Iterable
from typing import NamedTuple

from shared.store.commands import Refusal


class Hand(NamedTuple):
    """Who did one step of a payment: file, accept, inspect, verify, approve, authorise, release."""

    step: str
    actor: str


class HandTwice(Refusal):
    """This person had a hand in the payment before; another one must do this step."""

    code = "PAYMENT_SAME_PERSON_TWICE"


def hands_of(also: Iterable[str] = (), /, **steps: str | None) -> tuple[Hand, ...]:
    """The hands that are known; a step that nobody did has none. `also` handled it in between."""
    named = (Hand(step, actor) for step, actor in steps.items() if actor is not None)
    return (*named, *(Hand("handle", actor) for actor in also))


def require_new_hand(hands: Iterable[Hand], actor: str) -> None:
    """Raises HandTwice when the actor did one of these steps."""
    for hand in hands:
        if hand.actor == actor:
            raise HandTwice(actor=actor, step=hand.step)
