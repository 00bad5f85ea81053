"""Reads that wait: for one's own decision, or until audit has judged a claim's event."""

from dataclasses import dataclass, field

from services.audit.watermark import READER
from shared.events.base import FINDING_EVENTS
from shared.log.port import TopicPartition
from shared.service import Service


@dataclass(slots=True)
class Sight:
    """For one request: how far the table of findings shows what happened, of any topic."""

    service: Service
    _judged: int = 0
    _findings: dict[TopicPartition, int] = field(default_factory=dict)

    async def current(self, topic: str, partition: int) -> int:
        """The last number of the partition that was judged and whose findings are all shown."""
        [projector] = self.service.projectors
        if topic == FINDING_EVENTS:
            return await projector.seen(topic, partition)
        if not self._findings:
            found = await self.service.pool.fetchval(_JUDGED, READER, topic, partition)
            heads = await self.service.store.heads()  # after it: findings are in the same commit
        else:
            found, heads = self._judged, self._findings
        if all([await projector.seen(*at) >= seq for at, seq in heads.items()]):
            self._findings = {}
            return int(found or 0)
        self._judged, self._findings = int(found or 0), heads
        return 0


_JUDGED = """
SELECT seq FROM inbox_positions WHERE reader = $1 AND topic = $2 AND partition_no = $3
"""
