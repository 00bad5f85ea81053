"""What was filed before: the answer is the record that is there, and it is the same for ever."""

from collections.abc import Mapping

import orjson

from shared.service import Service
from shared.store.commands import Done, IdempotencyKeyReused, Request
from shared.store.store import Asked

OUTCOME = b'"outcome":"already"'

_KEEP = """
INSERT INTO idempotency (key, digest, answer, stream_id, version, partition_no, created_at)
SELECT $1, $2, $3, stream_id, version, partition_no, $6 FROM events
 WHERE partition_no = $4 AND stream_id = $5 ORDER BY version DESC LIMIT 1
ON CONFLICT DO NOTHING
"""


async def already_filed(
    service: Service, asked: Request, stream_id: str, said: Mapping[str, object] | None = None
) -> Done:
    """Keep the answer under its key, with the newest event of the stream as position; `said` names
    the record where it is no claim.

    Raises IdempotencyKeyReused when another request with this key was first.
    """
    answer = orjson.dumps({**(said or {"claim": stream_id}), "outcome": "already"})
    place = service.store.partition_of(stream_id)
    await service.pool.execute(
        _KEEP, asked.key, asked.digest, answer, place, stream_id, service.clock.now()
    )
    known = await service.store.read(Asked(idempotency_key=asked.key))
    assert known.answered is not None
    digest, kept = known.answered
    if digest != asked.digest:
        raise IdempotencyKeyReused
    return Done(kept.answer, kept.position)


def status_of(done: Done) -> int:
    """201 for what the request made, 200 for what was there; the same when repeated."""
    return 200 if OUTCOME in done.answer else 201
