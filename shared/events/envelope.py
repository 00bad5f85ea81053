"""The CloudEvents 1.0 envelope: encoded once at append, and never encoded again."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.events.base import BY_CLASS, MAX_EVENT_BYTES, EventType, Facts, Instant
from shared.events.catalogue import REGISTRY
from shared.events.upcast import CannotUpcast, upcast

_UTC = timedelta(0)
_REFUSALS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, CannotUpcast)


class Undecodable(Exception):
    """The bytes are not an event that this program can read; the stream parks until
    somebody looks.
    """


class UnknownType(Undecodable):
    """The type or version is not known here: a newer program wrote it."""


class EventTooLarge(ValueError):
    """An event may have at most 256 KiB; a roster travels as RosterListed events of 500 persons."""


class Unwritable(ValueError):
    """The facts break a bound of their own type: no reader could take them."""


def _shown(**keywords: object) -> Meta:
    """What only the published schema says: checked by its users, not again at each read."""
    return Meta(extra_json_schema=dict(keywords))


class Envelope(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Envelope of one event, in structured mode; `data` stays raw until its type is known.

    `time` is when the ledger recorded it and never runs back inside a stream, `occurredat` when it
    happened in the world, as claimed. Neither orders anything: (topic, partition, seq) does.
    """

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Meta(description="UUIDv7"), _shown(format="uuid")]
    source: Annotated[
        str,
        Meta(min_length=1, description="service and jurisdiction, e.g. `/claims/210000`"),
        _shown(format="uri-reference"),
    ]
    type: Annotated[str, Meta(min_length=1)]
    subject: Annotated[str, Meta(min_length=1, description="id of the stream")]
    time: Annotated[Instant, Meta(description="when the ledger recorded it")]
    datacontenttype: Literal["application/json"] = "application/json"
    streamversion: Annotated[
        int, Meta(ge=0, le=2**31 - 1, description="number of the event in its stream")
    ]
    occurredat: Annotated[Instant, Meta(description="when it happened in the world, as claimed")]
    jurisdiction: Annotated[str, Meta(description="GB/T 2260 code"), _shown(pattern="^[0-9]{6}$")]
    actor: Annotated[str, Meta(min_length=1, description="`sub` of the token")]
    correlationid: Annotated[str, Meta(min_length=1)]
    causationid: Annotated[str, Meta(min_length=1)] | msgspec.UnsetType = msgspec.UNSET
    data: msgspec.Raw


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One event as the program sees it: the envelope's values and the typed facts."""

    id: str
    source: str
    subject: str
    version: int
    recorded_at: datetime
    occurred_at: datetime
    jurisdiction: str
    actor: str
    correlation_id: str
    causation_id: str | None = None
    facts: Facts


_ENVELOPE = msgspec.json.Decoder(Envelope)
_ENCODER = msgspec.json.Encoder()
_VALUE = re.compile(r"value '.*'(?= - at)", re.DOTALL)


def encode(event: Event) -> bytes:
    """Bytes of the event, for ever.

    Raises EventTooLarge beyond 256 KiB, Unwritable for times that are not UTC and for facts that
    `decode` would refuse: what is once in the log must be readable by everybody.
    """
    if event.recorded_at.utcoffset() != _UTC or event.occurred_at.utcoffset() != _UTC:
        raise Unwritable(f"{event.subject} version {event.version}: times are UTC")
    body = _ENCODER.encode(
        Envelope(
            id=event.id,
            source=event.source,
            type=BY_CLASS[type(event.facts)].key,
            subject=event.subject,
            time=event.recorded_at,
            streamversion=event.version,
            occurredat=event.occurred_at,
            jurisdiction=event.jurisdiction,
            actor=event.actor,
            correlationid=event.correlation_id,
            causationid=event.causation_id or msgspec.UNSET,
            data=msgspec.Raw(_ENCODER.encode(event.facts)),
        )
    )
    if len(body) > MAX_EVENT_BYTES:
        raise EventTooLarge(f"{event.subject} version {event.version} has {len(body)} bytes")
    try:
        decode(body)
    except Undecodable as refused:
        raise Unwritable(f"{event.subject} version {event.version}: {refused}") from refused
    return body


def decode(body: bytes) -> Event:
    """The event in these bytes, upcast to the newest version of its type.

    Raises Undecodable for bytes that are no event, UnknownType for a type or version unknown here.
    """
    try:
        envelope = _ENVELOPE.decode(body)
        kind, data = upcast(envelope.type, envelope.data)
    except _REFUSALS as refused:
        raise Undecodable(_without_values(refused)) from None
    return Event(
        id=envelope.id,
        source=envelope.source,
        subject=envelope.subject,
        version=envelope.streamversion,
        recorded_at=envelope.time,
        occurred_at=envelope.occurredat,
        jurisdiction=envelope.jurisdiction,
        actor=envelope.actor,
        correlation_id=envelope.correlationid,
        causation_id=envelope.causationid or None,
        facts=_facts(kind, data),
    )


def _facts(key: str, data: msgspec.Raw) -> Facts:
    kind: EventType | None = REGISTRY.get(key)
    if kind is None:
        raise UnknownType(f"no reader for {key[:120]}")
    try:
        return kind.decoder.decode(data)
    except _REFUSALS as refused:
        raise Undecodable(f"{key}: {_without_values(refused)}") from None


def _without_values(refused: Exception) -> str:
    """What was wrong and where, without the value: it may be somebody's name in the wrong place."""
    match refused:
        case msgspec.DecodeError():
            return _VALUE.sub("value", str(refused))
        case CannotUpcast():
            return str(refused)
        case _:
            return type(refused).__name__
