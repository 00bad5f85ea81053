"""Claims as they stand in the log: a thousand bytes each, no two alike, chained per partition."""

import random
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

import msgspec

from shared.events.envelope import encode
from shared.events.partition import partition_of
from shared.log.chain import GENESIS, link
from shared.log.port import Record, TopicPartition
from tests.bench.events import CIPHERTEXT, PERSON, claim

PARTITIONS = 24
_ID = "00000000-0000-7000-8000-000000000000"


def bodies(count: int, seed: int = 1) -> Iterator[tuple[UUID, bytes]]:
    """Event ids and bodies of `count` ClaimSubmitted. The id of its stream is `claim-{event id}`.

    Ids, references and ciphertext are random, so that they compress as badly as real ones.
    """
    event = msgspec.structs.replace(claim(), id=_ID, subject=f"claim-{_ID}", version=1)
    template = encode(event)
    chance = random.Random(seed)
    for number in range(count):
        event_id = UUID(int=(number << 80) | 7 << 76 | 2 << 62 | chance.getrandbits(62))
        sealed = b64encode(chance.randbytes(len(CIPHERTEXT) * 3 // 4))
        body = template.replace(_ID.encode(), str(event_id).encode())
        body = body.replace(PERSON.encode(), chance.randbytes(16).hex().encode())
        yield event_id, body.replace(CIPHERTEXT.encode(), sealed)


def records(topic: str, count: int) -> Mapping[TopicPartition, Sequence[Record]]:
    """The same events as records, numbered and chained in each partition."""
    found: dict[TopicPartition, list[Record]] = {
        TopicPartition(topic, n): [] for n in range(PARTITIONS)
    }
    for event_id, body in bodies(count):
        partition = found[TopicPartition(topic, partition_of(f"claim-{event_id}", PARTITIONS))]
        before = partition[-1].chain if partition else GENESIS
        seq = len(partition) + 1
        partition.append(Record(seq, event_id.bytes, link(before, seq, event_id.bytes, body), body))
    return found
