"""What a batch must know of whatever is paid: payouts, and a plan's advances and settlement.

One stream has at most one order in a batch: what else is authorised goes with the next batch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple, Protocol, TypeVar
from uuid import UUID, uuid5

from services.payments.hands import Hand
from shared.events.base import PayeeKind, Sealed
from shared.events.envelope import Event
from shared.events.payouts import SealOfAudit
from shared.store.commands import Aggregate, Decision, Refusal

S = TypeVar("S")
_INSTRUCTIONS = UUID("3a0f5f34-6d0f-5c0b-8f3e-5b1f7c2d9a41")


class Place(NamedTuple):
    """Where an approval stands in the log: audit must have judged that far."""

    topic: str
    partition: int
    seq: int


class Seals(NamedTuple):
    """Name and account number as ciphertext, bound to the event that carries them."""

    event_id: str
    fields: Mapping[str, Sealed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One authorised sum that may leave: for whom, from which fund, and on which approvals."""

    stream_id: str
    jurisdiction: str
    fund: str
    amount_fen: int
    payee_kind: PayeeKind
    payee: str | None = None
    """code of the enterprise or institution; a person has none"""
    instruction: str
    """the same one for ever: an order that is decided again is the same order"""
    approvals: tuple[Place, ...]
    approved_at: datetime
    """when payments heard of the newest approval"""
    hands: tuple[Hand, ...]
    """who must not release it"""
    authorised_by: str
    claim: str | None = None
    """whose sealed name and account are used where `seals` has none"""
    seals: Seals | None = None
    notice_clause: str | None = None
    """what wants a public notice of the claim before the money leaves"""
    settles: str | None = None
    """the plan whose claims it pays: the notice must name each of them"""
    passed: int = 0
    """how many these are"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What the released order says beside the payment's own facts."""

    batch: str
    line: int
    """from 1, as in the file"""
    instruction: str
    bank_file_sha256: str
    judged: tuple[SealOfAudit, ...]
    overridden_by: tuple[str, ...]
    sealed: dict[str, Sealed]


class FileLine(NamedTuple):
    """One order as it was released; with its seals opened it is a line of the bank's file."""

    line: int
    instruction: str
    amount_fen: int
    payee: str | None
    bank_file_sha256: str
    seals: Seals


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the bank says of one instruction."""

    instruction: str
    outcome: Literal["paid", "returned", "unknown"]
    on: date
    at: datetime
    """when it was recorded"""
    bank_reference: str = ""
    reason: str = ""


class NotPayable(Refusal):
    """Nothing of this record is authorised and free to leave."""

    code = "NOT_PAYABLE"


class AnswerContradicts(Refusal):
    """The bank said otherwise of this order before."""

    code = "ANSWER_CONTRADICTS"


class Payable(Protocol[S]):
    """One kind of record that can be paid. All of it is pure."""

    prefix: str
    """how its stream ids begin"""
    aggregate: Aggregate[S]

    def payment(self, state: S, stream_id: str) -> Payment:
        """What may leave now. Raises Refusal: NotPayable, or why it is held."""
        ...

    def instruct(self, state: S, release: Release) -> Decision:
        """One event: the order to pay, with everything in `release`."""
        ...

    def line(self, event: Event, batch: str) -> FileLine | None:
        """The order that this event put into the batch, if it did."""
        ...

    def answer(self, state: S, stream_id: str, answer: Answer) -> Decision:
        """What the bank's word leads to; nothing when it is known. Raises AnswerContradicts."""
        ...


def instruction_id(stream_id: str, order: int) -> str:
    """Id of the n-th order of a record, for the bank: 32 characters, never another one."""
    return uuid5(_INSTRUCTIONS, f"{stream_id}/{order}").hex
