"""Which slots an approval takes, so that two claims can never share what is granted once.

A key names its basis, never its city: the guards span all jurisdictions of one installation. The
note of a reservation is the reference of the person, so that a taken certificate tells whose it is.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from shared.policy.cases import ClaimCase, History
from shared.policy.pack import Pack


class ReservationKey(msgspec.Struct, frozen=True, order=True):
    """What may be held by one claim only; sort before inserting, or two batches deadlock."""

    kind: Literal["certificate", "occupation-level", "person-year"]
    key: str


class Holder(msgspec.Struct, frozen=True):
    """The claim that holds a key, and the person of that claim (the reservation's note)."""

    stream_id: str
    note: str


Holders = Mapping[ReservationKey, Holder]


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """The keys to insert with the approval, sorted, and the note to write beside each."""

    keys: tuple[ReservationKey, ...]
    note: str
    year: int
    year_slot: int
    """1 for the person's first subsidy of the year; 0 where no yearly limit applies"""


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A slot is not free: the decision that follows, its reasons and clauses, the claims cited."""

    decision: Literal["REJECT", "HOLD"]
    reasons: tuple[str, ...]
    flags: tuple[str, ...]
    clauses: tuple[str, ...]
    conflicts: tuple[str, ...]


def keys_wanted(pack: Pack, case: ClaimCase, person: str) -> tuple[ReservationKey, ...]:
    """Every key to look up before deciding: all slots of the year, all levels of the occupation."""
    raise NotImplementedError


def history_of(
    pack: Pack, case: ClaimCase, person: str, stream: str, holders: Holders
) -> History:
    """The history that `judge` needs, read off the holders of `keys_wanted`; own slots excluded."""
    raise NotImplementedError


def take(
    pack: Pack, case: ClaimCase, person: str, stream: str, holders: Holders
) -> Taken | Refused:
    """The slots of one approval, or why it cannot have them."""
    raise NotImplementedError


def take_imported(
    pack: Pack, case: ClaimCase, person: str, stream: str, year: int, holders: Holders
) -> Taken:
    """The free slots of a decision from before the ledger: recorded, never refused."""
    raise NotImplementedError
