"""What was paid for one person, held, returned or taken back: one line for each payment. Pure."""

from collections.abc import Collection, Sequence

import msgspec

from shared.events.envelope import Event
from shared.events.payouts import (
    PayoutAuthorised,
    PayoutCancelled,
    PayoutHeld,
    PayoutImported,
    PayoutInstructed,
    PayoutKeys,
    PayoutPaid,
    PayoutReissued,
    PayoutReleased,
    PayoutReturned,
    PayoutReversed,
    PayoutScheduled,
    PayoutUnknown,
)
from shared.events.settlements import (
    RecoveryKeys,
    RecoveryOffset,
    RecoveryOpened,
    RecoveryReceived,
    RecoveryWrittenOff,
)

_STATES: dict[type, str] = {
    PayoutScheduled: "scheduled", PayoutHeld: "held", PayoutReleased: "released",
    PayoutAuthorised: "authorised", PayoutInstructed: "instructed", PayoutPaid: "paid",
    PayoutReturned: "returned", PayoutUnknown: "unknown", PayoutCancelled: "cancelled",
    PayoutReissued: "reissued", PayoutReversed: "reversed", PayoutImported: "paid",
    RecoveryOpened: "owed", RecoveryReceived: "received", RecoveryOffset: "offset",
    RecoveryWrittenOff: "written off",
}  # fmt: skip


class Paid(msgspec.Struct, frozen=True, omit_defaults=True):
    """A payout or a recovery; `paid_fen` is what stands with the payee, `owed_fen` what must come
    back.
    """

    record: str
    state: str
    amount_fen: int
    paid_fen: int = 0
    owed_fen: int = 0
    claim: str | None = None
    fund: str | None = None
    paid_on: str | None = None


def paid_of(person: str, claims: Collection[str], events: Sequence[Event]) -> tuple[Paid, ...]:
    """Of the person's own claims, and of debts that name the person; by record."""
    found: dict[str, Paid] = {}
    for event in events:
        facts = event.facts
        if not isinstance(facts, PayoutKeys | RecoveryKeys):
            continue
        if facts.person == person or facts.claim in claims:
            before = found.get(event.subject, Paid(event.subject, "", 0))
            found[event.subject] = _moved(before, facts)
    return tuple(found[record] for record in sorted(found))


def _moved(before: Paid, facts: PayoutKeys | RecoveryKeys) -> Paid:
    after = msgspec.structs.replace(
        before,
        state=_STATES.get(type(facts), before.state),
        claim=facts.claim or before.claim,
        fund=getattr(facts, "fund", None) or before.fund,
    )
    match facts:
        case PayoutPaid(amount_fen=fen, paid_on=day) | PayoutImported(amount_fen=fen, paid_on=day):
            return msgspec.structs.replace(
                after, amount_fen=fen, paid_fen=fen, paid_on=day.isoformat()
            )
        case PayoutReturned() | PayoutReversed():
            return msgspec.structs.replace(after, paid_fen=0)
        case RecoveryOpened(amount_fen=fen):
            return msgspec.structs.replace(after, amount_fen=fen, owed_fen=fen)
        case RecoveryKeys() if (balance := getattr(facts, "balance_fen", None)) is not None:
            return msgspec.structs.replace(after, owed_fen=balance)
        case PayoutScheduled(amount_fen=fen):
            return msgspec.structs.replace(after, amount_fen=fen)
        case _:
            return after
