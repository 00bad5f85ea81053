"""Builders: a unit of events for a stream, with what the test speaks of."""

import hashlib
import uuid
from collections.abc import Sequence

from shared.events.base import CLAIM_EVENTS
from shared.events.partition import partition_of
from shared.store.unit import Idempotency, NewEvent, Reservation, Unit


def stream(name: object) -> str:
    return f"claim-{uuid.uuid5(uuid.NAMESPACE_URL, str(name))}"


def unit(
    stream_id: str,
    *,
    version: int = 1,
    events: int = 1,
    takes: Sequence[tuple[str, str]] = (),
    frees: Sequence[tuple[str, str]] = (),
    records: Sequence[tuple[str, str]] = (),
    key: str | None = None,
    body: str = "",
) -> Unit:
    """Versions `version` … of the stream; `body` is what the idempotency digest covers."""
    at = partition_of(stream_id)
    made = [
        NewEvent(CLAIM_EVENTS, at, stream_id, version + n, str(uuid.uuid4()), b"{}" + bytes(n))
        for n in range(events)
    ]
    asked = Idempotency(_hash(key), _hash(body), stream_id.encode()) if key else None
    return Unit(
        made,
        [Reservation(kind, k, stream_id) for kind, k in takes],
        [Reservation(kind, k, stream_id) for kind, k in frees],
        [Reservation(kind, k, stream_id) for kind, k in records],
        asked,
    )


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
