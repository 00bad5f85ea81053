"""Appends to Kafka: explicit partition, batches in order, every acknowledgement awaited."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer

from shared.log.kafka_client import KafkaSettings, kafka_errors
from shared.log.port import MAX_BODY_BYTES, LogRefused, LogUnavailable, Record, TopicPartition

ABORT_ATTEMPTS = 20  # of half a second


class KafkaWriter:
    """One idempotent producer. The first append that fails or is cancelled kills it, because what
    the client still queues would be sent later, behind records that were never acknowledged.
    """

    def __init__(
        self,
        producer: AIOKafkaProducer,
        settings: KafkaSettings,
        partitions: Callable[[str], Awaitable[int]],
    ) -> None:
        self.producer = producer
        self._settings = settings
        self._partitions = partitions
        self._known: dict[str, int] = {}
        self._next: dict[TopicPartition, int] = {}
        self._locks: defaultdict[TopicPartition, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._dead = False

    async def append(self, at: TopicPartition, records: Sequence[Record]) -> None:
        await self._check(at, records)
        async with self._locks[at]:
            self._check_alive()
            acknowledged = False
            try:
                with kafka_errors(f"append to {at.topic}/{at.partition}"):
                    async with asyncio.timeout(self._settings.append_deadline_seconds):
                        await self._send(at, records)
                acknowledged = True
            finally:
                if not acknowledged:
                    await self._abort()

    async def close(self) -> None:
        if self._dead:
            return
        if any(lock.locked() for lock in self._locks.values()):
            await self._abort()
            return
        self._dead = True
        with kafka_errors("close"):
            await self.producer.stop()

    def _check_alive(self) -> None:
        if self._dead:
            raise LogUnavailable("the writer is dead: close it and open a new one")

    async def _check(self, at: TopicPartition, records: Sequence[Record]) -> None:
        self._check_alive()
        if at.topic not in self._known:
            self._known[at.topic] = await self._partitions(at.topic)
        if not 0 <= at.partition < self._known[at.topic]:
            raise LogRefused(f"{at.topic} has no partition {at.partition}")
        for record in records:
            if len(record.body) > MAX_BODY_BYTES:
                raise LogRefused(
                    f"{at.topic}/{at.partition} seq {record.seq}: {len(record.body)} bytes, "
                    f"at most {MAX_BODY_BYTES}"
                )

    async def _send(self, at: TopicPartition, records: Sequence[Record]) -> None:
        """One batch in flight: a broker without state for this producer would accept the second
        batch although the first one was refused.
        """
        flight: asyncio.Future[Any] | None = None
        count = 0
        for batch in self._batches(records):
            if flight is not None:
                self._acknowledged(at, await flight, count)
            flight = await self.producer.send_batch(batch, at.topic, partition=at.partition)
            count = batch.record_count()
            await asyncio.sleep(0)  # let the batch leave before the next one is built
        if flight is not None:
            self._acknowledged(at, await flight, count)

    def _batches(self, records: Sequence[Record]) -> Iterator[Any]:
        batch = self.producer.create_batch()
        for record in records:
            headers = [
                ("seq", record.seq.to_bytes(8, "big")),
                ("event-id", record.event_id),
                ("chain", record.chain),
            ]
            if batch.append(timestamp=None, key=None, value=record.body, headers=headers) is None:
                yield batch
                batch = self.producer.create_batch()
                batch.append(timestamp=None, key=None, value=record.body, headers=headers)
        if batch.record_count() > 0:
            batch.close()
            yield batch

    def _acknowledged(self, at: TopicPartition, metadata: Any, count: int) -> None:
        """Offsets only grow: one that runs back tells of a truncated or recreated topic, which the
        broker would go on filling without a word.
        """
        if metadata.offset < 0:  # a repeated batch whose place the broker no longer remembers
            return
        if metadata.offset < self._next.get(at, 0):
            raise LogUnavailable(f"{at.topic}/{at.partition} ran back to {metadata.offset}")
        self._next[at] = metadata.offset + count

    async def _abort(self) -> None:
        """Stop without the flush of `stop()`, which would send what is queued.

        The client has no call for it: its sender task is cancelled and its sockets are closed. A
        sender that waits for metadata of a lost broker needs more than one cancel.
        """
        if self._dead:
            return
        self._dead = True
        sender = self.producer._sender.sender_task
        sender.cancel()
        await self.producer.client.close()
        for _ in range(ABORT_ATTEMPTS):
            done, _pending = await asyncio.wait([sender], timeout=0.5)
            if done:
                break
            sender.cancel()
        self.producer._closed = True
