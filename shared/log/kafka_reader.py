"""Reads Kafka partitions from explicit offsets, and notices when the client has fallen silent."""

from collections.abc import Iterable, Mapping, Sequence
from time import monotonic
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from shared.log.kafka_client import KafkaSettings, kafka_errors
from shared.log.port import FOREIGN_SEQ, LogUnavailable, Record, TopicPartition

PIECE = 250
"""records taken from the client at once: of each it makes several objects, which Python's collector
would carry along for a whole page"""


class KafkaReader:
    """One consumer without group. `position` counts only what `read` has handed out."""

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        settings: KafkaSettings,
        starts: Mapping[TopicPartition, int],
    ) -> None:
        self.consumer = consumer
        self._settings = settings
        self._positions = dict(starts)
        self._waited_seconds = 0.0
        self._behind: Mapping[TopicPartition, int] = {}

    async def read(
        self, max_records: int, wait_seconds: float
    ) -> Mapping[TopicPartition, Sequence[Record]]:
        await self._watch()
        began = monotonic()
        with kafka_errors("read"):
            found = await self._pieces(max_records, int(wait_seconds * 1000))
            self._waited_seconds += monotonic() - began
            # Only an idle read steps over what is no record, such as a foreign commit marker.
            for at in found or self._positions:
                self._positions[at] = await self.consumer.position(at)
        return found

    async def _pieces(
        self, max_records: int, timeout_ms: int
    ) -> Mapping[TopicPartition, Sequence[Record]]:
        """What the client has, piece by piece. An error behind a piece comes at the next read, so
        that one lost partition does not hold up the others.
        """
        found: dict[TopicPartition, list[Record]] = {}
        while max_records > 0:
            try:
                piece = await self.consumer.getmany(
                    timeout_ms=0 if found else timeout_ms, max_records=min(max_records, PIECE)
                )
            except KafkaError:
                if not found:
                    raise
                break
            if not piece:
                break
            for at, raw in piece.items():
                found.setdefault(TopicPartition(*at), []).extend(as_records(raw))
                max_records -= len(raw)
        return found

    async def seek(self, at: TopicPartition, offset: int) -> None:
        self.consumer.seek(at, offset)
        self._positions[at] = offset

    def position(self, at: TopicPartition) -> int:
        return self._positions[at]

    async def close(self) -> None:
        with kafka_errors("close"):
            await self.consumer.stop()

    async def _watch(self) -> None:
        """A partition whose end was ahead of its position at two looks, and which has not moved in
        between, is one that the client has forgotten (aiokafka #1154 and its like).

        Only time spent inside `read` counts, so a slow caller raises no alarm.
        """
        if self._waited_seconds < self._settings.silence_seconds / 2:
            return
        self._waited_seconds = 0.0
        with kafka_errors("look for the end"):
            ends = await self.consumer.end_offsets(list(self._positions))
        behind = {at: offset for at, offset in self._positions.items() if ends[at] > offset}
        stuck = behind.items() & self._behind.items()
        self._behind = behind
        if stuck:
            at, offset = min(stuck)
            raise LogUnavailable(f"{at.topic}/{at.partition} is silent at offset {offset}")


def as_records(raw: Iterable[Any]) -> list[Record]:
    """The port's records; what does not carry exactly our headers is foreign. Once per event."""
    records = []
    for message in raw:
        match message.headers:
            case (("seq", seq), ("event-id", event_id), ("chain", chain)) if len(seq) == 8:
                number = int.from_bytes(seq, "big")
                records.append(Record(number, event_id, chain, message.value, message.offset))
            case _:
                body = message.value or b""
                records.append(Record(FOREIGN_SEQ, b"", b"", body, message.offset))
    return records
