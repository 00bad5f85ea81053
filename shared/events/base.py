"""What an event type is: a frozen record of facts, its version, and the topics it may stand in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

CLAIM_EVENTS = "claim-events.v1"
VERIFICATION_EVENTS = "verification-events.v1"
PAYOUT_EVENTS = "payout-events.v1"
FINDING_EVENTS = "finding-events.v1"
TOPICS = (CLAIM_EVENTS, FINDING_EVENTS, PAYOUT_EVENTS, VERIFICATION_EVENTS)

MAX_EVENT_BYTES = 256 * 1024
MAX_FEN = 10**13  # a hundred billion yuan: more than the national programme, far below int64

Fen = Annotated[int, Meta(ge=0, le=MAX_FEN, description="amount in fen, 1/100 yuan")]
SignedFen = Annotated[int, Meta(ge=-MAX_FEN, le=MAX_FEN, description="signed amount in fen")]
BasisPoints = Annotated[int, Meta(ge=0, le=1_000_000, description="ratio in basis points")]
Text = Annotated[
    str, Meta(max_length=500, description="free words about the case; no personal data")
]
Name = Annotated[str, Meta(min_length=1, max_length=120)]
Code = Annotated[str, Meta(min_length=1, max_length=64)]
Jurisdiction = Annotated[
    str, Meta(pattern=r"^[0-9]{6}$", max_length=6, description="GB/T 2260 code")
]
Reference = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{32}$",
        max_length=32,  # `$` alone lets a final newline pass
        description="random 128-bit reference that the vault gave a person, account, phone …",
    ),
]
StreamId = Annotated[str, Meta(min_length=3, max_length=120, description="subject of an event")]
ActorId = Annotated[str, Meta(min_length=1, max_length=64, description="`sub` of the token")]
MAX_HANDS = 200
ActorIds = Annotated[tuple[ActorId, ...], Meta(max_length=MAX_HANDS)]
Digest = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{64}$", max_length=64, description="SHA-256, lower-case hex")
]
EventId = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
        max_length=36,
        description="UUIDv7 of another event",
    ),
]
Count = Annotated[
    int, Meta(ge=0, le=2**53 - 1, description="whole number that any reader can hold")
]
Minutes = Annotated[int, Meta(ge=0, le=1440, description="minutes of one day")]
Instant = Annotated[datetime, Meta(tz=True, description="UTC")]
Ciphertext = Annotated[str, Meta(max_length=4096, description="base64(nonce ‖ ciphertext ‖ tag)")]
References = Annotated[tuple[Reference, ...], Meta(max_length=1000)]
StreamIds = Annotated[tuple[StreamId, ...], Meta(max_length=1000)]
EventIds = Annotated[tuple[EventId, ...], Meta(max_length=1000)]
Codes = Annotated[tuple[Code, ...], Meta(max_length=200)]
Level = Literal["L5", "L4", "L3", "L2", "L1", "none"]
PayeeKind = Literal["individual", "enterprise", "institution"]
Day = date


# gc=False: frozen facts cannot hold themselves, and a replay makes millions of them.
class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Base of every event's data. Unknown fields are ignored at read, absent optional ones stay
    None.
    """


class Sealed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One personal field as ciphertext: AES-256-GCM under the data key of `person`.

    The associated data is `event id ‖ field name`, so no ciphertext can move to another event.
    """

    person: Reference
    ciphertext: Ciphertext


SealedFields = Annotated[dict[Name, Sealed], Meta(max_length=16)]

F = TypeVar("F", bound=type[Facts])


@dataclass(frozen=True, slots=True)
class EventType:
    """A released event type; `key` is what stands in the envelope's `type`, e.g.
    `ClaimApproved.v1`.
    """

    name: str
    version: int
    topics: tuple[str, ...]
    facts: type[Facts]
    decoder: "msgspec.json.Decoder[Facts]"

    @property
    def key(self) -> str:
        return f"{self.name}.v{self.version}"


REGISTRY: dict[str, EventType] = {}
BY_CLASS: dict[type[Facts], EventType] = {}


def event(*topics: str, version: int = 1) -> Callable[[F], F]:
    """Register an event type under its class name; the first topic is the one it is written to."""

    def register(facts: F) -> F:
        kind = EventType(facts.__name__, version, topics, facts, msgspec.json.Decoder(facts))
        if kind.key in REGISTRY:
            raise ValueError(f"{kind.key} is registered twice")
        REGISTRY[kind.key] = kind
        BY_CLASS[facts] = kind
        return facts

    return register
