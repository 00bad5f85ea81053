"""What a claim's events say of exceptions from limits in principle (原则上). Pure."""

from dataclasses import dataclass, replace

from shared.events.envelope import Event
from shared.events.exceptions import ExceptionApproved, ExceptionProposed, ExceptionRefused


@dataclass(frozen=True, slots=True)
class Excepted:
    """A limit in principle that the claim may pass, once a second person has approved it."""

    clause: str
    reason: str
    proposed_by: str
    approved_by: str | None = None


def after(exceptions: tuple[Excepted, ...], event: Event) -> tuple[Excepted, ...]:
    """One that is refused is gone: it may be asked for again."""
    match event.facts:
        case ExceptionProposed() as asked:
            return (*exceptions, Excepted(asked.clause, asked.reason, event.actor))
        case ExceptionApproved() as approved:
            return tuple(
                replace(one, approved_by=event.actor) if one.clause == approved.clause else one
                for one in exceptions
            )
        case ExceptionRefused() as refused:
            return tuple(one for one in exceptions if one.clause != refused.clause)
        case _:
            return exceptions
