"""Personal data is opened to be read: the event that says so is committed first."""

from collections.abc import Sequence

from shared.events.base import CLAIM_EVENTS, FINDING_EVENTS, PAYOUT_EVENTS
from shared.events.envelope import Event
from shared.events.persons import PersonalDataRead
from shared.ids import new_event_id
from shared.store.commands import Aggregate, By, Decision, Ledger
from shared.store.position import Position
from shared.store.unit import Appended

MAX_PERSONS = 1000
"""in one reading"""


def _count(version: int, event: Event) -> int:
    return event.version


CLAIMS_READINGS: Aggregate[int] = Aggregate("/claims", CLAIM_EVENTS, 0, _count)
PAYMENTS_READINGS: Aggregate[int] = Aggregate("/payments", PAYOUT_EVENTS, 0, _count)
AUDIT_READINGS: Aggregate[int] = Aggregate("/audit", FINDING_EVENTS, 0, _count)


async def record_reading(
    ledger: Ledger,
    readings: Aggregate[int],
    by: By,
    *,
    persons: Sequence[str],
    purpose: str,
    fields: Sequence[str],
    subject: str | None = None,
) -> Position:
    """Before the keys are opened: a crash in between leaves a reading too many, never one too few.

    The reader is the actor of `by`. A stream of its own, since it belongs to no record. A paper of
    a plan names its subject and no persons: nobody knows whom it speaks of before it is read.
    Raises ValueError beyond 1,000 persons, or for neither persons nor a subject.
    """
    named = tuple(sorted(set(persons)))
    if len(named) > MAX_PERSONS or not (named or subject):
        raise ValueError(f"a reading is of 1 to {MAX_PERSONS} persons, or of a subject")
    facts = PersonalDataRead(
        persons=named, reader=by.actor, purpose=purpose, fields=tuple(fields), subject=subject
    )
    stream_id = f"reading-{new_event_id(ledger.clock)}"
    unit = ledger.unit(readings, stream_id, 0, Decision([facts]), by)
    outcome = await ledger.store.append(unit)
    assert isinstance(outcome, Appended), outcome  # nobody else writes a stream of a fresh id
    return outcome.positions[-1]
