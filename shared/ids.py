"""Event ids: UUIDv7 with the clock's time, always rising in one process."""

import os
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from shared.clock import Clock

_OLD_BOOKS = UUID("6f1d2c8e-3a57-5b19-9c44-0d8e5b7a2f10")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_RANDOM_BITS = 74
_STEP_BITS = 32  # a rising id inside one millisecond still cannot be guessed from its neighbour


class _Last:
    """The newest value given out: 48 bits of milliseconds, then 74 bits of chance."""

    value = 0


def new_event_id(clock: Clock) -> str:
    """A UUIDv7 greater than any that this process gave before, even if the clock stands still."""
    milliseconds = (clock.now() - _EPOCH) // _MILLISECOND
    chance = int.from_bytes(os.urandom(10), "big")
    fresh = milliseconds << _RANDOM_BITS | chance >> (80 - _RANDOM_BITS)
    if fresh <= _Last.value:
        fresh = _Last.value + 1 + (chance & ((1 << _STEP_BITS) - 1))
    _Last.value = fresh
    return _written(_with_version(fresh))


def new_correlation_id() -> str:
    """A UUIDv4, for what comes without an id of the caller's."""
    chance = int.from_bytes(os.urandom(16), "big")
    return _written(chance & ~(0xF << 76 | 0b11 << 62) | 0x4 << 76 | 0b10 << 62)


def _written(value: int) -> str:
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def time_of_uuid7(event_id: str) -> datetime:
    """Time inside a UUIDv7, UTC, to the millisecond. Raises ValueError for any other id."""
    value = UUID(event_id)
    if value.version != 7:
        raise ValueError("not a UUIDv7")
    return _EPOCH + (value.int >> 80) * _MILLISECOND


def _with_version(value: int) -> int:
    milliseconds_and_a = value >> 62
    milliseconds, rand_a = milliseconds_and_a >> 12, milliseconds_and_a & 0xFFF
    rand_b = value & ((1 << 62) - 1)
    return milliseconds << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b


def old_claim_id(jurisdiction: str, old_reference: str) -> str:
    """Stream id of a claim from before the ledger: the same for everybody who reads the old books.

    A random id would make claims and payments disagree on what an old payment paid.
    """
    return f"claim-{uuid5(_OLD_BOOKS, f'{jurisdiction}/{old_reference}')}"


def old_plan_id(jurisdiction: str, plan: str) -> str:
    """Stream id of a plan from before the ledger, by its code in the old books."""
    return f"plan-{uuid5(_OLD_BOOKS, f'{jurisdiction}/plan/{plan}')}"


def payout_id(claim_id: str) -> str:
    """Stream id of the payout of a claim: one claim, one payout, however often it is delivered."""
    return f"payout-{claim_id.removeprefix('claim-')}"


def claim_of(payout: str) -> str:
    """Stream id of the claim that a payout pays."""
    return f"claim-{payout.removeprefix('payout-')}"


def advance_id(plan_id: str) -> str:
    """Stream id of a plan's money: all its advances and its settlement are one stream."""
    return f"advance-{plan_id.removeprefix('plan-')}"


def fund_id(jurisdiction: str, fund: str) -> str:
    """Stream id of a fund, by its code in the bureau's books."""
    return f"fund-{uuid5(_OLD_BOOKS, f'{jurisdiction}/fund/{fund}')}"
