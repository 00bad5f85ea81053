"""The CloudEvents 1.0 envelope: encoded once at append, and never encoded again."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.events.base import BY_CLASS, MAX_EVENT_BYTES, REGISTRY, EventType, Facts
from shared.events.upcast import upcast


class Undecodable(Exception):
    """The bytes are not an event that this program can read; the stream parks until
    somebody looks.
    """


class UnknownType(Undecodable):
    """The type or version is not known here: a newer program wrote it."""


class EventTooLarge(ValueError):
    """An event may have at most 256 KiB; a roster travels as RosterListed events of 500 persons."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """Envelope of one event, in structured mode; `data` stays raw until its type is known.

    `time` is when the ledger recorded it and never runs back inside a stream, `occurredat` when it
    happened in the world, as claimed. Nothing is ordered by either: order is (topic, partition, seq).
    """

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Meta(description="UUIDv7")]
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    streamversion: int
    occurredat: datetime
    jurisdiction: str
    actor: str
    correlationid: str
    causationid: str | msgspec.UnsetType = msgspec.UNSET
    data: msgspec.Raw


class Event(msgspec.Struct, frozen=True, kw_only=True):
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


def encode(event: Event) -> bytes:
    """Bytes of the event, for ever. Raises EventTooLarge beyond 256 KiB."""
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
    return body


def decode(body: bytes) -> Event:
    """The event in these bytes, upcast to the newest version of its type.

    Raises Undecodable for bytes that are no event, UnknownType for a type or version not known here.
    """
    try:
        envelope = _ENVELOPE.decode(body)
    except msgspec.DecodeError as refused:
        raise Undecodable(str(refused)) from refused
    kind, data = upcast(envelope.type, envelope.data)
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
        raise UnknownType(f"no reader for {key}")
    try:
        return kind.decoder.decode(data)
    except msgspec.DecodeError as refused:
        raise Undecodable(f"{key}: {refused}") from refused
