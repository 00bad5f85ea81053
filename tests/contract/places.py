"""One installation's log as the contract's tests see it: its address, fresh topics, disasters."""

import asyncio
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient

from shared.log.chain import GENESIS, link
from shared.log.open import open_log
from shared.log.port import Log, LogRefused, Record, TopicPartition


class Place(Protocol):
    """A log's address and what the port itself must never offer."""

    @property
    def url(self) -> str: ...

    @property
    def log(self) -> Log: ...

    async def allow(self, topic: str) -> None:
        """Let the log's user create the topic and write to it."""

    async def delete(self, topic: str) -> None:
        """Lose a topic with all its records, as a careless administrator would."""


@dataclass(frozen=True)
class KafkaPlace:
    url: str
    log: Log

    async def allow(self, topic: str) -> None:
        return

    async def delete(self, topic: str) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.url.removeprefix("kafka://"))
        await admin.start()
        try:
            await admin.delete_topics([topic])
        finally:
            await admin.close()
        for _ in range(200):
            if not await exists(self.log, topic):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{topic} still stands")


@dataclass(frozen=True)
class PostgresPlace:
    url: str
    log: Log

    async def allow(self, topic: str) -> None:
        await self._owner(f"INSERT INTO topic_writers VALUES ('{topic}', 'ledger_owner')")

    async def delete(self, topic: str) -> None:
        """Only the owner can, and only with the triggers off."""
        await self._owner(
            f"""
            ALTER TABLE records DISABLE TRIGGER records_keep;
            ALTER TABLE heads DISABLE TRIGGER heads_keep;
            DELETE FROM records WHERE topic = '{topic}';
            DELETE FROM heads WHERE topic = '{topic}';
            ALTER TABLE records ENABLE TRIGGER records_keep;
            ALTER TABLE heads ENABLE TRIGGER heads_keep;
            """
        )

    async def _owner(self, sql: str) -> None:
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


async def open_place(url: str) -> Place:
    log = await open_log(url)
    return KafkaPlace(url, log) if url.startswith("kafka") else PostgresPlace(url, log)


async def exists(log: Log, topic: str) -> bool:
    try:
        return await log.partitions(topic) > 0
    except LogRefused:
        return False


async def fresh_topic(place: Place, partitions: int = 1) -> str:
    topic = f"test-{secrets.token_hex(6)}.v1"
    await place.allow(topic)
    await place.log.create_topics({topic: partitions})
    return topic


def chained(count: int, after: Record | None = None, size: int = 200) -> list[Record]:
    """`count` records that go on from `after`, each with random bytes of `size`."""
    seq, chain = (0, GENESIS) if after is None else (after.seq, after.chain)
    records = []
    for _ in range(count):
        seq, event_id, body = seq + 1, os.urandom(16), os.urandom(size)
        chain = link(chain, seq, event_id, body)
        records.append(Record(seq, event_id, chain, body))
    return records


async def append(log: Log, at: TopicPartition, records: Sequence[Record]) -> None:
    writer = await log.writer()
    try:
        await writer.append(at, records)
    finally:
        await writer.close()


async def read_all(log: Log, topic: str, max_records: int = 5_000) -> dict[int, list[Record]]:
    """Every record by partition, from the start to the end that the log names now."""
    states = await log.states([topic])
    found: dict[int, list[Record]] = {at.partition: [] for at in states}
    reader = await log.reader({at: state.start_offset for at, state in states.items()})
    try:
        async with asyncio.timeout(60):
            while any(reader.position(at) < state.end_offset for at, state in states.items()):
                for at, records in (await reader.read(max_records, 0.5)).items():
                    found[at.partition] += records
    finally:
        await reader.close()
    return found


def bare(records: Sequence[Record]) -> list[Record]:
    """Without the log's own offsets."""
    return [record._replace(offset=-1) for record in records]


def totals(found: Mapping[int, Sequence[Record]]) -> dict[int, int]:
    return {partition: len(records) for partition, records in found.items()}
