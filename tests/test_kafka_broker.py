"""The broker of the tests keeps its records through a kill, on the same port."""

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.kafka_broker import Broker

TOPIC = "records"


async def _create(broker: Broker) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC, num_partitions=1, replication_factor=1)])
    await admin.close()


async def _send(broker: Broker, value: bytes) -> None:
    async with AIOKafkaProducer(
        bootstrap_servers=broker.bootstrap, acks="all", enable_idempotence=True
    ) as producer:
        await producer.send_and_wait(TOPIC, value, partition=0)


async def _values(broker: Broker, count: int) -> list[bytes | None]:
    async with AIOKafkaConsumer(
        bootstrap_servers=broker.bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
    ) as consumer:
        consumer.assign([TopicPartition(TOPIC, 0)])
        return [(await consumer.getone()).value for _ in range(count)]


async def test_a_killed_broker_comes_back_on_its_port_with_its_records(own_kafka: Broker) -> None:
    address = own_kafka.bootstrap
    await _create(own_kafka)
    await _send(own_kafka, b"before")

    await own_kafka.kill()
    assert not own_kafka.running
    await own_kafka.start()
    await _send(own_kafka, b"after")

    assert own_kafka.bootstrap == address
    assert await _values(own_kafka, 2) == [b"before", b"after"]
