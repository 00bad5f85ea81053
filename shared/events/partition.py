"""Which partition a stream lives in: computed once at append, stored, and sent explicitly."""

from aiokafka.partitioner import murmur2

DEFAULT_PARTITIONS = 24


def partition_of(stream_id: str, partitions: int = DEFAULT_PARTITIONS) -> int:
    """Kafka's own formula, `toPositive(murmur2(key)) % N`; N is fixed for the life of a topic."""
    return int(murmur2(stream_id.encode()) & 0x7FFFFFFF) % partitions
