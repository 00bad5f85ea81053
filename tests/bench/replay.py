"""Replay from Kafka, every number and link verified and every event decoded, in one process."""

from time import perf_counter

from shared.events.envelope import decode
from shared.log import kafka_client
from shared.log.kafka import KafkaLog
from shared.log.kafka_client import KafkaSettings
from shared.log.verified import Verifier
from tests.bench.bench import FILLED, Bench
from tests.bench.figures import Figure, alternate, at_least

AT_ONCE = 5_000
WAIT_SECONDS = 0.5


async def measure(bench: Bench) -> list[Figure]:
    settings, wanted = await bench.filled(), bench.sizes.log_records
    await _raw(settings, wanted // 10)
    limit, ours = await alternate(
        lambda: _raw(settings, wanted), lambda: _ours(settings, wanted), bench.sizes.rounds
    )
    return [
        at_least(
            0.5,
            what="replay from Kafka, verified and decoded, one process",
            ours=ours[0],
            limit=limit[0],
            unit="events/s",
        )
    ]


async def _raw(settings: KafkaSettings, wanted: int) -> list[float]:
    """aiokafka's getmany with the same client settings; records are counted and dropped."""
    log = await KafkaLog.open(settings)
    states = await log.states([FILLED])
    consumer = kafka_client.consumer(settings, settings.fetch_max_wait_ms)
    await consumer.start()
    try:
        consumer.assign(list(states))
        for at, state in states.items():
            consumer.seek(at, state.start_offset)
        count, began = 0, perf_counter()
        while count < wanted:
            found = await consumer.getmany(timeout_ms=int(WAIT_SECONDS * 1000), max_records=AT_ONCE)
            count += sum(map(len, found.values()))
        return [count / (perf_counter() - began)]
    finally:
        await consumer.stop()
        await log.close()


async def _ours(settings: KafkaSettings, wanted: int) -> list[float]:
    log = await KafkaLog.open(settings)
    states = await log.states([FILLED])
    reader = await log.reader({at: state.start_offset for at, state in states.items()})
    verifiers = {at: Verifier(at) for at in states}
    try:
        began, count = perf_counter(), 0
        while any(reader.position(at) < state.end_offset for at, state in states.items()):
            found = await reader.read(AT_ONCE, WAIT_SECONDS)
            for at, records in found.items():
                for record in verifiers[at].accept(records):
                    decode(record.body)
                    count += 1
        seconds = perf_counter() - began
    finally:
        await reader.close()
        await log.close()
    if count != wanted:
        raise AssertionError(f"{count} of {wanted} events were replayed")
    return [count / seconds]
