"""A stream lives in one partition for ever, the one that Kafka's own formula gives."""

import pytest
from aiokafka.partitioner import DefaultPartitioner, murmur2
from hypothesis import given
from hypothesis import strategies as st

from shared.events.partition import DEFAULT_PARTITIONS, partition_of

# murmur2 of these keys as Apache Kafka's own unit tests state it
MURMUR2 = {
    "21": -973932308,
    "foobar": -790332482,
    "a-little-bit-long-string": -985981536,
    "a-little-bit-longer-string": -1486304829,
    "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    "abc": 479470107,
}


@pytest.mark.parametrize(("stream", "murmur2"), MURMUR2.items())
@pytest.mark.parametrize("partitions", [1, 7, DEFAULT_PARTITIONS])
def test_the_partition_is_the_one_that_kafka_computes(
    stream: str, murmur2: int, partitions: int
) -> None:
    assert partition_of(stream, partitions) == (murmur2 & 0x7FFFFFFF) % partitions


def test_a_stream_id_in_any_script_agrees_with_the_client() -> None:
    everything = list(range(DEFAULT_PARTITIONS))
    for stream in ("claim-0198c0de", "plan-班次", "x" * 120):
        assert partition_of(stream) == DefaultPartitioner()(stream.encode(), everything, everything)


@given(st.text(max_size=130))
def test_a_key_of_any_length_agrees_with_the_client(stream: str) -> None:
    assert partition_of(stream, 1009) == (murmur2(stream.encode()) & 0x7FFFFFFF) % 1009
